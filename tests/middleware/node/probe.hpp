#pragma once
// A node that shows what its shell does, and messages for it.

#include <cmath>
#include <memory>
#include <string_view>

#include "ocelli/middleware/node/decode.hpp"
#include "ocelli/middleware/node/shell.hpp"
#include "ocelli/middleware/topics/source.hpp"
#include "ocelli/tests/middleware/node/ego_at_origin.hpp"

namespace ocelli::node {

inline constexpr Time kStart = from_ns(1'000'000'000'000);

/// Speed of its output = speed of the first wheel; yaw rate = messages in the window. A negative speed fails, one above
/// 140 m/s gives an output that is not a number.
struct Probe {
  static constexpr std::string_view kName = "probe";
  struct In {
    Trigger<topics::VehicleState> wheels;
    Latest<topics::EgoMotion, 200> ego;
    Window<topics::ImuData, 100> imu;
  };
  struct Out {
    Port<topics::EgoMotion> motion;
    Port<topics::Tracks> tracks;
  };
  Status step(const In& in, Out& out) {
    const double speed = in.wheels->wheel_speed_mps()[0];
    ocelli::msg::EgoMotion motion = ego_at_origin();
    motion.status(ocelli::msg::EGO_DEAD_RECKONED);
    motion.speed_mps(speed > 140.0 ? NAN : speed);
    motion.yaw_rate_rps(static_cast<double>(in.imu.size()));
    out.tracks.publish({});
    if (speed < 0.0) return error(ErrorCode::kUnavailable, "rolls backwards");
    out.motion.publish(motion);
    return ok();
  }
};

inline constexpr std::size_t kWheels = 0, kEgo = 1, kImu = 2;

template <class Tag>
Received message(typename Tag::Type value, Time sensed_at, std::string_view topic = Tag::kName) {
  auto sample = std::make_shared<Sample>();
  sample->kind = &topics::kind_of<Tag>();
  sample->header =
      make_header(topic_id(topic), 3, 1, sensed_at + 1ms, {.sensed_at = sensed_at, .lineage = {}, .flags = 0});
  sample->cdr = encode_to_buffer(value, sample->kind->codec());
  return {std::move(sample), sensed_at + 2ms, Integrity::kTrusted, 0};
}

inline Received wheels(double speed_mps, Time sensed_at) {
  ocelli::msg::VehicleState state;
  state.wheel_speed_mps().fill(speed_mps);
  state.is_wheel_speed_valid(true);
  return message<topics::VehicleState>(state, sensed_at);
}

inline Received with_flags(const Received& received, std::uint32_t flags) {
  auto sample = std::make_shared<Sample>(*received.sample);
  sample->header.flags = flags;
  return {std::move(sample), received.received_at, received.integrity, received.lost};
}

}  // namespace ocelli::node
