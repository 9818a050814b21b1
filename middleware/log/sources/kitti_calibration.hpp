#pragma once
// Calibration files as KITTI lays them out: the pair of a raw drive, one labelled file of the object or tracking set,
// or a bare projection matrix. Must not know: images, points, messages.

#include <Eigen/Core>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/result.hpp"

namespace ocelli::log {

/// Camera frame: that of the rectified left grey camera (camera 0), which all projections of KITTI share.
struct KittiCalibration {
  Eigen::Matrix<double, 3, 4> projection = Eigen::Matrix<double, 3, 4>::Zero();  // [u v 1]^T ~ projection * p_camera
  Pose T_camera_lidar = Pose::Identity();
  bool is_nominal = false;  // T_camera_lidar is the published sensor plan, not measured
  std::optional<Pose> T_lidar_imu;
  std::filesystem::path file;  // that the projection came from
};

struct FoundCalibration {
  std::optional<KittiCalibration> calibration;  // nothing: there is none
  std::vector<std::string> notes;
};

/// `explicit_path`: a file, or a folder with the raw pair; empty = look in `drive` for the raw pair or a single
/// calib*.txt, then in its parent for the raw pair. `camera`: 0..3. Errors name the file and the matrix: one that is
/// missing, has the wrong size, is not finite, or is no rotation.
[[nodiscard]] Result<FoundCalibration> find_kitti_calibration(const std::filesystem::path& drive,
                                                              const std::filesystem::path& explicit_path, int camera);

/// One file by itself: labelled, or a bare 3x4 or 4x4 matrix.
[[nodiscard]] Result<KittiCalibration> read_kitti_calibration(const std::filesystem::path& file, int camera);

}  // namespace ocelli::log
