#include "ocelli/perception/evaluation/hota.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "ocelli/perception/tracking/assignment.hpp"

namespace ocelli::evaluation {
namespace {

constexpr std::size_t kAlphas = 19;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kSmallBoxPx = 25.0;
constexpr double kDontCareCover = 0.5;
constexpr double kMinIou = 0.5;  // clean-up, CLEAR and IDF1

double alpha(std::size_t i) { return 0.05 * static_cast<double>(i + 1); }

/// Ground truth and tracks of one frame, ids counted from 0, and the overlap of each with each.
struct FrameBoxes {
  std::vector<int> truth;
  std::vector<int> result;
  std::vector<double> iou;  // truth x result, row major

  double at(std::size_t g, std::size_t t) const { return iou[g * result.size() + t]; }
};

struct SequenceBoxes {
  std::vector<FrameBoxes> frames;  // every frame with any box, in order
  std::vector<int> truth_length;   // boxes per id
  std::vector<int> result_length;

  std::size_t cell(int truth, int result) const {
    return static_cast<std::size_t>(truth) * result_length.size() + static_cast<std::size_t>(result);
  }
};

constexpr int kNone = -1;

/// The track that a ground-truth object was matched to.
struct Partner {
  int ever = kNone;
  int in_frame_before = kNone;
};

struct Totals {
  std::array<double, kAlphas> matches{};
  std::array<double, kAlphas> overlap{};
  std::array<double, kAlphas> association{};
  double truth_boxes = 0.0;
  double result_boxes = 0.0;
  double identity_matches = 0.0;
  int clear_matches = 0;
  int switches = 0;
};

class Scorer {
 public:
  void add(const SequenceBoxes& boxes) {
    add_hota(boxes);
    add_clear(boxes);
    add_identity(boxes);
    for (const int length : boxes.truth_length) totals.truth_boxes += length;
    for (const int length : boxes.result_length) totals.result_boxes += length;
  }

  /// Maximises the sum of `gain`; pairs without any gain may come out as well.
  const std::vector<int>& best_pairs(std::size_t rows, std::size_t columns, std::vector<double>& gain) {
    for (double& value : gain) value = -value;
    chosen_.assign(rows, tracking::AssignmentSolver::kUnassigned);
    solver_.solve(static_cast<int>(rows), static_cast<int>(columns), gain, chosen_);
    return chosen_;
  }

  Totals totals;

 private:
  /// How well each pair of ids fits over the whole sequence.
  static std::vector<double> alignment(const SequenceBoxes& boxes) {
    std::vector<double> likely(boxes.truth_length.size() * boxes.result_length.size(), 0.0);
    for (const FrameBoxes& frame : boxes.frames) {
      std::vector<double> row_sum(frame.truth.size(), 0.0);
      std::vector<double> column_sum(frame.result.size(), 0.0);
      for (std::size_t g = 0; g < frame.truth.size(); ++g)
        for (std::size_t t = 0; t < frame.result.size(); ++t) {
          row_sum[g] += frame.at(g, t);
          column_sum[t] += frame.at(g, t);
        }
      for (std::size_t g = 0; g < frame.truth.size(); ++g)
        for (std::size_t t = 0; t < frame.result.size(); ++t) {
          const double both = row_sum[g] + column_sum[t] - frame.at(g, t);
          if (both > kEpsilon) likely[boxes.cell(frame.truth[g], frame.result[t])] += frame.at(g, t) / both;
        }
    }
    for (std::size_t g = 0; g < boxes.truth_length.size(); ++g)
      for (std::size_t t = 0; t < boxes.result_length.size(); ++t) {
        double& value = likely[g * boxes.result_length.size() + t];
        value /= boxes.truth_length[g] + boxes.result_length[t] - value;
      }
    return likely;
  }

  void add_hota(const SequenceBoxes& boxes) {
    const std::vector<double> align = alignment(boxes);
    std::array<std::vector<double>, kAlphas> met;
    for (auto& cells : met) cells.assign(align.size(), 0.0);
    for (const FrameBoxes& frame : boxes.frames) {
      std::vector<double> gain(frame.iou.size());
      for (std::size_t g = 0; g < frame.truth.size(); ++g)
        for (std::size_t t = 0; t < frame.result.size(); ++t)
          gain[g * frame.result.size() + t] = align[boxes.cell(frame.truth[g], frame.result[t])] * frame.at(g, t);
      const std::vector<int>& chosen = best_pairs(frame.truth.size(), frame.result.size(), gain);
      for (std::size_t g = 0; g < chosen.size(); ++g) {
        if (chosen[g] < 0) continue;
        const double iou = frame.at(g, static_cast<std::size_t>(chosen[g]));
        for (std::size_t i = 0; i < kAlphas; ++i) {
          if (iou < alpha(i) - kEpsilon) break;
          totals.matches[i] += 1.0;
          totals.overlap[i] += iou;
          met[i][boxes.cell(frame.truth[g], frame.result[chosen[g]])] += 1.0;
        }
      }
    }
    for (std::size_t i = 0; i < kAlphas; ++i)
      for (std::size_t cell = 0; cell < align.size(); ++cell) {
        if (met[i][cell] == 0.0) continue;
        const double boxes_of_both = boxes.truth_length[cell / boxes.result_length.size()] +
                                     boxes.result_length[cell % boxes.result_length.size()];
        totals.association[i] += met[i][cell] * met[i][cell] / std::max(1.0, boxes_of_both - met[i][cell]);
      }
  }

  /// Bernardin and Stiefelhagen 2008: a pair that matched in the frame before is kept while it overlaps.
  void add_clear(const SequenceBoxes& boxes) {
    std::vector<Partner> partners(boxes.truth_length.size());
    for (const FrameBoxes& frame : boxes.frames) {
      std::vector<double> gain(frame.iou.size(), 0.0);
      for (std::size_t g = 0; g < frame.truth.size(); ++g)
        for (std::size_t t = 0; t < frame.result.size(); ++t)
          if (frame.at(g, t) >= kMinIou - kEpsilon)
            gain[g * frame.result.size() + t] =
                frame.at(g, t) + (partners[frame.truth[g]].in_frame_before == frame.result[t] ? 1000.0 : 0.0);
      const std::vector<int>& chosen = best_pairs(frame.truth.size(), frame.result.size(), gain);
      for (Partner& partner : partners) partner.in_frame_before = kNone;
      for (std::size_t g = 0; g < chosen.size(); ++g) {
        if (chosen[g] < 0 || frame.at(g, static_cast<std::size_t>(chosen[g])) < kMinIou - kEpsilon) continue;
        Partner& partner = partners[frame.truth[g]];
        const int result = frame.result[chosen[g]];
        ++totals.clear_matches;
        if (partner.ever != kNone && partner.ever != result) ++totals.switches;
        partner.ever = partner.in_frame_before = result;
      }
    }
  }

  /// One partner per id for the whole sequence, chosen so that most boxes agree.
  void add_identity(const SequenceBoxes& boxes) {
    std::vector<double> agree(boxes.truth_length.size() * boxes.result_length.size(), 0.0);
    for (const FrameBoxes& frame : boxes.frames)
      for (std::size_t g = 0; g < frame.truth.size(); ++g)
        for (std::size_t t = 0; t < frame.result.size(); ++t)
          if (frame.at(g, t) >= kMinIou) agree[boxes.cell(frame.truth[g], frame.result[t])] += 1.0;
    std::vector<double> gain = agree;
    const std::vector<int>& chosen = best_pairs(boxes.truth_length.size(), boxes.result_length.size(), gain);
    for (std::size_t g = 0; g < chosen.size(); ++g)
      if (chosen[g] >= 0) totals.identity_matches += agree[boxes.cell(static_cast<int>(g), chosen[g])];
  }

  tracking::AssignmentSolver solver_;
  std::vector<int> chosen_;
};

struct Kinds {
  Kind own;
  std::vector<Kind> distractors;  // the tracking labels spell the sitting person "Person"
};

Kinds kinds_of(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kCar: return {Kind::kCar, {Kind::kVan}};
    case ObjectClass::kPedestrian: return {Kind::kPedestrian, {Kind::kPerson, Kind::kPersonSitting}};
    case ObjectClass::kCyclist: return {Kind::kCyclist, {}};
  }
  return {Kind::kOther, {}};
}

bool is_free(const LabelRow& truth, const Kinds& kinds) {
  return truth.truncation > 0.0 || truth.occlusion > 2.0 || truth.kind != kinds.own;
}

struct RawFrame {
  std::vector<const LabelRow*> truth;
  std::vector<const LabelRow*> result;
  std::vector<const LabelRow*> dont_care;
};

/// Results that a clean-up removes: matched to an object that does not count, or unmatched and small or in DontCare.
std::vector<char> removed(const RawFrame& frame, const Kinds& kinds, Scorer& scorer) {
  std::vector<char> is_removed;
  for (const LabelRow* result : frame.result) {
    bool is_spare = result->image.height_px() <= kSmallBoxPx + kEpsilon;
    for (const LabelRow* area : frame.dont_care)
      is_spare = is_spare || tracking::image_cover(result->image, area->image) > kDontCareCover + kEpsilon;
    is_removed.push_back(is_spare);
  }
  std::vector<double> gain;
  for (const LabelRow* truth : frame.truth)
    for (const LabelRow* result : frame.result) {
      const double iou = tracking::image_iou(truth->image, result->image);
      gain.push_back(iou < kMinIou - kEpsilon ? 0.0 : iou);
    }
  const std::vector<double> iou = gain;
  const std::vector<int>& chosen = scorer.best_pairs(frame.truth.size(), frame.result.size(), gain);
  for (std::size_t g = 0; g < chosen.size(); ++g)
    if (chosen[g] >= 0 && iou[g * frame.result.size() + static_cast<std::size_t>(chosen[g])] > kEpsilon)
      is_removed[chosen[g]] = is_free(*frame.truth[g], kinds);
  return is_removed;
}

int number_of(std::map<int, int>& numbers, std::vector<int>& lengths, int id) {
  const auto [at, is_new] = numbers.try_emplace(id, static_cast<int>(lengths.size()));
  if (is_new) lengths.push_back(0);
  ++lengths[at->second];
  return at->second;
}

SequenceBoxes cleaned(const std::map<int, RawFrame>& frames, const Kinds& kinds, Scorer& scorer) {
  SequenceBoxes boxes;
  std::map<int, int> truth_numbers;
  std::map<int, int> result_numbers;
  for (const auto& [number, raw] : frames) {
    const std::vector<char> is_removed = removed(raw, kinds, scorer);
    RawFrame kept;
    FrameBoxes frame;
    for (const LabelRow* truth : raw.truth) {
      if (is_free(*truth, kinds)) continue;
      kept.truth.push_back(truth);
      frame.truth.push_back(number_of(truth_numbers, boxes.truth_length, truth->id));
    }
    for (std::size_t t = 0; t < raw.result.size(); ++t) {
      if (is_removed[t]) continue;
      kept.result.push_back(raw.result[t]);
      frame.result.push_back(number_of(result_numbers, boxes.result_length, raw.result[t]->id));
    }
    for (const LabelRow* truth : kept.truth)
      for (const LabelRow* result : kept.result) frame.iou.push_back(tracking::image_iou(truth->image, result->image));
    boxes.frames.push_back(std::move(frame));
  }
  return boxes;
}

HotaScores summarised(const Totals& totals) {
  HotaScores scores;
  for (std::size_t i = 0; i < kAlphas; ++i) {
    const double matches = totals.matches[i];
    const double det_a = matches / std::max(1.0, totals.truth_boxes + totals.result_boxes - matches);
    const double ass_a = totals.association[i] / std::max(1.0, matches);
    scores.hota += std::sqrt(det_a * ass_a) / kAlphas;
    scores.det_a += det_a / kAlphas;
    scores.ass_a += ass_a / kAlphas;
    scores.loc_a += (matches > 0.0 ? totals.overlap[i] / matches : 1.0) / kAlphas;
  }
  scores.truth_boxes = static_cast<int>(totals.truth_boxes);
  scores.result_boxes = static_cast<int>(totals.result_boxes);
  scores.switches = totals.switches;
  scores.false_positives = scores.result_boxes - totals.clear_matches;
  scores.false_negatives = scores.truth_boxes - totals.clear_matches;
  const int errors = scores.false_positives + scores.false_negatives + scores.switches;
  scores.mota = scores.truth_boxes > 0 ? 1.0 - static_cast<double>(errors) / scores.truth_boxes : 0.0;
  scores.idf1 = 2.0 * totals.identity_matches / std::max(1.0, totals.truth_boxes + totals.result_boxes);
  return scores;
}

}  // namespace

HotaScores score_hota(const Dataset& data, ObjectClass object_class, std::optional<double> threshold) {
  const Kinds kinds = kinds_of(object_class);
  // The scores of the class's rows are track means over class and neighbour, as in the CLEAR evaluation.
  const ClassRows rows = select_class(data, object_class, Mode::kExact);
  std::vector<std::map<int, RawFrame>> sequences(data.sequences.size());
  for (const LabelRow& row : data.truth) {
    const bool is_distractor =
        std::find(kinds.distractors.begin(), kinds.distractors.end(), row.kind) != kinds.distractors.end();
    if (row.kind == kinds.own || is_distractor) sequences[row.sequence][row.frame].truth.push_back(&row);
    if (row.kind == Kind::kDontCare) sequences[row.sequence][row.frame].dont_care.push_back(&row);
  }
  for (const LabelRow& row : rows.results)
    if (row.kind == kinds.own && (!threshold || row.score >= *threshold))
      sequences[row.sequence][row.frame].result.push_back(&row);
  Scorer scorer;
  for (const auto& frames : sequences) scorer.add(cleaned(frames, kinds, scorer));
  HotaScores scores = summarised(scorer.totals);
  scores.threshold = threshold;
  return scores;
}

double printed_threshold(double threshold) {
  const std::string text = fmt::format("{:.6f}", threshold);
  double printed = threshold;
  std::from_chars(text.data(), text.data() + text.size(), printed);
  return printed;
}

}  // namespace ocelli::evaluation
