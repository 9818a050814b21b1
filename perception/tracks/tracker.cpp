#include "ocelli/perception/tracks/tracker.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::perception {

Status Tracker::update(Time time, std::span<const Box3> boxes, const EgoPose* ego) {
  if (time_ && time <= *time_)
    return error(ErrorCode::kInvalidArgument,
                 "boxes sensed {:.3f} ms before those already tracked: expected later ones",
                 to_milliseconds(*time_ - time));
  const double dt_s = time_ ? to_seconds(time - *time_) : 0.0;
  change_frame(time, ego);
  gather(boxes, ego);
  for (Object& object : objects_) object.predict(time, !is_world_);
  is_hit_.assign(objects_.size(), 0);
  match(true);
  match(false);
  bury(time, dt_s);
  bear(time);
  report(time);
  time_ = time;
  return ok();
}

/// World to vehicle and back: with the last ego pose known, driven on to the last update.
void Tracker::change_frame(Time time, const EgoPose* ego) {
  const bool was_world = is_world_;
  is_world_ = ego != nullptr;
  if (was_world != is_world_ && !objects_.empty()) {
    const EgoPose& pose = is_world_ ? *ego : ego_;
    const Pose T = is_world_ ? pose.T_world_vehicle : pose.T_world_vehicle.inverse();
    const double yaw_rad = yaw_of(T);
    const double dt_s = time_ ? to_seconds(time - *time_) : 0.0;
    const Eigen::Vector2d forward(pose.speed_mps, 0.0);
    for (Object& object : objects_) {
      if (is_world_) {
        const Eigen::Rotation2Dd turn(yaw_rad);
        object.transform(yaw_rad, T.translation().head<2>() - turn * forward * dt_s, turn * forward, pose.yaw_rate_rps);
      } else {
        object.transform(yaw_rad, T.translation().head<2>(), -forward, -pose.yaw_rate_rps);
      }
    }
  }
  if (ego != nullptr) ego_ = *ego;
}

void Tracker::gather(std::span<const Box3> boxes, const EgoPose* ego) {
  const Pose T = ego != nullptr ? ego->T_world_vehicle : Pose::Identity();
  const double yaw_rad = yaw_of(T);
  const Eigen::Vector3d sensor_m = T * Eigen::Vector3d(config_.sensor_x_m, config_.sensor_y_m, 0.0);
  measurements_.clear();
  for (const Box3& box : boxes) {
    Measurement measurement{box, sensor_m.head<2>()};
    measurement.box.centre_m = T * box.centre_m;
    measurement.box.yaw_rad = wrap_angle(box.yaw_rad + yaw_rad);
    measurements_.push_back(measurement);
  }
  is_used_.assign(measurements_.size(), 0);
}

/// Confirmed tracks choose first.
void Tracker::match(bool confirmed) {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < objects_.size(); ++i)
    if (objects_[i].is_confirmed() == confirmed) rows.push_back(i);
  for (std::size_t j = 0; j < measurements_.size(); ++j)
    if (is_used_[j] == 0) columns.push_back(j);
  CostMatrix costs;
  costs.reset(rows.size(), columns.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Object& object = objects_[rows[r]];
      const Measurement& measurement = measurements_[columns[c]];
      const double far_m = (measurement.box.centre_m.head<2>() - object.position_m()).norm();
      if (far_m > config_.gate_m + 0.5 * object.size_m().x()) continue;
      if (object.distance2(measurement) < config_.gate) costs.at(r, c) = object.cost(measurement);
    }
  }
  const std::vector<std::int32_t> column_of = assign(costs);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (column_of[r] == kUnassigned) continue;
    const std::size_t j = columns[static_cast<std::size_t>(column_of[r])];
    objects_[rows[r]].update(measurements_[j], !is_world_);
    is_hit_[rows[r]] = 1;
    is_used_[j] = 1;
  }
}

void Tracker::bury(Time time, double dt_s) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    Object& object = objects_[i];
    if (is_hit_[i] == 0) object.miss(dt_s);
    const Duration coast = object.is_confirmed() ? config_.coast : config_.coast_tentative;
    const bool is_dead = time - object.measured_at() > coast || object.existence() < config_.existence_to_die;
    if (is_dead) continue;
    const bool is_proven = object.hits() >= static_cast<std::uint32_t>(config_.hits_to_confirm) &&
                           object.existence() >= config_.existence_to_confirm;
    if (is_proven) object.confirm();
    if (kept != i) objects_[kept] = object;
    ++kept;
  }
  objects_.erase(objects_.begin() + static_cast<std::ptrdiff_t>(kept), objects_.end());
}

void Tracker::bear(Time time) {
  for (std::size_t j = 0; j < measurements_.size(); ++j)
    if (is_used_[j] == 0) objects_.emplace_back(next_id_++, measurements_[j], time);
}

void Tracker::report(Time time) {
  tracks_.clear();
  for (const Object& object : objects_)
    if (object.is_confirmed() && time - object.measured_at() <= config_.report_after) tracks_.push_back(object.track());
}

}  // namespace ocelli::perception
