// The lidar's part of an update: which detection measures which object, and what it says about it.
#include <algorithm>
#include <cmath>

#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::tracking {
namespace {

// What a length grows by at once: a share of what is missing, and no more than this. One scan may be wrong.
constexpr double kGrow = 0.5;
constexpr double kGrowMost_m = 0.5;

/// What is new and jumps may be a row of things that stand: the likelihood of a box's place counts for existence, too
/// (as in the track score of multiple hypothesis tracking: Blackman 2004), where fewer than one right box in a hundred
/// lies. Not more than that two good boxes make up for it: some are as fast as that.
double doubt_of(double distance2) {
  constexpr double kOneInAHundred = 9.21;  // chi-squared of two degrees of freedom
  constexpr double kMost = 1.6;
  return std::min(kMost, 0.5 * std::max(0.0, distance2 - kOneInAHundred));
}

}  // namespace

/// The pair's innovation, and its covariance. What stands because most things do may as well be about to show how fast
/// it is: then the model that the pair fits better.
Tracker::Innovation Tracker::innovation_of(const Entry& entry, std::size_t detection, const Object& object) const {
  const WorldDetection& place = places_[detection];
  Eigen::Vector2d seen_m = place.p_world.head<2>();
  Eigen::Matrix2d covariance = place.sigma_m * place.sigma_m * Eigen::Matrix2d::Identity();
  if (config_.has_partial_boxes) {
    const Placement placement =
        place_at_near_side(config_.of(object.object_class), place, entry.lidar[detection], lidar_world_, object);
    seen_m = placement.p_world;
    covariance = placement.covariance;
  }
  const MotionState& motion = object.motion;
  const Innovation moves{seen_m - motion.mean.head<2>(), motion.covariance.topLeftCorner<2, 2>() + covariance};
  if (!object.is_standing) return moves;
  const Innovation stands{seen_m - object.rest.place_m, object.rest.covariance + covariance};
  return object.rest.log_odds > 0.0 || stands.surprise() < moves.surprise() ? stands : moves;
}

/// -2 log of the pair's likelihood, less what the gate allows; pairs outside the gates cost 0 and do not count.
double Tracker::cost_of(const Entry& entry, std::size_t detection, const Object& object) const {
  const Detection3& seen = entry.lidar[detection];
  const ClassConfig& config = config_.of(object.object_class);
  const double other_class = seen.object_class == object.object_class ? 0.0 : config.class_change_cost;
  const double gate2 = config.gate_sigmas * config.gate_sigmas;
  if (other_class > gate2) return 0.0;
  const Eigen::Vector2d away = places_[detection].p_world.head<2>() - object.place_m();
  if (away.squaredNorm() > config.gate_m * config.gate_m) return 0.0;
  const Innovation innovation = innovation_of(entry, detection, object);
  const double distance2 = innovation.distance2();
  if (distance2 > gate2 || is_of_another(entry, detection, object, distance2)) return 0.0;
  const double floor = gate2 + 4.0 * std::log(config.gate_m);
  return std::min(innovation.surprise() + other_class - floor, -1e-6);
}

void Tracker::match_lidar(const Entry& entry, bool is_strong) {
  rows_.clear();
  columns_.clear();
  for (std::size_t j = 0; j < entry.lidar.size(); ++j)
    if (is_used_[j] == 0 && (entry.lidar[j].score >= config_.of(entry.lidar[j].object_class).strong_score) == is_strong)
      rows_.push_back(static_cast<int>(j));
  if (rows_.empty()) return;
  for (std::size_t i = 0; i < scene_.objects.size(); ++i)
    if ((scene_.objects[i].sources & kSourceLidar) == 0) columns_.push_back(static_cast<int>(i));
  if (columns_.empty()) return;
  cost_.resize(rows_.size() * columns_.size());
  for (std::size_t r = 0; r < rows_.size(); ++r)
    for (std::size_t c = 0; c < columns_.size(); ++c)
      cost_[r * columns_.size() + c] = cost_of(entry, std::size_t(rows_[r]), scene_.objects[std::size_t(columns_[c])]);
  column_of_row_.resize(rows_.size());
  solver_.solve(static_cast<int>(rows_.size()), static_cast<int>(columns_.size()), cost_, column_of_row_);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const int c = column_of_row_[r];
    if (c < 0 || cost_[r * columns_.size() + std::size_t(c)] >= 0.0) continue;
    update_by_lidar(entry, std::size_t(rows_[r]), scene_.objects[std::size_t(columns_[std::size_t(c)])]);
    is_used_[std::size_t(rows_[r])] = 1;
  }
}

void Tracker::update_by_lidar(const Entry& entry, std::size_t detection, Object& object) {
  const Detection3& seen = entry.lidar[detection];
  const ClassConfig& config = config_.of(object.object_class);
  const Placement placement = config_.has_partial_boxes
                                  ? place_at_near_side(config, places_[detection], seen, lidar_world_, object)
                                  : place_whole(config, places_[detection], seen);
  const Eigen::Vector2d before_m = object.size_m.head<2>();
  object.place_bias.setZero();
  if (config_.has_partial_boxes && !object.is_proven)
    object.evidence -= doubt_of(innovation_of(entry, detection, object).distance2());
  update_object(config, places_[detection], placement, seen, entry.stamp, object);
  if (!config_.has_partial_boxes) return;
  // What is seen of a side is never longer than the side: a longer piece says more than the mean of shorter ones.
  const double longer_m = placement.seen_m.x() - object.size_m.x();
  const bool is_length = placement.is_seen[0] && !placement.is_across && seen.object_class == object.object_class;
  if (is_length && longer_m > 0.0) object.size_m.x() += std::min(kGrow * longer_m, kGrowMost_m);
  if (seen.object_class == object.object_class)
    learn_size(placement, seen.p_vehicle.head<2>().norm(), config.size_memory, object);
  vote_for_class(seen, object);
  keep_near_side(before_m, lidar_world_, object);
  change_model(config_.of(object.object_class), model_of(config_.of(object.object_class)), object.motion);
  mend_heading(placement, scene_.is_world, object);
}

}  // namespace ocelli::tracking
