#include "ocelli/middleware/log/sources/comma2k19.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "ocelli/middleware/log/sources/comma2k19_can.hpp"
#include "ocelli/middleware/log/sources/message_header.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::log {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFixColumns = 6;  // latitude, longitude [deg], speed [m/s], UTC [ms], altitude [m], bearing [deg]
constexpr double kUtcColumn_s = 1e-3;

enum class Part { kVehicleState, kImu, kFix };  // in this order where times are equal

struct Due {
  Time sensed_at;
  Time logged_at;  // it is published then
  Part part{};
  std::size_t topic = 0;
  std::size_t row = 0;
};

struct ImuLog {
  NpyArray<double> time;
  NpyArray<double> rate;   // phone: x forward, y right, z down
  NpyArray<double> force;  // at the same times
};

struct Making {
  std::vector<SourceTopic> topics;
  std::vector<CommaVehicleState> vehicle;
  std::optional<ImuLog> imu;
  std::optional<NpyArray<double>> fixes;
  std::vector<double> fix_log_time_s{};
  double steering_ratio = 1.0;
};

/// Forward, right, down as forward, left, up.
geometry_msgs::msg::Vector3 vehicle_axes(std::span<const double> phone) {
  geometry_msgs::msg::Vector3 vector;
  vector.x(phone[0]);
  vector.y(-phone[1]);
  vector.z(-phone[2]);
  return vector;
}

class CommaSource final : public Source {
 public:
  CommaSource(Making making, std::vector<Due> due) : making_(std::move(making)), due_(std::move(due)) {}

  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return making_.topics; }
  [[nodiscard]] std::optional<SourceRange> range() const override {
    return SourceRange{due_.front().logged_at, due_.back().logged_at};
  }
  [[nodiscard]] Result<std::optional<SourceMessage>> next() override {
    if (next_ == due_.size()) return std::nullopt;
    const Due& due = due_[next_++];
    SourceMessage message{due.topic, due.sensed_at, nullptr, std::nullopt, std::nullopt};
    message.recorded.emplace();
    message.recorded->sensed_at_ns = to_ns(due.sensed_at);
    message.recorded->published_at_ns = to_ns(due.logged_at);
    auto cdr = make(due);
    if (cdr) {
      message.cdr = std::move(*cdr);
    } else {
      message.problem = std::move(cdr).error();
    }
    return std::optional(std::move(message));
  }

 private:
  [[nodiscard]] Result<ConstBufferPtr> make(const Due& due) const {
    const SourceTopic& topic = making_.topics[due.topic];
    switch (due.part) {
      case Part::kVehicleState: return vehicle_state(due, topic);
      case Part::kImu: return imu(due, topic);
      case Part::kFix: return fix(due, topic);
    }
    return error(ErrorCode::kInternal, "a part of the drive that nobody makes");
  }

  [[nodiscard]] Result<ConstBufferPtr> vehicle_state(const Due& due, const SourceTopic& topic) const {
    const CommaVehicleState& state = making_.vehicle[due.row];
    ocelli::msg::VehicleState message;
    message.header(header_of(due.sensed_at, topic.name));
    message.wheel_speed_mps(state.wheel_speed_mps);
    message.steering_angle_rad(state.steering_wheel_rad / making_.steering_ratio);
    message.is_wheel_speed_valid(true);
    message.is_steering_valid(state.has_steering);
    return encode_to_buffer(message, topic.kind->codec());
  }

  [[nodiscard]] Result<ConstBufferPtr> imu(const Due& due, const SourceTopic& topic) const {
    const auto rate = making_.imu->rate.row(due.row);
    const auto force = making_.imu->force.row(due.row);
    const auto is_finite = [](double value) { return std::isfinite(value); };
    if (!std::ranges::all_of(rate, is_finite) || !std::ranges::all_of(force, is_finite))
      return error(ErrorCode::kCorrupt, "IMU row {}: a value that is not finite", due.row);
    sensor_msgs::msg::Imu message;
    message.header(header_of(due.sensed_at, topic.name));
    message.orientation().w(1.0);
    message.orientation_covariance()[0] = -1.0;  // ROS: there is no orientation
    message.angular_velocity(vehicle_axes(rate));
    message.linear_acceleration(vehicle_axes(force));
    return encode_to_buffer(message, topic.kind->codec());
  }

  [[nodiscard]] Result<ConstBufferPtr> fix(const Due& due, const SourceTopic& topic) const {
    const auto row = making_.fixes->row(due.row);
    if (!(std::abs(row[0]) <= 90.0 && std::abs(row[1]) <= 180.0 && std::isfinite(row[4])))
      return error(ErrorCode::kCorrupt, "fix {}: position {} {} deg {} m: expected latitude, longitude, altitude",
                   due.row, row[0], row[1], row[4]);
    sensor_msgs::msg::NavSatFix message;
    message.header(header_of(due.sensed_at, topic.name));
    message.status().service(1);
    message.latitude(row[0]);
    message.longitude(row[1]);
    message.altitude(row[4]);
    message.position_covariance_type(0);  // ROS: not known
    return encode_to_buffer(message, topic.kind->codec());
  }

  Making making_;
  std::vector<Due> due_;
  std::size_t next_ = 0;
};

/// The most by which UTC is ahead of the log's clock: of the fix that took least to arrive. A receiver's clock that is
/// wrong for a while does not move the drive: more than a second off the median does not count.
double newest_of(std::vector<double> offsets_s) {
  const auto middle = offsets_s.begin() + static_cast<std::ptrdiff_t>(offsets_s.size() / 2);
  std::ranges::nth_element(offsets_s, middle);
  double newest_s = *middle;
  for (const double offset_s : offsets_s)
    if (offset_s - *middle < 1.0) newest_s = std::max(newest_s, offset_s);
  return newest_s;
}

class Opening {
 public:
  explicit Opening(const Comma2k19Config& config) : config_(config), drive_(config.path) {}

  [[nodiscard]] Result<CommaDrive> run() {
    std::error_code ignored;
    if (!fs::is_directory(drive_ / "processed_log", ignored))
      return error(ErrorCode::kNotFound, "{}: no comma2k19 drive: expected processed_log in it", config_.path);
    OCELLI_TRY(read_can());
    OCELLI_TRY(read_imu());
    OCELLI_TRY(read_fixes());
    schedule();
    if (due_.empty()) return error(ErrorCode::kInvalidArgument, "{}: every topic is switched off", config_.path);
    std::ranges::stable_sort(due_, {}, [](const Due& due) { return std::pair(due.logged_at, due.part); });
    out_.source = std::make_unique<CommaSource>(std::move(making_), std::move(due_));
    return std::move(out_);
  }

 private:
  [[nodiscard]] Status read_can() {
    OCELLI_ASSIGN(const can::Database database, can::load_dbc(config_.dbc));
    OCELLI_ASSIGN(const CommaCanLog log, read_comma_can(drive_));
    auto decoded = decode_comma_can(log, database, config_);
    if (!decoded) return error(decoded.error().within(config_.dbc));
    out_.can = decoded->counts;
    making_.vehicle = std::move(decoded->states);
    making_.steering_ratio = config_.steering_ratio;
    out_.notes.push_back(fmt::format("{}: {} CAN frames, {} of bus {} in the database, {} vehicle states", config_.path,
                                     out_.can.frames, out_.can.known, config_.can_bus, out_.can.vehicle));
    return ok();
  }

  [[nodiscard]] Status read_imu() {
    if (config_.imu_topic.empty()) return ok();
    const fs::path folder = drive_ / "processed_log/IMU";
    ImuLog log;
    OCELLI_ASSIGN(log.time, read_npy_times(folder / "gyro/t"));
    OCELLI_ASSIGN(log.rate, read_npy_doubles(folder / "gyro/value", 3));
    OCELLI_ASSIGN(log.force, read_npy_doubles(folder / "accelerometer/value", 3));
    OCELLI_ASSIGN(const auto force_time, read_npy_times(folder / "accelerometer/t"));
    if (force_time.values != log.time.values || log.rate.rows != log.time.rows || log.force.rows != log.time.rows)
      return error(ErrorCode::kUnsupported, "{}: gyro and accelerometer: expected the same {} times in both",
                   folder.string(), log.time.rows);
    making_.imu = std::move(log);
    return ok();
  }

  [[nodiscard]] Status read_fixes() {
    if (config_.gnss_topic.empty()) return ok();
    const fs::path folder = drive_ / "processed_log/GNSS" /
                            (config_.receiver == CommaReceiver::kUblox ? "live_gnss_ublox" : "live_gnss_qcom");
    OCELLI_ASSIGN(const auto arrival, read_npy_times(folder / "t"));
    OCELLI_ASSIGN(auto fixes, read_npy_doubles(folder / "value", kFixColumns));
    if (arrival.rows != fixes.rows)
      return error(ErrorCode::kCorrupt, "{}: {} times of {} fixes", folder.string(), arrival.rows, fixes.rows);
    std::vector<double> offsets_s;
    for (std::size_t i = 0; i < fixes.rows; ++i) {
      const double offset_s = fixes.row(i)[3] * kUtcColumn_s - arrival.values[i];
      if (!(std::abs(offset_s) < 1e10))
        return error(ErrorCode::kCorrupt, "{}/value: row {}: UTC {} ms", folder.string(), i, fixes.row(i)[3]);
      offsets_s.push_back(offset_s);
    }
    if (!offsets_s.empty()) out_.log_offset = from_seconds(newest_of(offsets_s));
    making_.fixes = std::move(fixes);
    making_.fix_log_time_s = arrival.values;
    return ok();
  }

  [[nodiscard]] Time time_of(double log_time_s) const { return Time{out_.log_offset + from_seconds(log_time_s)}; }

  std::size_t add_topic(const std::string& name, const topics::TopicKind& kind) {
    making_.topics.push_back({name, &kind});
    return making_.topics.size() - 1;
  }

  void add(Time at, Part part, std::size_t topic, std::size_t row) { due_.push_back({at, at, part, topic, row}); }

  void schedule() {
    if (!config_.vehicle_topic.empty()) {
      const std::size_t topic = add_topic(config_.vehicle_topic, topics::kind_of<topics::VehicleState>());
      for (std::size_t i = 0; i < making_.vehicle.size(); ++i)
        add(time_of(making_.vehicle[i].log_time_s), Part::kVehicleState, topic, i);
    }
    if (making_.imu) {
      const std::size_t topic = add_topic(config_.imu_topic, topics::kind_of<topics::ImuData>());
      for (std::size_t i = 0; i < making_.imu->time.rows; ++i)
        add(time_of(making_.imu->time.values[i]), Part::kImu, topic, i);
    }
    if (making_.fixes) {
      const std::size_t topic = add_topic(config_.gnss_topic, topics::kind_of<topics::GnssFix>());
      for (std::size_t i = 0; i < making_.fixes->rows; ++i)
        due_.push_back({Time{from_seconds(making_.fixes->row(i)[3] * kUtcColumn_s)}, time_of(making_.fix_log_time_s[i]),
                        Part::kFix, topic, i});
    }
  }

  const Comma2k19Config& config_;
  fs::path drive_;
  Making making_;
  std::vector<Due> due_;
  CommaDrive out_;
};

}  // namespace

Result<CommaDrive> open_comma2k19(const Comma2k19Config& config) { return Opening(config).run(); }

}  // namespace ocelli::log
