#pragma once
// From a cluster to an object: its rectangle and height decide what it can be, and the box is completed behind what the
// sensor saw: an amodal box, whose seen faces lie on the returns and whose unseen length comes from the class.
// What is no road user (walls, kerbs, poles, hedges) gives no box.

#include <Eigen/Core>

#include <optional>
#include <span>
#include <tuple>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/box3.hpp"
#include "ocelli/perception/lidar_objects/rectangle.hpp"

namespace ocelli::perception {

struct BoxesConfig {
  int points_min = 6;
  double score_min = 0.2;
  double car_length_m = 4.3;
  double car_width_m = 1.8;
  double truck_length_m = 7.0;
  double truck_width_m = 2.4;

  static constexpr auto fields() {
    return std::tuple{field("points_min", &BoxesConfig::points_min, "", 1, 1000, "returns that make an object"),
                      field("score_min", &BoxesConfig::score_min, "", 0.0, 1.0, "boxes below are not reported"),
                      field("car_length_m", &BoxesConfig::car_length_m, "m", 2.0, 7.0, "when it cannot be seen"),
                      field("car_width_m", &BoxesConfig::car_width_m, "m", 1.0, 3.0, "when it cannot be seen"),
                      field("truck_length_m", &BoxesConfig::truck_length_m, "m", 4.0, 20.0, "when it cannot be seen"),
                      field("truck_width_m", &BoxesConfig::truck_width_m, "m", 1.5, 4.0, "when it cannot be seen")};
  }
};

/// Shorter than a car's side: a rear or a front, or a bush.
inline constexpr float kWholeSide_m = 2.2F;
/// Below this are bumpers and doors, not bonnets, windows and roofs.
inline constexpr float kBodyTop_m = 0.9F;

/// A cluster, measured; horizontal positions relative to the sensor, in the vehicle frame's axes.
struct Shape {
  Rectangle rectangle;
  float bottom_m = 0.0F;  // lowest and highest return above the ground
  float top_m = 0.0F;
  float ground_m = 0.0F;  // z of the ground below it
  float range_m = 0.0F;   // nearest return
  float sight_m = 0.0F;   // how high above the ground the sensor sees there
  std::uint32_t points = 0;
  float on_faces = 1.0F;          // share of the lower returns on the sides towards the sensor
  float roughness_m = 0.0F;       // of what is shorter than a car's side; 0: not known (roughness.hpp)
  bool is_hidden_beside = false;  // something nearer and tall ends it to the left or to the right

  [[nodiscard]] float longer_m() const { return std::max(rectangle.extent_m(0), rectangle.extent_m(1)); }
  [[nodiscard]] float shorter_m() const { return std::min(rectangle.extent_m(0), rectangle.extent_m(1)); }
  [[nodiscard]] Eigen::Vector2f centre_m() const {
    return 0.5F * (rectangle.low_m[0] + rectangle.high_m[0]) * rectangle.axis(0) +
           0.5F * (rectangle.low_m[1] + rectangle.high_m[1]) * rectangle.axis(1);
  }
  /// It may be higher than what was seen of it.
  [[nodiscard]] bool is_cut_above() const { return top_m > sight_m - 0.15F - 0.008F * range_m; }
};

/// What a shape is, with a score; nothing when it is no road user.
struct Judgement {
  ObjectClass object_class = ObjectClass::kUnknown;
  double score = 0.0;
};
[[nodiscard]] std::optional<Judgement> judge(const Shape& shape, const BoxesConfig& config);

/// The whole object: seen faces stay where they are, unseen length is added away from the sensor.
[[nodiscard]] Box3 complete(const Shape& shape, const Judgement& judgement, const BoxesConfig& config);

}  // namespace ocelli::perception
