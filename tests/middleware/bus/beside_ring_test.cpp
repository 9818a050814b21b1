// Messages that are too long for the ring of their topic: they go over the network, and stay in order with the others.
#include <gtest/gtest.h>

#include <algorithm>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/tests/middleware/bus/ring_pair.hpp"

namespace ocelli {
namespace {

/// What the network has taken arrives.
void bring(RingPair& pair, std::size_t frame) {
  const std::vector<std::byte>& bytes = pair.sender_wire.frames.at(frame);
  BufferPtr buffer = default_pool().take(bytes.size());
  buffer->resize(0, bytes.size());
  std::copy(bytes.begin(), bytes.end(), buffer->bytes().begin());
  NetworkFrame arrived{std::move(buffer), pair.clock.now(), 9, 77, true};
  arrived.is_foreign = false;
  pair.receiver_wire.on_frame(std::move(arrived));
}

class BesideRing : public testing::Test {
 protected:
  BesideRing() {
    pair.sender.set_ring_size("faults", {.slots = 64, .message_bytes = 4096});
    publisher = std::move(*pair.sender.publish<topics::Faults>("faults"));
  }
  void subscribe() {
    subscription = *pair.receiver.subscribe(topics::kind_of<topics::Faults>(), "faults", pair.waiter);
  }
  void publish(bool is_long) {
    ocelli::msg::Fault fault;
    if (is_long) fault.detail(std::string(5000, 'x'));
    publisher->publish(fault, {});
  }
  void bring(std::size_t frame) { ocelli::bring(pair, frame); }
  std::vector<std::uint64_t> take_all() {
    std::vector<std::uint64_t> taken;
    pair.waiter->wait_for(0s);
    while (const auto received = subscription->take()) {
      EXPECT_EQ(received->integrity, Integrity::kTrusted);
      taken.push_back(received->sample->header.sequence);
    }
    return taken;
  }

  RingPair pair;
  std::unique_ptr<Publisher<topics::Faults>> publisher;
  std::shared_ptr<Subscription> subscription;
};

using Sequences = std::vector<std::uint64_t>;

TEST_F(BesideRing, ALongMessageThatComesLaterThanTheNextShortOneStaysBeforeIt) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  for (const bool is_long : {false, true, false, true, false}) publish(is_long);
  EXPECT_EQ(take_all(), Sequences{1}) << "the second is still on its way";
  bring(0);
  EXPECT_EQ(take_all(), (Sequences{2, 3}));
  bring(1);
  EXPECT_EQ(take_all(), (Sequences{4, 5}));
  EXPECT_EQ(subscription->lost(), 0U);
}

TEST_F(BesideRing, ALongMessageThatComesBeforeTheRingIsReadWaitsForItsTurn) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  for (const bool is_long : {false, true, false}) publish(is_long);
  bring(0);
  EXPECT_EQ(take_all(), (Sequences{1, 2, 3}));
  EXPECT_EQ(subscription->lost(), 0U);
}

TEST_F(BesideRing, OneThatTheNetworkLostHoldsTheOthersForAShortWhileAndCounts) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  for (const bool is_long : {false, true, false}) publish(is_long);
  EXPECT_EQ(take_all(), Sequences{1});
  pair.clock.time += 199ms;
  EXPECT_EQ(take_all(), Sequences{});
  pair.clock.time += 1ms;
  EXPECT_EQ(take_all(), Sequences{3});
  EXPECT_EQ(subscription->lost(), 1U);
}

TEST_F(BesideRing, AWriterWhoseClockIsAheadHoldsTheOthersNoLonger) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  pair.clock.time += 1h;
  for (const bool is_long : {false, true, false}) publish(is_long);
  pair.clock.time -= 1h;
  EXPECT_EQ(take_all(), Sequences{1});
  pair.clock.time += 199ms;
  EXPECT_EQ(take_all(), Sequences{});
  pair.clock.time += 1ms;
  EXPECT_EQ(take_all(), Sequences{3});
}

TEST_F(BesideRing, WhatAStrangerSaysOfAWritersSequenceSilencesNobody) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  publish(false);
  pair.waiter->wait_for(0s);
  const auto first = subscription->take();
  ASSERT_TRUE(first);
  SampleHeader forged = first->sample->header;
  forged.sequence = std::uint64_t{1} << 40U;
  const auto body = first->sample->cdr->bytes();
  ASSERT_TRUE(protect(forged, topics::kind_of<topics::Faults>(), body));
  std::vector<std::byte> frame(framed_size(body.size()));
  std::ranges::copy(body, frame.begin());
  write_trailer(forged, frame);
  NetworkFrame arrived = frame_of(frame);
  arrived.is_foreign = true;
  pair.receiver_wire.on_frame(std::move(arrived));
  pair.waiter->wait_for(0s);
  while (subscription->take()) {
  }
  for (int i = 0; i < 3; ++i) publish(false);
  EXPECT_EQ(take_all(), (Sequences{2, 3, 4}));
}

TEST_F(BesideRing, OneThatTheNetworkLostHoldsNobodyOnceALaterOneHasCome) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  for (const bool is_long : {true, false, true, false}) publish(is_long);
  bring(1);
  EXPECT_EQ(take_all(), (Sequences{2, 3, 4}));
  EXPECT_EQ(subscription->lost(), 1U);
}

TEST_F(BesideRing, ManyThatTheNetworkLostAreGivenUpTogether) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  for (int i = 0; i < 20; ++i) publish(i % 2 == 0);
  pair.clock.time += 200ms;
  EXPECT_EQ(take_all().size(), 10U) << "one patience for all, from when they were published";
  EXPECT_EQ(subscription->lost(), 10U);
}

TEST_F(BesideRing, OneThatNobodyStandsBehindMayComeAsLateAsItLikes) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  publish(true);
  pair.clock.time += 10s;
  EXPECT_EQ(take_all(), Sequences{});
  bring(0);
  EXPECT_EQ(take_all(), Sequences{1});
  EXPECT_EQ(subscription->lost(), 0U);
}

TEST_F(BesideRing, OneThatIsMissingWhenItsWriterHasGoneKeepsNothingAlive) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  publish(true);
  EXPECT_EQ(take_all(), Sequences{});
  pair.receiver_wire.events.on_writer_gone(PeerId{1});
  EXPECT_EQ(take_all(), Sequences{});
  pair.clock.time += 1s;
  EXPECT_EQ(take_all(), Sequences{});
  bring(0);
  EXPECT_EQ(take_all(), Sequences{}) << "given up: its ring is no longer read";
}

TEST_F(BesideRing, PublishedIsReceivedAndLostWhateverTheNetworkLoses) {
  subscribe();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  constexpr std::uint64_t kMessages = 200;
  std::uint64_t received = 0;
  std::uint64_t last = 0;
  for (std::uint64_t i = 1; i <= kMessages; ++i) {
    publish(i % 3 == 0);
    const bool is_brought = i % 3 == 0 && i % 5 != 0;
    if (is_brought) bring(pair.sender_wire.frames.size() - 1);
    pair.clock.time += 50ms;
    for (const std::uint64_t sequence : take_all()) {
      EXPECT_GT(sequence, last);
      last = sequence;
      ++received;
    }
  }
  pair.clock.time += 1s;
  received += take_all().size();
  EXPECT_EQ(received, kMessages - kMessages / 15) << "every fifteenth has not been brought";
  EXPECT_EQ(received + subscription->lost(), kMessages);
}

TEST(BesideRingOfState, AReaderThatComesLateGetsTheLastValueAndNoneBefore) {
  RingPair pair;
  pair.sender.set_ring_size("state", {.slots = 16, .message_bytes = 4096});
  auto publisher = std::move(*pair.sender.publish<topics::SafetyState>("state"));
  ocelli::msg::SafetyState state;
  publisher->publish(state, {});
  state.mode(std::string(5000, 'x'));
  publisher->publish(state, {});
  auto subscription = *pair.receiver.subscribe(topics::kind_of<topics::SafetyState>(), "state", pair.waiter);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  pair.waiter->wait_for(0s);
  EXPECT_FALSE(subscription->take()) << "the last value lies beside the ring";
  bring(pair, 0);
  pair.waiter->wait_for(0s);
  const auto received = subscription->take();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->sample->header.sequence, 2U);
  EXPECT_FALSE(subscription->take());
}

TEST(BesideRingOfState, AReaderThatComesAfterTheOthersHaveItWaitsForNothing) {
  RingPair pair;
  pair.sender.set_ring_size("state", {.slots = 16, .message_bytes = 4096});
  auto publisher = std::move(*pair.sender.publish<topics::SafetyState>("state"));
  auto first = *pair.receiver.subscribe(topics::kind_of<topics::SafetyState>(), "state", pair.waiter);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  ocelli::msg::SafetyState state;
  state.mode(std::string(5000, 'x'));
  publisher->publish(state, {});
  bring(pair, 0);
  pair.waiter->wait_for(0s);
  ASSERT_TRUE(first->take());
  const auto waiter = std::make_shared<RingWaiter>();
  auto second = *pair.receiver.subscribe(topics::kind_of<topics::SafetyState>(), "state", waiter);
  ASSERT_TRUE(second->take()) << "the last value";
  state.mode("short");
  publisher->publish(state, {});
  waiter->wait_for(0s);
  const auto next = second->take();
  ASSERT_TRUE(next) << "not held back for the body that all others have taken";
  EXPECT_EQ(next->sample->header.sequence, 2U);
  EXPECT_EQ(second->lost(), 0U);
}

}  // namespace
}  // namespace ocelli
