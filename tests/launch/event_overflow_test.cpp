// Events are not to be lost: when a queue of an event topic overflows, a fault is the consequence.
#include <gtest/gtest.h>

#include <algorithm>

#include "ocelli/launch/live_monitor.hpp"
#include "ocelli/launch/monitor_bridge.hpp"
#include "ocelli/tests/middleware/bus/ring_pair.hpp"

namespace ocelli::launch {
namespace {

/// Publishes `batches` observations, which nobody takes meanwhile.
std::shared_ptr<Subscription> observations_of(RingPair& pair, int batches) {
  const auto& kind = topics::kind_of<topics::Observations>();
  auto publisher = pair.sender.publish<topics::Observations>();
  auto subscription = pair.receiver.subscribe(kind, std::string(kind.name), pair.waiter);
  EXPECT_EQ(pair.connect(), RingVerdict::kRead);
  ocelli::msg::ObservationBatch batch;
  batch.observations().resize(1);
  for (int i = 0; i < batches; ++i) {
    (*publisher)->publish(batch, {});
    pair.waiter->wait_for(0s);  // out of the ring, into the queue
  }
  return *subscription;
}

std::unique_ptr<safety::Monitor> default_monitor() {
  const auto launch = LaunchFile::parse("nodes: [{node: ego_motion}]\n", "car.yaml", {});
  EXPECT_TRUE(launch) << launch.error().message;
  const auto topics = launch->topics(
      {{"vehicle/state", &topics::kind_of<topics::VehicleState>()}, {"imu", &topics::kind_of<topics::ImuData>()}});
  EXPECT_TRUE(topics) << topics.error().message;
  const auto config = monitor_config(*launch, *topics);
  EXPECT_TRUE(config) << config.error().message;
  auto monitor = safety::Monitor::create(*config);
  EXPECT_TRUE(monitor) << monitor.error().message;
  return std::move(*monitor);
}

/// Whether the fault of the blind monitor is active after what came over the bus.
bool is_blind_after(int batches) {
  RingPair pair;
  const auto subscription = observations_of(pair, batches);
  safety::ObservationQueue queue(16384);
  ocelli::msg::ObservationBatch scratch;
  drain_observations(*subscription, queue, scratch);
  const auto monitor = default_monitor();
  monitor->tick(from_ns(0));
  monitor->count_lost(queue.take_overflows());
  monitor->tick(from_ns(10'000'000));
  for (std::size_t i = 0; i < monitor->faults().size(); ++i)
    if (monitor->config().faults[i].detector == "overflow") return monitor->faults()[i].is_active();
  ADD_FAILURE() << "no fault for a blind monitor";
  return false;
}

TEST(EventOverflow, IsAFaultOfTheMonitorThatMissedTheEvents) {
  RecordProperty("verifies", "REQ-BUS-010");
  const int depth = static_cast<int>(topics::kind_of<topics::Observations>().depth);
  EXPECT_FALSE(is_blind_after(depth)) << "all of them fit";
  EXPECT_TRUE(is_blind_after(depth + 1));
}

TEST(EventOverflow, OfAnyOtherEventTopicShowsInItsObservation) {
  ManualClock clock;
  Bus bus(clock, nullptr);
  auto publisher = bus.publish<topics::Injections>();
  auto subscription = bus.subscribe<topics::Injections>();
  const std::size_t depth = topics::kind_of<topics::Injections>().depth;
  for (std::size_t i = 0; i < depth + 5; ++i) (*publisher)->publish({}, {});
  const auto received = (*subscription)->take();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->lost, 5U) << "the shell reports it, the detector `lost` makes the fault";
}

}  // namespace
}  // namespace ocelli::launch
