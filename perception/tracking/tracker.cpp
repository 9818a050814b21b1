#include "ocelli/perception/tracking/tracker.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::tracking {
namespace {

constexpr std::array kAllClasses{ObjectClass::kCar, ObjectClass::kPedestrian, ObjectClass::kCyclist};

constexpr std::size_t kUsual = 128;  // objects and detections that need no memory beyond what the start takes

bool is_usable(const Detection3& d) {
  return d.p_vehicle.allFinite() && std::isfinite(d.yaw_rad) && std::isfinite(d.score) && d.length_m > 0.0 &&
         d.width_m > 0.0 && d.height_m > 0.0 && std::isfinite(d.length_m + d.width_m + d.height_m);
}

bool is_usable(const Detection2& d) {
  return std::isfinite(d.score) && std::isfinite(d.image.left_px + d.image.top_px) && d.image.width_px() > 0.0 &&
         d.image.height_px() > 0.0 && std::isfinite(d.image.area_px2());
}

/// Copies what can be used; beyond `most` only the surest.
template <class Detection>
std::uint64_t take_usable(std::span<const Detection> from, int most, std::vector<Detection>& to) {
  to.clear();
  for (const Detection& detection : from)
    if (is_usable(detection)) to.push_back(detection);
  const std::uint64_t rejected = from.size() - to.size();
  if (to.size() > static_cast<std::size_t>(most)) {
    std::nth_element(to.begin(), to.begin() + most, to.end(),
                     [](const Detection& a, const Detection& b) { return a.score > b.score; });
    to.resize(static_cast<std::size_t>(most));
  }
  return rejected;
}

}  // namespace

Tracker::Tracker(const Config& config) : config_(config), entries_(static_cast<std::size_t>(config.history)) {
  order_.reserve(entries_.size());
  const auto detections = static_cast<std::size_t>(config.max_detections);
  for (Entry& entry : entries_) {
    entry.lidar.reserve(kUsual);
    entry.camera.reserve(kUsual);
    entry.birth_ids.reserve(kUsual);
    entry.before.objects.reserve(kUsual);
  }
  scene_.objects.reserve(kUsual);
  tracks_.reserve(kUsual);
  rows_.reserve(detections);
  columns_.reserve(static_cast<std::size_t>(config.max_tracks));
  places_.reserve(detections);
  is_used_.reserve(detections);
  column_of_row_.resize(kUsual);
  cost_.assign(kUsual * kUsual, 0.0);
  solver_.solve(kUsual, kUsual, cost_, column_of_row_);
}

void Tracker::take(const Measurements& measurements, Entry& entry) {
  entry.stamp = measurements.stamp;
  entry.has_lidar = measurements.lidar.has_value();
  entry.has_camera = measurements.camera.has_value();
  entry.camera_looks = measurements.camera_looks;
  entry.T_world_vehicle = measurements.T_world_vehicle;
  rejected_ +=
      take_usable(measurements.lidar.value_or(std::span<const Detection3>{}), config_.max_detections, entry.lidar);
  rejected_ +=
      take_usable(measurements.camera.value_or(std::span<const Detection2>{}), config_.max_detections, entry.camera);
  entry.birth_ids.assign(entry.lidar.size(), 0);
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
  scene_.stamp = entry.stamp;
  if (entry.T_world_vehicle) scene_.T_world_vehicle = *entry.T_world_vehicle;
  for (Object& object : scene_.objects) {
    predict_object(config_.of(object.object_class), step_s, object);
    object.sources = 0;
    object.image.reset();
  }
  places_.clear();
  for (const Detection3& detection : entry.lidar)
    places_.push_back(seen_in_world(config_.of(detection.object_class), scene_.T_world_vehicle, detection));
  is_used_.assign(entry.lidar.size(), 0);
  for (const ObjectClass object_class : kAllClasses)
    for (const bool is_strong : {true, false}) match_lidar(entry, object_class, is_strong);
  bear(entry);
  see_images();
  if (entry.has_camera) look_through_camera(entry);
  weigh_and_bury(entry);
}

/// Cost of a pair: -2 log of its likelihood, less what the gate allows; pairs outside the gates cost 0 and do not
/// count.
void Tracker::match_lidar(const Entry& entry, ObjectClass object_class, bool is_strong) {
  const ClassConfig& config = config_.of(object_class);
  rows_.clear();
  columns_.clear();
  for (std::size_t j = 0; j < entry.lidar.size(); ++j)
    if (is_used_[j] == 0 && entry.lidar[j].object_class == object_class &&
        (entry.lidar[j].score >= config.strong_score) == is_strong)
      rows_.push_back(static_cast<int>(j));
  if (rows_.empty()) return;
  for (std::size_t i = 0; i < scene_.objects.size(); ++i)
    if (scene_.objects[i].object_class == object_class && (scene_.objects[i].sources & kSourceLidar) == 0)
      columns_.push_back(static_cast<int>(i));
  if (columns_.empty()) return;
  cost_.assign(rows_.size() * columns_.size(), 0.0);
  const double gate2 = config.gate_sigmas * config.gate_sigmas;
  const double floor = gate2 + 4.0 * std::log(config.gate_m);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const WorldDetection& place = places_[std::size_t(rows_[r])];
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const MotionState& motion = scene_.objects[std::size_t(columns_[c])].motion;
      const Eigen::Vector2d away = place.p_world.head<2>() - motion.mean.head<2>();
      if (away.squaredNorm() > config.gate_m * config.gate_m) continue;
      const double xx = motion.covariance(0, 0) + place.sigma_m * place.sigma_m;
      const double yy = motion.covariance(1, 1) + place.sigma_m * place.sigma_m;
      const double xy = motion.covariance(0, 1);
      const double determinant = xx * yy - xy * xy;
      const double distance2 =
          (yy * away.x() * away.x() - 2.0 * xy * away.x() * away.y() + xx * away.y() * away.y()) / determinant;
      if (distance2 > gate2) continue;
      cost_[r * columns_.size() + c] = std::min(distance2 + std::log(determinant) - floor, -1e-6);
    }
  }
  column_of_row_.resize(rows_.size());
  solver_.solve(static_cast<int>(rows_.size()), static_cast<int>(columns_.size()), cost_, column_of_row_);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const int c = column_of_row_[r];
    if (c < 0 || cost_[r * columns_.size() + std::size_t(c)] >= 0.0) continue;
    const auto j = std::size_t(rows_[r]);
    update_object(config, places_[j], entry.lidar[j], entry.stamp,
                  scene_.objects[std::size_t(columns_[std::size_t(c)])]);
    is_used_[j] = 1;
  }
}

void Tracker::bear(Entry& entry) {
  for (std::size_t j = 0; j < entry.lidar.size(); ++j) {
    if (is_used_[j] != 0 || scene_.objects.size() >= static_cast<std::size_t>(config_.max_tracks)) continue;
    Object object = new_object(config_.of(entry.lidar[j].object_class), places_[j], entry.lidar[j], entry.stamp);
    if (is_shadow(object)) continue;
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
  const Pose T_vehicle_world = scene_.T_world_vehicle.inverse();
  const Eigen::Vector2d ego = scene_.T_world_vehicle.translation().head<2>();
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
    const double range_m = (object.motion.mean.head<2>() - ego).norm();
    double hidden = 0.0;
    for (const Object& other : scene_.objects)
      if (other.image && other.sources != 0 && (other.motion.mean.head<2>() - ego).norm() < range_m)
        hidden = std::max(hidden, image_cover(*object.image, *other.image));
    object.visible_share *= 1.0 - hidden;
  }
}

void Tracker::weigh_and_bury(const Entry& entry) {
  for (Object& object : scene_.objects) {
    const ClassConfig& config = config_.of(object.object_class);
    if (object.sources != 0) {
      if (object.measured_at != object.born_at) ++object.hits;
      object.misses = 0;
    } else {
      ++object.misses;
      object.score -= config.coast_penalty;
    }
    if (entry.has_lidar && (object.sources & kSourceLidar) == 0) {
      const double share = config.detection_share_hidden +
                           (config.detection_share - config.detection_share_hidden) * object.visible_share;
      object.evidence += std::log(1.0 - share);
    }
  }
  std::erase_if(scene_.objects, [&](const Object& object) {
    const ClassConfig& config = config_.of(object.object_class);
    return object.sources == 0 &&
           (object.evidence < config.evidence_death ||
            entry.stamp - object.measured_at > from_seconds(config.coast_max_s) || is_shadow(object));
  });
}

bool Tracker::is_reported(const Object& object) const {
  if (object.sources != 0) return true;
  const ClassConfig& config = config_.of(object.object_class);
  const double sigma_m = std::sqrt(std::max(object.motion.covariance(0, 0), object.motion.covariance(1, 1)));
  return object.evidence >= config.report_evidence && object.visible_share >= config.report_visible &&
         sigma_m <= config.report_sigma_m;
}

void Tracker::report() {
  tracks_.clear();
  for (const Object& object : scene_.objects)
    if (is_reported(object)) tracks_.push_back(report_of(config_.of(object.object_class), object));
}

}  // namespace ocelli::tracking
