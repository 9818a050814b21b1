#pragma once
// CLEAR MOT counts and their integral over recall, for one class over all sequences of a data set: MOTA, MOTP
// (Bernardin and Stiefelhagen 2008; KITTI's rules for ignored objects) and sAMOTA, AMOTA, AMOTP (Weng et al., "3D
// multi-object tracking: a baseline and new evaluation metrics", IROS 2020, 40 recall positions).
// Must not know: files, printing.

#include <optional>
#include <vector>

#include "ocelli/perception/evaluation/labels.hpp"

namespace ocelli::evaluation {

enum class ObjectClass { kCar, kPedestrian, kCyclist };

/// kCompatible repeats three quirks of the original evaluators, so that numbers stand beside published ones:
/// a track whose mean score is the threshold itself often drops out by rounding; a box that was matched in one pass
/// of the recall sweep is never ignored in a later one; the threshold used for HOTA has six decimals.
/// kExact applies the definitions as written.
enum class Mode { kCompatible, kExact };

enum class Overlap { kVolume, kImage };

/// What happened in one frame of one sequence, at one operating point.
struct FrameErrors {
  int sequence = 0;
  int frame = 0;
  int matches = 0;
  int false_positives = 0;
  int false_negatives = 0;
  int switches = 0;
  int fragments = 0;
};

struct ClearCounts {
  int matches = 0;  // true positives; pairs with ignored ground truth included, as KITTI counts them
  int false_positives = 0;
  int false_negatives = 0;
  int switches = 0;
  int fragments = 0;
  double mota = 0.0;
  double motp = 0.0;
  std::vector<FrameErrors> frames;  // only frames where something was counted, in order
};

struct RecallPoint {
  double recall = 0.0;
  double threshold = 0.0;  // tracks with a mean score below it are dropped
  double mota = 0.0;
  double motp = 0.0;
  double scaled_mota = 0.0;
  int false_positives = 0;
  int false_negatives = 0;
  int switches = 0;
};

/// What became of every box of ClassRows at one operating point.
struct Fates {
  std::vector<int> result_of_truth;     // index into ClassRows::results, -1: missed
  std::vector<char> is_matched;         // per result
  std::vector<char> is_false_positive;  // per result; neither: forgiven, or its track dropped
};

/// All values as fractions (1 = 100 %).
struct Sweep {
  double samota = 0.0;
  double amota = 0.0;
  double amotp = 0.0;
  ClearCounts best;                      // at the threshold with the highest MOTA
  std::optional<double> best_threshold;  // none: no threshold is better than silence, `best` counts all tracks
  std::vector<RecallPoint> curve;
  int truth_boxes = 0;  // that count
  Fates fates;          // at `best`
  Fates fates_of_all;   // no track dropped
};

/// The rows of one class, with the boxes that can meet and what each box's fate costs.
struct ClassRows {
  std::vector<LabelRow> truth;         // by sequence, id, frame
  std::vector<char> is_truth_ignored;  // neighbouring class, occluded or truncated: never costs anything
  std::vector<char> is_first;          // of its ground-truth track
  std::vector<char> is_last;
  std::vector<LabelRow> results;         // by sequence and frame; scores are means of their track
  std::vector<int> track;                // of each result, unique over sequences
  std::vector<double> level;             // what a threshold is compared with
  std::vector<char> is_result_forgiven;  // unmatched, it is no false positive: small, neighbour, in a DontCare area
  struct Pair {
    int truth;
    int result;
  };
  std::vector<Pair> pairs;  // of the same frame; by sequence and frame
  int counted_truth = 0;
};

[[nodiscard]] ClassRows select_class(const Dataset& data, ObjectClass object_class, Mode mode);

[[nodiscard]] Sweep sweep_recall(const ClassRows& rows, Overlap overlap, double min_iou, Mode mode);

}  // namespace ocelli::evaluation
