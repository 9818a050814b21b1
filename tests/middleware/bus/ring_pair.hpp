#pragma once
// Buses without a network: a lane whose frames go into a list, and two buses that share a ring.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "ocelli/middleware/bus/bus.hpp"

namespace ocelli {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return time; }
  Time time = from_ns(1'000'000'000);
};

/// A lane whose frames go nowhere but into a list; `wanted` stands for a matched remote reader.
struct FakeLane final : NetworkLane {
  struct Wire {
    bool is_wanted = true;
    bool refuses = false;
    std::size_t ring_readers = 0;
    std::vector<std::byte> announcement;
    std::vector<std::vector<std::byte>> frames;
    ReaderEvents events;
    std::function<void(NetworkFrame)> on_frame;
  };
  struct Writer final : NetworkWriter {
    explicit Writer(Wire& w) : wire(w) {}
    [[nodiscard]] bool is_wanted() const override { return wire.is_wanted; }
    [[nodiscard]] std::size_t readers() const override { return wire.is_wanted ? 1 : 0; }
    [[nodiscard]] std::size_t ring_readers() const override { return wire.ring_readers; }
    Status write(const SampleHeader& header, std::span<const std::byte> body) override {
      if (wire.refuses) return error(ErrorCode::kUnavailable, "refused");
      std::vector<std::byte> frame(framed_size(body.size()));
      std::copy(body.begin(), body.end(), frame.begin());
      write_trailer(header, frame);
      wire.frames.push_back(std::move(frame));
      return ok();
    }
    Wire& wire;
  };
  struct Reader final : NetworkReader {
    [[nodiscard]] std::size_t writers() const override { return 1; }
  };
  explicit FakeLane(Wire& w) : wire(w) {}
  Result<std::unique_ptr<NetworkWriter>> open_writer(const std::string&, const topics::TopicKind&,
                                                     std::span<const std::byte> announcement) override {
    wire.announcement.assign(announcement.begin(), announcement.end());
    return std::make_unique<Writer>(wire);
  }
  Result<std::unique_ptr<NetworkReader>> open_reader(const std::string&, const topics::TopicKind&,
                                                     ReaderEvents events) override {
    wire.on_frame = events.on_frame;
    wire.events = std::move(events);
    return std::make_unique<Reader>();
  }
  Wire& wire;
};

/// Two buses whose only connection is the ring that the first announces.
struct RingPair {
  FakeLane::Wire sender_wire;
  FakeLane::Wire receiver_wire;
  ManualClock clock;
  Bus sender{clock, std::make_unique<FakeLane>(sender_wire)};
  Bus receiver{clock, std::make_unique<FakeLane>(receiver_wire)};
  std::shared_ptr<RingWaiter> waiter = std::make_shared<RingWaiter>();
  RingPair() {
    sender_wire.is_wanted = false;
    sender_wire.ring_readers = 1;
  }
  RingVerdict connect() { return receiver_wire.events.on_writer(PeerId{1}, sender_wire.announcement); }
};

/// As it arrives.
inline NetworkFrame frame_of(const std::vector<std::byte>& bytes) {
  BufferPtr buffer = default_pool().take(bytes.size());
  buffer->resize(0, bytes.size());
  std::copy(bytes.begin(), bytes.end(), buffer->bytes().begin());
  return {std::move(buffer), from_ns(5), 9, 77, false};
}

inline ocelli::msg::EgoMotion ego_with_speed(double speed_mps) {
  ocelli::msg::EgoMotion ego;
  ego.speed_mps(speed_mps);
  return ego;
}

}  // namespace ocelli
