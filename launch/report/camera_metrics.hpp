#pragma once
// What the camera's own detector found, against truth.
//
// True cars, trucks, pedestrians and cyclists are boxes in the picture: the extent of their projected cuboids, cut at
// its border. One is to be found when it gave >= 10 lidar returns (so it is not hidden), is within 50 m, at least 25
// pixels high, and at least half in the picture. A detection is right when it overlaps one by half (intersection over
// union, Everingham et al. 2010) and both are vehicles or both are people; pairs with the largest overlap first. A
// detection on an object that need not be found, or one lower than 25 pixels, is neither right nor wrong. Must not
// know: how it is drawn.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/launch/report/latency.hpp"
#include "ocelli/launch/report/run_data.hpp"

namespace ocelli::report {

struct CameraRules {
  double range_m = 50.0;
  std::uint32_t returns_min = 10;
  double height_min_px = 25.0;
  double inside_min = 0.5;  // share of the projected box within the picture
  double overlap_min = 0.5;
};

struct CameraScore {
  std::string name;       // "vehicles", "people"
  std::size_t truth = 0;  // to be found
  std::size_t found = 0;
  std::size_t boxes = 0;  // to be right
  std::size_t right = 0;
  [[nodiscard]] std::optional<double> recall() const;
  [[nodiscard]] std::optional<double> precision() const;
};

struct CameraReport {
  std::size_t pictures = 0;
  std::vector<CameraScore> scores;  // vehicles, people
  std::string absent;               // why there are no numbers; "" when there are
};

/// Of the camera of `run.shot`, whose calibration is known; pictures during injections are left out.
[[nodiscard]] CameraReport camera_report(const RunData& run, const IsDisturbed& is_disturbed,
                                         const CameraRules& rules = {});

}  // namespace ocelli::report
