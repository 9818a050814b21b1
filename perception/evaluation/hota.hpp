#pragma once
// HOTA (Luiten et al., IJCV 2020) with its parts, CLEAR and IDF1 (Ristani et al. 2016) on image boxes, with KITTI's
// clean-up rules as TrackEval applies them. Must not know: files, printing.

#include <optional>

#include "ocelli/perception/evaluation/clear.hpp"

namespace ocelli::evaluation {

/// Fractions (1 = 100 %), except the counts. HOTA, DetA, AssA, LocA: mean over the 19 thresholds 0.05 ... 0.95.
/// The others at an image IoU of 0.5.
struct HotaScores {
  double hota = 0.0;
  double det_a = 0.0;
  double ass_a = 0.0;
  double loc_a = 0.0;
  double idf1 = 0.0;
  double mota = 0.0;
  int switches = 0;
  int false_positives = 0;
  int false_negatives = 0;
  int truth_boxes = 0;  // after the clean-up
  int result_boxes = 0;
  std::optional<double> threshold;  // tracks with a lower mean score were dropped; none: all tracks count
};

[[nodiscard]] HotaScores score_hota(const Dataset& data, ObjectClass object_class, std::optional<double> threshold);

/// The threshold as the originals hand it from one program to the next: six decimals.
[[nodiscard]] double printed_threshold(double threshold);

}  // namespace ocelli::evaluation
