#pragma once
// A drive of comma2k19 (Schafer et al. 2018, github.com/commaai/comma2k19) as a source: the raw CAN frames through a
// CAN database, the phone's IMU, the position fixes of its receivers.
//   DRIVE/processed_log/CAN/raw_can/{t,src,address,data}   DRIVE/processed_log/IMU/{accelerometer,gyro}/{t,value}
//   DRIVE/processed_log/GNSS/live_gnss_{ublox,qcom}/{t,value}   DRIVE/global_pose/…: the truth, not read here
// All stamps are of one clock: the log's, set to the fixes' own UTC where there are fixes (the least delay seen is
// taken for none), so that a fix carries the instant of its measurement and not that of its arrival. Must not know: the
// bus, what the messages are for.

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "ocelli/hal/can/dbc.hpp"
#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::log {

enum class CommaReceiver { kUblox, kQualcomm };

constexpr auto enum_names(CommaReceiver) {
  using Entry = std::pair<std::string_view, CommaReceiver>;
  return std::array{Entry{"ublox", CommaReceiver::kUblox}, Entry{"qcom", CommaReceiver::kQualcomm}};
}

struct Comma2k19Config {
  std::string path;
  std::string dbc;
  int can_bus = 0;
  std::vector<std::string> wheel_signals = {"WHEEL_SPEEDS.WHEEL_SPEED_FL", "WHEEL_SPEEDS.WHEEL_SPEED_FR",
                                            "WHEEL_SPEEDS.WHEEL_SPEED_RL", "WHEEL_SPEEDS.WHEEL_SPEED_RR"};
  std::vector<std::string> steering_signals = {"STEER_ANGLE_SENSOR.STEER_ANGLE", "STEER_ANGLE_SENSOR.STEER_FRACTION"};
  double steering_ratio = 13.27;
  CommaReceiver receiver = CommaReceiver::kUblox;
  std::string imu_topic = "imu";
  std::string gnss_topic = "gnss/fix";
  std::string vehicle_topic = "vehicle/state";

  static constexpr auto fields() {
    using C = Comma2k19Config;
    return std::tuple{
        required(field("path", &C::path, "folder of the drive, with processed_log")),
        required(field("dbc", &C::dbc, "CAN database of the vehicle (.dbc)")),
        field("can_bus", &C::can_bus, "", 0, 255, "bus of the vehicle's own frames"),
        field("wheel_signals", &C::wheel_signals, "MESSAGE.SIGNAL of the wheel speeds: front left and right, rear"),
        field("steering_signals", &C::steering_signals, "MESSAGE.SIGNAL of the steering wheel angle; several: added"),
        field("steering_ratio", &C::steering_ratio, "", 1.0, 50.0, "steering wheel angle per road wheel angle"),
        field("receiver", &C::receiver, "whose fixes"),
        field("imu_topic", &C::imu_topic, "topic of rate and acceleration; empty: none"),
        field("gnss_topic", &C::gnss_topic, "topic of the position; empty: none"),
        field("vehicle_topic", &C::vehicle_topic, "topic of wheel speeds and steering; empty: none"),
    };
  }
};

/// What the CAN log held.
struct CommaCanCounts {
  std::size_t frames = 0;
  std::size_t known = 0;     // in the database
  std::size_t vehicle = 0;   // gave a vehicle state
  std::size_t steering = 0;  // gave a steering angle
};

struct CommaDrive {
  std::unique_ptr<Source> source;
  std::vector<std::string> notes;
  CommaCanCounts can;
  /// Time of the log's second 0 on the scale of the messages.
  Duration log_offset{};
};

/// Errors, before anything is read: arrays that are missing, cut off or of another type (read_npy_doubles), mistakes in
/// the database (load_dbc), signals that it does not have.
[[nodiscard]] Result<CommaDrive> open_comma2k19(const Comma2k19Config& config);

}  // namespace ocelli::log
