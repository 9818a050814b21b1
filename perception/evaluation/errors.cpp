#include "ocelli/perception/evaluation/errors.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "ocelli/perception/evaluation/evaluation.hpp"

namespace ocelli::evaluation {
namespace {

constexpr double kTouch = 0.01;        // an overlap that is none
constexpr double kNearDontCare = 0.1;  // part of a box inside a DontCare area; more than half is forgiven
constexpr int kPictureDistance = 50;   // frames between two pictures of a sequence

using Key = std::pair<int, int>;  // sequence, frame

Key key_of(const LabelRow& row) { return {row.sequence, row.frame}; }

using ByFrame = std::map<Key, std::vector<const LabelRow*>>;

double best_overlap(const ByFrame& frames, const LabelRow& with) {
  double best = 0.0;
  const auto found = frames.find(key_of(with));
  if (found == frames.end()) return best;
  for (const LabelRow* row : found->second) best = std::max(best, volume_iou(row->box, with.box));
  return best;
}

class Classifier {
 public:
  Classifier(const Dataset& data, const ClassRows& rows, const Sweep& sweep, Kind own, double min_iou)
      : rows_(rows), sweep_(sweep), min_iou_(min_iou) {
    for (const LabelRow& row : data.detections)
      if (row.kind == own) detections_[key_of(row)].push_back(&row);
    for (std::size_t t = 0; t < rows.results.size(); ++t)
      if (sweep.fates.is_matched[t] != 0 || sweep.fates.is_false_positive[t] != 0)
        kept_[key_of(rows.results[t])].push_back(t);
    for (std::size_t g = 0; g < rows.truth.size(); ++g) truth_[key_of(rows.truth[g])].push_back(g);
    for (const LabelRow& row : data.truth) {
      if (row.kind == Kind::kDontCare)
        dont_care_[key_of(row)].push_back(&row);
      else
        labels_[key_of(row)].push_back(&row);
    }
  }

  ErrorKinds run() {
    for (std::size_t begin = 0; begin < rows_.truth.size();) {
      std::size_t end = begin + 1;
      while (end < rows_.truth.size() && rows_.is_first[end] == 0) ++end;
      count_misses(begin, end);
      begin = end;
    }
    for (std::size_t t = 0; t < rows_.results.size(); ++t) {
      if (sweep_.fates.is_false_positive[t] == 0) continue;
      ErrorCount& count = kinds_.false_positives[std::size_t(reason_of_false(rows_.results[t]))];
      ++count.boxes;
      count.detected += best_overlap(detections_, rows_.results[t]) >= min_iou_ ? 1 : 0;
    }
    return kinds_;
  }

 private:
  /// One ground-truth track: its boxes begin .. end - 1, by frame.
  void count_misses(std::size_t begin, std::size_t end) {
    std::size_t first = end;
    std::size_t last = begin;
    bool is_counted = false;
    bool is_detected = false;
    for (std::size_t g = begin; g < end; ++g) {
      is_counted = is_counted || rows_.is_truth_ignored[g] == 0;
      is_detected = is_detected || best_overlap(detections_, rows_.truth[g]) >= min_iou_;
      if (sweep_.fates.result_of_truth[g] < 0) continue;
      first = std::min(first, g);
      last = g;
    }
    if (!is_counted) return;
    ++kinds_.counted_tracks;
    kinds_.undetected_tracks += is_detected ? 0 : 1;
    for (std::size_t g = begin; g < end; ++g) {
      if (sweep_.fates.result_of_truth[g] >= 0 || rows_.is_truth_ignored[g] != 0) continue;
      MissReason reason = first == end ? MissReason::kNeverSeen
                          : g < first  ? MissReason::kBeforeFirst
                          : g < last   ? MissReason::kGap
                                       : MissReason::kAfterLast;
      if (sweep_.fates_of_all.result_of_truth[g] >= 0)
        reason = MissReason::kTrackDropped;
      else if (is_touched(rows_.truth[g]))
        reason = MissReason::kOffTarget;
      ErrorCount& count = kinds_.missed[std::size_t(reason)];
      ++count.boxes;
      count.detected += best_overlap(detections_, rows_.truth[g]) >= min_iou_ ? 1 : 0;
    }
  }

  /// A false box lies on it, but too little.
  bool is_touched(const LabelRow& truth) const {
    const auto found = kept_.find(key_of(truth));
    if (found == kept_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(), [&](std::size_t t) {
      return sweep_.fates.is_false_positive[t] != 0 && volume_iou(rows_.results[t].box, truth.box) > kTouch;
    });
  }

  FalseReason reason_of_false(const LabelRow& result) const {
    if (const auto found = truth_.find(key_of(result)); found != truth_.end()) {
      bool touches_missed = false;
      bool touches_matched = false;
      bool touches_ignored = false;
      for (const std::size_t g : found->second) {
        if (volume_iou(rows_.truth[g].box, result.box) <= kTouch) continue;
        if (sweep_.fates.result_of_truth[g] >= 0)
          touches_matched = true;
        else if (rows_.is_truth_ignored[g] != 0)
          touches_ignored = true;
        else
          touches_missed = true;
      }
      if (touches_missed) return FalseReason::kOffTarget;
      if (touches_matched) return FalseReason::kDouble;
      if (touches_ignored) return FalseReason::kIgnoredObject;
    }
    if (best_overlap(labels_, result) > kTouch) return FalseReason::kOtherClass;
    if (const auto found = dont_care_.find(key_of(result)); found != dont_care_.end())
      for (const LabelRow* area : found->second)
        if (tracking::image_cover(result.image, area->image) > kNearDontCare) return FalseReason::kNearDontCare;
    return FalseReason::kNothing;
  }

  const ClassRows& rows_;
  const Sweep& sweep_;
  double min_iou_;
  ByFrame detections_;
  ByFrame labels_;
  ByFrame dont_care_;
  std::map<Key, std::vector<std::size_t>> kept_;
  std::map<Key, std::vector<std::size_t>> truth_;
  ErrorKinds kinds_;
};

Kind own_kind(ObjectClass object_class) {
  if (object_class == ObjectClass::kPedestrian) return Kind::kPedestrian;
  return object_class == ObjectClass::kCyclist ? Kind::kCyclist : Kind::kCar;
}

Fate fate_of_result(const ClassRows& rows, const Sweep& sweep, std::size_t t) {
  if (sweep.fates.is_matched[t] != 0) return Fate::kMatched;
  if (sweep.fates.is_false_positive[t] != 0) return Fate::kFalse;
  return sweep.best_threshold && rows.level[t] < *sweep.best_threshold ? Fate::kDropped : Fate::kForgiven;
}

}  // namespace

std::string_view to_string(MissReason reason) {
  switch (reason) {
    case MissReason::kTrackDropped: return "its track ranks below the threshold";
    case MissReason::kOffTarget: return "a box touches it, but overlaps too little";
    case MissReason::kNeverSeen: return "no track in any frame of the object";
    case MissReason::kBeforeFirst: return "before its first match";
    case MissReason::kGap: return "in a gap between matches";
    case MissReason::kAfterLast: return "after its last match";
  }
  return "?";
}

std::string_view to_string(FalseReason reason) {
  switch (reason) {
    case FalseReason::kOffTarget: return "touches a missed object, but overlaps too little";
    case FalseReason::kDouble: return "beside or on an object that has its match";
    case FalseReason::kOtherClass: return "touches an object of another class";
    case FalseReason::kIgnoredObject: return "touches an object that does not count, overlaps too little";
    case FalseReason::kNearDontCare: return "partly in a DontCare area";
    case FalseReason::kNothing: return "nothing is labelled there";
  }
  return "?";
}

ErrorKinds classify_errors(const Dataset& data, const ClassRows& rows, const Sweep& sweep, ObjectClass object_class,
                           double min_iou) {
  return Classifier(data, rows, sweep, own_kind(object_class), min_iou).run();
}

std::vector<FramePicture> picture_worst(const ClassRows& rows, const Sweep& sweep, std::size_t count) {
  std::vector<FramePicture> pictures;
  for (const FrameErrors& worst : worst_frames(sweep.best.frames, sweep.best.frames.size())) {
    const bool is_near = std::any_of(pictures.begin(), pictures.end(), [&](const FramePicture& p) {
      return p.errors.sequence == worst.sequence && std::abs(p.errors.frame - worst.frame) < kPictureDistance;
    });
    if (is_near) continue;
    if (pictures.size() == count) break;
    pictures.push_back({worst, {}});
  }
  for (FramePicture& picture : pictures) {
    const Key key{picture.errors.sequence, picture.errors.frame};
    for (std::size_t g = 0; g < rows.truth.size(); ++g) {
      if (key_of(rows.truth[g]) != key) continue;
      const Fate fate = sweep.fates.result_of_truth[g] >= 0 ? Fate::kTruthMatched
                        : rows.is_truth_ignored[g] != 0     ? Fate::kTruthIgnored
                                                            : Fate::kTruthMissed;
      picture.boxes.push_back({rows.truth[g].box, rows.truth[g].id, fate});
    }
    for (std::size_t t = 0; t < rows.results.size(); ++t)
      if (key_of(rows.results[t]) == key)
        picture.boxes.push_back({rows.results[t].box, rows.results[t].id, fate_of_result(rows, sweep, t)});
  }
  return pictures;
}

}  // namespace ocelli::evaluation
