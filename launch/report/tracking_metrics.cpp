#include "ocelli/launch/report/tracking_metrics.hpp"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <map>

namespace ocelli::report {
namespace {

constexpr double kEllipse95 = 5.991;  // chi square of 2 degrees

std::optional<double> ratio(std::size_t part, std::size_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

double distance_m(const ObjectState& a, const ObjectState& b) { return (a.position - b.position).head<2>().norm(); }

double range_m(const ObjectState& object) { return object.position.head<2>().norm(); }

bool is_vehicle(ObjectClass c) { return c == ObjectClass::kCar || c == ObjectClass::kTruck; }

/// What a true object means for the score.
enum class Kind { kWanted, kIgnored, kHidden };

struct Pair {
  std::size_t track;
  std::size_t truth;
};

class Comparison {
 public:
  Comparison(const TrackingRules& rules, TrackingReport& report, const OnOutcome& on_outcome)
      : rules_(rules), report_(report), on_outcome_(on_outcome) {
    for (const ObjectClass c : kAllClasses) report_.classes.push_back({c, {}});
  }

  void compare(const ObjectFrame& tracks, const ObjectFrame& truth, bool is_disturbed);
  void miss_all(const ObjectFrame& truth, bool is_disturbed);

 private:
  [[nodiscard]] Kind kind_of(const ObjectState& object) const {
    if (object.classification == ObjectClass::kUnknown) return Kind::kIgnored;
    if (object.lidar_points == 0) return Kind::kHidden;
    return object.lidar_points >= rules_.returns_min ? Kind::kWanted : Kind::kIgnored;
  }
  [[nodiscard]] double gate_m(const ObjectState& object) const {
    return is_vehicle(object.classification) ? rules_.gate_vehicle_m : rules_.gate_other_m;
  }
  /// Pairs free tracks with free true objects of `kind`, nearest first.
  std::vector<Pair> match(const ObjectFrame& tracks, const ObjectFrame& truth, Kind kind);
  void keep_pairs(const ObjectFrame& tracks, const ObjectFrame& truth, std::vector<Pair>& pairs);
  void take(Pair pair, std::vector<Pair>& pairs) {
    is_track_taken_[pair.track] = is_truth_taken_[pair.truth] = true;
    pairs.push_back(pair);
  }
  void count_truth(const ObjectFrame& truth, bool is_disturbed);
  void count_pair(const ObjectState& track, const ObjectState& truth, bool is_disturbed);
  void count_track(const ObjectState& track, bool is_right, bool is_disturbed);
  void say(const ObjectState* track, const ObjectState* object, const ObjectFrame& truth) const {
    if (on_outcome_ && range_m(object != nullptr ? *object : *track) <= rules_.range_m)
      on_outcome_({truth.stamp, track, object, &truth});
  }
  template <class Change>
  void change(ObjectClass c, bool is_disturbed, const Change& apply) {
    apply(report_.whole);
    if (is_disturbed) return;
    apply(report_.undisturbed);
    for (ClassScore& row : report_.classes)
      if (row.classification == c) apply(row.score);
  }

  TrackingRules rules_;
  TrackingReport& report_;
  const OnOutcome& on_outcome_;
  std::map<std::uint32_t, std::uint32_t> last_id_;  // true object → track
  std::vector<bool> is_track_taken_;
  std::vector<bool> is_truth_taken_;
};

void Comparison::keep_pairs(const ObjectFrame& tracks, const ObjectFrame& truth, std::vector<Pair>& pairs) {
  for (std::size_t k = 0; k < truth.objects.size(); ++k) {
    const ObjectState& object = truth.objects[k];
    const auto last = last_id_.find(object.id);
    if (last == last_id_.end() || kind_of(object) != Kind::kWanted) continue;
    for (std::size_t i = 0; i < tracks.objects.size(); ++i) {
      if (is_track_taken_[i] || tracks.objects[i].id != last->second) continue;
      if (distance_m(tracks.objects[i], object) > gate_m(object)) continue;
      take({i, k}, pairs);
      break;
    }
  }
}

std::vector<Pair> Comparison::match(const ObjectFrame& tracks, const ObjectFrame& truth, Kind kind) {
  std::vector<Pair> pairs;
  if (kind == Kind::kWanted) keep_pairs(tracks, truth, pairs);
  struct Candidate {
    double distance_m;
    Pair pair;
  };
  std::vector<Candidate> candidates;
  for (std::size_t k = 0; k < truth.objects.size(); ++k) {
    if (is_truth_taken_[k] || kind_of(truth.objects[k]) != kind) continue;
    for (std::size_t i = 0; i < tracks.objects.size(); ++i) {
      const double distance = distance_m(tracks.objects[i], truth.objects[k]);
      if (!is_track_taken_[i] && distance <= gate_m(truth.objects[k])) candidates.push_back({distance, {i, k}});
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.distance_m < b.distance_m; });
  for (const Candidate& c : candidates)
    if (!is_track_taken_[c.pair.track] && !is_truth_taken_[c.pair.truth]) take(c.pair, pairs);
  return pairs;
}

void Comparison::count_truth(const ObjectFrame& truth, bool is_disturbed) {
  for (const ObjectState& object : truth.objects)
    if (kind_of(object) == Kind::kWanted && range_m(object) <= rules_.range_m)
      change(object.classification, is_disturbed, [](Score& s) { ++s.truth; });
}

void Comparison::count_pair(const ObjectState& track, const ObjectState& truth, bool is_disturbed) {
  auto [last, is_new] = last_id_.try_emplace(truth.id, track.id);
  const bool is_switch = !is_new && last->second != track.id;
  last->second = track.id;
  if (range_m(truth) > rules_.range_m) return;
  change(truth.classification, is_disturbed, [&](Score& s) {
    ++s.found;
    s.switches += is_switch;
    s.right_class += track.classification == truth.classification;
    const Eigen::Vector2d off_m = (track.position - truth.position).head<2>();
    s.position_error2_m2 += off_m.squaredNorm();
    if (track.covariance) s.position.add(off_m, track.covariance->topLeftCorner<2, 2>());
    if (!report_.is_world) return;
    ++s.speeds;
    const Eigen::Vector2d off_mps = (track.velocity - truth.velocity).head<2>();
    s.velocity_error2_m2ps2 += off_mps.squaredNorm();
    if (track.covariance) s.velocity.add(off_mps, track.covariance->bottomRightCorner<2, 2>());
  });
}

void Comparison::count_track(const ObjectState& track, bool is_right, bool is_disturbed) {
  if (range_m(track) > rules_.range_m) return;
  change(track.classification, is_disturbed, [&](Score& s) {
    ++s.tracks;
    s.right += is_right;
  });
}

void Comparison::compare(const ObjectFrame& tracks, const ObjectFrame& truth, bool is_disturbed) {
  ++report_.frames;
  is_track_taken_.assign(tracks.objects.size(), false);
  is_truth_taken_.assign(truth.objects.size(), false);
  count_truth(truth, is_disturbed);
  for (const Pair& pair : match(tracks, truth, Kind::kWanted)) {
    const ObjectState& object = truth.objects[pair.truth];
    count_pair(tracks.objects[pair.track], object, is_disturbed);
    say(&tracks.objects[pair.track], &object, truth);
    if (range_m(object) <= rules_.range_m) count_track(tracks.objects[pair.track], true, is_disturbed);
  }
  for (std::size_t k = 0; k < truth.objects.size(); ++k)
    if (!is_truth_taken_[k] && kind_of(truth.objects[k]) == Kind::kWanted) say(nullptr, &truth.objects[k], truth);
  match(tracks, truth, Kind::kIgnored);  // taken, so neither right nor wrong
  for (const Pair& pair : match(tracks, truth, Kind::kHidden)) {
    report_.hidden += range_m(tracks.objects[pair.track]) <= rules_.range_m;
    count_track(tracks.objects[pair.track], false, is_disturbed);
    say(&tracks.objects[pair.track], &truth.objects[pair.truth], truth);
  }
  for (std::size_t i = 0; i < tracks.objects.size(); ++i) {
    if (is_track_taken_[i]) continue;
    count_track(tracks.objects[i], false, is_disturbed);
    say(&tracks.objects[i], nullptr, truth);
  }
}

void Comparison::miss_all(const ObjectFrame& truth, bool is_disturbed) {
  ++report_.unanswered;
  count_truth(truth, is_disturbed);
  for (const ObjectState& object : truth.objects)
    if (kind_of(object) == Kind::kWanted) say(nullptr, &object, truth);
}

std::string why_absent(const std::vector<ObjectFrame>& tracks, const std::vector<ObjectFrame>& truth) {
  if (truth.empty()) return "no ground truth in this recording";
  if (tracks.empty()) return "no tracks in this recording";
  return "";
}

/// Half of the median distance of two frames: what counts as the same moment.
Duration half_period(const std::vector<ObjectFrame>& frames) {
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < frames.size(); ++i) gaps.push_back(frames[i].stamp - frames[i - 1].stamp);
  if (gaps.empty()) return 50ms;
  std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2), gaps.end());
  return gaps[gaps.size() / 2] / 2 + 1ms;
}

bool has_frame_near(const std::vector<ObjectFrame>& frames, Time at, Duration reach) {
  const auto first = std::lower_bound(frames.begin(), frames.end(), at - reach,
                                      [](const ObjectFrame& f, Time t) { return f.stamp < t; });
  return first != frames.end() && first->stamp <= at + reach;
}

}  // namespace

void Consistency::add(const Eigen::Vector2d& error, const Eigen::Matrix2d& covariance) {
  const double nees = error.dot(covariance.inverse() * error);
  ++pairs;
  beyond += nees > kEllipse95 ? 1 : 0;
  nees_sum += nees;
}

Consistency& Consistency::operator+=(const Consistency& other) {
  pairs += other.pairs;
  beyond += other.beyond;
  nees_sum += other.nees_sum;
  return *this;
}

std::optional<double> Consistency::nees() const {
  return pairs == 0 ? std::nullopt : std::optional(nees_sum / static_cast<double>(pairs));
}

std::optional<double> Consistency::beyond_share() const { return ratio(beyond, pairs); }

Score& Score::operator+=(const Score& other) {
  truth += other.truth;
  found += other.found;
  tracks += other.tracks;
  right += other.right;
  right_class += other.right_class;
  switches += other.switches;
  speeds += other.speeds;
  position_error2_m2 += other.position_error2_m2;
  velocity_error2_m2ps2 += other.velocity_error2_m2ps2;
  position += other.position;
  velocity += other.velocity;
  return *this;
}

std::optional<double> Score::recall() const { return ratio(found, truth); }
std::optional<double> Score::precision() const { return ratio(right, tracks); }
std::optional<double> Score::position_rmse_m() const {
  const auto mean = ratio(1, found);
  return mean ? std::optional(std::sqrt(position_error2_m2 * *mean)) : std::nullopt;
}
std::optional<double> Score::velocity_rmse_mps() const {
  const auto mean = ratio(1, speeds);
  return mean ? std::optional(std::sqrt(velocity_error2_m2ps2 * *mean)) : std::nullopt;
}

TrackingReport tracking_report(const std::vector<ObjectFrame>& tracks, const std::vector<ObjectFrame>& truth,
                               const IsDisturbed& is_disturbed, const TrackingRules& rules,
                               const OnOutcome& on_outcome) {
  TrackingReport report;
  report.absent = why_absent(tracks, truth);
  if (!report.absent.empty()) return report;
  report.is_world = std::all_of(tracks.begin(), tracks.end(), [](const ObjectFrame& f) { return f.is_world; });
  const Time start = truth.front().stamp + rules.warm_up;
  Comparison comparison(rules, report, on_outcome);
  for (const ObjectFrame& frame : tracks) {
    if (frame.stamp < start) continue;
    const auto at_that_time = frame_at(truth, frame.stamp);
    if (at_that_time)
      comparison.compare(to_vehicle(frame), to_vehicle(*at_that_time), is_disturbed(frame.stamp));
    else
      ++report.uncompared;
  }
  const Duration reach = half_period(truth);
  for (const ObjectFrame& frame : truth) {
    const bool is_in_flight = frame.stamp > truth.back().stamp - rules.warm_up / 2 && frame.stamp > tracks.back().stamp;
    if (frame.stamp < start || is_in_flight || has_frame_near(tracks, frame.stamp, reach)) continue;
    comparison.miss_all(to_vehicle(frame), is_disturbed(frame.stamp));
  }
  if (report.frames == 0) report.absent = "no tracks message at a time for which there is truth";
  return report;
}

}  // namespace ocelli::report
