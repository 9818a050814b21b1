#include "ocelli/middleware/bus/bus.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "ocelli/middleware/bus/ring_address.hpp"
#include "ocelli/middleware/bus/ring_reader.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/tests/middleware/bus/ring_pair.hpp"

namespace ocelli {
namespace {

TEST(Bus, HandsTheSameObjectToSubscribersOfTheProcessWithItsStamps) {
  ManualClock clock;
  Bus bus(clock, nullptr);
  auto publisher = bus.publish<topics::EgoMotion>("ego/main");
  auto subscription = bus.subscribe<topics::EgoMotion>("ego/main");
  ASSERT_TRUE(publisher && subscription);
  clock.time = from_ns(2'000'000'000);
  (*publisher)->publish(ego_with_speed(7.0), {.sensed_at = from_ns(1'900'000'000), .lineage = {}, .flags = 0});
  const auto received = (*subscription)->take();
  ASSERT_TRUE(received);
  EXPECT_DOUBLE_EQ(static_cast<const ocelli::msg::EgoMotion*>(received->sample->value.get())->speed_mps(), 7.0);
  EXPECT_EQ(received->sample->cdr, nullptr) << "no encoding inside a process";
  EXPECT_EQ(received->sample->header.sensed_at(), from_ns(1'900'000'000));
  EXPECT_EQ(received->sample->header.published_at(), clock.time);
  EXPECT_EQ(received->sample->header.sequence, 1U);
  EXPECT_EQ(received->sample->header.oldest.topic, topic_id("ego/main")) << "a source's message is its own origin";
  EXPECT_FALSE((*subscription)->take());
}

TEST(Bus, AFullQueueDropsTheOldestAndCountsIt) {
  ManualClock clock;
  Bus bus(clock, nullptr);
  auto publisher = bus.publish<topics::Tracks>();
  auto subscription = bus.subscribe<topics::Tracks>();
  const std::size_t depth = topics::kind_of<topics::Tracks>().depth;
  for (std::size_t i = 0; i < depth + 3; ++i) (*publisher)->publish({}, {});
  const auto first = (*subscription)->take();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->lost, 3U) << "also before the first message that is taken";
  EXPECT_EQ(first->sample->header.sequence, 4U);
  for (int i = 0; i < 2; ++i) (*publisher)->publish({}, {});
  EXPECT_EQ((*subscription)->take()->lost, 1U);
  EXPECT_EQ((*subscription)->lost(), 4U);
}

TEST(Bus, WhatWasPublishedBeforeASubscriptionIsNotLostForIt) {
  ManualClock clock;
  Bus bus(clock, nullptr);
  auto publisher = bus.publish<topics::Tracks>();
  for (int i = 0; i < 5; ++i) (*publisher)->publish({}, {});
  auto subscription = bus.subscribe<topics::Tracks>();
  (*publisher)->publish({}, {});
  const auto received = (*subscription)->take();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->lost, 0U);
}

TEST(Bus, RefusesTwoWritersAndTwoKindsOnOneTopic) {
  RecordProperty("verifies", "REQ-BUS-005");
  ManualClock clock;
  Bus bus(clock, nullptr);
  const auto first = bus.publish<topics::Tracks>("t");
  ASSERT_TRUE(first);
  EXPECT_FALSE(bus.publish<topics::Tracks>("t"));
  const auto other = bus.subscribe<topics::EgoMotion>("t");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "topic 't' is of kind tracks, not ego_motion");
}

TEST(Bus, StateTopicsAreLatchedForLateJoiners) {
  RecordProperty("verifies", "REQ-BUS-004");
  ManualClock clock;
  Bus bus(clock, nullptr);
  auto publisher = bus.publish<topics::SafetyState>();
  ocelli::msg::SafetyState state;
  state.mode("degraded");
  (*publisher)->publish(state, {});
  auto late = bus.subscribe<topics::SafetyState>();
  const auto received = (*late)->take();
  ASSERT_TRUE(received);
  EXPECT_EQ(static_cast<const ocelli::msg::SafetyState*>(received->sample->value.get())->mode(), "degraded");
}

TEST(Bus, EncodesOnlyWhenSomebodyElsewhereListens) {
  ManualClock clock;
  FakeLane::Wire wire;
  Bus bus(clock, std::make_unique<FakeLane>(wire));
  auto publisher = bus.publish<topics::EgoMotion>();
  wire.is_wanted = false;
  (*publisher)->publish(ego_with_speed(1.0), {});
  EXPECT_TRUE(wire.frames.empty());
  wire.is_wanted = true;
  (*publisher)->publish(ego_with_speed(2.0), {});
  ASSERT_EQ(wire.frames.size(), 1U);
  const auto header = read_trailer(wire.frames[0]);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence, 2U);
  ocelli::msg::EgoMotion ego;
  ASSERT_TRUE(topics::decode(wire.frames[0], ego));
  EXPECT_DOUBLE_EQ(ego.speed_mps(), 2.0);
}

TEST(Bus, ChecksWhatComesFromTheNetwork) {
  ManualClock clock;
  FakeLane::Wire wire;
  Bus bus(clock, std::make_unique<FakeLane>(wire));
  auto publisher = bus.publish<topics::EgoMotion>();
  auto subscription = bus.subscribe<topics::EgoMotion>();
  (*publisher)->publish(ego_with_speed(3.0), {});
  static_cast<void>((*subscription)->take());
  const auto good = wire.frames[0];
  wire.on_frame(frame_of(good));
  EXPECT_EQ((*subscription)->take()->integrity, Integrity::kTrusted);
  auto flipped = good;
  flipped[40] ^= std::byte{4};
  wire.on_frame(frame_of(flipped));
  EXPECT_EQ((*subscription)->take()->integrity, Integrity::kCorrupt);
  auto masquerade = good;
  SampleHeader header = *read_trailer(good);
  header.topic = topic_id("another");
  ASSERT_TRUE(protect(header, topics::kind_of<topics::EgoMotion>(), std::span(good).first(header.body_length)));
  write_trailer(header, masquerade);
  wire.on_frame(frame_of(masquerade));
  EXPECT_EQ((*subscription)->take()->integrity, Integrity::kCorrupt);
}

TEST(Bus, TakesForeignMessagesWithoutTrailerAsUnprotected) {
  ManualClock clock;
  FakeLane::Wire wire;
  Bus bus(clock, std::make_unique<FakeLane>(wire));
  auto subscription = bus.subscribe<topics::EgoMotion>();
  std::vector<std::byte> bare;
  topics::encode(ego_with_speed(4.0), bare);
  wire.on_frame(frame_of(bare));
  const auto received = (*subscription)->take();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->integrity, Integrity::kUnprotected);
  EXPECT_EQ(received->sample->header.sequence, 9U);
  EXPECT_EQ(received->sample->header.published_at(), from_ns(5));
}

TEST(Bus, AnInjectedDelayHoldsMessagesBackInOrder) {
  class RealClock final : public Clock {
   public:
    [[nodiscard]] Time now() const override { return Time{std::chrono::steady_clock::now().time_since_epoch()}; }
  } clock;
  Bus bus(clock, nullptr);
  Signal signal;
  auto publisher = bus.publish<topics::Tracks>("t");
  auto subscription = bus.subscribe<topics::Tracks>("t", &signal);
  bus.inject_delay("t", 30ms);
  (*publisher)->publish({}, {});
  (*publisher)->publish({}, {});
  EXPECT_FALSE((*subscription)->take());
  bus.inject_delay("t", 0ms);
  (*publisher)->publish({}, {});
  EXPECT_FALSE((*subscription)->take()) << "stays behind those that are under way";
  for (std::uint64_t expected = 1; expected <= 3; ++expected) {
    std::optional<Received> received;
    while (!(received = (*subscription)->take())) signal.wait_for(1s);
    EXPECT_EQ(received->sample->header.sequence, expected);
    EXPECT_GE(received->received_at - received->sample->header.published_at(), expected < 3 ? 30ms : 0ms);
    EXPECT_EQ(received->lost, 0U);
  }
}

TEST(Bus, AMessageTooLongForItsProtectionDoesNotLeaveTheProcessAndIsCounted) {
  RingPair pair;
  pair.sender_wire.is_wanted = true;
  std::vector<std::string> problems;
  pair.sender.on_problem([&](const std::string& problem) { problems.push_back(problem); });
  auto publisher = pair.sender.publish<topics::Faults>();
  auto subscription = pair.sender.subscribe<topics::Faults>();
  ocelli::msg::Fault fault;
  fault.detail(std::string(70'000, 'x'));
  for (int i = 0; i < 2; ++i) (*publisher)->publish(fault, {});
  EXPECT_TRUE((*subscription)->take()) << "the own process needs no protection";
  EXPECT_TRUE(pair.sender_wire.frames.empty());
  EXPECT_EQ((*publisher)->raw().failed_writes(), 2U);
  ASSERT_EQ(problems.size(), 1U) << "told once, counted always";
  EXPECT_NE(problems[0].find("topic 'ocelli/faults': a message of 70"), std::string::npos) << problems[0];
  EXPECT_NE(problems[0].find("longer than E2E profile P04 protects"), std::string::npos) << problems[0];
}

}  // namespace
}  // namespace ocelli
