#pragma once
// The raw CAN log of a comma2k19 drive, and vehicle states from it. Must not know: other sensors, the order of
// messages.

#include <filesystem>
#include <string>
#include <vector>

#include "ocelli/hal/can/dbc.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/log/sources/comma2k19.hpp"
#include "ocelli/middleware/log/sources/npy.hpp"

namespace ocelli::log {

struct CommaCanLog {
  std::vector<double> log_time_s;
  std::vector<std::int64_t> bus;
  std::vector<std::int64_t> address;
  NpyArray<std::byte> data;  // 8 bytes each

  [[nodiscard]] std::size_t size() const { return log_time_s.size(); }
};

[[nodiscard]] Result<CommaCanLog> read_comma_can(const std::filesystem::path& drive);

/// One vehicle state: wheel speeds of one frame with the newest steering angle before it.
struct CommaVehicleState {
  double log_time_s = 0.0;
  std::array<double, 4> wheel_speed_mps{};
  double steering_wheel_rad = 0.0;
  bool has_steering = false;  // seen, and not older than 100 ms
};

struct CommaVehicleStates {
  std::vector<CommaVehicleState> states;
  std::vector<double> steering_wheel_deg;  // every decoded angle
  CommaCanCounts counts;
};

/// Units of the database: wheel speeds in km/h or m/s, angles in deg or rad. Errors: a signal that is not in it, or
/// signals of one group that are not in one message.
[[nodiscard]] Result<CommaVehicleStates> decode_comma_can(const CommaCanLog& log, const can::Database& database,
                                                          const Comma2k19Config& config);

}  // namespace ocelli::log
