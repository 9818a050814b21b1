// What a reader says of itself to the writers of its topic, and what it is told about those that it cannot hear.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<NetworkLane> open_lane() {
  DdsConfig config;
  config.partition = fmt::format("ocelli-test-requests-{}", ::getpid());
  return std::move(*open_dds_lane(config));
}

bool comes_true(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(milliseconds(5));
  return condition();
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(ReaderRequests, OnlyTheWritersWhoseRingsCannotBeReadUseTheNetwork) {
  const topics::TopicKind& kind = topics::kind_of<topics::Faults>();
  const auto reading = open_lane();
  const auto before = open_lane();
  const auto unreadable = open_lane();
  const auto after = open_lane();
  ReaderEvents events;
  events.on_frame = [](NetworkFrame) {};
  events.on_writer_gone = [](const PeerId&) {};
  events.on_writer = [](const PeerId&, std::span<const std::byte> announcement) {
    return std::ranges::equal(announcement, bytes_of("unreadable")) ? RingVerdict::kRefused : RingVerdict::kRead;
  };
  const auto reader = reading->open_reader("faults/c", kind, std::move(events));
  ASSERT_TRUE(reader);
  const auto first = before->open_writer("faults/c", kind, bytes_of("good"));
  ASSERT_TRUE(first && comes_true([&] { return (*first)->ring_readers() == 1; }));
  const auto second = unreadable->open_writer("faults/c", kind, bytes_of("unreadable"));
  ASSERT_TRUE(second);
  EXPECT_TRUE(comes_true([&] { return (*second)->is_wanted() && (*second)->ring_readers() == 0; }));
  const auto third = after->open_writer("faults/c", kind, bytes_of("good"));
  ASSERT_TRUE(third && comes_true([&] { return (*third)->readers() == 1; }));
  for (const auto* writer : {&*first, &*third}) {
    EXPECT_EQ((*writer)->ring_readers(), 1U);
    EXPECT_FALSE((*writer)->is_wanted());
  }
}

TEST(ReaderRequests, AWriterWhoseQosDoesNotFitIsNamed) {
  topics::TopicKind best_effort = topics::kind_of<topics::Faults>();
  best_effort.qos = topics::Qos::kSensor;
  const auto stranger = open_lane();
  const auto writer = stranger->open_writer("faults/d", best_effort, {});
  const LiveClock clock{LiveClock::measure_offset()};
  Bus bus(clock, open_lane());
  std::mutex mutex;
  std::string told;
  bus.on_problem([&](const std::string& problem) {
    const std::lock_guard lock(mutex);
    told = problem;
  });
  const auto subscription = bus.subscribe<topics::Faults>("faults/d");
  ASSERT_TRUE(writer && subscription);
  comes_true([&] {
    const std::lock_guard lock(mutex);
    return !told.empty();
  });
  const std::lock_guard lock(mutex);
  EXPECT_EQ(told,
            "topic 'faults/d': a writer's QoS does not fit: it offers best effort, reliable is asked for: its messages "
            "do not come");
}

}  // namespace
}  // namespace ocelli
