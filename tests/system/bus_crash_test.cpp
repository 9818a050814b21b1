// kill -9 on either end of a ring. Children are forked before this process starts Fast DDS.
#include <gtest/gtest.h>

#include <csignal>
#include <functional>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/tests/system/ring_torture.hpp"

namespace ocelli {
namespace {

constexpr Duration kPatience = 20s;

struct Child {
  explicit Child(const std::function<void()>& body) : pid(::fork()) {
    if (pid != 0) return;
    body();
    ::_exit(0);
  }
  ~Child() { kill(); }
  void kill() {
    if (pid <= 0) return;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    pid = -1;
  }
  pid_t pid;
};

/// A writer process that publishes its number ten times a second.
void publish_for_ever(const std::string& partition, int number, std::atomic<bool>& may_start) {
  while (!may_start) ::usleep(1000);
  const LiveClock clock{LiveClock::measure_offset()};
  DdsConfig config;
  config.partition = partition;
  Bus bus(clock, std::move(*open_dds_lane(config)));
  auto publisher = bus.publish<topics::EgoMotion>("crash/ego");
  for (;;) {
    ocelli::msg::EgoMotion ego;
    ego.speed_mps(number);
    (*publisher)->publish(std::move(ego), {});
    ::usleep(100'000);
  }
}

/// Takes until a message of writer `number` has come.
bool hears(Subscription& subscription, Signal& signal, int number) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    while (const auto received = subscription.take()) {
      ocelli::msg::EgoMotion ego;
      if (topics::decode(received->sample->cdr->bytes(), ego) && ego.speed_mps() == number) return true;
    }
    signal.wait_for(50ms);
  }
  return false;
}

TEST(BusCrash, ReadersOutliveTheirWriterAndHearItsSuccessor) {
  RecordProperty("verifies", "REQ-BUS-003");
  const std::string partition = fmt::format("ocelli-crash-{}", ::getpid());
  auto& first_may_start = torture::shared_memory<std::atomic<bool>>();
  auto& second_may_start = torture::shared_memory<std::atomic<bool>>();
  Child first([&] { publish_for_ever(partition, 1, first_may_start); });
  Child second([&] { publish_for_ever(partition, 2, second_may_start); });
  const LiveClock clock{LiveClock::measure_offset()};
  DdsConfig config;
  config.partition = partition;
  Bus bus(clock, std::move(*open_dds_lane(config)));
  Signal signal;
  auto subscription = bus.subscribe<topics::EgoMotion>("crash/ego", &signal);
  ASSERT_TRUE(subscription);
  first_may_start = true;
  ASSERT_TRUE(hears(**subscription, signal, 1));
  first.kill();
  second_may_start = true;
  EXPECT_TRUE(hears(**subscription, signal, 2));
}

TEST(BusCrash, AWriterDoesNotNoticeThatItsReadersAreKilled) {
  RecordProperty("verifies", "REQ-BUS-002");
  auto writer = RingWriter::create("crash", {8, 1024}, {TopicId{1}, 1});
  ASSERT_TRUE(writer);
  const std::vector<std::byte> body(512);
  std::uint64_t sequence = 0;
  const auto publish = [&](int count) {
    for (int i = 0; i < count; ++i) {
      SampleHeader header;
      header.sequence = ++sequence;
      header.body_length = 512;
      header.e2e_crc = frame_crc32(header, body);
      ASSERT_TRUE((*writer)->commit(header, body));
      (*writer)->wake();
    }
  };
  for (int kill = 0; kill < 20; ++kill) {
    auto& tally = torture::shared_memory<torture::Tally>();
    Child reader([&] { torture::read_ring((*writer)->address(), {}, ~std::uint64_t{0}, tally); });
    while (!tally.is_ready) ::usleep(100);
    while (tally.accepted < 50) publish(10);
    reader.kill();
    EXPECT_EQ(tally.torn, 0U);
    publish(20);
  }
}

}  // namespace
}  // namespace ocelli
