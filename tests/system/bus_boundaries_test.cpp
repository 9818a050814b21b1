// Readers that may not open a writer's ring: another user, and a container with process numbers of its own. Their
// messages come over the network lane; why they do not come through the ring is said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <thread>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"

namespace ocelli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint32_t kDomain = 43;  // of this test alone

struct Outcome {
  std::string text;
  int status = 0;
};

Outcome run(const std::string& command) {
  Outcome outcome;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) outcome.text.append(part.data(), size);
  outcome.status = WEXITSTATUS(::pclose(pipe));
  return outcome;
}

/// One topic of each QoS class.
constexpr const char* kTopics[] = {"wall/ego", "wall/state", "wall/faults"};

/// Publishes on all of them every 10 ms; a command measures `topic` behind `wall`.
Outcome measure_behind(const std::string& wall, const std::string& topic) {
  const LiveClock clock{LiveClock::measure_offset()};
  DdsConfig config;
  config.domain = kDomain;
  Bus bus(clock, std::move(*open_dds_lane(config)));
  const auto ego = bus.publish<topics::EgoMotion>("wall/ego");
  const auto state = bus.publish<topics::SafetyState>("wall/state");
  const auto faults = bus.publish<topics::Faults>("wall/faults");
  EXPECT_TRUE(ego && state && faults);
  const std::jthread writing([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      (*ego)->publish({}, {});
      (*state)->publish({}, {});
      (*faults)->publish({}, {});
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  return run(fmt::format("{} {} topic --domain {} hz {} --seconds 1", wall, OCELLI_COMMAND, kDomain, topic));
}

TEST(BusBoundaries, WithinAUserTheRingIsRead) {
  const Outcome outcome = measure_behind("", "wall/ego");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_THAT(outcome.text, Not(HasSubstr("network lane")));
}

TEST(BusBoundaries, AnotherUserIsToldAndServedOverTheNetwork) {
  RecordProperty("verifies", "REQ-BUS-008");
  const std::string wall = "setpriv --reuid=65534 --regid=65534 --clear-groups";
  if (run(wall + " true").status != 0) GTEST_SKIP() << "skipped: needs the right to become another user (root)";
  for (const std::string topic : kTopics) {
    const Outcome outcome = measure_behind(wall, topic);
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr(" Hz: ")) << topic;
    EXPECT_THAT(outcome.text, HasSubstr("topic '" + topic + "': /proc/"));
    EXPECT_THAT(
        outcome.text,
        HasSubstr(fmt::format("Permission denied (messages of process {} come over the network lane)", ::getpid())));
  }
}

TEST(BusBoundaries, AContainerIsServedOverTheNetwork) {
  RecordProperty("verifies", "REQ-BUS-008");
  const std::string wall =
      "unshare --mount --pid --fork --mount-proc sh -c 'mount -t tmpfs none /dev/shm && exec \"$@\"' sh";
  if (run(wall + " true").status != 0) GTEST_SKIP() << "skipped: needs the right to make a PID namespace (root)";
  for (const std::string topic : kTopics) {
    const Outcome outcome = measure_behind(wall, topic);
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr(" Hz: ")) << topic;
  }
}

}  // namespace
}  // namespace ocelli
