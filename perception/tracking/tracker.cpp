#include "ocelli/perception/tracking/tracker.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::tracking {
namespace {

constexpr double kEchoMissed = 0.3;   // evidence that an object of the radar alone loses with each scan without it
constexpr Duration kHidden = 1500ms;  // what the lidar has not seen for longer may have left
constexpr double kSilent_s = 0.5;     // a lidar that has not delivered for longer sees nothing leave
constexpr std::size_t kUsual = 128;   // objects and detections that need no memory beyond what the start takes

bool is_usable(const Detection3& d) {
  return d.p_vehicle.allFinite() && std::isfinite(d.yaw_rad) && std::isfinite(d.score) && d.length_m > 0.0 &&
         d.width_m > 0.0 && d.height_m > 0.0 && std::isfinite(d.length_m + d.width_m + d.height_m);
}

bool is_usable(const Detection2& d) {
  return std::isfinite(d.score) && std::isfinite(d.image.left_px + d.image.top_px) && d.image.width_px() > 0.0 &&
         d.image.height_px() > 0.0 && std::isfinite(d.image.area_px2());
}

bool is_usable(const RadarReturn& r) {
  return r.p_vehicle.allFinite() && r.sensor_vehicle.allFinite() && std::isfinite(r.range_rate_mps) &&
         r.range_rate_sigma_mps > 0.0 && std::isfinite(r.range_rate_sigma_mps);
}

bool is_surer(const RadarReturn& a, const RadarReturn& b) { return a.p_vehicle.norm() < b.p_vehicle.norm(); }
template <class Detection>
bool is_surer(const Detection& a, const Detection& b) {
  return a.score > b.score;
}

bool is_of_radar_alone(const Object& object) { return object.lidar_at == kNoTime && object.camera_at == kNoTime; }

/// Copies what can be used; beyond `most` only the surest, or the nearest returns.
template <class Detection>
std::uint64_t take_usable(std::span<const Detection> from, int most, std::vector<Detection>& to) {
  to.clear();
  for (const Detection& detection : from)
    if (is_usable(detection)) to.push_back(detection);
  if (to.size() > static_cast<std::size_t>(most)) {
    std::nth_element(to.begin(), to.begin() + most, to.end(),
                     [](const Detection& a, const Detection& b) { return is_surer(a, b); });
    to.resize(static_cast<std::size_t>(most));
  }
  return from.size() - to.size();
}

}  // namespace

Tracker::Tracker(const Config& config) : config_(config), entries_(static_cast<std::size_t>(config.history)) {
  order_.reserve(entries_.size());
  const auto detections = static_cast<std::size_t>(config.max_detections);
  for (Entry& entry : entries_) {
    entry.lidar.reserve(kUsual);
    entry.camera.reserve(kUsual);
    entry.radar.reserve(kUsual);
    entry.birth_ids.reserve(kUsual);
    entry.before.objects.reserve(kUsual);
    entry.before.echoes.reserve(4 * kUsual);
  }
  scene_.objects.reserve(kUsual);
  scene_.echoes.reserve(4 * kUsual);
  tracks_.reserve(kUsual);
  rows_.reserve(detections);
  columns_.reserve(static_cast<std::size_t>(config.max_tracks));
  places_.reserve(detections);
  is_used_.reserve(detections);
  is_matched_.reserve(detections);
  column_of_row_.resize(kUsual);
  cost_.assign(kUsual * kUsual, 0.0);
  solver_.solve(kUsual, kUsual, cost_, column_of_row_);
}

void Tracker::take(const Measurements& measurements, Entry& entry) {
  entry.stamp = measurements.stamp;
  entry.has_lidar = measurements.lidar.has_value();
  entry.has_camera = measurements.camera.has_value();
  entry.has_radar = measurements.radar.has_value();
  entry.camera_looks = measurements.camera_looks;
  entry.ego = measurements.ego;
  rejected_ +=
      take_usable(measurements.lidar.value_or(std::span<const Detection3>{}), config_.max_detections, entry.lidar);
  rejected_ +=
      take_usable(measurements.camera.value_or(std::span<const Detection2>{}), config_.max_detections, entry.camera);
  rejected_ +=
      take_usable(measurements.radar.value_or(std::span<const RadarReturn>{}), config_.max_detections, entry.radar);
  entry.birth_ids.assign(entry.lidar.size() + entry.camera.size() + entry.radar.size(), 0);
}

Status Tracker::update(const Measurements& measurements) {
  const auto later = std::upper_bound(order_.begin(), order_.end(), measurements.stamp,
                                      [this](Time stamp, int i) { return stamp < entries_[std::size_t(i)].stamp; });
  const auto place = later - order_.begin();
  const bool is_full = order_.size() == entries_.size();
  if (place == 0 && is_full)
    return error(ErrorCode::kInvalidArgument, "measurement {:.3f} ms older than the {} updates that are remembered",
                 to_milliseconds(entries_[std::size_t(order_.front())].stamp - measurements.stamp), order_.size());
  if (later != order_.end()) std::swap(scene_, entries_[std::size_t(*later)].before);
  int slot = static_cast<int>(order_.size());
  std::ptrdiff_t at = place;
  if (is_full) {
    slot = order_.front();
    order_.erase(order_.begin());
    --at;
  }
  order_.insert(order_.begin() + at, slot);
  take(measurements, entries_[std::size_t(slot)]);
  for (auto i = static_cast<std::size_t>(at); i < order_.size(); ++i) step(entries_[std::size_t(order_[i])]);
  report();
  return ok();
}

void Tracker::step(Entry& entry) {
  entry.before = scene_;
  const double step_s = scene_.stamp ? to_seconds(entry.stamp - *scene_.stamp) : 0.0;
  change_frame(entry, step_s);
  if (!scene_.stamp) scene_.begun_at = entry.stamp;
  scene_.stamp = entry.stamp;
  if (entry.has_lidar) scene_.lidar_at = entry.stamp;
  predict_all(step_s);
  places_.clear();
  const Pose T_world_vehicle = this->T_world_vehicle();
  lidar_world_ = (T_world_vehicle * Eigen::Vector3d(config_.lidar_x_m, config_.lidar_y_m, 0.0)).head<2>();
  for (const Detection3& detection : entry.lidar)
    places_.push_back(seen_in_world(config_.of(detection.object_class), T_world_vehicle, detection));
  is_used_.assign(entry.lidar.size(), 0);
  for (const bool is_strong : {true, false}) match_lidar(entry, is_strong);
  bear(entry);
  listen_to_radar(entry);
  see_images();
  if (entry.has_camera) look_through_camera(entry);
  weigh_and_bury(entry);
}

/// World to vehicle and back, at the last update: with the pose known there, or the one found now, driven back.
void Tracker::change_frame(const Entry& entry, double step_s) {
  const bool was_world = scene_.is_world;
  scene_.is_world = entry.ego.has_value();
  if (was_world != scene_.is_world) {
    scene_.echoes.clear();
    const Ego& ego = entry.ego ? *entry.ego : scene_.ego;
    const Pose T = scene_.is_world ? ego.T_world_vehicle : ego.T_world_vehicle.inverse();
    const double yaw_rad = yaw_of(T);
    const Eigen::Vector2d forward(ego.speed_mps, 0.0);
    for (Object& object : scene_.objects) {
      const ClassConfig& config = config_.of(object.object_class);
      change_model(config, MotionModel::kFreeVelocity, object.motion);
      object.is_standing = false;
      object.z_m += T.translation().z();
      if (scene_.is_world) {
        const Eigen::Rotation2Dd turn(yaw_rad);
        transform(yaw_rad, T.translation().head<2>() - turn * forward * step_s, turn * forward, ego.yaw_rate_rps,
                  object.motion);
        change_model(config, config.motion, object.motion);
      } else {
        transform(yaw_rad, T.translation().head<2>(), -forward, -ego.yaw_rate_rps, object.motion);
      }
      object.rest = rest_at(object.motion);
    }
  }
  if (entry.ego) scene_.ego = *entry.ego;
}

void Tracker::predict_all(double step_s) {
  const double extra_mps2 = scene_.is_world ? 0.0 : config_.frame_noise_mps2;
  for (Object& object : scene_.objects) {
    predict_object(config_.of(object.object_class), step_s, extra_mps2, object);
    object.sources = 0;
    object.image.reset();
  }
}

void Tracker::bear(Entry& entry) {
  for (std::size_t j = 0; j < entry.lidar.size(); ++j) {
    if (is_used_[j] != 0 || scene_.objects.size() >= static_cast<std::size_t>(config_.max_tracks)) continue;
    const ClassConfig& config = config_.of(entry.lidar[j].object_class);
    Object object = new_object(config, model_of(config), places_[j], entry.lidar[j], entry.stamp);
    if (is_shadow(object)) continue;
    if (config_.has_partial_boxes) vote_for_class(entry.lidar[j], object);
    if (entry.birth_ids[j] == 0) entry.birth_ids[j] = next_id_++;
    object.id = entry.birth_ids[j];
    scene_.objects.push_back(object);
  }
}

/// Lies in the place of a surer object of its class that was measured in this update.
bool Tracker::is_shadow(const Object& object) const {
  const double most = config_.of(object.object_class).overlap_max;
  for (const Object& other : scene_.objects) {
    if (other.id == object.id || other.object_class != object.object_class || other.sources == 0) continue;
    if (other.evidence >= object.evidence && ground_cover(object, other) > most) return true;
  }
  return false;
}

/// Which part of each object is inside the image and not behind nearer ones.
void Tracker::see_images() {
  if (!camera_) return;
  const ImageBox frame{0.0, 0.0, camera_->width_px, camera_->height_px};
  const Pose T_world_vehicle = this->T_world_vehicle();
  const Pose T_vehicle_world = T_world_vehicle.inverse();
  const Eigen::Vector2d ego = T_world_vehicle.translation().head<2>();
  for (Object& object : scene_.objects) {
    object.visible_share = 1.0;
    if (object.image) continue;
    const std::optional<ImageBox> box = project(*camera_, T_vehicle_world, object);
    object.visible_share = box ? image_cover(*box, frame) : 0.0;
    if (object.visible_share <= 0.0) continue;
    object.image = ImageBox{std::max(box->left_px, 0.0), std::max(box->top_px, 0.0),
                            std::min(box->right_px, frame.right_px), std::min(box->bottom_px, frame.bottom_px)};
  }
  for (Object& object : scene_.objects) {
    if (!object.image || object.sources != 0) continue;
    const double range_m = (object.place_m() - ego).norm();
    double hidden = 0.0;
    for (const Object& other : scene_.objects)
      if (other.image && other.sources != 0 && (other.place_m() - ego).norm() < range_m)
        hidden = std::max(hidden, image_cover(*object.image, *other.image));
    object.visible_share *= 1.0 - hidden;
  }
}

/// A lidar that looked and saw nothing speaks against an object; the silence of a lidar does not.
void Tracker::count_misses(Object& object) const {
  const ClassConfig& config = config_.of(object.object_class);
  if (object.sources == 0) {
    ++object.misses;
    object.score -= config.coast_penalty;
  }
  if ((object.sources & kSourceLidar) != 0) return;
  const double share =
      config.detection_share_hidden + (config.detection_share - config.detection_share_hidden) * object.visible_share;
  object.evidence += std::log(1.0 - share);
}

/// Only the lidar knows places well enough to tell what stands from what moves: without it everything may move.
void Tracker::decide_standing(Time now, Object& object) const {
  const bool is_seen = now - object.lidar_at <= kHidden && !is_lidar_silent(now, kSilent_s);
  if (!is_seen) object.rest = rest_at(object.motion);
  object.is_standing = config_.has_partial_boxes && scene_.is_world && is_seen && may_stand(object);
}

void Tracker::weigh_and_bury(const Entry& entry) {
  for (Object& object : scene_.objects) {
    decide_standing(entry.stamp, object);
    const ClassConfig& config = config_.of(object.object_class);
    if (object.born_at != entry.stamp) ++object.age;
    if (object.sources != 0) {
      if (object.measured_at != object.born_at) ++object.hits;
      object.misses = 0;
    }
    if (entry.has_lidar) count_misses(object);
    if (entry.has_radar && is_of_radar_alone(object) && object.sources == 0) object.evidence -= kEchoMissed;
    object.is_proven = object.is_proven || object.evidence >= config.evidence_proof;
  }
  std::erase_if(scene_.objects, [&](const Object& object) {
    const ClassConfig& config = config_.of(object.object_class);
    return object.sources == 0 &&
           (object.evidence < config.evidence_death ||
            entry.stamp - object.measured_at > from_seconds(config.coast_max_s) || is_shadow(object));
  });
}

bool Tracker::is_reported(const Object& object) const {
  if (!object.is_proven) return false;
  if (object.sources != 0) return true;
  const ClassConfig& config = config_.of(object.object_class);
  // Time in which no lidar looked counts against nothing but the object's certainty.
  const Time looked_at = scene_.lidar_at.value_or(*scene_.stamp);
  if (looked_at - object.measured_at > from_seconds(config.report_coast_s)) return false;
  const double sigma_m = std::sqrt(object.place_covariance().diagonal().maxCoeff());
  // Labels of hidden objects are as often absent as present; that two sensors have seen one tips the scale.
  const bool may_be_hidden = object.camera_at != kNoTime || object.visible_share >= config.report_visible;
  return object.evidence >= config.report_evidence && may_be_hidden && sigma_m <= config.report_sigma_m;
}

void Tracker::report() {
  tracks_.clear();
  for (const Object& object : scene_.objects) {
    if (!is_reported(object)) continue;
    Track& track = tracks_.emplace_back(report_of(config_.of(object.object_class), object));
    track.covariance.topLeftCorner<2, 2>() += object.place_bias;
    if (config_.has_partial_boxes && object.lidar_at != kNoTime)
      track.covariance.topLeftCorner<2, 2>() += centre_bias(object, lidar_world_);
  }
}

}  // namespace ocelli::tracking
