#include "ocelli/middleware/log/sources/comma2k19_can.hpp"

#include <fmt/ranges.h>

#include <cmath>

namespace ocelli::log {
namespace {

constexpr double kSteeringMaxAge_s = 0.1;
constexpr double kRadPerDeg = M_PI / 180.0;

/// Signals of one message.
struct Group {
  const can::Message* message = nullptr;
  std::vector<const can::Signal*> signals;
  std::vector<double> factors;  // to m/s, or to degrees

  /// Nothing while a multiplexer says that it is not there.
  [[nodiscard]] std::optional<double> value(std::size_t i, std::span<const std::byte> frame) const {
    const auto value = message->value(*signals[i], frame);
    return value ? std::optional(*value * factors[i]) : std::nullopt;
  }
};

using Units = std::vector<std::pair<std::string_view, double>>;

const Units& speed_units() {
  static const Units units = {{"m/s", 1.0}, {"km/h", 1.0 / 3.6}, {"kph", 1.0 / 3.6}};
  return units;
}

const Units& angle_units() {
  static const Units units = {{"deg", 1.0}, {"rad", 1.0 / kRadPerDeg}};
  return units;
}

Result<double> factor_of(const can::Signal& signal, const Units& units) {
  std::vector<std::string_view> names;
  for (const auto& [name, factor] : units) {
    if (signal.unit == name) return factor;
    names.push_back(name);
  }
  return error(ErrorCode::kUnsupported, "signal {}: unit '{}': expected {}", signal.name, signal.unit,
               fmt::join(names, " or "));
}

Result<Group> group_of(const can::Database& database, const std::vector<std::string>& names, const std::string& what,
                       const Units& units) {
  Group group;
  for (const std::string& name : names) {
    const std::size_t dot = name.find('.');
    const can::Message* message =
        dot == std::string::npos ? nullptr : database.find(std::string_view(name).substr(0, dot));
    const can::Signal* signal = message != nullptr ? message->find(std::string_view(name).substr(dot + 1)) : nullptr;
    if (signal == nullptr)
      return error(ErrorCode::kNotFound, "{}: the database has no '{}': expected MESSAGE.SIGNAL", what, name);
    if (message->size == 0)
      return error(ErrorCode::kInvalidArgument, "{}: '{}': the database gives its message no bytes", what, name);
    if (group.message != nullptr && message != group.message)
      return error(ErrorCode::kInvalidArgument, "{}: '{}' is not in the message of the others, {}", what, name,
                   group.message->name);
    group.message = message;
    group.signals.push_back(signal);
    OCELLI_ASSIGN(const double factor, factor_of(*signal, units));
    group.factors.push_back(factor);
  }
  return group;
}

}  // namespace

Result<CommaCanLog> read_comma_can(const std::filesystem::path& drive) {
  const std::filesystem::path folder = drive / "processed_log/CAN/raw_can";
  CommaCanLog log;
  OCELLI_ASSIGN(auto time, read_npy_times(folder / "t"));
  OCELLI_ASSIGN(auto bus, read_npy_integers(folder / "src"));
  OCELLI_ASSIGN(auto address, read_npy_integers(folder / "address"));
  OCELLI_ASSIGN(log.data, read_npy_bytes(folder / "data", 8));
  if (bus.rows != time.rows || address.rows != time.rows || log.data.rows != time.rows)
    return error(ErrorCode::kCorrupt, "{}: {} times, {} buses, {} addresses, {} frames: expected as many of each",
                 folder.string(), time.rows, bus.rows, address.rows, log.data.rows);
  log.log_time_s = std::move(time.values);
  log.bus = std::move(bus.values);
  log.address = std::move(address.values);
  return log;
}

Result<CommaVehicleStates> decode_comma_can(const CommaCanLog& log, const can::Database& database,
                                            const Comma2k19Config& config) {
  if (config.wheel_signals.size() != 4)
    return error(ErrorCode::kInvalidArgument, "wheel_signals: {} signals: expected 4", config.wheel_signals.size());
  OCELLI_ASSIGN(const Group wheels, group_of(database, config.wheel_signals, "wheel_signals", speed_units()));
  OCELLI_ASSIGN(const Group steering, group_of(database, config.steering_signals, "steering_signals", angle_units()));
  CommaVehicleStates out;
  out.counts.frames = log.size();
  double steering_deg = 0.0;
  double steering_time_s = -INFINITY;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (log.bus[i] != config.can_bus) continue;
    const can::Message* message = database.find(static_cast<std::uint32_t>(log.address[i]), log.address[i] > 0x7FF);
    if (message == nullptr) continue;
    ++out.counts.known;
    const auto frame = log.data.row(i);
    if (frame.size() < message->size) continue;
    if (message == steering.message) {
      double sum_deg = 0.0;
      for (std::size_t k = 0; k < steering.signals.size(); ++k) sum_deg += steering.value(k, frame).value_or(NAN);
      if (std::isfinite(sum_deg)) {
        steering_deg = sum_deg;
        steering_time_s = log.log_time_s[i];
        out.steering_wheel_deg.push_back(steering_deg);
        ++out.counts.steering;
      }
    }
    if (message != wheels.message) continue;
    CommaVehicleState state{
        log.log_time_s[i], {}, steering_deg * kRadPerDeg, log.log_time_s[i] - steering_time_s <= kSteeringMaxAge_s};
    for (std::size_t wheel = 0; wheel < 4; ++wheel)
      state.wheel_speed_mps[wheel] = wheels.value(wheel, frame).value_or(NAN);
    out.states.push_back(state);
    ++out.counts.vehicle;
  }
  return out;
}

}  // namespace ocelli::log
