// The camera's part of an update: boxes in the image confirm or contradict what the lidar says, and keep alive what it
// lost. A weak detection that both sensors see is born sure.
#include <algorithm>
#include <cmath>

#include "ocelli/perception/tracking/road.hpp"
#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::tracking {
namespace {

constexpr double kBearingShare = 0.05;  // sigma of a bearing as a part of the box's width
constexpr double kRangeShare = 0.25;    // sigma of the range, as a part of it: a single box says little
constexpr double kSmallestHeight_px = 25.0;

/// Vehicles are taken for each other, and so are people; of what has no class nothing is known.
bool may_be_same(ObjectClass a, ObjectClass b) {
  const auto is_vehicle = [](ObjectClass c) { return c == ObjectClass::kCar || c == ObjectClass::kTruck; };
  if (a == ObjectClass::kUnknown || b == ObjectClass::kUnknown) return true;
  return is_vehicle(a) == is_vehicle(b);
}

}  // namespace

void Tracker::look_through_camera(Entry& entry) {
  if (!camera_) return;
  is_matched_.assign(entry.camera.size(), 0);
  if (config_.has_partial_boxes) {  // the lidar may be wrong about the class
    match_camera(entry, std::nullopt);
  } else {
    for (std::size_t i = 0; i < kObjectClasses; ++i)
      if (entry.camera_looks[i]) match_camera(entry, static_cast<ObjectClass>(i));
  }
  bear_by_camera(entry);
}

/// Boxes and objects of one class, or of all that may be taken for each other.
void Tracker::match_camera(const Entry& entry, std::optional<ObjectClass> only) {
  rows_.clear();
  columns_.clear();
  for (std::size_t j = 0; j < entry.camera.size(); ++j)
    if (!only || entry.camera[j].object_class == *only) rows_.push_back(static_cast<int>(j));
  for (std::size_t i = 0; i < scene_.objects.size(); ++i)
    if ((!only || scene_.objects[i].object_class == *only) && scene_.objects[i].image)
      columns_.push_back(static_cast<int>(i));
  if (columns_.empty()) return;
  cost_.assign(rows_.size() * columns_.size(), 0.0);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const Object& object = scene_.objects[std::size_t(columns_[c])];
      const Detection2& seen = entry.camera[std::size_t(rows_[r])];
      if (!may_be_same(seen.object_class, object.object_class)) continue;
      const ClassConfig& config = config_.of(object.object_class);
      const double iou = image_iou(seen.image, *object.image);
      const double least = object.sources != 0 ? config.camera_iou : config.camera_keep_iou;
      // Of two objects behind the same box the surer one takes it.
      if (iou >= least) cost_[r * columns_.size() + c] = -iou - 0.02 * std::max(object.evidence, 0.0) - 1.0;
    }
  }
  column_of_row_.resize(rows_.size());
  solver_.solve(static_cast<int>(rows_.size()), static_cast<int>(columns_.size()), cost_, column_of_row_);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const int c = column_of_row_[r];
    if (c < 0 || cost_[r * columns_.size() + std::size_t(c)] >= 0.0) continue;
    is_matched_[std::size_t(rows_[r])] = 1;
    update_by_camera(entry.camera[std::size_t(rows_[r])], entry.stamp,
                     scene_.objects[std::size_t(columns_[std::size_t(c)])]);
  }
  for (const int i : columns_) {
    Object& object = scene_.objects[std::size_t(i)];
    const ClassConfig& config = config_.of(object.object_class);
    if ((object.sources & kSourceCamera) == 0 && object.image->height_px() > kSmallestHeight_px)
      object.evidence -= config.camera_malus * object.visible_share;
  }
}

void Tracker::update_by_camera(const Detection2& detection, Time stamp, Object& object) {
  if (stamp - object.lidar_at > from_seconds(config_.camera_place_after_s)) place_by_camera(detection, object);
  const ClassConfig& config = config_.of(object.object_class);
  object.evidence = std::min(object.evidence + config.camera_bonus * detection.score, config.evidence_max);
  object.sources |= kSourceCamera;
  object.measured_at = object.camera_at = stamp;
  object.image = detection.image;
}

/// Bearing of the box's centre against that of the predicted one. The range is that of the road at the box's lower
/// edge where this says anything, else stays the predicted one.
void Tracker::place_by_camera(const Detection2& detection, Object& object) const {
  const Pose T_world_vehicle = this->T_world_vehicle();
  if (config_.has_flat_road) {
    if (const auto road = place_on_road(*camera_, detection.image)) {
      const Eigen::Matrix2d turn = T_world_vehicle.linear().topLeftCorner<2, 2>();
      const Eigen::Vector2d centre = road->p_vehicle + 0.5 * object.size_m.x() * road->p_vehicle.normalized();
      const Eigen::Vector2d p_world = (T_world_vehicle * Eigen::Vector3d(centre.x(), centre.y(), 0.0)).head<2>();
      update_position(p_world, turn * road->covariance * turn.transpose(), object.motion);
      return;
    }
  }
  const Eigen::Vector2d ego = T_world_vehicle.translation().head<2>();
  const Eigen::Vector2d ray = object.place_m() - ego;
  const double range_m = std::max(ray.norm(), 1.0);
  const double focal_px = std::max(camera_->P_image_vehicle.row(0).head<3>().norm(), 1.0);
  const double shift_px =
      0.5 * (detection.image.left_px + detection.image.right_px - object.image->left_px - object.image->right_px);
  const Eigen::Vector2d along = ray / range_m;
  const Eigen::Vector2d right(along.y(), -along.x());
  const double across_m = range_m * (kBearingShare * detection.image.width_px() + 1.0) / focal_px;
  const double depth_m = kRangeShare * range_m;
  const Eigen::Matrix2d covariance =
      across_m * across_m * right * right.transpose() + depth_m * depth_m * along * along.transpose();
  update_position(object.place_m() + range_m * shift_px / focal_px * right, covariance, object.motion);
}

/// While no lidar delivers, a box that belongs to nothing is an object that stands on the road there.
void Tracker::bear_by_camera(Entry& entry) {
  if (!config_.has_flat_road || !is_lidar_silent(entry.stamp, config_.camera_birth_after_s)) return;
  for (std::size_t j = 0; j < entry.camera.size(); ++j) {
    if (is_matched_[j] != 0 || scene_.objects.size() >= static_cast<std::size_t>(config_.max_tracks)) continue;
    const auto road = place_on_road(*camera_, entry.camera[j].image);
    if (!road) continue;
    const Detection3 seen = standing_on_road(entry.camera[j], *road);
    const ClassConfig& config = config_.of(seen.object_class);
    WorldDetection place = seen_in_world(config, T_world_vehicle(), seen);
    place.sigma_m = std::sqrt(road->covariance.trace());
    Object object = new_object(config, model_of(config), place, seen, entry.stamp);
    object.sources = kSourceCamera;
    object.lidar_at = Time{};
    object.camera_at = entry.stamp;
    object.sized = {};
    if (is_shadow(object)) continue;
    vote_for_class(seen, object);
    std::uint32_t& id = entry.birth_ids[entry.lidar.size() + j];
    if (id == 0) id = next_id_++;
    object.id = id;
    scene_.objects.push_back(object);
  }
}

}  // namespace ocelli::tracking
