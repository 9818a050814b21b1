#pragma once
// All scores of a data set: what `ocelli eval tracks` prints. Must not know: files, printing.

#include <string_view>
#include <vector>

#include "ocelli/perception/evaluation/clear.hpp"
#include "ocelli/perception/evaluation/errors.hpp"
#include "ocelli/perception/evaluation/hota.hpp"
#include "ocelli/perception/evaluation/labels.hpp"

namespace ocelli::evaluation {

struct Request {
  std::vector<ObjectClass> classes{ObjectClass::kCar, ObjectClass::kPedestrian, ObjectClass::kCyclist};
  std::vector<double> volume_ious{0.25, 0.5, 0.7};
  std::vector<double> image_ious;
  bool with_hota = false;
  bool with_errors = false;  // fills ClearRow::errors and ClearRow::pictures
  Mode mode = Mode::kCompatible;
};

struct ClearRow {
  ObjectClass object_class = ObjectClass::kCar;
  Overlap overlap = Overlap::kVolume;
  double min_iou = 0.0;
  Sweep sweep;
  std::optional<ErrorKinds> errors;
  std::vector<FramePicture> pictures;
};

struct HotaRow {
  ObjectClass object_class = ObjectClass::kCar;
  HotaScores scores;  // at the threshold of the best MOTA with an image IoU of 0.5
};

struct Scores {
  std::vector<ClearRow> clear;
  std::vector<HotaRow> hota;
};

[[nodiscard]] Scores evaluate(const Dataset& data, const Request& request);

[[nodiscard]] std::string_view to_string(ObjectClass object_class);
[[nodiscard]] std::optional<ObjectClass> class_from_name(std::string_view name);

/// CLEAR counts of one sequence: the sum of its frames.
[[nodiscard]] FrameErrors sum_of_sequence(const std::vector<FrameErrors>& frames, int sequence);

/// The frames with the most errors (false positives, misses, switches), worst first.
[[nodiscard]] std::vector<FrameErrors> worst_frames(std::vector<FrameErrors> frames, std::size_t count);

}  // namespace ocelli::evaluation
