#pragma once
// One sequence in the formats of the KITTI tracking benchmark: foreign 3D detections, camera boxes, calibration, poses.
// The vehicle frame here is that of the rectified left camera with turned axes: x forward, y left, z up.
// Must not know: tracking, scoring.

#include <filesystem>
#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/perception/evaluation/labels.hpp"
#include "ocelli/perception/tracking/object.hpp"

namespace ocelli::kitti {

struct Frame {
  std::vector<tracking::Detection3> detections;
  std::vector<tracking::Detection2> camera;
};

struct Drive {
  std::string name;
  std::vector<Frame> frames;  // as many as there are poses
  std::vector<Pose> T_world_vehicle;
  tracking::CameraModel camera;  // image size unknown: 0
  bool has_camera = false;
  std::array<bool, tracking::kObjectClasses> camera_looks{};
  int skipped_rows = 0;            // not finite, without volume, or of another class than the folder
  std::string first_skipped;       // file, line, what
  std::vector<std::string> notes;  // what is legal, but seldom meant
};

struct Folders {
  std::filesystem::path detections;  // <Class>/<sequence>.txt: frame,type,x1,y1,x2,y2,score,h,w,l,x,y,z,ry,alpha
  std::filesystem::path calib;       // <sequence>.txt: P2
  std::filesystem::path ego;         // <sequence>.txt: 3x4 pose of the left camera per frame
  std::filesystem::path camera;      // optional, <Class>/<sequence>.txt: frame,x1,y1,x2,y2,score
};

[[nodiscard]] std::string_view label_of(tracking::ObjectClass object_class);

/// Errors name file and line: a missing file or matrix, a row that cannot be read, a frame without a pose.
[[nodiscard]] Result<Drive> read_drive(const Folders& folders, const std::string& sequence,
                                       const std::vector<tracking::ObjectClass>& classes);

/// The detections alone, as they stand in the files, into `data` (its sequences). Rows that a drive skips are left out.
Status read_detections(const std::filesystem::path& detections, const std::vector<tracking::ObjectClass>& classes,
                       evaluation::Dataset& data);

}  // namespace ocelli::kitti
