#include "ocelli/middleware/log/sources/kitti_raw.hpp"

#include <algorithm>
#include <filesystem>

#include "ocelli/middleware/log/sources/kitti_calibration.hpp"
#include "ocelli/middleware/log/sources/kitti_frames.hpp"
#include "ocelli/middleware/log/sources/kitti_messages.hpp"
#include "ocelli/middleware/log/sources/kitti_oxts.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::log {
namespace {

namespace fs = std::filesystem;

constexpr Duration kCalibrationPeriod = 1s;

/// In this order where times are equal.
enum class Part { kCalibration, kVehicleState, kImu, kFix, kPicture, kPoints };

/// A message that is made when its turn comes.
struct Due {
  Time time;
  Part part{};
  std::size_t topic = 0;
  fs::path file;
};

/// What the messages are made with.
struct Making {
  std::vector<SourceTopic> topics;
  std::optional<KittiCalibration> calibration;
  ImageSize picture_size;
  Pose T_vehicle_camera = Pose::Identity();
  Pose T_vehicle_imu = Pose::Identity();
};

class KittiRawSource final : public Source {
 public:
  KittiRawSource(Making making, std::vector<Due> due) : making_(std::move(making)), due_(std::move(due)) {}

  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return making_.topics; }
  [[nodiscard]] std::optional<SourceRange> range() const override {
    return SourceRange{due_.front().time, due_.back().time};
  }

  [[nodiscard]] Result<std::optional<SourceMessage>> next() override {
    if (next_ == due_.size()) return std::nullopt;
    const Due& due = due_[next_++];
    SourceMessage message{due.topic, due.time, nullptr, std::nullopt, std::nullopt};
    if (auto cdr = make(due)) {
      message.cdr = std::move(*cdr);
    } else {
      message.problem = std::move(cdr).error();
    }
    return std::optional(std::move(message));
  }

 private:
  [[nodiscard]] Result<ConstBufferPtr> make(const Due& due) const {
    const std::string& name = making_.topics[due.topic].name;
    switch (due.part) {
      case Part::kCalibration:  // CAMERA/calibration is in the frame of CAMERA
        return calibration_message(*making_.calibration, making_.T_vehicle_camera, making_.picture_size, due.time,
                                   name.substr(0, name.rfind('/')));
      case Part::kPicture: return image_message(due.file, due.time, name, making_.picture_size);
      case Part::kPoints: return cloud_message(due.file, due.time, name);
      case Part::kVehicleState:
      case Part::kImu:
      case Part::kFix: return make_oxts(due, name);
    }
    return error(ErrorCode::kInternal, "a part of the drive that nobody makes");
  }

  [[nodiscard]] Result<ConstBufferPtr> make_oxts(const Due& due, const std::string& name) const {
    OCELLI_ASSIGN(const KittiOxts oxts, read_kitti_oxts(due.file));
    const topics::Codec& codec = making_.topics[due.topic].kind->codec();
    if (due.part == Part::kVehicleState) return encode_to_buffer(vehicle_state_of(oxts, due.time, name), codec);
    if (due.part == Part::kFix) return encode_to_buffer(fix_of(oxts, due.time, name), codec);
    return encode_to_buffer(imu_of(oxts, due.time, name, making_.T_vehicle_imu), codec);
  }

  Making making_;
  std::vector<Due> due_;  // by time
  std::size_t next_ = 0;
};

/// Gathers what a drive holds, step by step.
class Opening {
 public:
  explicit Opening(const KittiRawConfig& config) : config_(config), drive_(config.path) {}

  [[nodiscard]] Result<KittiDrive> run() {
    OCELLI_TRY(list());
    set_missing_times();
    OCELLI_TRY(calibrate());
    add_lidar();
    add_oxts();
    add_camera();
    std::ranges::stable_sort(due_, {}, [](const Due& due) { return std::pair(due.time, due.part); });
    out_.source = std::make_unique<KittiRawSource>(std::move(making_), std::move(due_));
    return std::move(out_);
  }

 private:
  [[nodiscard]] Status list();
  [[nodiscard]] Status calibrate();
  void set_missing_times();
  void add_camera();
  void add_lidar();
  void add_oxts();
  std::size_t add_topic(const std::string& name, const topics::TopicKind& kind);
  void add(const std::optional<KittiFolder>& folder, Part part, const std::string& name, const topics::TopicKind& kind);
  void find_picture_size();

  [[nodiscard]] std::string camera_folder() const { return fmt::format("image_{:02}", config_.camera); }

  const KittiRawConfig& config_;
  fs::path drive_;
  std::optional<KittiFolder> pictures_;
  std::optional<KittiFolder> points_;
  std::optional<KittiFolder> oxts_;
  Making making_;
  std::vector<Due> due_;
  KittiDrive out_;
};

Status Opening::list() {
  std::error_code ignored;
  if (!fs::is_directory(drive_, ignored))
    return error(ErrorCode::kNotFound,
                 "{}: no such folder: expected a KITTI raw drive with {}/data and velodyne_points/data", config_.path,
                 camera_folder());
  if (!config_.camera_topic.empty()) {
    OCELLI_ASSIGN(pictures_, list_kitti_frames(drive_ / camera_folder(), ".png"));
    if (!pictures_) out_.notes.push_back(fmt::format("{}: no {}/data/*.png: no camera", config_.path, camera_folder()));
  }
  if (!config_.lidar_topic.empty()) {
    OCELLI_ASSIGN(points_, list_kitti_frames(drive_ / "velodyne_points", ".bin"));
    if (!points_) out_.notes.push_back(fmt::format("{}: no velodyne_points/data/*.bin: no lidar", config_.path));
  }
  OCELLI_ASSIGN(oxts_, list_kitti_frames(drive_ / "oxts", ".txt"));
  if (pictures_ || points_) return ok();
  return error(ErrorCode::kNotFound, "{}: is no KITTI raw drive: expected {}/data/*.png or velodyne_points/data/*.bin",
               config_.path, camera_folder());
}

/// Where a folder has no timestamps.txt its frames come at a fixed rate from the begin of the drive, by their numbers.
void Opening::set_missing_times() {
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  std::optional<Time> begin;
  std::string without;
  for (const auto* folder : {&pictures_, &points_, &oxts_}) {
    if (!*folder) continue;
    first = std::min(first, (*folder)->frames.front().number);
    if (!(*folder)->has_timestamps) continue;
    const Time time = (*folder)->frames.front().time;
    begin = begin ? std::min(*begin, time) : time;
  }
  for (auto* folder : {&pictures_, &points_, &oxts_}) {
    if (!*folder || (*folder)->has_timestamps) continue;
    for (KittiFrame& frame : (*folder)->frames)
      frame.time = begin.value_or(kKittiEpoch) + static_cast<std::int64_t>(frame.number - first) * config_.frame_period;
    without +=
        (without.empty() ? "" : ", ") + (*folder)->frames.front().file.parent_path().parent_path().filename().string();
  }
  if (!without.empty())
    out_.notes.push_back(fmt::format("{}: no timestamps.txt in {}: one frame per {} ms is assumed", config_.path,
                                     without, to_milliseconds(config_.frame_period)));
}

Status Opening::calibrate() {
  Pose T_vehicle_lidar = Pose::Identity();
  T_vehicle_lidar.translation().z() = config_.lidar_height_m;
  if (points_) out_.mountings[config_.lidar_topic] = T_vehicle_lidar;
  if (!pictures_ && !oxts_) return ok();
  OCELLI_ASSIGN(FoundCalibration found, find_kitti_calibration(drive_, config_.calibration, config_.camera));
  if (found.calibration && found.calibration->T_lidar_imu)
    making_.T_vehicle_imu = T_vehicle_lidar * *found.calibration->T_lidar_imu;
  if (!pictures_) return ok();
  out_.notes.insert(out_.notes.end(), found.notes.begin(), found.notes.end());
  making_.calibration = std::move(found.calibration);
  if (!making_.calibration) return ok();
  making_.T_vehicle_camera = T_vehicle_lidar * making_.calibration->T_camera_lidar.inverse();
  out_.mountings[config_.camera_topic] = making_.T_vehicle_camera;
  return ok();
}

std::size_t Opening::add_topic(const std::string& name, const topics::TopicKind& kind) {
  making_.topics.push_back({name, &kind});
  return making_.topics.size() - 1;
}

void Opening::add(const std::optional<KittiFolder>& folder, Part part, const std::string& name,
                  const topics::TopicKind& kind) {
  if (!folder || name.empty()) return;
  const std::size_t topic = add_topic(name, kind);
  for (const KittiFrame& frame : folder->frames) due_.push_back({frame.time, part, topic, frame.file});
}

/// That of most pictures; the others must have it too.
void Opening::find_picture_size() {
  std::map<ImageSize, std::size_t> pictures;
  for (const KittiFrame& frame : pictures_->frames)
    if (const auto size = png_size_of(frame.file)) ++pictures[*size];
  if (pictures.empty()) return;
  making_.picture_size = std::ranges::max_element(pictures, {}, [](const auto& entry) { return entry.second; })->first;
}

void Opening::add_camera() {
  if (!pictures_) return;
  find_picture_size();
  add(pictures_, Part::kPicture, config_.camera_topic, topics::kind_of<topics::CameraImage>());
  if (!making_.calibration) return;
  const std::size_t topic = add_topic(config_.camera_topic + "/calibration", topics::kind_of<topics::CameraInfo>());
  const auto [first, last] = std::ranges::minmax_element(pictures_->frames, {}, &KittiFrame::time);
  for (Time time = first->time; time <= last->time; time += kCalibrationPeriod)
    due_.push_back({time, Part::kCalibration, topic, {}});
}

void Opening::add_lidar() { add(points_, Part::kPoints, config_.lidar_topic, topics::kind_of<topics::LidarPoints>()); }

void Opening::add_oxts() {
  add(oxts_, Part::kVehicleState, config_.vehicle_topic, topics::kind_of<topics::VehicleState>());
  add(oxts_, Part::kImu, config_.imu_topic, topics::kind_of<topics::ImuData>());
  add(oxts_, Part::kFix, config_.gnss_topic, topics::kind_of<topics::GnssFix>());
}

}  // namespace

Result<KittiDrive> open_kitti_raw(const KittiRawConfig& config) { return Opening(config).run(); }

}  // namespace ocelli::log
