#include "ocelli/perception/kitti/drive.hpp"

#include <cmath>
#include <optional>

#include "ocelli/perception/evaluation/text_table.hpp"

namespace ocelli::kitti {
namespace {

using evaluation::for_each_line;
using evaluation::TextLine;
using tracking::ObjectClass;

constexpr int kMaxFrame = 999'999;
constexpr double kMaxScore = 1e4;  // a log-odds beyond it is a mistake

/// Axes of the camera (x right, y down, z forward) in those of the vehicle.
Eigen::Matrix3d rotation_vehicle_camera() {
  Eigen::Matrix3d R;
  R << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  return R;
}

int kitti_code(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kPedestrian: return 1;
    case ObjectClass::kCar: return 2;
    case ObjectClass::kCyclist: return 3;
    case ObjectClass::kTruck:
    case ObjectClass::kUnknown: break;
  }
  return 0;
}

Status read_poses(const std::filesystem::path& path, Drive& drive) {
  const Eigen::Matrix3d R = rotation_vehicle_camera();
  return for_each_line(path, " \t\r,", [&](const TextLine& line) -> Status {
    if (line.fields.size() != 12) return line.mistake(fmt::format("{} columns, 12 expected", line.fields.size()));
    Eigen::Matrix<double, 3, 4> T;
    for (int i = 0; i < 12; ++i) {
      OCELLI_ASSIGN(T(i / 4, i % 4), line.number_at(static_cast<std::size_t>(i), "pose"));
    }
    if (std::abs(T.leftCols<3>().determinant() - 1.0) > 0.01) return line.mistake("the pose is not a rigid motion");
    Pose pose = Pose::Identity();
    pose.linear() = R * T.leftCols<3>() * R.transpose();
    pose.translation() = R * T.col(3);
    drive.T_world_vehicle.push_back(pose);
    return ok();
  });
}

Status read_calibration(const std::filesystem::path& path, Drive& drive) {
  bool is_found = false;
  OCELLI_TRY(for_each_line(path, " \t\r", [&](const TextLine& line) -> Status {
    if (line.fields[0] != "P2:" && line.fields[0] != "P2") return ok();
    if (line.fields.size() != 13)
      return line.mistake(fmt::format("P2 has {} numbers, 12 expected", line.fields.size() - 1));
    Eigen::Matrix<double, 3, 4> P;
    for (int i = 0; i < 12; ++i) {
      OCELLI_ASSIGN(P(i / 4, i % 4), line.number_at(static_cast<std::size_t>(i) + 1, "P2"));
    }
    const bool is_camera = P(0, 0) > 0.0 && P(1, 1) > 0.0 && P(0, 2) > 0.0 && P(1, 2) > 0.0 && P(2, 2) > 0.0;
    if (!is_camera) return line.mistake("P2 is no camera: focal lengths and principal point must be above 0");
    drive.camera.P_image_vehicle.leftCols<3>() = P.leftCols<3>() * rotation_vehicle_camera().transpose();
    drive.camera.P_image_vehicle.col(3) = P.col(3);
    is_found = true;
    return ok();
  }));
  if (!is_found) return error(ErrorCode::kCorrupt, "{}: matrix P2 is missing", path.string());
  return ok();
}

void skip(const TextLine& line, std::string_view why, Drive& drive) {
  if (drive.skipped_rows++ == 0) drive.first_skipped = fmt::format("{}:{}: {}", line.path, line.number, why);
}

Result<int> frame_of(const TextLine& line, const Drive& drive) {
  OCELLI_ASSIGN(const int frame, line.integer_at(0, "frame", 0, kMaxFrame));
  if (static_cast<std::size_t>(frame) >= drive.frames.size())
    return line.mistake(fmt::format("frame {}, but the drive has only {} ego poses", frame, drive.frames.size()));
  return frame;
}

/// frame type x1 y1 x2 y2 score h w l x y z ry
using DetectionRow = std::array<double, 14>;

/// None: the row is skipped and counted.
Result<std::optional<DetectionRow>> detection_row(const TextLine& line, ObjectClass object_class, Drive& drive) {
  if (line.fields.size() < 14) return line.mistake(fmt::format("{} columns, 15 expected", line.fields.size()));
  DetectionRow v{};
  bool is_finite = true;
  OCELLI_ASSIGN(v[0], line.integer_at(0, "frame", 0, kMaxFrame));
  for (std::size_t i = 1; i < v.size(); ++i) {
    OCELLI_ASSIGN(v[i], line.any_number_at(i, "detection"));
    is_finite = is_finite && std::isfinite(v[i]);
  }
  if (!is_finite) return skip(line, "not finite", drive), std::nullopt;
  if (std::abs(v[6]) > kMaxScore)
    return line.mistake(fmt::format("score {:g}, a log-odds within {:g} expected", v[6], kMaxScore));
  if (v[1] != kitti_code(object_class))
    return skip(line, fmt::format("class {} in the folder of {}", v[1], label_of(object_class)), drive), std::nullopt;
  if (!(v[7] > 0.0 && v[8] > 0.0 && v[9] > 0.0)) return skip(line, "box without volume", drive), std::nullopt;
  return v;
}

Status read_detection(const TextLine& line, ObjectClass object_class, Drive& drive) {
  OCELLI_ASSIGN(const std::optional<DetectionRow> row, detection_row(line, object_class, drive));
  OCELLI_ASSIGN(const int frame, frame_of(line, drive));
  if (!row) return ok();
  const DetectionRow& v = *row;
  tracking::Detection3 detection;
  detection.object_class = object_class;
  if (v[4] > v[2] && v[5] > v[3]) detection.image = tracking::ImageBox{v[2], v[3], v[4], v[5]};
  detection.score = v[6];
  detection.height_m = v[7];
  detection.width_m = v[8];
  detection.length_m = v[9];
  detection.p_vehicle = rotation_vehicle_camera() * Eigen::Vector3d(v[10], v[11] - 0.5 * v[7], v[12]);
  detection.yaw_rad = wrap_angle(-v[13] - M_PI_2);
  drive.frames[static_cast<std::size_t>(frame)].detections.push_back(detection);
  return ok();
}

Status read_camera_box(const TextLine& line, ObjectClass object_class, Drive& drive) {
  if (line.fields.size() < 6) return line.mistake(fmt::format("{} columns, 6 expected", line.fields.size()));
  OCELLI_ASSIGN(const int frame, frame_of(line, drive));
  std::array<double, 6> v{};
  bool is_finite = true;
  for (std::size_t i = 1; i < v.size(); ++i) {
    OCELLI_ASSIGN(v[i], line.any_number_at(i, "camera box"));
    is_finite = is_finite && std::isfinite(v[i]);
  }
  if (!is_finite) return skip(line, "not finite", drive), ok();
  if (!(v[3] > v[1] && v[4] > v[2])) return skip(line, "box without area", drive), ok();
  drive.frames[static_cast<std::size_t>(frame)].camera.push_back({object_class, {v[1], v[2], v[3], v[4]}, v[5]});
  return ok();
}

/// A class without file was not looked for; one with an empty file was, and nothing was seen.
Status read_camera(const std::filesystem::path& folder, ObjectClass object_class, Drive& drive) {
  const auto file = folder / label_of(object_class) / (drive.name + ".txt");
  if (!std::filesystem::exists(file)) {
    drive.notes.push_back(fmt::format("{}: no such file, the camera did not look for it", file.string()));
    return ok();
  }
  bool is_empty = true;
  drive.camera_looks[static_cast<std::size_t>(object_class)] = true;
  OCELLI_TRY(for_each_line(file, " \t\r,", [&](const TextLine& line) {
    is_empty = false;
    return read_camera_box(line, object_class, drive);
  }));
  if (is_empty) drive.notes.push_back(fmt::format("{}: empty, the camera looked and saw nothing", file.string()));
  return ok();
}

}  // namespace

std::string_view label_of(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kCar: return "Car";
    case ObjectClass::kPedestrian: return "Pedestrian";
    case ObjectClass::kCyclist: return "Cyclist";
    case ObjectClass::kTruck:
    case ObjectClass::kUnknown: break;
  }
  return "?";
}

Status read_detections(const std::filesystem::path& detections, const std::vector<ObjectClass>& classes,
                       evaluation::Dataset& data) {
  Drive skipped;
  for (const ObjectClass object_class : classes) {
    for (std::size_t s = 0; s < data.sequences.size(); ++s) {
      const auto file = detections / label_of(object_class) / (data.sequences[s] + ".txt");
      if (!std::filesystem::exists(file)) continue;
      OCELLI_TRY(for_each_line(file, " \t\r,", [&](const TextLine& line) -> Status {
        OCELLI_ASSIGN(const std::optional<DetectionRow> row, detection_row(line, object_class, skipped));
        if (!row) return ok();
        const DetectionRow& v = *row;
        evaluation::LabelRow label;
        label.sequence = static_cast<int>(s);
        label.frame = static_cast<int>(v[0]);
        label.kind = evaluation::kind_from_name(label_of(object_class)).value_or(evaluation::Kind::kOther);
        label.image = {v[2], v[3], v[4], v[5]};
        label.box = {v[7], v[8], v[9], v[10], v[11], v[12], v[13]};
        label.score = v[6];
        data.detections.push_back(label);
        return ok();
      }));
    }
  }
  if (data.detections.empty())
    return error(ErrorCode::kNotFound, "{}: no detection; expected <Class>/<sequence>.txt", detections.string());
  return ok();
}

Result<Drive> read_drive(const Folders& folders, const std::string& sequence, const std::vector<ObjectClass>& classes) {
  const std::string file = sequence + ".txt";
  Drive drive;
  drive.name = sequence;
  OCELLI_TRY(read_calibration(folders.calib / file, drive));
  OCELLI_TRY(read_poses(folders.ego / file, drive));
  drive.frames.resize(drive.T_world_vehicle.size());
  drive.has_camera = !folders.camera.empty();
  bool has_detections = false;
  for (const ObjectClass object_class : classes) {
    const auto lidar_file = folders.detections / label_of(object_class) / file;
    if (std::filesystem::exists(lidar_file)) {
      has_detections = true;
      OCELLI_TRY(for_each_line(lidar_file, " \t\r,",
                               [&](const TextLine& line) { return read_detection(line, object_class, drive); }));
    }
    if (drive.has_camera) OCELLI_TRY(read_camera(folders.camera, object_class, drive));
  }
  if (!has_detections) drive.notes.push_back("no 3D detections of any class");
  return drive;
}

}  // namespace ocelli::kitti
