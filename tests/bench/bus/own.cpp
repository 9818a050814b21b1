// Ocelli's lanes through the public bus, discovery included.
#include <algorithm>
#include <thread>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/bus/scheduling.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/tests/bench/bus/harness.hpp"

namespace ocelli::bench {
namespace {

constexpr std::size_t kBulkFrom = 32 << 10;  // compressed pictures and everything larger

enum class Lane { kInProcess, kRingOne, kRingOneShort, kRingOneProtected, kRingMany, kNetwork };

/// No checksum, because the peers have none, but for the row that shows what protection costs.
topics::TopicKind kind_for(const Job& job, Lane lane) {
  topics::TopicKind kind = topics::kind_of<topics::CameraImage>();
  kind.e2e = lane == Lane::kRingOneProtected ? topics::E2e::kP07 : topics::E2e::kNone;
  kind.is_bulk = job.size >= kBulkFrom;
  kind.depth = kind.is_bulk ? 4 : 64;
  return kind;
}

/// Hides the announcements of rings, so that everything goes over Fast DDS.
class NoRings final : public NetworkLane {
 public:
  explicit NoRings(std::unique_ptr<NetworkLane> lane) : lane_(std::move(lane)) {}
  Result<std::unique_ptr<NetworkWriter>> open_writer(const std::string& topic, const topics::TopicKind& kind,
                                                     std::span<const std::byte> announcement) override {
    return lane_->open_writer(topic, kind, announcement);
  }
  Result<std::unique_ptr<NetworkReader>> open_reader(const std::string& topic, const topics::TopicKind& kind,
                                                     ReaderEvents events) override {
    events.on_writer = [](const PeerId&, std::span<const std::byte>) { return RingVerdict::kRefused; };
    return lane_->open_reader(topic, kind, std::move(events));
  }

 private:
  std::unique_ptr<NetworkLane> lane_;
};

/// Topics that one reader waits for at once; all but the first are silent.
int topics_of(Lane lane) { return lane == Lane::kRingMany ? kManyTopics : 1; }

std::string topic_name(int index) { return index == 0 ? "bench" : "bench/silent" + std::to_string(index); }

struct Peer {
  Peer(const Job& job, Lane lane) : kind(kind_for(job, lane)), bus(clock, network(job, lane)) {}
  static std::unique_ptr<NetworkLane> network(const Job& job, Lane lane) {
    if (lane == Lane::kInProcess) return nullptr;
    DdsConfig config;
    config.partition = job.channel;
    auto dds = std::move(*open_dds_lane(config));
    if (lane == Lane::kNetwork) return std::make_unique<NoRings>(std::move(dds));
    return dds;
  }
  LiveClock clock{LiveClock::measure_offset()};
  topics::TopicKind kind;
  Bus bus;
};

struct BusSender final : Sender {
  BusSender(std::shared_ptr<Peer> p, std::size_t s, Lane lane)
      : peer(std::move(p)), size(s), is_in_process(lane == Lane::kInProcess) {
    for (int i = 0; i < topics_of(lane); ++i)
      publishers.push_back(std::move(*peer->bus.publish(peer->kind, topic_name(i))));
  }
  void wait_for_readers(int count) override {
    if (is_in_process) return;
    const auto is_heard = [&](const auto& one) { return one->remote_readers() >= static_cast<std::size_t>(count); };
    for (int i = 0; i < 500 && !std::all_of(publishers.begin(), publishers.end(), is_heard); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::span<std::byte> loan() override {
    buffer = publishers.front()->pool().take(size);
    buffer->resize(0, size);
    return buffer->bytes();
  }
  void publish() override {
    publishers.front()->publish(nullptr, std::exchange(buffer, nullptr), {.sensed_at = {}, .lineage = {}, .flags = 0});
  }
  std::shared_ptr<Peer> peer;
  std::size_t size;
  bool is_in_process;
  std::vector<std::unique_ptr<RawPublisher>> publishers;
  BufferPtr buffer;
};

struct BusReceiver final : Receiver {
  BusReceiver(std::shared_ptr<Peer> p, Lane lane) : peer(std::move(p)), has_short_turns(lane == Lane::kRingOneShort) {
    const bool is_one = lane == Lane::kRingOne || lane == Lane::kRingOneShort || lane == Lane::kRingOneProtected;
    waiter = std::make_shared<RingWaiter>(is_one ? RingWaiter::Style::kOne : RingWaiter::Style::kMany);
    for (int i = 0; i < topics_of(lane); ++i)
      subscriptions.push_back(*peer->bus.subscribe(peer->kind, topic_name(i), waiter));
  }
  void run(const std::function<bool(std::span<const std::byte>)>& on_message) override {
    // The peers' readers have the turns of the system: so have ours, but for the row that shows what a user gets.
    waiter->wait_for(0ms);
    if (!has_short_turns) take_turns({});
    for (int idle = 0; idle < 150; ++idle) {  // 20 ms each while nothing comes
      waiter->wait_for(20ms);
      while (const auto received = subscriptions.front()->take()) {
        idle = 0;
        if (!on_message(received->sample->cdr->bytes())) return;
      }
    }
  }
  std::shared_ptr<Peer> peer;
  const bool has_short_turns;
  std::shared_ptr<RingWaiter> waiter;
  std::vector<std::shared_ptr<Subscription>> subscriptions;
};

class OwnTransport final : public Transport {
 public:
  OwnTransport(std::string name, Lane lane) : name_(std::move(name)), lane_(lane) {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool is_in_process() const override { return lane_ == Lane::kInProcess; }
  void prepare(const Job& job) override {
    if (lane_ == Lane::kInProcess) shared_ = std::make_shared<Peer>(job, lane_);
  }
  std::unique_ptr<Sender> open_sender(const Job& job) override {
    return std::make_unique<BusSender>(peer(job), job.size, lane_);
  }
  std::unique_ptr<Receiver> open_receiver(const Job& job, int) override {
    return std::make_unique<BusReceiver>(peer(job), lane_);
  }

 private:
  std::shared_ptr<Peer> peer(const Job& job) {
    return lane_ == Lane::kInProcess ? shared_ : std::make_shared<Peer>(job, lane_);
  }
  const std::string name_;
  const Lane lane_;
  std::shared_ptr<Peer> shared_;
};

}  // namespace

std::vector<std::unique_ptr<Transport>> own_transports() {
  std::vector<std::unique_ptr<Transport>> all;
  all.push_back(std::make_unique<OwnTransport>("ocelli lane 2, one ring", Lane::kRingOne));
  all.push_back(std::make_unique<OwnTransport>("ocelli lane 2, short turns", Lane::kRingOneShort));
  all.push_back(std::make_unique<OwnTransport>("ocelli lane 2, protected", Lane::kRingOneProtected));
  all.push_back(std::make_unique<OwnTransport>("ocelli lane 2, 8 rings", Lane::kRingMany));
  all.push_back(std::make_unique<OwnTransport>("ocelli lane 1", Lane::kInProcess));
  all.push_back(std::make_unique<OwnTransport>("ocelli lane 3", Lane::kNetwork));
  return all;
}

}  // namespace ocelli::bench
