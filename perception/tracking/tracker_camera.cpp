// The camera's part of an update: boxes in the image confirm or contradict what the lidar says, and keep alive what it
// lost. A weak detection that both sensors see is born sure.
#include <algorithm>
#include <cmath>

#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::tracking {
namespace {

constexpr double kBearingShare = 0.05;  // sigma of a bearing as a part of the box's width
constexpr double kRangeShare = 0.25;    // sigma of the range, as a part of it: a single box says little
constexpr double kSmallestHeight_px = 25.0;

}  // namespace

void Tracker::look_through_camera(const Entry& entry) {
  if (!camera_) return;
  for (std::size_t i = 0; i < kObjectClasses; ++i)
    if (entry.camera_looks[i]) match_camera(entry, static_cast<ObjectClass>(i));
}

void Tracker::match_camera(const Entry& entry, ObjectClass object_class) {
  const ClassConfig& config = config_.of(object_class);
  rows_.clear();
  columns_.clear();
  for (std::size_t j = 0; j < entry.camera.size(); ++j)
    if (entry.camera[j].object_class == object_class) rows_.push_back(static_cast<int>(j));
  for (std::size_t i = 0; i < scene_.objects.size(); ++i)
    if (scene_.objects[i].object_class == object_class && scene_.objects[i].image)
      columns_.push_back(static_cast<int>(i));
  if (columns_.empty()) return;
  cost_.assign(rows_.size() * columns_.size(), 0.0);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const Object& object = scene_.objects[std::size_t(columns_[c])];
      const double iou = image_iou(entry.camera[std::size_t(rows_[r])].image, *object.image);
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
    update_by_camera(entry.camera[std::size_t(rows_[r])], entry.stamp,
                     scene_.objects[std::size_t(columns_[std::size_t(c)])]);
  }
  for (const int i : columns_) {
    Object& object = scene_.objects[std::size_t(i)];
    if ((object.sources & kSourceCamera) == 0 && object.image->height_px() > kSmallestHeight_px)
      object.evidence -= config.camera_malus * object.visible_share;
  }
}

void Tracker::update_by_camera(const Detection2& detection, Time stamp, Object& object) {
  const ClassConfig& config = config_.of(object.object_class);
  if ((object.sources & kSourceLidar) == 0) {
    // Bearing of the box's centre against that of the predicted one; the range stays the predicted one.
    const Eigen::Vector2d ego = T_world_vehicle().translation().head<2>();
    const Eigen::Vector2d ray = object.motion.mean.head<2>() - ego;
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
    update_position(object.motion.mean.head<2>() + range_m * shift_px / focal_px * right, covariance, object.motion);
  }
  object.evidence = std::min(object.evidence + config.camera_bonus * detection.score, config.evidence_max);
  object.sources |= kSourceCamera;
  object.measured_at = object.camera_at = stamp;
  object.image = detection.image;
}

}  // namespace ocelli::tracking
