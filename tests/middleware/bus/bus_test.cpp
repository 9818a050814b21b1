#include "ocelli/middleware/bus/bus.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "ocelli/middleware/bus/ring_address.hpp"
#include "ocelli/middleware/bus/ring_reader.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/tests/middleware/bus/ring_pair.hpp"

namespace ocelli {
namespace {

NetworkFrame frame_of(const std::vector<std::byte>& bytes) {
  BufferPtr buffer = default_pool().take(bytes.size());
  buffer->resize(0, bytes.size());
  std::copy(bytes.begin(), bytes.end(), buffer->bytes().begin());
  return {std::move(buffer), from_ns(5), 9, 77, false};
}

ocelli::msg::EgoMotion ego_with_speed(double speed_mps) {
  ocelli::msg::EgoMotion ego;
  ego.speed_mps(speed_mps);
  return ego;
}

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

TEST(LossCounter, CountsGapsPerWriterAndStartsAnewWithARestart) {
  LossCounter losses;
  SampleHeader header;
  const auto count = [&](std::uint32_t writer, std::uint64_t sequence) {
    header.writer = writer;
    header.sequence = sequence;
    return losses.count(header);
  };
  EXPECT_EQ(count(1, 5), 0U);
  EXPECT_EQ(count(1, 6), 0U);
  EXPECT_EQ(count(1, 9), 2U);
  EXPECT_EQ(count(2, 1), 0U) << "a new life of the writer";
  EXPECT_EQ(count(1, 9), 0U) << "a repetition is no loss";
  EXPECT_EQ(count(2, 4), 2U);
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

TEST(Bus, WritesNothingToTheNetworkWhileAllReadersReadTheRing) {
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

TEST(Bus, AMessageThatCameOverBothLanesIsDeliveredOnce) {
  RingPair pair;
  pair.sender_wire.is_wanted = true;
  auto publisher = pair.sender.publish<topics::SafetyState>();
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::SafetyState>(), "", pair.waiter);
  (*publisher)->publish({}, {});
  pair.receiver_wire.on_frame(frame_of(pair.sender_wire.frames.front()));  // before the ring was known
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  pair.waiter->wait_for(0s);
  EXPECT_TRUE((*subscription)->take());
  EXPECT_FALSE((*subscription)->take());
  NetworkFrame late = frame_of(pair.sender_wire.frames.front());
  late.is_from_ring_writer = true;
  pair.receiver_wire.on_frame(std::move(late));
  EXPECT_FALSE((*subscription)->take());
}

TEST(Bus, ALateReaderGetsTheLastStateFromTheRing) {
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

TEST(Bus, ARingOfAnotherTypeOrTopicIsRefusedWithAReason) {
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

TEST(Bus, ARingHasTheSizeThatWasSetAndLongerMessagesGoBesideIt) {
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

TEST(Bus, ARingThatMakesNoSenseIsAnErrorAndTheTopicStaysFree) {
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

std::vector<std::uint64_t> sequences_taken(RingPair& pair, Subscription& subscription) {
  std::vector<std::uint64_t> taken;
  pair.waiter->wait_for(0s);
  while (const auto received = subscription.take()) taken.push_back(received->sample->header.sequence);
  return taken;
}

TEST(Bus, ReadersOfARingDoNotNoticeThatItsNetworkWriterWasReplaced) {
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

TEST(Bus, AWriterLostAndFoundAgainIsHeardOnWhereItWasLeft) {
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

TEST(Bus, ManySleepingReadersAreWokenByAnotherThread) {
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

TEST(Bus, OvertakenViewsInAQueueCountAsLost) {
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

TEST(Bus, AReaderThatTheRingOvertookBeforeItsFirstLookCountsWhatItMissed) {
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
