#include "ocelli/launch/track_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ocelli/perception/tracking/object.hpp"

namespace ocelli::launch {
namespace {

constexpr double kNear_m = 4.0;      // a track so near to an object is meant for it
constexpr Duration kNew = 1s;        // a track younger than this has just begun
constexpr double kMoves_mps = 0.5;   // faster, a true object moves
constexpr double kClaims_mps = 1.5;  // faster, a track claims to move
constexpr std::uint32_t kFew = 30;   // returns

double away_m(const report::ObjectState& a, const report::ObjectState& b) {
  return (a.position - b.position).head<2>().norm();
}

std::string range_of(const report::ObjectState& object) {
  const double range_m = object.position.head<2>().norm();
  return range_m < 20.0 ? "0-20 m" : range_m < 40.0 ? "20-40 m" : "40 m and more";
}

std::string squares_table(const char* title, const char* unit, const auto& rows) {
  std::string out =
      fmt::format("\n{:<44} {:>7} {:>10} {:>10} {:>10} {:>8}\n", title, "pairs", "RMSE", "along", "across", "share");
  double all2 = 0.0;
  for (const auto& [name, row] : rows)
    if (name.starts_with("all")) all2 = row.sum2();
  for (const auto& [name, row] : rows) {
    const auto n = static_cast<double>(row.pairs);
    out += fmt::format("{:<44} {:>7} {:>6.3f} {:<3} {:>6.3f} {:<3} {:>6.3f} {:<3} {:>6.0f} %\n", name, row.pairs,
                       std::sqrt(row.sum2() / n), unit, std::sqrt(row.along2 / n), unit, std::sqrt(row.across2 / n),
                       unit, all2 > 0.0 ? 100.0 * row.sum2() / all2 : 0.0);
  }
  return out;
}

std::string count_table(const char* title, const auto& rows) {
  std::string out = fmt::format("\n{:<72} {:>7}\n", title, "count");
  for (const auto& [name, count] : rows) out += fmt::format("{:<72} {:>7}\n", name, count);
  return out;
}

std::string promises_table(const auto& rows) {
  std::string out =
      fmt::format("\n{:<44} {:>7} {:>13} {:>11} {:>13} {:>11}\n", "covariance (right: NEES 2, 5 % beyond)", "pairs",
                  "position NEES", "beyond 95 %", "velocity NEES", "beyond 95 %");
  for (const auto& [name, row] : rows)
    out += fmt::format("{:<44} {:>7} {:>13.2f} {:>9.1f} % {:>13.2f} {:>9.1f} %\n", name, row.position.pairs,
                       row.position.nees().value_or(0.0), 100.0 * row.position.beyond_share().value_or(0.0),
                       row.velocity.nees().value_or(0.0), 100.0 * row.velocity.beyond_share().value_or(0.0));
  return out;
}

}  // namespace

void TrackErrors::begin(Time stamp) {
  if (stamp == stamp_) return;
  if (stamp < stamp_) {  // of another run: its ids are others
    first_seen_.clear();
    first_found_.clear();
  }
  stamp_ = stamp;
  found_by_.clear();
}

void TrackErrors::add(const report::Outcome& outcome) {
  begin(outcome.stamp);
  if (outcome.track != nullptr) first_seen_.try_emplace(outcome.track->id, outcome.stamp);
  if (outcome.is_found())
    find(outcome);
  else if (outcome.track == nullptr)
    miss(outcome);
  else
    be_wrong(outcome);
}

void TrackErrors::find(const report::Outcome& outcome) {
  const report::ObjectState& track = *outcome.track;
  const report::ObjectState& object = *outcome.object;
  found_by_[object.id] = track.id;
  first_found_.try_emplace(object.id, outcome.stamp);
  const Eigen::Vector2d sight = object.position.head<2>().normalized();
  const Eigen::Vector2d left(-sight.y(), sight.x());
  const auto add_to = [&](SquareRows& rows, const std::string& name, const Eigen::Vector2d& error) {
    Squares& row = rows[name];
    ++row.pairs;
    row.along2 += std::pow(error.dot(sight), 2);
    row.across2 += std::pow(error.dot(left), 2);
  };
  const Eigen::Vector2d off = (track.position - object.position).head<2>();
  const Eigen::Vector2d off_mps = (track.velocity - object.velocity).head<2>();
  const bool is_new = outcome.stamp - first_seen_.at(track.id) < kNew;
  const char* age = is_new ? "track younger than 1 s" : "track older than 1 s";
  const char* moves = object.velocity.head<2>().norm() > kMoves_mps ? "moving" : "standing";
  const double length_off_m = std::abs(track.size.x() - object.size.x());
  for (const char* name : {"all", age}) {
    add_to(place_, name, off);
    add_to(velocity_, name, off_mps);
  }
  add_to(place_, "range " + range_of(object), off);
  add_to(place_, std::string("class ") + report::to_string(object.classification), off);
  add_to(place_, object.lidar_points < kFew ? "returns 10 to 29" : "returns 30 and more", off);
  add_to(place_, length_off_m > 0.5 ? "length wrong by more than 0.5 m" : "length right within 0.5 m", off);
  weigh_promise(outcome, age, moves);
  add_to(velocity_, fmt::format("{}, {}", moves, age), off_mps);
  add_to(velocity_, fmt::format("class {}, {}", report::to_string(object.classification), moves), off_mps);
}

/// Whether the covariance holds, by what its errors may depend on.
void TrackErrors::weigh_promise(const report::Outcome& outcome, const char* age, const char* moves) {
  const report::ObjectState& track = *outcome.track;
  const report::ObjectState& object = *outcome.object;
  if (!track.covariance) return;
  const bool is_heard = (track.sources & tracking::kSourceRadar) != 0;
  const double length_off_m = std::abs(track.size.x() - object.size.x());
  for (const std::string& name :
       {std::string("all"), std::string(age), "range " + range_of(object),
        std::string("class ") + report::to_string(object.classification) + ", " + moves,
        std::string(is_heard ? "radar hears it" : "no radar hears it"),
        std::string(length_off_m > 0.5 ? "length wrong by more than 0.5 m" : "length right within 0.5 m")}) {
    Promises& row = promises_[name];
    row.position.add((track.position - object.position).head<2>(), track.covariance->topLeftCorner<2, 2>());
    row.velocity.add((track.velocity - object.velocity).head<2>(), track.covariance->bottomRightCorner<2, 2>());
  }
}

void TrackErrors::miss(const report::Outcome& outcome) {
  const report::ObjectState& object = *outcome.object;
  const char* when = first_found_.contains(object.id) ? "lost, or in a gap" : "before it was first found";
  ++missed_[fmt::format("all, {}", when)];
  ++missed_[fmt::format("class {}, {}", report::to_string(object.classification), when)];
  ++missed_[fmt::format("range {}", range_of(object))];
  ++missed_[object.lidar_points < kFew ? "returns 10 to 29" : "returns 30 and more"];
}

void TrackErrors::be_wrong(const report::Outcome& outcome) {
  const report::ObjectState& track = *outcome.track;
  std::string what = "nothing that the truth lists (scenery)";
  if (outcome.object != nullptr) {
    what = "an object without any return";
  } else {
    const auto& objects = outcome.truth->objects;
    const auto nearest =
        std::ranges::min_element(objects, {}, [&](const report::ObjectState& object) { return away_m(object, track); });
    if (nearest != objects.end() && away_m(*nearest, track) < kNear_m) {
      const bool is_found = found_by_.contains(nearest->id);
      what = nearest->lidar_points == 0   ? "beside an object without any return"
             : nearest->lidar_points < 10 ? "beside an object with 1 to 9 returns"
             : is_found                   ? "beside an object that has its track"
                                          : "too far from the object that is missed there";
    }
  }
  const char* speed = track.velocity.head<2>().norm() > kClaims_mps ? "moving" : "standing";
  const bool is_new = outcome.stamp - first_seen_.at(track.id) < kNew;
  ++wrong_[fmt::format("place: {}", what)];
  ++wrong_[fmt::format("class {}, {}", report::to_string(track.classification), speed)];
  ++wrong_[fmt::format("range {}", range_of(track))];
  ++wrong_[is_new ? "reported for less than 1 s so far" : "reported for longer than 1 s"];
}

std::string TrackErrors::table() const {
  return count_table("false tracks", wrong_) + count_table("missed objects", missed_) +
         squares_table("error of the place", "m", place_) + squares_table("error of the velocity", "m/s", velocity_) +
         promises_table(promises_);
}

}  // namespace ocelli::launch
