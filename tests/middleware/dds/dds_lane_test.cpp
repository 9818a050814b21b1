// Two participants in one process stand for two processes: the lane tells them apart by participant.
#include "ocelli/middleware/dds/dds_lane.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"

namespace ocelli {
namespace {

constexpr Duration kPatience = 10s;

struct Peer {
  explicit Peer(const std::string& partition)
      : bus(clock, [&] {
          DdsConfig config;
          config.partition = partition;
          return std::move(*open_dds_lane(config));
        }()) {}
  LiveClock clock{LiveClock::measure_offset()};
  Bus bus;
};

std::string own_partition() { return fmt::format("ocelli-test-{}", ::getpid()); }

std::optional<Received> wait_for(Subscription& subscription, Signal& signal) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (auto received = subscription.take()) return received;
    signal.wait_for(100ms);
  }
  return std::nullopt;
}

template <class Tag>
void wait_for_reader(Publisher<Tag>& publisher) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (publisher.raw().remote_readers() == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_GT(publisher.raw().remote_readers(), 0U);
}

TEST(DdsLane, CarriesACloudOfALidarTurnWithItsHeader) {
  Peer sender(own_partition());
  Peer receiver(own_partition());
  Signal signal;
  auto subscription = receiver.bus.subscribe<topics::LidarPoints>("lidar/top", &signal);
  auto publisher = sender.bus.publish<topics::LidarPoints>("lidar/top");
  ASSERT_TRUE(subscription && publisher);
  wait_for_reader(**publisher);
  auto draft = topics::draft_cloud({.stamp = from_ns(77), .frame_id = "lidar/top", .height = 64, .width = 1800});
  ASSERT_TRUE(draft);
  for (std::size_t i = 0; i < draft->points.size(); ++i) draft->points[i] = {float(i), 1.0F, 2.0F, 0.5F};
  // Best effort: what is sent before the reader knows the writer is lost, so it is sent until it arrives.
  std::optional<Received> received;
  for (int tries = 0; tries < 50 && !received; ++tries) {
    (*publisher)->publish_cdr(draft->cdr, {.sensed_at = from_ns(77), .lineage = {}, .flags = 0});
    signal.wait_for(200ms);
    received = (*subscription)->take();
  }
  ASSERT_TRUE(received);
  EXPECT_EQ(received->integrity, Integrity::kTrusted);
  EXPECT_EQ(received->sample->header.sensed_at(), from_ns(77));
  const auto view = topics::PointCloudView::parse(received->sample->cdr->bytes());
  ASSERT_TRUE(view);
  EXPECT_FLOAT_EQ(view->point(115'199).x, 115'199.0F);
}

TEST(DdsLane, LateJoinersGetTheLastStateAndEventsArriveInOrder) {
  RecordProperty("verifies", "REQ-BUS-004");
  Peer sender(own_partition());
  auto state = sender.bus.publish<topics::SafetyState>();
  auto events = sender.bus.publish<topics::Faults>();
  ocelli::msg::SafetyState message;
  message.mode("degraded");
  (*state)->publish(message, {});
  Peer late(own_partition());
  Signal signal;
  auto states = late.bus.subscribe<topics::SafetyState>({}, &signal);
  auto faults = late.bus.subscribe<topics::Faults>({}, &signal);
  const auto received = wait_for(**states, signal);
  ASSERT_TRUE(received);
  wait_for_reader(**events);
  for (int i = 0; i < 100; ++i) {
    ocelli::msg::Fault fault;
    fault.id(std::to_string(i));
    (*events)->publish(fault, {});
  }
  for (int i = 0; i < 100; ++i) {
    const auto event = wait_for(**faults, signal);
    ASSERT_TRUE(event) << i;
    ocelli::msg::Fault fault;
    ASSERT_TRUE(topics::decode(event->sample->cdr->bytes(), fault));
    EXPECT_EQ(fault.id(), std::to_string(i));
    EXPECT_EQ(event->lost, 0U);
  }
}

/// Fills a cloud of `points` points with a value and publishes it.
void publish_cloud(Publisher<topics::LidarPoints>& publisher, std::uint32_t points, float value) {
  auto draft =
      topics::draft_cloud({.stamp = from_ns(1), .frame_id = "l", .height = 1, .width = points}, publisher.raw().pool());
  ASSERT_TRUE(draft);
  std::fill(draft->points.begin(), draft->points.end(), topics::PointXyzi{value, 0, 0, 0});
  publisher.publish_cdr(draft->cdr, {.sensed_at = from_ns(1), .lineage = {}, .flags = 0});
}

TEST(DdsLane, OnOneHostMessagesAreReadWhereTheyWereWritten) {
  Peer sender(own_partition());
  Peer receiver(own_partition());
  Signal signal;
  auto subscription = receiver.bus.subscribe<topics::LidarPoints>("lidar/a", &signal);
  auto publisher = sender.bus.publish<topics::LidarPoints>("lidar/a");
  ASSERT_TRUE(subscription && publisher);
  wait_for_reader(**publisher);
  publish_cloud(**publisher, 1000, 7.0F);
  const auto received = wait_for(**subscription, signal);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->integrity, Integrity::kTrusted);
  EXPECT_TRUE(received->sample->intact());
  for (int i = 0; i < 20; ++i) publish_cloud(**publisher, 1000, 8.0F);
  EXPECT_FALSE(received->sample->intact()) << "only bytes in the ring can be overtaken";
}

TEST(DdsLane, ADeepQueueGetsCopiesAndLosesNothing) {
  Peer sender(own_partition());
  Peer receiver(own_partition());
  Signal signal;
  auto subscription = receiver.bus.subscribe(topics::kind_of<topics::LidarPoints>(), "lidar/b", &signal, 64);
  auto publisher = sender.bus.publish<topics::LidarPoints>("lidar/b");
  ASSERT_TRUE(subscription && publisher);
  wait_for_reader(**publisher);
  std::vector<Received> all;
  for (int i = 0; i < 20; ++i) {
    publish_cloud(**publisher, 100, static_cast<float>(i));
    auto received = wait_for(**subscription, signal);
    ASSERT_TRUE(received);
    all.push_back(std::move(*received));
  }
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(all[i].sample->intact());
    EXPECT_EQ(all[i].lost, 0U);
    EXPECT_EQ(topics::PointCloudView::parse(all[i].sample->cdr->bytes())->point(0).x, static_cast<float>(i));
  }
}

TEST(DdsLane, AMessageThatDoesNotFitIntoTheRingComesOverTheNetwork) {
  Peer sender(own_partition());
  Peer receiver(own_partition());
  Signal signal;
  auto subscription = receiver.bus.subscribe<topics::Observations>("seen/a", &signal);
  auto publisher = sender.bus.publish<topics::Observations>("seen/a");
  ASSERT_TRUE(subscription && publisher);
  wait_for_reader(**publisher);
  for (const std::size_t count : {10U, 4000U, 20U}) {
    ocelli::msg::ObservationBatch batch;
    batch.observations().resize(count);
    (*publisher)->publish(batch, {});
    const auto received = wait_for(**subscription, signal);
    ASSERT_TRUE(received) << count;
    EXPECT_EQ(received->lost, 0U);
    EXPECT_EQ(received->integrity, Integrity::kTrusted);
    ASSERT_TRUE(topics::decode(received->sample->cdr->bytes(), batch));
    EXPECT_EQ(batch.observations().size(), count);
  }
}

TEST(DdsLane, AThreadMayWaitOnItsRingsItself) {
  Peer sender(own_partition());
  Peer receiver(own_partition());
  const auto waiter = std::make_shared<RingWaiter>(RingWaiter::Style::kOne);
  auto subscription = receiver.bus.subscribe(topics::kind_of<topics::Tracks>(), "tracks/a", waiter);
  auto publisher = sender.bus.publish<topics::Tracks>("tracks/a");
  ASSERT_TRUE(subscription && publisher);
  wait_for_reader(**publisher);
  (*publisher)->publish({}, {.sensed_at = from_ns(5), .lineage = {}, .flags = 0});
  std::optional<Received> received;
  for (int i = 0; i < 100 && !received; ++i) {
    waiter->wait_for(100ms);
    received = (*subscription)->take();
  }
  ASSERT_TRUE(received);
  EXPECT_EQ(received->sample->header.sensed_at(), from_ns(5));
}

TEST(DdsLane, ARestartedWriterIsHeardAgain) {
  Peer receiver(own_partition());
  Signal signal;
  auto subscription = receiver.bus.subscribe<topics::Faults>("faults/b", &signal);
  ASSERT_TRUE(subscription);
  for (int life = 0; life < 3; ++life) {
    Peer sender(own_partition());
    auto publisher = sender.bus.publish<topics::Faults>("faults/b");
    ASSERT_TRUE(publisher);
    wait_for_reader(**publisher);
    ocelli::msg::Fault fault;
    fault.value(life);
    (*publisher)->publish(fault, {});
    const auto received = wait_for(**subscription, signal);
    ASSERT_TRUE(received) << life;
    ASSERT_TRUE(topics::decode(received->sample->cdr->bytes(), fault));
    EXPECT_EQ(fault.value(), life);
  }
}

TEST(DdsLane, AWriterOfAnotherTypeIsNamed) {
  RecordProperty("verifies", "REQ-BUS-005");
  Peer stranger(own_partition());
  Peer receiver(own_partition());
  std::mutex mutex;
  std::vector<std::string> problems;
  const auto told = [&] {
    const std::lock_guard lock(mutex);
    return problems;
  };
  receiver.bus.on_problem([&](const std::string& problem) {
    const std::lock_guard lock(mutex);
    problems.push_back(problem);
  });
  const auto before = stranger.bus.publish<topics::EgoMotion>("objects/a");
  const auto subscription = receiver.bus.subscribe<topics::Tracks>("objects/a");
  ASSERT_TRUE(before && subscription);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (told().empty() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_EQ(told().size(), 1U);
  EXPECT_EQ(told()[0],
            "topic 'objects/a': somebody writes it as ocelli::msg::dds_::EgoMotion_, not ocelli::msg::dds_::Tracks_: "
            "those messages do not come");
}

TEST(DdsLane, PartitionsKeepRunsApart) {
  Peer sender(own_partition() + "-a");
  Peer stranger(own_partition() + "-b");
  auto publisher = sender.bus.publish<topics::Tracks>();
  auto subscription = stranger.bus.subscribe<topics::Tracks>();
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_EQ((*publisher)->raw().remote_readers(), 0U);
}

TEST(DdsLane, RefusesADomainThatDoesNotExist) {
  DdsConfig config;
  config.domain = 500;
  const auto lane = open_dds_lane(config);
  ASSERT_FALSE(lane);
  EXPECT_EQ(lane.error().message, "DDS domain 500: expected 0 to 232");
}

}  // namespace
}  // namespace ocelli
