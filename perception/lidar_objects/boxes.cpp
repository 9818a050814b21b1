#include "ocelli/perception/lidar_objects/boxes.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::perception {
namespace {

/// 1 inside [low, high], falling to 0 over `margin` outside.
double within(float value, float low, float high, float margin) {
  const float outside = std::max({low - value, value - high, 0.0F});
  return std::max(0.0, 1.0 - static_cast<double>(outside / margin));
}

/// More returns, more sure: 0.5 at `points_min`, towards 1. Measured: right for thin cars (docs/fusion.md).
double by_points(std::uint32_t points, int points_min) {
  return 1.0 - 0.5 * std::sqrt(static_cast<double>(points_min) / std::max<double>(points, points_min));
}

constexpr float kFace_m = 1.2F;           // least part of a rear or front that is taken for one
constexpr float kTallerThanCar_m = 1.9F;  // a van or a truck
constexpr float kVanWidth_m = 2.2F;       // a wider face is a truck's
constexpr float kThin_m = 0.25F;          // nothing of a second face is seen
constexpr float kNear_m = 8.0F;           // here a person reaches above the highest beam

// Least scores, below which most boxes of the class are none (docs/fusion.md).
constexpr double kTruckLeast = 0.55;
constexpr double kPedestrianLeast = 0.4;

/// From beyond the end of a long side one sees a vehicle's rear or front as well. Of a wall one sees no second face.
bool lacks_end_face(const Shape& s) {
  const auto longer = s.rectangle.extent_m(0) >= s.rectangle.extent_m(1) ? 0U : 1U;
  const bool is_beyond_end = s.rectangle.low_m[longer] > 1.0F || s.rectangle.high_m[longer] < -1.0F;
  return is_beyond_end && s.longer_m() > 3.0F && s.shorter_m() < kFace_m;
}

/// The least height at which a roof 1.4 m high shows, with beams this far apart.
float roof_seen_m(const Shape& s) { return 1.40F - 0.0075F * s.range_m; }

/// A rear or a front of what is taller than a car.
bool is_tall_face(const Shape& s) { return s.top_m > kTallerThanCar_m && s.longer_m() < 2.9F; }

double car_score(const Shape& s) {
  if (s.is_cut_above() && ((s.is_hidden_beside && s.shorter_m() < kFace_m) || lacks_end_face(s))) return 0.0;
  const double length = within(s.longer_m(), 1.3F, 5.4F, 0.6F);
  const double width =
      is_tall_face(s) ? within(s.longer_m(), 0.0F, kVanWidth_m, 0.2F) : within(s.shorter_m(), 0.0F, 2.2F, 0.4F);
  const double top = within(s.top_m, roof_seen_m(s), 2.35F, 0.1F);  // a van's roof
  const double bottom = within(s.bottom_m, 0.0F, 1.2F, 0.2F);      // the edge of a roof alone belongs to something else
  const double metal = within(s.roughness_m, 0.0F, 0.06F, 0.06F);  // else leaves
  const double faces = s.longer_m() < kWholeSide_m ? within(s.on_faces, 0.75F, 1.0F, 0.2F) : 1.0;
  return length * width * top * bottom * metal * faces;
}

double truck_score(const Shape& s) {
  if (lacks_end_face(s) || (s.is_cut_above() && s.is_hidden_beside)) return 0.0;
  const double length = within(s.longer_m(), 1.9F, 13.0F, 1.0F);
  const double width = within(s.shorter_m(), 0.0F, 3.0F, 0.5F);
  const bool may_be_low = s.is_cut_above() || (is_tall_face(s) && s.longer_m() > kVanWidth_m);
  const double top = within(s.top_m, may_be_low ? 1.7F : 2.6F, 4.5F, 0.3F);
  return 0.8 * length * width * top;
}

/// Cut off above: a person who stands near, or a post or a wall's corner, which are thinner or hidden beside.
double cut_pedestrian_score(const Shape& s) {
  if (s.range_m > kNear_m) return 0.0;
  const double size = within(s.longer_m(), 0.4F, 1.0F, 0.1F) * within(s.shorter_m(), 0.2F, 0.8F, 0.1F);
  return size * within(s.top_m, 1.5F, 2.0F, 0.1F);
}

double pedestrian_score(const Shape& s) {
  if (s.is_hidden_beside) return 0.0;  // a corner of something
  if (s.is_cut_above()) return cut_pedestrian_score(s);
  const double size = within(s.longer_m(), 0.25F, 1.0F, 0.3F) * within(s.shorter_m(), 0.05F, 0.8F, 0.3F);
  const double top = within(s.top_m, 1.2F, 2.0F, 0.2F);
  return size * top;
}

double cyclist_score(const Shape& s) {
  if (s.is_cut_above() && (s.range_m > kNear_m || s.is_hidden_beside)) return 0.0;
  const double length = within(s.longer_m(), 1.3F, 2.0F, 0.3F);
  const double width = within(s.shorter_m(), 0.1F, 0.8F, 0.25F);
  const double top = within(s.top_m, 1.4F, 2.0F, 0.2F);
  return 0.95 * length * width * top;
}

double least_score(ObjectClass object_class, const BoxesConfig& config) {
  switch (object_class) {
    case ObjectClass::kTruck: return std::max(kTruckLeast, config.score_min);
    case ObjectClass::kPedestrian: return std::max(kPedestrianLeast, config.score_min);
    case ObjectClass::kCar:
    case ObjectClass::kCyclist:
    case ObjectClass::kUnknown: break;
  }
  return config.score_min;
}

struct Side {
  float low_m;
  float high_m;
  bool is_seen;
};

/// Widens one extent to `size_m` on the side away from the sensor (the origin); to both sides when it looks straight
/// on.
Side widened(float low_m, float high_m, float size_m, float seen_from_m) {
  const float extent_m = high_m - low_m;
  const bool is_seen = extent_m >= seen_from_m;
  if (extent_m >= size_m || is_seen) return {low_m, high_m, is_seen};
  const float missing_m = size_m - extent_m;
  if (low_m > 0.0F) return {low_m, high_m + missing_m, is_seen};
  if (high_m < 0.0F) return {low_m - missing_m, high_m, is_seen};
  return {low_m - 0.5F * missing_m, high_m + 0.5F * missing_m, is_seen};
}

/// The axis of the rectangle that is the vehicle's length: the longer one, unless what is seen can be a rear or a
/// front. A face as wide as a vehicle is one when it lies across the line of sight: depth behind a face is seen in part
/// only.
int length_axis(const Shape& shape, float width_m) {
  const Rectangle& r = shape.rectangle;
  const int longer = r.extent_m(0) >= r.extent_m(1) ? 0 : 1;
  if (r.extent_m(longer) > 1.2F * width_m) return longer;
  const auto can_be_width = [&](int i) { return r.extent_m(i) > 0.75F * width_m; };
  const int across = std::abs(r.axis(0).dot(shape.centre_m())) < std::abs(r.axis(1).dot(shape.centre_m())) ? 0 : 1;
  if (can_be_width(across)) return 1 - across;
  return std::abs(r.axis(0).x()) >= std::abs(r.axis(1).x()) ? 0 : 1;  // a fragment: most traffic goes our way or comes
}

struct Prior {
  float length_m, width_m, length_seen_m, width_seen_m;
};

Prior prior_of(ObjectClass object_class, const BoxesConfig& config) {
  switch (object_class) {
    case ObjectClass::kCar:
      return {static_cast<float>(config.car_length_m), static_cast<float>(config.car_width_m), 3.3F, 1.45F};
    case ObjectClass::kTruck:
      return {static_cast<float>(config.truck_length_m), static_cast<float>(config.truck_width_m), 5.0F, 2.0F};
    case ObjectClass::kPedestrian: return {0.6F, 0.6F, 0.4F, 0.4F};
    case ObjectClass::kCyclist: return {1.8F, 0.6F, 1.4F, 0.4F};
    case ObjectClass::kUnknown: break;
  }
  return {0.0F, 0.0F, 0.0F, 0.0F};
}

}  // namespace

std::optional<Judgement> judge(const Shape& shape, const BoxesConfig& config) {
  if (shape.points < static_cast<std::uint32_t>(config.points_min)) return std::nullopt;
  const double sure = by_points(shape.points, config.points_min);
  // Few returns that show depth, or two faces, are a car far more often than as many in one line.
  constexpr double kDoubtWithDepth = 0.3;
  const double sure_of_car = shape.shorter_m() < kThin_m ? sure : 1.0 - kDoubtWithDepth * (1.0 - sure);
  Judgement best;
  const auto weigh = [&](ObjectClass object_class, double score) {
    if (score > best.score) best = {object_class, score};
  };
  weigh(ObjectClass::kCar, sure_of_car * car_score(shape));
  weigh(ObjectClass::kTruck, sure * truck_score(shape));
  weigh(ObjectClass::kPedestrian, sure * pedestrian_score(shape));
  weigh(ObjectClass::kCyclist, sure * cyclist_score(shape));
  if (best.score < least_score(best.object_class, config)) return std::nullopt;
  return best;
}

Box3 complete(const Shape& shape, const Judgement& judgement, const BoxesConfig& config) {
  const Prior prior = prior_of(judgement.object_class, config);
  const Rectangle& r = shape.rectangle;
  const bool is_vehicle = judgement.object_class == ObjectClass::kCar || judgement.object_class == ObjectClass::kTruck;
  const auto truck_m = static_cast<float>(config.truck_width_m);
  const float width_m = shape.top_m > kTallerThanCar_m ? std::max(prior.width_m, truck_m) : prior.width_m;
  const int along = is_vehicle ? length_axis(shape, width_m) : (r.extent_m(0) >= r.extent_m(1) ? 0 : 1);
  const auto a = static_cast<std::size_t>(along);
  const Side length = widened(r.low_m[a], r.high_m[a], prior.length_m, prior.length_seen_m);
  const Side width = widened(r.low_m[1 - a], r.high_m[1 - a], prior.width_m, prior.width_seen_m);
  const Eigen::Vector2f centre =
      0.5F * (length.low_m + length.high_m) * r.axis(along) + 0.5F * (width.low_m + width.high_m) * r.axis(1 - along);
  Box3 box;
  box.object_class = judgement.object_class;
  box.score = judgement.score;
  box.points = shape.points;
  box.centre_m = {static_cast<double>(centre.x()), static_cast<double>(centre.y()),
                  static_cast<double>(shape.ground_m + 0.5F * shape.top_m)};
  box.size_m = {static_cast<double>(length.high_m - length.low_m), static_cast<double>(width.high_m - width.low_m),
                static_cast<double>(shape.top_m)};
  const double yaw_rad = static_cast<double>(r.yaw_rad) + (along == 0 ? 0.0 : M_PI_2);
  box.yaw_rad = std::cos(yaw_rad) < 0.0 ? wrap_angle(yaw_rad + M_PI) : wrap_angle(yaw_rad);
  box.is_length_seen = length.is_seen;
  box.is_width_seen = width.is_seen;
  return box;
}

}  // namespace ocelli::perception
