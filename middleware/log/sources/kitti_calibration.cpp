#include "ocelli/middleware/log/sources/kitti_calibration.hpp"

#include <fmt/ranges.h>

#include <Eigen/Dense>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

namespace ocelli::log {
namespace {

namespace fs = std::filesystem;

/// Matrices by label; numbers without one stand under "".
struct Labelled {
  fs::path file;
  std::map<std::string, std::vector<double>> matrices;
};

std::optional<double> number_of(const std::string& word) {
  double value = 0.0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (failure != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

Result<Labelled> read_labelled(const fs::path& file) {
  std::error_code failure;
  std::ifstream in(file);
  if (!in || !fs::is_regular_file(file, failure))
    return error(ErrorCode::kNotFound, "{}: no such calibration file, or it cannot be read", file.string());
  Labelled out{file, {}};
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string word;
    std::string label;
    std::vector<double> values;
    bool is_numeric = true;
    for (bool is_first = true; words >> word; is_first = false) {
      const auto value = number_of(word);
      if (value) {
        values.push_back(*value);
      } else if (is_first) {
        label = word.substr(0, word.find(':'));
      } else {
        is_numeric = false;  // such as calib_time
      }
    }
    if (!is_numeric) values.clear();
    auto& matrix = out.matrices[label];
    matrix.insert(matrix.end(), values.begin(), values.end());
  }
  return out;
}

/// How messages call a matrix.
std::string called(std::string_view label) {
  return label.empty() ? "the matrix without a label" : fmt::format("matrix '{}'", label);
}

/// The matrix under one of the labels, with rows * columns numbers.
template <int Rows, int Columns>
Result<Eigen::Matrix<double, Rows, Columns>> matrix_of(const Labelled& in, std::initializer_list<const char*> labels) {
  using RowMajor = Eigen::Matrix<double, Rows, Columns, Columns == 1 ? Eigen::ColMajor : Eigen::RowMajor>;
  for (const char* label : labels) {
    const auto place = in.matrices.find(label);
    if (place == in.matrices.end()) continue;
    const std::vector<double>& values = place->second;
    if (values.size() != Rows * Columns)
      return error(ErrorCode::kCorrupt, "{}: {} has {} numbers: expected {} x {}", in.file.string(), called(label),
                   values.size(), Rows, Columns);
    if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); }))
      return error(ErrorCode::kCorrupt, "{}: {} holds a number that is not finite", in.file.string(), called(label));
    return Eigen::Matrix<double, Rows, Columns>(Eigen::Map<const RowMajor>(values.data()));
  }
  return error(ErrorCode::kCorrupt, "{}: matrix '{}' is missing", in.file.string(), *labels.begin());
}

/// A transform from its two parts, after making sure that the first is a rotation.
Result<Pose> pose_of(const fs::path& file, const char* name, const Eigen::Matrix3d& rotation,
                     const Eigen::Vector3d& translation) {
  constexpr double kTolerance = 1e-3;  // KITTI prints 7 digits
  const double deviation = (rotation * rotation.transpose() - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff();
  if (deviation > kTolerance)
    return error(ErrorCode::kCorrupt, "{}: '{}' is no rotation: its rows are off orthonormal by {:.3g}", file.string(),
                 name, deviation);
  if (rotation.determinant() < 0.0)
    return error(ErrorCode::kCorrupt, "{}: '{}' is a reflection (determinant {:.3f}): expected a rotation",
                 file.string(), name, rotation.determinant());
  Pose pose = Pose::Identity();
  pose.linear() = Eigen::Quaterniond(rotation).normalized().toRotationMatrix();
  pose.translation() = translation;
  return pose;
}

Result<Pose> pose_of(const Labelled& in, std::initializer_list<const char*> labels) {
  OCELLI_ASSIGN(const auto matrix, (matrix_of<3, 4>(in, labels)));
  return pose_of(in.file, *labels.begin(), matrix.leftCols<3>(), matrix.col(3));
}

/// A raw drive's file: R and T apart.
Result<Pose> split_pose_of(const fs::path& file) {
  OCELLI_ASSIGN(const Labelled in, read_labelled(file));
  OCELLI_ASSIGN(const auto rotation, (matrix_of<3, 3>(in, {"R"})));
  OCELLI_ASSIGN(const auto translation, (matrix_of<3, 1>(in, {"T"})));
  return pose_of(file, "R", rotation, translation);
}

Status check_projection(const fs::path& file, const Eigen::Matrix<double, 3, 4>& projection) {
  if (projection(0, 0) > 0.0 && projection(1, 1) > 0.0 && projection(2, 2) > 0.0) return ok();
  return error(ErrorCode::kCorrupt, "{}: the projection has focal lengths {} and {} px: expected positive ones",
               file.string(), projection(0, 0), projection(1, 1));
}

/// The sensor plan that KITTI publishes: the camera is 0.27 m ahead of the lidar and 0.08 m below it, axes parallel.
Pose nominal_T_camera_lidar() {
  Pose T_camera_lidar = Pose::Identity();
  T_camera_lidar.linear() << 0, -1, 0, 0, 0, -1, 1, 0, 0;
  T_camera_lidar.translation() = T_camera_lidar.linear() * Eigen::Vector3d(-0.27, 0.0, 0.08);
  return T_camera_lidar;
}

Result<KittiCalibration> from_bare(const Labelled& in) {
  KittiCalibration out;
  out.file = in.file;
  out.is_nominal = true;
  out.T_camera_lidar = nominal_T_camera_lidar();
  const std::size_t count = in.matrices.at("").size();
  if (count == 12) {
    OCELLI_ASSIGN(out.projection, (matrix_of<3, 4>(in, {""})));
  } else {
    if (count != 16)
      return error(ErrorCode::kCorrupt, "{}: {} numbers without a label: expected a projection of 3 x 4 or 4 x 4",
                   in.file.string(), count);
    OCELLI_ASSIGN(const auto matrix, (matrix_of<4, 4>(in, {""})));
    if (!matrix.row(3).isApprox(Eigen::RowVector4d(0, 0, 0, 1)))
      return error(ErrorCode::kCorrupt, "{}: the last row of the 4 x 4 projection is not 0 0 0 1", in.file.string());
    out.projection = matrix.topRows<3>();
  }
  OCELLI_TRY(check_projection(in.file, out.projection));
  return out;
}

Result<KittiCalibration> from_raw_pair(const fs::path& folder, int camera) {
  const fs::path velo_file = folder / "calib_velo_to_cam.txt";
  KittiCalibration out;
  out.file = folder / "calib_cam_to_cam.txt";
  OCELLI_ASSIGN(const Labelled cameras, read_labelled(out.file));
  const std::string label = fmt::format("P_rect_{:02}", camera);
  OCELLI_ASSIGN(out.projection, (matrix_of<3, 4>(cameras, {label.c_str()})));
  OCELLI_TRY(check_projection(out.file, out.projection));
  OCELLI_ASSIGN(const auto rectification, (matrix_of<3, 3>(cameras, {"R_rect_00"})));
  OCELLI_ASSIGN(const Pose T_rectified_camera, pose_of(out.file, "R_rect_00", rectification, Eigen::Vector3d::Zero()));
  OCELLI_ASSIGN(const Pose T_camera_lidar, split_pose_of(velo_file));
  out.T_camera_lidar = T_rectified_camera * T_camera_lidar;
  if (const fs::path imu_file = folder / "calib_imu_to_velo.txt"; fs::exists(imu_file)) {
    OCELLI_ASSIGN(out.T_lidar_imu, split_pose_of(imu_file));
  }
  return out;
}

bool has_raw_pair(const fs::path& folder) {
  return fs::exists(folder / "calib_cam_to_cam.txt") || fs::exists(folder / "calib_velo_to_cam.txt");
}

std::vector<fs::path> single_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("calib") && name.ends_with(".txt")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Result<std::optional<KittiCalibration>> search(const fs::path& drive, const fs::path& explicit_path, int camera) {
  const auto read = [camera](const fs::path& place) {
    return fs::is_directory(place) ? from_raw_pair(place, camera) : read_kitti_calibration(place, camera);
  };
  if (!explicit_path.empty()) return read(explicit_path);
  if (has_raw_pair(drive)) return read(drive);
  const auto files = single_files(drive);
  if (files.size() > 1) {
    std::vector<std::string> names;
    for (const fs::path& file : files) names.push_back(file.filename().string());
    return error(ErrorCode::kInvalidArgument, "{}: several calibration files ({}): name one as 'calibration'",
                 drive.string(), fmt::join(names, ", "));
  }
  if (files.size() == 1) return read(files.front());
  const fs::path parent = fs::absolute(drive / "").parent_path().parent_path();
  if (has_raw_pair(parent)) return read(parent);
  return std::nullopt;
}

}  // namespace

Result<KittiCalibration> read_kitti_calibration(const fs::path& file, int camera) {
  OCELLI_ASSIGN(Labelled in, read_labelled(file));
  if (auto bare = in.matrices.find(""); bare != in.matrices.end() && bare->second.empty()) in.matrices.erase(bare);
  if (in.matrices.empty()) return error(ErrorCode::kCorrupt, "{}: holds no calibration", file.string());
  if (in.matrices.size() == 1 && in.matrices.contains("")) return from_bare(in);
  KittiCalibration out;
  out.file = file;
  const std::string label = fmt::format("P{}", camera);
  OCELLI_ASSIGN(out.projection, (matrix_of<3, 4>(in, {label.c_str()})));
  OCELLI_TRY(check_projection(file, out.projection));
  OCELLI_ASSIGN(const auto rectification, (matrix_of<3, 3>(in, {"R0_rect", "R_rect"})));
  OCELLI_ASSIGN(const Pose T_rectified_camera, pose_of(file, "R0_rect", rectification, Eigen::Vector3d::Zero()));
  OCELLI_ASSIGN(const Pose T_camera_lidar, pose_of(in, {"Tr_velo_to_cam", "Tr_velo_cam"}));
  out.T_camera_lidar = T_rectified_camera * T_camera_lidar;
  const bool has_imu = in.matrices.contains("Tr_imu_to_velo") || in.matrices.contains("Tr_imu_velo");
  if (has_imu) {
    OCELLI_ASSIGN(out.T_lidar_imu, pose_of(in, {"Tr_imu_to_velo", "Tr_imu_velo"}));
  }
  return out;
}

Result<FoundCalibration> find_kitti_calibration(const fs::path& drive, const fs::path& explicit_path, int camera) {
  FoundCalibration out;
  OCELLI_ASSIGN(out.calibration, search(drive, explicit_path, camera));
  if (!out.calibration) {
    out.notes.push_back(fmt::format(
        "{}: no calibration (calib_cam_to_cam.txt and calib_velo_to_cam.txt, or one calib*.txt): the camera's pictures "
        "go out without projection and mounting",
        drive.string()));
  } else if (out.calibration->is_nominal) {
    out.notes.push_back(fmt::format(
        "{}: holds a projection only, taken as that of camera {}; the mounting is KITTI's published sensor plan "
        "(camera 0.27 m ahead of the lidar and 0.08 m below it), marked nominal",
        out.calibration->file.string(), camera));
  }
  return out;
}

}  // namespace ocelli::log
