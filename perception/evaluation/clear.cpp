#include "ocelli/perception/evaluation/clear.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include "ocelli/perception/tracking/assignment.hpp"

namespace ocelli::evaluation {
namespace {

constexpr int kPositions = 40;
constexpr int kNone = -1;

void keep_unique(std::vector<int>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::size_t index_of(const std::vector<int>& sorted, int value) {
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
}

/// What one pass made of every box.
struct Pass {
  std::vector<int> track_of_truth;  // or kNone
  std::vector<int> result_of_truth;
  std::vector<char> is_matched;  // per result
  std::vector<char> is_false_positive;
  std::vector<char> is_switch;  // per truth box
  std::vector<char> is_fragment;
  std::vector<double> matched_scores;
  double overlap_sum = 0.0;
  ClearCounts counts;
};

class Evaluator {
 public:
  Evaluator(const ClassRows& rows, Overlap overlap, double min_iou, Mode mode)
      : rows_(rows), mode_(mode), seen_(rows.results.size(), 0) {
    for (std::size_t i = 0; i < rows.pairs.size(); ++i) {
      const LabelRow& truth = rows.truth[rows.pairs[i].truth];
      const LabelRow& result = rows.results[rows.pairs[i].result];
      const double iou = overlap == Overlap::kVolume ? volume_iou(truth.box, result.box)
                                                     : tracking::image_iou(truth.image, result.image);
      if (iou > 0.0 && iou >= min_iou) candidates_.push_back({rows.pairs[i].truth, rows.pairs[i].result, iou});
    }
  }

  Pass run(double threshold) {
    Pass pass;
    pass.track_of_truth.assign(rows_.truth.size(), kNone);
    pass.result_of_truth.assign(rows_.truth.size(), kNone);
    pass.is_matched.assign(rows_.results.size(), 0);
    match(threshold, pass);
    count_false_positives(threshold, pass);
    count_switches(pass);
    ClearCounts& counts = pass.counts;
    for (std::size_t g = 0; g < rows_.truth.size(); ++g)
      counts.false_negatives += pass.track_of_truth[g] == kNone && !rows_.is_truth_ignored[g] ? 1 : 0;
    const double errors = counts.false_negatives + counts.false_positives + counts.switches;
    counts.mota = rows_.counted_truth > 0 ? 1.0 - errors / rows_.counted_truth : 0.0;
    counts.motp = counts.matches > 0 ? pass.overlap_sum / counts.matches : 0.0;
    return pass;
  }

 private:
  struct Candidate {
    int truth;
    int result;
    double iou;
  };

  bool same_frame(const Candidate& a, const Candidate& b) const {
    const LabelRow& first = rows_.truth[a.truth];
    const LabelRow& second = rows_.truth[b.truth];
    return first.sequence == second.sequence && first.frame == second.frame;
  }

  void match(double threshold, Pass& pass) {
    std::vector<Candidate> frame;
    for (std::size_t begin = 0; begin < candidates_.size();) {
      frame.clear();
      std::size_t end = begin;
      for (; end < candidates_.size() && same_frame(candidates_[begin], candidates_[end]); ++end)
        if (rows_.level[candidates_[end].result] >= threshold) frame.push_back(candidates_[end]);
      match_frame(frame, pass);
      begin = end;
    }
  }

  /// As many pairs as possible, then the largest sum of overlaps.
  void match_frame(const std::vector<Candidate>& frame, Pass& pass) {
    std::vector<int> truths;
    std::vector<int> results;
    for (const Candidate& pair : frame) {
      truths.push_back(pair.truth);
      results.push_back(pair.result);
    }
    keep_unique(truths);
    keep_unique(results);
    std::vector<double> cost(truths.size() * results.size(), 0.0);
    std::vector<double> iou(cost.size(), 0.0);
    for (const Candidate& pair : frame) {
      const std::size_t cell = index_of(truths, pair.truth) * results.size() + index_of(results, pair.result);
      iou[cell] = pair.iou;
      cost[cell] = -1000.0 - pair.iou;
    }
    std::vector<int> chosen(truths.size());
    solver_.solve(static_cast<int>(truths.size()), static_cast<int>(results.size()), cost, chosen);
    for (std::size_t row = 0; row < chosen.size(); ++row) {
      if (chosen[row] < 0) continue;
      const std::size_t cell = row * results.size() + static_cast<std::size_t>(chosen[row]);
      if (iou[cell] <= 0.0) continue;
      const int result = results[chosen[row]];
      pass.track_of_truth[truths[row]] = rows_.track[result];
      pass.result_of_truth[truths[row]] = result;
      pass.is_matched[result] = 1;
      pass.matched_scores.push_back(rows_.results[result].score);
      pass.overlap_sum += iou[cell];
      ++pass.counts.matches;
    }
  }

  void count_false_positives(double threshold, Pass& pass) {
    pass.is_false_positive.assign(rows_.results.size(), 0);
    for (std::size_t t = 0; t < rows_.results.size(); ++t) {
      const bool is_forgiven = rows_.is_result_forgiven[t] && !(mode_ == Mode::kCompatible && seen_[t]);
      pass.is_false_positive[t] = rows_.level[t] >= threshold && !pass.is_matched[t] && !is_forgiven;
      pass.counts.false_positives += pass.is_false_positive[t];
      seen_[t] = seen_[t] || pass.is_matched[t];
    }
  }

  /// Along the frames of one ground-truth track; an ignored frame breaks the chain.
  void count_switches(Pass& pass) {
    pass.is_switch.assign(rows_.truth.size(), 0);
    pass.is_fragment.assign(rows_.truth.size(), 0);
    int known = kNone;  // identity before this frame: of the last matched one
    for (std::size_t g = 0; g < rows_.truth.size(); ++g) {
      const int now = pass.track_of_truth[g];
      if (rows_.is_first[g]) {
        known = now;
        continue;
      }
      if (rows_.is_truth_ignored[g]) {
        known = kNone;
        continue;
      }
      if (now == kNone) continue;
      const int before = pass.track_of_truth[g - 1];
      pass.is_switch[g] = known != kNone && known != now && before != kNone;
      const bool goes_on = !rows_.is_last[g] && known != kNone && pass.track_of_truth[g + 1] != kNone;
      pass.is_fragment[g] = before != now && (rows_.is_last[g] || goes_on);
      pass.counts.switches += pass.is_switch[g];
      pass.counts.fragments += pass.is_fragment[g];
      known = now;
    }
  }

  const ClassRows& rows_;
  Mode mode_;
  std::vector<Candidate> candidates_;
  std::vector<char> seen_;  // matched in an earlier pass
  tracking::AssignmentSolver solver_;
};

/// Recall positions 1/40, 2/40, ...: each takes the score whose recall is nearest. `scores` of all matches,
/// descending. The positions are summed up, not i / 40: the same ties as the original.
std::vector<std::pair<double, double>> recall_positions(const std::vector<double>& scores, int total) {
  std::vector<std::pair<double, double>> positions;
  double wanted = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double here = static_cast<double>(i + 1) / total;
    const double next = static_cast<double>(i + 2) / total;
    if (i + 1 < scores.size() && next - wanted < wanted - here) continue;
    positions.emplace_back(wanted, scores[i]);
    wanted += 1.0 / kPositions;
  }
  if (!positions.empty()) positions.erase(positions.begin());
  if (positions.size() > kPositions) positions.resize(kPositions);
  return positions;
}

Fates fates_of(const Pass& pass) { return {pass.result_of_truth, pass.is_matched, pass.is_false_positive}; }

std::vector<FrameErrors> frame_errors(const ClassRows& rows, const Pass& pass) {
  std::map<std::pair<int, int>, FrameErrors> frames;
  const auto at = [&](const LabelRow& row) -> FrameErrors& {
    FrameErrors& frame = frames[{row.sequence, row.frame}];
    frame.sequence = row.sequence;
    frame.frame = row.frame;
    return frame;
  };
  for (std::size_t g = 0; g < rows.truth.size(); ++g) {
    if (pass.track_of_truth[g] != kNone)
      ++at(rows.truth[g]).matches;
    else if (!rows.is_truth_ignored[g])
      ++at(rows.truth[g]).false_negatives;
    if (pass.is_switch[g]) ++at(rows.truth[g]).switches;
    if (pass.is_fragment[g]) ++at(rows.truth[g]).fragments;
  }
  for (std::size_t t = 0; t < rows.results.size(); ++t)
    if (pass.is_false_positive[t]) ++at(rows.results[t]).false_positives;
  std::vector<FrameErrors> list;
  for (const auto& [key, frame] : frames) list.push_back(frame);
  return list;
}

}  // namespace

Sweep sweep_recall(const ClassRows& rows, Overlap overlap, double min_iou, Mode mode) {
  Evaluator evaluator(rows, overlap, min_iou, mode);
  Sweep sweep;
  sweep.truth_boxes = rows.counted_truth;
  Pass best = evaluator.run(-std::numeric_limits<double>::infinity());
  sweep.fates_of_all = fates_of(best);
  std::vector<double> scores = best.matched_scores;
  std::sort(scores.begin(), scores.end(), std::greater<>());
  double best_mota = 0.0;
  std::optional<Pass> last;
  double last_threshold = 0.0;
  for (const auto& [recall, threshold] : recall_positions(scores, best.counts.matches + best.counts.false_negatives)) {
    if (!last || threshold != last_threshold) last = evaluator.run(threshold);
    last_threshold = threshold;
    const ClearCounts& counts = last->counts;
    const double scaled = std::clamp(counts.mota / recall, 0.0, 1.0);
    sweep.samota += scaled / kPositions;
    sweep.amota += counts.mota / kPositions;
    sweep.amotp += counts.motp / kPositions;
    sweep.curve.push_back({recall, threshold, counts.mota, counts.motp, scaled, counts.false_positives,
                           counts.false_negatives, counts.switches});
    if (counts.mota > best_mota) {
      best_mota = counts.mota;
      best = *last;
      sweep.best_threshold = threshold;
    }
  }
  sweep.best = best.counts;
  sweep.best.frames = frame_errors(rows, best);
  sweep.fates = fates_of(best);
  return sweep;
}

}  // namespace ocelli::evaluation
