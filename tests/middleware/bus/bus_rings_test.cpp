// Two buses that share rings, without a network.
#include <gtest/gtest.h>

#include <thread>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/bus/ring_address.hpp"
#include "ocelli/middleware/bus/ring_reader.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/tests/middleware/bus/ring_pair.hpp"

namespace ocelli {
namespace {

TEST(BusRings, WritesNothingToTheNetworkWhileAllReadersReadTheRing) {
  RingPair pair;
  auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::EgoMotion>(), "ego", pair.waiter);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  (*publisher)->publish(ego_with_speed(7.0), {.sensed_at = from_ns(5), .lineage = {}, .flags = 0});
  EXPECT_TRUE(pair.waiter->wait_for(0s));
  const auto received = (*subscription)->take();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->integrity, Integrity::kTrusted);
  ocelli::msg::EgoMotion ego;
  ASSERT_TRUE(topics::decode(received->sample->cdr->bytes(), ego));
  EXPECT_DOUBLE_EQ(ego.speed_mps(), 7.0);
  EXPECT_TRUE(pair.sender_wire.frames.empty());
}

TEST(BusRings, AMessageThatCameOverBothLanesIsDeliveredOnce) {
  RingPair pair;
  pair.sender_wire.is_wanted = true;
  auto publisher = pair.sender.publish<topics::SafetyState>();
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::SafetyState>(), "", pair.waiter);
  (*publisher)->publish({}, {});
  NetworkFrame early = frame_of(pair.sender_wire.frames.front());
  early.is_foreign = false;  // it said that it has a ring, which could not be read then
  pair.receiver_wire.on_frame(std::move(early));
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  pair.waiter->wait_for(0s);
  EXPECT_TRUE((*subscription)->take());
  EXPECT_FALSE((*subscription)->take());
  NetworkFrame late = frame_of(pair.sender_wire.frames.front());
  late.is_from_ring_writer = true;
  pair.receiver_wire.on_frame(std::move(late));
  EXPECT_FALSE((*subscription)->take());
}

TEST(BusRings, ALateReaderGetsTheLastStateFromTheRing) {
  RingPair pair;
  auto publisher = pair.sender.publish<topics::SafetyState>();
  for (const char* mode : {"nominal", "degraded"}) {
    ocelli::msg::SafetyState state;
    state.mode(mode);
    (*publisher)->publish(state, {});
  }
  pair.clock.time += 1h;
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::SafetyState>(), "", pair.waiter);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  pair.waiter->wait_for(0s);
  const auto received = (*subscription)->take();
  ASSERT_TRUE(received);
  ocelli::msg::SafetyState state;
  ASSERT_TRUE(topics::decode(received->sample->cdr->bytes(), state));
  EXPECT_EQ(state.mode(), "degraded");
}

TEST(BusRings, ARingOfAnotherTypeOrTopicIsRefusedWithAReason) {
  RingPair pair;
  std::vector<std::string> problems;
  pair.receiver.on_problem([&](const std::string& problem) { problems.push_back(problem); });
  auto publisher = pair.sender.publish<topics::Tracks>("objects");
  auto subscription = pair.receiver.subscribe<topics::EgoMotion>("objects");
  EXPECT_EQ(pair.connect(), RingVerdict::kRefused);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].find("ring of another topic or type than ocelli::msg::EgoMotion"), std::string::npos);
  EXPECT_EQ(pair.receiver_wire.events.on_writer(PeerId{2}, {}), RingVerdict::kForeign);
  auto gone = *parse_ring_address(pair.sender_wire.announcement);
  gone.process_start += 1;
  EXPECT_EQ(pair.receiver_wire.events.on_writer(PeerId{3}, to_bytes(gone)), RingVerdict::kRefused);
  gone.host[0] ^= std::byte{1};
  EXPECT_EQ(pair.receiver_wire.events.on_writer(PeerId{4}, to_bytes(gone)), RingVerdict::kElsewhere);
}

TEST(BusRings, ARingHasTheSizeThatWasSetAndLongerMessagesGoBesideIt) {
  RingPair pair;
  pair.sender.set_ring_size("ego", {.slots = 3, .message_bytes = 64});
  auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  const auto map = RingMap::open(*parse_ring_address(pair.sender_wire.announcement));
  ASSERT_TRUE(publisher && map);
  EXPECT_EQ((*map)->geometry().slots, 3U);
  EXPECT_EQ((*map)->geometry().capacity, 64U);
  (*publisher)->publish(ego_with_speed(1.0), {});  // has more than 64 bytes
  EXPECT_EQ((*map)->read(0)->body.size(), 0U) << "a mark keeps its place";
  EXPECT_EQ(pair.sender_wire.frames.size(), 1U);
}

TEST(BusRings, ARingThatMakesNoSenseIsAnErrorAndTheTopicStaysFree) {
  RingPair pair;
  pair.sender.set_ring_size("ego", {.slots = 1, .message_bytes = {}});
  const auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  ASSERT_FALSE(publisher);
  EXPECT_EQ(publisher.error().message, "topic 'ego': a ring of 1 slots: expected 2 to 65536");
  pair.sender.set_ring_size("ego", {.slots = 65536, .message_bytes = 1U << 20U});
  EXPECT_FALSE(pair.sender.publish<topics::EgoMotion>("ego")) << "64 GiB";
  pair.sender.set_ring_size("ego", {});
  EXPECT_TRUE(pair.sender.publish<topics::EgoMotion>("ego"));
}

TEST(BusRings, AMessageThatTheNetworkRefusesStillComesThroughTheRing) {
  RingPair pair;
  pair.sender_wire.is_wanted = true;
  pair.sender_wire.refuses = true;
  std::vector<std::string> problems;
  pair.sender.on_problem([&](const std::string& problem) { problems.push_back(problem); });
  auto publisher = pair.sender.publish<topics::Faults>();
  auto subscription = *pair.receiver.subscribe(topics::kind_of<topics::Faults>(), {}, pair.waiter);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  (*publisher)->publish({}, {});
  EXPECT_TRUE(pair.waiter->wait_for(0s));
  EXPECT_TRUE(subscription->take());
  EXPECT_EQ((*publisher)->raw().failed_writes(), 1U);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0], "topic 'ocelli/faults': refused: it does not reach those who hear this over the network");
}

std::vector<std::uint64_t> sequences_taken(RingPair& pair, Subscription& subscription) {
  std::vector<std::uint64_t> taken;
  pair.waiter->wait_for(0s);
  while (const auto received = subscription.take()) taken.push_back(received->sample->header.sequence);
  return taken;
}

TEST(BusRings, ReadersOfARingDoNotNoticeThatItsNetworkWriterWasReplaced) {
  RecordProperty("verifies", "REQ-BUS-011");
  RingPair pair;
  auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::EgoMotion>(), "ego", pair.waiter);
  const auto take_all = [&] { return sequences_taken(pair, **subscription); };
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  (*publisher)->publish(ego_with_speed(1.0), {});
  EXPECT_EQ(take_all(), std::vector<std::uint64_t>{1});
  EXPECT_EQ(pair.receiver_wire.events.on_writer(PeerId{2}, pair.sender_wire.announcement), RingVerdict::kRead);
  pair.receiver_wire.events.on_writer_gone(PeerId{1});
  (*publisher)->publish(ego_with_speed(1.0), {});
  EXPECT_EQ(take_all(), std::vector<std::uint64_t>{2}) << "once, though the ring was announced twice";
  pair.receiver_wire.events.on_writer_gone(PeerId{2});
  take_all();
  (*publisher)->publish(ego_with_speed(1.0), {});
  EXPECT_TRUE(take_all().empty()) << "now it has gone";
}

TEST(BusRings, AWriterLostAndFoundAgainIsHeardOnWhereItWasLeft) {
  RecordProperty("verifies", "REQ-BUS-011");
  RingPair pair;
  auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::EgoMotion>(), "ego", pair.waiter);
  const auto publish = [&] {
    (*publisher)->publish(ego_with_speed(1.0), {});
    pair.clock.time += 1ms;
  };
  const auto take_all = [&] { return sequences_taken(pair, **subscription); };
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  publish();
  EXPECT_EQ(take_all(), std::vector<std::uint64_t>{1});
  publish();
  pair.receiver_wire.events.on_writer_gone(PeerId{1});  // the reader was suspended for longer than the lease
  EXPECT_EQ(take_all(), std::vector<std::uint64_t>{2});
  take_all();
  publish();
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  publish();
  EXPECT_EQ(take_all(), (std::vector<std::uint64_t>{3, 4})) << "nothing twice, nothing lost";
  EXPECT_EQ((*subscription)->lost(), 0U);
}

TEST(BusRings, ManySleepingReadersAreWokenByAnotherThread) {
  RingPair pair;
  pair.sender_wire.ring_readers = 16;
  auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::EgoMotion>(), "ego", pair.waiter);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  pair.waiter->wait_for(0s);
  for (std::uint64_t i = 1; i <= 50; ++i) {
    std::thread sleeper([&] {
      while (!pair.waiter->wait_for(10min)) {
      }
    });
    (*publisher)->publish(ego_with_speed(1.0), {});
    sleeper.join();
    const auto received = (*subscription)->take();
    ASSERT_TRUE(received);
    EXPECT_EQ(received->sample->header.sequence, i);
  }
}

TEST(BusRings, OvertakenViewsInAQueueCountAsLost) {
  RecordProperty("verifies", "REQ-BUS-001");
  RingPair pair;
  auto publisher = pair.sender.publish<topics::CameraImage>("camera");
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::CameraImage>(), "camera", pair.waiter);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  const auto publish = [&] {
    auto draft = topics::draft_image({.stamp = {}, .frame_id = "c", .height = 2, .width = 2, .encoding = "mono8"},
                                     (*publisher)->raw().pool());
    (*publisher)->publish_cdr(draft->cdr, {});
  };
  publish();
  pair.waiter->wait_for(0s);
  for (int i = 0; i < 8; ++i) publish();
  EXPECT_FALSE((*subscription)->take());
  pair.waiter->wait_for(0s);
  const auto received = (*subscription)->take();
  ASSERT_TRUE(received);
  EXPECT_TRUE(received->sample->intact());
  EXPECT_GE(received->sample->header.sequence, 6U);
  EXPECT_EQ(received->lost, received->sample->header.sequence - 1) << "from the first that came";
}

TEST(BusRings, AReaderThatTheRingOvertookBeforeItsFirstLookCountsWhatItMissed) {
  RingPair pair;
  auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  for (int i = 0; i < 7; ++i) (*publisher)->publish(ego_with_speed(1.0), {});
  pair.clock.time += 1s;
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::EgoMotion>(), "ego", pair.waiter);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  constexpr std::uint64_t kMessages = 1000;  // more than the ring holds
  for (std::uint64_t i = 0; i < kMessages; ++i) (*publisher)->publish(ego_with_speed(1.0), {});
  pair.waiter->wait_for(0s);
  std::uint64_t taken = 0;
  while ((*subscription)->take()) ++taken;
  EXPECT_EQ(taken + (*subscription)->lost(), kMessages);
}

}  // namespace
}  // namespace ocelli
