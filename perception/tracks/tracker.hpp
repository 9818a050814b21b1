#pragma once
// Objects over time, from boxes: predict to the boxes' stamp, assign within gates, update, birth after hits, death
// after time without a measurement. In the world frame while ego motion is known; in the vehicle frame, and saying so,
// while it is not: the tracks are carried over and keep their ids.
// Deterministic; rates enter only as times. Must not know: sensors, messages, the clock.

#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/perception/tracks/assignment.hpp"
#include "ocelli/perception/tracks/object.hpp"

namespace ocelli::perception {

struct TrackerConfig {
  double gate = 12.0;
  double gate_m = 4.0;
  int hits_to_confirm = 3;
  double existence_to_confirm = 0.85;
  double existence_to_die = 0.1;
  Duration coast = 800ms;
  Duration coast_tentative = 250ms;
  Duration report_after = 250ms;
  double sensor_x_m = 1.5;
  double sensor_y_m = 0.0;

  static constexpr auto fields() {
    using C = TrackerConfig;
    return std::tuple{
        field("gate", &C::gate, "", 1.0, 100.0, "largest squared Mahalanobis distance of a box to its track"),
        field("gate_m", &C::gate_m, "m", 0.5, 20.0, "largest distance of a box to its track"),
        field("hits_to_confirm", &C::hits_to_confirm, "", 1, 20, "boxes until a track is reported"),
        field("existence_to_confirm", &C::existence_to_confirm, "", 0.0, 1.0, "probability until it is reported"),
        field("existence_to_die", &C::existence_to_die, "", 0.0, 1.0, "tracks below are dropped"),
        field("coast", &C::coast, "s", 0.0, 10.0, "time without a box until a confirmed track is dropped"),
        field("coast_tentative", &C::coast_tentative, "s", 0.0, 10.0, "and one that is not confirmed"),
        field("report_after", &C::report_after, "s", 0.0, 10.0, "tracks without a box for longer are not reported"),
        field("sensor_x_m", &C::sensor_x_m, "m", -10.0, 20.0, "where the boxes are seen from, vehicle frame"),
        field("sensor_y_m", &C::sensor_y_m, "m", -5.0, 5.0, "where the boxes are seen from, vehicle frame")};
  }
};

/// The own vehicle at the stamp of the boxes.
struct EgoPose {
  Pose T_world_vehicle = Pose::Identity();
  double speed_mps = 0.0;
  double yaw_rate_rps = 0.0;
};

class Tracker {
 public:
  explicit Tracker(const TrackerConfig& config) : config_(config) {}

  /// `boxes` in the vehicle frame, seen at `time`; `ego` null when the own motion is not known. Error: `time` is not
  /// later than that of the last update; the boxes are not used then.
  Status update(Time time, std::span<const Box3> boxes, const EgoPose* ego);

  /// Confirmed tracks, by id.
  [[nodiscard]] const std::vector<Track>& tracks() const { return tracks_; }
  /// Whether tracks() is in the world frame.
  [[nodiscard]] bool is_world() const { return is_world_; }

 private:
  void change_frame(Time time, const EgoPose* ego);
  void gather(std::span<const Box3> boxes, const EgoPose* ego);
  void match(bool confirmed);
  void bury(Time time, double dt_s);
  void bear(Time time);
  void report(Time time);

  TrackerConfig config_;
  std::optional<Time> time_;
  bool is_world_ = false;
  EgoPose ego_;  // last known
  std::uint32_t next_id_ = 1;
  std::vector<Object> objects_;  // by id
  std::vector<Measurement> measurements_;
  std::vector<char> is_used_;  // per measurement
  std::vector<char> is_hit_;   // per object
  std::vector<Track> tracks_;
};

}  // namespace ocelli::perception
