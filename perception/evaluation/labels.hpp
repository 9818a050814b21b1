#pragma once
// KITTI tracking labels and results as rows: ground truth (17 columns) and tracks (18, the last one the score).
// Line: frame id type trunc occ alpha x1 y1 x2 y2 h w l x y z ry score; camera frame, (x, y, z) = centre of the
// bottom face, y down [m, rad, px]. Must not know: how rows are scored.

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/perception/tracking/rectangle.hpp"

namespace ocelli::evaluation {

enum class Kind { kCar, kVan, kPedestrian, kPersonSitting, kPerson, kCyclist, kDontCare, kOther };

/// Types are read without regard to case; names that KITTI does not know give no value.
[[nodiscard]] std::optional<Kind> kind_from_name(std::string_view name);

/// Box in the rectified camera frame, as the files have it.
struct CameraBox {
  double height_m = 0.0;
  double width_m = 0.0;
  double length_m = 0.0;
  double x_m = 0.0;
  double y_m = 0.0;  // bottom face, down
  double z_m = 0.0;
  double yaw_rad = 0.0;  // about the y axis, 0 = length along x
};

/// Common volume over joint volume; 0 when either box has no volume.
[[nodiscard]] double volume_iou(const CameraBox& a, const CameraBox& b);

struct LabelRow {
  int sequence = 0;  // index into Dataset::sequences
  int frame = 0;
  int id = 0;
  Kind kind = Kind::kOther;
  double truncation = 0.0;
  double occlusion = 0.0;
  tracking::ImageBox image;
  CameraBox box;
  double score = 0.0;
};

struct Dataset {
  std::vector<std::string> sequences;
  std::vector<LabelRow> truth;
  std::vector<LabelRow> results;
  std::vector<LabelRow> detections;  // that the tracker was given, when known: they explain errors, and score nothing
  std::vector<std::string> sequences_without_results;  // counted as empty
  std::vector<std::string> results_without_truth;      // result files that nothing can be said about
  int skipped_rows = 0;                                // result rows of a type that KITTI does not know
  std::string first_skipped;                           // where and what, for the message
};

/// Reads the sequences that `truth` has (or those named in `only`). A sequence without a result file counts as empty
/// and is listed; no result file at all is an error.
[[nodiscard]] Result<Dataset> read_dataset(const std::filesystem::path& results, const std::filesystem::path& truth,
                                           const std::vector<std::string>& only);

}  // namespace ocelli::evaluation
