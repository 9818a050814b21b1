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

/// More returns, more sure: 0.5 at `points_min`, towards 1.
double by_points(std::uint32_t points, int points_min) {
  return 1.0 - 0.5 * std::sqrt(static_cast<double>(points_min) / std::max<double>(points, points_min));
}

/// A short piece counts as a part of a car when it is as high as a roof (beams leave gaps); when nothing hides the
/// rest of it, it must be a rear or front that the sensor looks straight at.
double piece_score(const Shape& s) {
  if (s.longer_m() > 2.2F) return 1.0;
  const float beams_m = 0.004F * s.range_m;
  const double roof = within(s.top_m, 1.35F - beams_m, 2.2F, 0.1F);
  if (s.is_hidden_beside) return roof;
  const Eigen::Vector2f sight = s.centre_m().normalized();
  const float aligned = std::max(std::abs(s.rectangle.axis(0).dot(sight)), std::abs(s.rectangle.axis(1).dot(sight)));
  return roof * within(s.longer_m(), 1.5F - 2.0F * beams_m, 2.2F, 0.2F) * within(aligned, 0.9F, 1.0F, 0.1F);
}

double car_score(const Shape& s) {
  if (s.is_plane()) return 0.0;
  const double length = within(s.longer_m(), 1.3F, 5.4F, 0.6F);
  const double width = within(s.shorter_m(), 0.0F, 2.2F, 0.4F);
  // Beams leave gaps, so that a roof may be missed by part of one.
  const double top = within(s.top_m, 1.25F - 0.004F * s.range_m, 2.2F, 0.2F);
  // A rear or front is as high everywhere; a rider sits in the middle of a narrow thing.
  const bool is_narrow = s.longer_m() < 2.2F && s.shorter_m() < 0.8F && s.top_m > 1.4F;
  return length * width * top * piece_score(s) * (is_narrow ? within(s.roof_share, 0.75F, 1.0F, 0.25F) : 1.0);
}

/// What reaches above the sight can as well be a wall. A truck shows its rear or front, or that and its side, or a side
/// with room between the wheels.
bool can_be_wall(const Shape& s) {
  if (!s.is_cut_above()) return s.is_plane();
  const bool is_face = s.longer_m() > 2.1F && s.longer_m() < 2.7F && s.shorter_m() > 0.2F && s.shorter_m() < 1.5F;
  const bool has_wheels = s.foot_share > 0.15F && s.foot_share < 0.75F && s.bottom_m < 0.5F;
  const bool is_corner = s.longer_m() > 2.8F && s.shorter_m() > 1.7F;
  const bool is_side = s.longer_m() > 3.5F && !s.is_plane() && !s.is_hidden_beside;
  return !is_face && !(has_wheels && (is_corner || is_side));
}

double truck_score(const Shape& s) {
  if (can_be_wall(s)) return 0.0;
  const double length = within(s.longer_m(), 1.9F, 13.0F, 1.0F);
  const double width = within(s.shorter_m(), 0.0F, 3.0F, 0.5F);
  const double top = s.is_cut_above() ? within(s.top_m, 1.7F, 4.5F, 0.3F) : within(s.top_m, 2.3F, 4.5F, 0.3F);
  return 0.8 * length * width * top;
}

/// Near the sensor nobody's head is below its sight: then only what is as wide and deep as a body counts.
double pedestrian_score(const Shape& s) {
  const bool is_cut = s.is_cut_above();
  if (is_cut && s.range_m > 12.0F) return 0.0;
  const double size = within(s.longer_m(), is_cut ? 0.4F : 0.25F, 1.0F, is_cut ? 0.1F : 0.3F) *
                      within(s.shorter_m(), is_cut ? 0.25F : 0.15F, 0.8F, 0.15F);
  const double top = within(s.top_m, 1.2F, 2.0F, 0.2F);
  return size * top;
}

double cyclist_score(const Shape& s) {
  const double length = within(s.longer_m(), 1.2F, 2.0F, 0.3F);
  const double width = within(s.shorter_m(), 0.3F, 0.8F, 0.2F);
  const double top = within(s.top_m, 1.4F, 2.0F, 0.2F);
  return 0.95 * length * width * top * within(s.roof_share, 0.0F, 0.75F, 0.25F);
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
  if (can_be_width(1 - across)) return across;
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
  Judgement best;
  const auto weigh = [&](ObjectClass object_class, double score) {
    if (score > best.score) best = {object_class, score};
  };
  weigh(ObjectClass::kCar, car_score(shape));
  weigh(ObjectClass::kTruck, truck_score(shape));
  weigh(ObjectClass::kPedestrian, pedestrian_score(shape));
  weigh(ObjectClass::kCyclist, cyclist_score(shape));
  best.score *= by_points(shape.points, config.points_min);
  if (best.score < config.score_min) return std::nullopt;
  return best;
}

Box3 complete(const Shape& shape, const Judgement& judgement, const BoxesConfig& config) {
  const Prior prior = prior_of(judgement.object_class, config);
  const Rectangle& r = shape.rectangle;
  const bool is_vehicle = judgement.object_class == ObjectClass::kCar || judgement.object_class == ObjectClass::kTruck;
  const int along = is_vehicle ? length_axis(shape, prior.width_m) : (r.extent_m(0) >= r.extent_m(1) ? 0 : 1);
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
