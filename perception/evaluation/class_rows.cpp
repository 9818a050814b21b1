// Which boxes of a data set take part in the evaluation of one class.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "ocelli/perception/evaluation/clear.hpp"

namespace ocelli::evaluation {
namespace {

constexpr double kSmallBoxPx = 25.0;
constexpr double kMaxOcclusion = 2.0;
constexpr double kMaxTruncation = 0.0;
constexpr double kDontCareCover = 0.5;

struct Kinds {
  Kind own;
  std::optional<Kind> neighbour;
};

Kinds kinds_of(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kCar: return {Kind::kCar, Kind::kVan};
    case ObjectClass::kPedestrian: return {Kind::kPedestrian, Kind::kPersonSitting};
    case ObjectClass::kCyclist: return {Kind::kCyclist, std::nullopt};
  }
  return {Kind::kOther, std::nullopt};
}

std::pair<int, int> frame_key(const LabelRow& row) { return {row.sequence, row.frame}; }

bool frame_before(const LabelRow& a, const LabelRow& b) { return frame_key(a) < frame_key(b); }

std::vector<LabelRow> rows_of(const std::vector<LabelRow>& all, const Kinds& kinds) {
  std::vector<LabelRow> rows;
  for (const LabelRow& row : all)
    if (row.kind == kinds.own || row.kind == kinds.neighbour) rows.push_back(row);
  return rows;
}

void set_truth(ClassRows& rows, const Kinds& kinds) {
  std::stable_sort(rows.truth.begin(), rows.truth.end(), [](const LabelRow& a, const LabelRow& b) {
    return std::tuple(a.sequence, a.id, a.frame) < std::tuple(b.sequence, b.id, b.frame);
  });
  const auto same_track = [](const LabelRow& a, const LabelRow& b) { return a.sequence == b.sequence && a.id == b.id; };
  for (std::size_t i = 0; i < rows.truth.size(); ++i) {
    const LabelRow& row = rows.truth[i];
    rows.is_truth_ignored.push_back(row.truncation > kMaxTruncation || row.occlusion > kMaxOcclusion ||
                                    row.kind != kinds.own);
    rows.is_first.push_back(i == 0 || !same_track(row, rows.truth[i - 1]));
    rows.is_last.push_back(i + 1 == rows.truth.size() || !same_track(row, rows.truth[i + 1]));
    rows.counted_truth += rows.is_truth_ignored.back() ? 0 : 1;
  }
}

/// Sum of a track's scores, box by box in frame order, divided by their number: the order decides the last bit.
std::vector<double> track_means(const std::vector<double>& score, const std::vector<int>& track, std::size_t tracks) {
  std::vector<double> sum(tracks, 0.0);
  std::vector<double> count(tracks, 0.0);
  for (std::size_t i = 0; i < score.size(); ++i) {
    sum[track[i]] += score[i];
    count[track[i]] += 1.0;
  }
  std::vector<double> mean;
  for (const int t : track) mean.push_back(sum[t] / count[t]);
  return mean;
}

void set_scores(ClassRows& rows, Mode mode) {
  std::map<std::pair<int, int>, int> track_number;
  std::vector<double> score;
  for (const LabelRow& row : rows.results) {
    const int next = static_cast<int>(track_number.size());
    rows.track.push_back(track_number.try_emplace({row.sequence, row.id}, next).first->second);
    score.push_back(row.score);
  }
  score = track_means(score, rows.track, track_number.size());
  for (std::size_t i = 0; i < score.size(); ++i) rows.results[i].score = score[i];
  // The original averages the means once more before it compares them.
  rows.level = mode == Mode::kExact ? score : track_means(score, rows.track, track_number.size());
}

void set_forgiven(ClassRows& rows, const Kinds& kinds, const std::vector<LabelRow>& dont_care) {
  for (const LabelRow& row : rows.results) {
    bool is_forgiven = std::abs(row.image.height_px()) <= kSmallBoxPx || row.kind != kinds.own;
    const auto [first, last] = std::equal_range(dont_care.begin(), dont_care.end(), row, frame_before);
    for (auto area = first; area != last && !is_forgiven; ++area)
      is_forgiven = tracking::image_cover(row.image, area->image) > kDontCareCover;
    rows.is_result_forgiven.push_back(is_forgiven);
  }
}

void set_pairs(ClassRows& rows) {
  for (std::size_t g = 0; g < rows.truth.size(); ++g) {
    const auto [first, last] = std::equal_range(rows.results.begin(), rows.results.end(), rows.truth[g], frame_before);
    for (auto result = first; result != last; ++result)
      rows.pairs.push_back({static_cast<int>(g), static_cast<int>(result - rows.results.begin())});
  }
  std::stable_sort(rows.pairs.begin(), rows.pairs.end(), [&](const ClassRows::Pair& a, const ClassRows::Pair& b) {
    return frame_before(rows.truth[a.truth], rows.truth[b.truth]);
  });
}

}  // namespace

ClassRows select_class(const Dataset& data, ObjectClass object_class, Mode mode) {
  const Kinds kinds = kinds_of(object_class);
  ClassRows rows;
  rows.truth = rows_of(data.truth, kinds);
  set_truth(rows, kinds);
  rows.results = rows_of(data.results, kinds);
  std::stable_sort(rows.results.begin(), rows.results.end(), frame_before);
  set_scores(rows, mode);
  std::vector<LabelRow> dont_care = rows_of(data.truth, {Kind::kDontCare, std::nullopt});
  std::stable_sort(dont_care.begin(), dont_care.end(), frame_before);
  set_forgiven(rows, kinds, dont_care);
  set_pairs(rows);
  return rows;
}

}  // namespace ocelli::evaluation
