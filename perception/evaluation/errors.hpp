#pragma once
// What the errors at the best operating point are made of, and how the worst frames look. With the detections that the
// tracker was given, errors of the detector stand apart from those of the tracker.
// Must not know: files, printing.

#include <array>
#include <string_view>

#include "ocelli/perception/evaluation/clear.hpp"

namespace ocelli::evaluation {

/// Why a ground-truth box that counts has no match; the first that holds.
enum class MissReason { kTrackDropped, kOffTarget, kNeverSeen, kBeforeFirst, kGap, kAfterLast };
/// What a false positive is; the first that holds.
enum class FalseReason { kOffTarget, kDouble, kOtherClass, kIgnoredObject, kNearDontCare, kNothing };

inline constexpr std::size_t kMissReasons = 6;
inline constexpr std::size_t kFalseReasons = 6;

[[nodiscard]] std::string_view to_string(MissReason reason);
[[nodiscard]] std::string_view to_string(FalseReason reason);

struct ErrorCount {
  int boxes = 0;
  int detected = 0;  // of these, where a detection lies: on the missed object, or under the false box
};

struct ErrorKinds {
  std::array<ErrorCount, kMissReasons> missed{};
  std::array<ErrorCount, kFalseReasons> false_positives{};
  int undetected_tracks = 0;  // ground-truth tracks that count somewhere and have no detection in any frame
  int counted_tracks = 0;
};

enum class Fate { kTruthMatched, kTruthMissed, kTruthIgnored, kMatched, kFalse, kForgiven, kDropped };

struct PicturedBox {
  CameraBox box;
  int id = 0;
  Fate fate = Fate::kMatched;
};

struct FramePicture {
  FrameErrors errors;
  std::vector<PicturedBox> boxes;
};

/// `min_iou` as in the sweep; detections (Dataset::detections) count from the same IoU on.
[[nodiscard]] ErrorKinds classify_errors(const Dataset& data, const ClassRows& rows, const Sweep& sweep,
                                         ObjectClass object_class, double min_iou);

/// The worst frames, at most one in 50 frames of a sequence.
[[nodiscard]] std::vector<FramePicture> picture_worst(const ClassRows& rows, const Sweep& sweep, std::size_t count);

}  // namespace ocelli::evaluation
