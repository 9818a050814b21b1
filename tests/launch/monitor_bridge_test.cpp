#include "ocelli/launch/monitor_bridge.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/middleware/core/stamp.hpp"

namespace ocelli::launch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kCar =
    "nodes:\n"
    "  - {node: ego_motion}\n"
    "  - {node: lidar_objects, inputs: {cloud: lidar/top}}\n"
    "  - {node: tracks}\n"
    "chains:\n"
    "  - {name: lidar to tracks, from: lidar/top, to: tracks, reaction_budget: 200 ms, age_budget: 300 ms, m: 8, k: "
    "10}\n";

Result<safety::MonitorConfig> config_of(const std::string& text) {
  OCELLI_ASSIGN(const LaunchFile launch, LaunchFile::parse(text, "car.yaml", {}));
  OCELLI_ASSIGN(const auto topics, launch.topics({{"lidar/top", &topics::kind_of<topics::LidarPoints>()},
                                                  {"camera/front", &topics::kind_of<topics::CameraImage>()},
                                                  {"vehicle/state", &topics::kind_of<topics::VehicleState>()},
                                                  {"imu", &topics::kind_of<topics::ImuData>()}}));
  return monitor_config(launch, topics);
}

const safety::FaultConfig* find_fault(const safety::MonitorConfig& config, const std::string& id) {
  for (const auto& fault : config.faults)
    if (fault.id == id) return &fault;
  return nullptr;
}

const safety::TopicConfig& topic_of(const safety::MonitorConfig& config, const std::string& name) {
  for (const auto& topic : config.topics)
    if (topic.name == name) return topic;
  ADD_FAILURE() << name;
  return config.topics.front();
}

TEST(MonitorConfig, FaultsFollowFromWhatIsThere) {
  const auto config = config_of(kCar);
  ASSERT_TRUE(config) << config.error().message;
  for (const char* id :
       {"camera/front.frozen", "camera/front.blind", "camera/front.silent", "lidar/top.frozen", "lidar/top.late",
        "lidar/top.lost", "lidar/top.bad_stamp", "imu.bad_stamp", "imu.silent", "lidar_objects.silent",
        "lidar_objects.failed", "lidar to tracks.chain_late", "monitor.overflow"})
    EXPECT_NE(find_fault(*config, id), nullptr) << id;
  EXPECT_EQ(find_fault(*config, "imu.frozen"), nullptr) << "no quality values";
  EXPECT_EQ(find_fault(*config, "tracks.late"), nullptr) << "nobody receives it";
  EXPECT_EQ(find_fault(*config, "tracks.bad_stamp"), nullptr) << "no source's";
  EXPECT_EQ(find_fault(*config, "lidar/objects.silent"), nullptr) << "the node's silence";
  EXPECT_EQ(find_fault(*config, "tracks.silent")->target, "tracks");
  EXPECT_TRUE(safety::Monitor::create(*config)) << safety::Monitor::create(*config).error().message;
}

TEST(MonitorConfig, OneStampFromTheFutureIsAFaultUntilTheNextGoodOne) {
  const auto config = config_of(kCar);
  ASSERT_TRUE(config);
  const auto monitor = safety::Monitor::create(*config);
  ASSERT_TRUE(monitor);
  const Time start = from_ns(1'000'000'000'000);
  const auto events_of = [&](int tick, Duration ahead) {
    Observation seen;
    seen.kind = ObservationKind::kPublish;
    seen.topic = topic_id("lidar/top");
    seen.writer = 1;
    seen.sequence = static_cast<std::uint64_t>(tick);
    seen.published_at = seen.observed_at = start + tick * 100ms;
    seen.sensed_at = seen.published_at + ahead;
    (*monitor)->observe(seen);
    (*monitor)->tick(seen.observed_at);
    std::vector<std::string> events;
    for (const auto& event : (*monitor)->events()) {
      const auto& id = (*monitor)->faults()[event.fault].config().id;
      if (id.ends_with("bad_stamp")) events.push_back(id + (event.state == safety::FaultState::kConfirmed ? "!" : ""));
    }
    return events;
  };
  EXPECT_THAT(events_of(1, -1ms), ElementsAre());
  EXPECT_THAT(events_of(2, kMostAhead), ElementsAre()) << "clocks differ a little";
  EXPECT_THAT(events_of(3, 1h), ElementsAre("lidar/top.bad_stamp!"));
  EXPECT_THAT(events_of(4, -1ms), ElementsAre("lidar/top.bad_stamp")) << "healed, not seen to go back";
}

TEST(MonitorConfig, TheConsumerIsToldTheLimitsOfTheMode) {
  const auto config =
      config_of(std::string(kCar) +
                "monitor:\n"
                "  modes:\n"
                "    - {name: nominal, needs: [lidar], speed_max_mps: 13.9, range_max_m: 60}\n"
                "    - {name: degraded, speed_max_mps: 2, range_max_m: 20}\n"
                "    - {name: safe_stop, recovery: never, speed_max_mps: 0, range_max_m: 0, is_stop: true}\n");
  ASSERT_TRUE(config) << config.error().message;
  const auto monitor = safety::Monitor::create(*config);
  ASSERT_TRUE(monitor) << monitor.error().message;
  MonitorReport report;
  report.mode = 0;
  EXPECT_EQ(to_message(report, **monitor).speed_max_mps(), 13.9);
  EXPECT_EQ(to_message(report, **monitor).range_max_m(), 60.0);
  EXPECT_FALSE(to_message(report, **monitor).is_stop_requested());
  report.mode = 1;
  EXPECT_EQ(to_message(report, **monitor).range_max_m(), 20.0);
  report.mode = 2;
  EXPECT_EQ(to_message(report, **monitor).speed_max_mps(), 0.0);
  EXPECT_TRUE(to_message(report, **monitor).is_stop_requested());
}

TEST(MonitorConfig, PeriodsBudgetsAndReceiversComeFromTableAndLaunchFile) {
  const auto config = config_of(std::string(kCar) + "topics: [{name: lidar/top, rate_hz: 20, latency_budget: 7 ms}]\n");
  ASSERT_TRUE(config) << config.error().message;
  const auto& lidar = topic_of(*config, "lidar/top");
  EXPECT_EQ(lidar.period, 50ms);
  EXPECT_EQ(lidar.transport_budget, 7ms);
  EXPECT_EQ(lidar.quality, safety::QualityKind::kCloud);
  EXPECT_THAT(lidar.receivers, ElementsAre("lidar_objects"));
  EXPECT_THAT(topic_of(*config, "camera/front").receivers, ElementsAre());
  EXPECT_GT(lidar.max_gap, lidar.period);
  EXPECT_EQ(config->nodes[1].trigger, "lidar/top");
  EXPECT_EQ(config->nodes[1].period, 50ms) << "the pace of its trigger";
}

TEST(MonitorConfig, AChainKnowsItsWay) {
  const auto config = config_of(kCar);
  ASSERT_TRUE(config);
  const auto& chain = config->chains.at(0);
  EXPECT_EQ(chain.m, 8U);
  EXPECT_EQ(chain.k, 10U);
  ASSERT_EQ(chain.hops.size(), 2U);
  EXPECT_EQ(chain.hops[0].node, "lidar_objects");
  EXPECT_EQ(chain.hops[0].topic, "lidar/objects");
  EXPECT_EQ(chain.hops[1].node, "tracks");
  EXPECT_EQ(chain.hops[1].topic, "tracks");
}

TEST(MonitorConfig, AGivenFaultReplacesTheDerivedOneOfItsIdAndOthersAreAdded) {
  const auto plain = config_of(kCar);
  const auto config = config_of(std::string(kCar) +
                                "monitor:\n"
                                "  tick_period: 5 ms\n"
                                "  faults:\n"
                                "    - {id: imu.silent, detector: silent, target: imu, asil: C, assumed_ftti: 2 s, "
                                "ftti_source: here, mode: minimal_risk}\n"
                                "    - {id: mine, detector: silent, target: camera/front, assumed_ftti: 2 s, "
                                "ftti_source: here}\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->tick_period, 5ms);
  EXPECT_EQ(config->faults.size(), plain->faults.size() + 1);
  EXPECT_EQ(find_fault(*config, "imu.silent")->asil, safety::Asil::kC);
  EXPECT_EQ(find_fault(*config, "imu.silent")->mode, "minimal_risk");
  EXPECT_NE(find_fault(*config, "mine"), nullptr);
}

TEST(MonitorConfig, MistakesOfItsSectionHaveTheirPlace) {
  const auto config = config_of(std::string(kCar) + "monitor:\n  tick_perod: 5 ms\n  jitter: -1 ms\n");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("car.yaml:8:3: unknown key 'tick_perod': did you mean 'tick_period'?"));
  EXPECT_THAT(config.error().message, HasSubstr("car.yaml:9:11: 'jitter': -0.001 s is out of range"));
}

/// The demonstration's own table, fed as its processes would.
class DemoTable : public testing::Test {
 protected:
  void SetUp() override {
    const auto launch = find_launch("demo");
    ASSERT_TRUE(launch) << launch.error().message;
    const auto sources = source_topics(*launch, 1);
    ASSERT_TRUE(sources) << sources.error().message;
    auto config = monitor_config(*launch, *launch->topics(*sources));
    ASSERT_TRUE(config) << config.error().message;
    config->chains.clear();  // nothing is made of anything here
    std::erase_if(config->faults, [](const safety::FaultConfig& fault) { return fault.detector == "chain_late"; });
    monitor_ = std::move(*safety::Monitor::create(*config));
  }

  /// Everybody sends and works on time until `until`, but for what `change` makes of it.
  void drive(Duration until, const std::function<void(Observation&)>& change = {}) {
    for (; now_ < until; now_ += 10ms) {
      for (const safety::TopicConfig& topic : monitor_->config().topics)
        if (topic.period > Duration{} && now_ % topic.period < 10ms && silent_ != topic.name) send(topic, change);
      monitor_->tick(start_ + now_);
      if (modes_.empty() || modes_.back() != monitor_->mode_name()) modes_.emplace_back(monitor_->mode_name());
    }
  }

  void send(const safety::TopicConfig& topic, const std::function<void(Observation&)>& change) {
    Observation seen;
    seen.kind = ObservationKind::kPublish;
    seen.topic = topic_id(topic.name);
    seen.sequence = ++sequence_[topic.name];
    seen.sensed_at = seen.published_at = seen.observed_at = start_ + now_;
    seen.oldest = seen.newest = {seen.topic, seen.sequence, seen.sensed_at};
    seen.content_hash = seen.sequence;
    if (topic.quality == safety::QualityKind::kImage) seen.quality = {100.0, 40.0, 300.0, 0.0};
    if (topic.quality == safety::QualityKind::kCloud) seen.quality = {9000.0, 0.1, 80.0, 0.0};
    if (change) change(seen);
    monitor_->observe(seen);
    for (const std::string& receiver : topic.receivers) {
      seen.entity = entity_id(receiver);
      for (const auto kind : {ObservationKind::kReceive, ObservationKind::kActivation}) {
        Observation at = seen;
        at.kind = kind;
        at.started_at = at.observed_at;
        at.content_hash = 0;
        at.quality = {};
        if (change) change(at);
        monitor_->observe(at);
      }
    }
  }

  const Time start_ = from_ns(1'000'000'000'000);
  Duration now_{};
  std::unique_ptr<safety::Monitor> monitor_;
  std::map<std::string, std::uint64_t> sequence_;
  std::vector<std::string> modes_;
  std::string silent_;  // topic
};

/// What `tracks` says that it misses.
std::function<void(Observation&)> missing(std::uint32_t sensors) {
  return [=](Observation& seen) {
    if (seen.kind == ObservationKind::kPublish && seen.topic == topic_id("tracks")) seen.quality[0] = sensors;
  };
}
bool is_step_of_tracks(const Observation& seen) {
  return seen.kind == ObservationKind::kActivation && seen.entity == entity_id("tracks");
}

TEST_F(DemoTable, ALidarThatTracksMissesLeavesTheCamera) {
  drive(12s);
  ASSERT_THAT(modes_, ElementsAre("starting", "nominal"));
  drive(16s, [this](Observation& seen) {
    if (now_ >= 12300ms) missing(ocelli::msg::SOURCE_LIDAR)(seen);  // after its sensor_timeout
    if (seen.topic != topic_id("lidar/objects") || seen.kind == ObservationKind::kPublish) return;
    seen.published_at -= 900ms;  // so old did it come
    seen.sensed_at -= 900ms;
  });
  EXPECT_EQ(modes_.back(), "camera_only");
  EXPECT_FALSE(monitor_->has_capability("lidar"));
  EXPECT_TRUE(monitor_->has_capability("tracks"));
  drive(19s);
  EXPECT_THAT(modes_, ElementsAre("starting", "nominal", "degraded", "camera_only", "nominal"));
}

TEST_F(DemoTable, StepsThatFailOnOneSensorTakeThatSensor) {
  drive(12s);
  drive(14s, [](Observation& seen) {
    missing(ocelli::msg::SOURCE_LIDAR)(seen);
    if (is_step_of_tracks(seen) && seen.topic == topic_id("lidar/objects")) seen.status = ObservationStatus::kFailed;
  });
  EXPECT_EQ(modes_.back(), "camera_only");
  drive(17s);
  EXPECT_EQ(modes_.back(), "nominal");
  drive(18s, missing(ocelli::msg::SOURCE_RADAR));
  EXPECT_EQ(modes_.back(), "degraded") << "radar";
  drive(20s);
  drive(21s, missing(ocelli::msg::SOURCE_CAMERA));
  EXPECT_EQ(modes_.back(), "lidar_only");
  drive(23s);
  EXPECT_THAT(modes_, testing::Not(testing::Contains("no_tracks")));
}

TEST_F(DemoTable, WithoutACameraThatTracksUsesItIsNotCameraOnly) {
  drive(15s, missing(ocelli::msg::SOURCE_CAMERA));  // from the first message on: no calibration
  EXPECT_THAT(modes_, ElementsAre("starting", "lidar_only"));
  drive(17s, missing(ocelli::msg::SOURCE_CAMERA | ocelli::msg::SOURCE_LIDAR));
  EXPECT_EQ(modes_.back(), "no_tracks");
}

TEST_F(DemoTable, StepsThatFailOnEverySensorTakeTheTracks) {
  drive(12s);
  silent_ = "tracks";  // a failed step publishes nothing
  drive(14s, [](Observation& seen) {
    if (is_step_of_tracks(seen)) seen.status = ObservationStatus::kFailed;
  });
  EXPECT_EQ(modes_.back(), "no_tracks");
  silent_.clear();
  drive(17s);
  EXPECT_EQ(modes_.back(), "nominal");
}

class Reporter : public testing::Test {
 protected:
  const Time start_ = from_ns(1'000'000'000'000);
  std::unique_ptr<safety::Monitor> monitor_ = std::move(*safety::Monitor::create(*config_of(kCar)));
  MonitorReporter reporter_;
  std::unique_ptr<MonitorReport> report_ = std::make_unique<MonitorReport>();
};

TEST_F(Reporter, SaysTheStateEveryTenthOfASecondAndNothingBetween) {
  int states = 0;
  for (int i = 0; i <= 100; ++i) {
    monitor_->tick(start_ + i * 10ms);
    if (reporter_.fill(*monitor_, start_ + i * 10ms, *report_)) states += report_->has_state;
  }
  EXPECT_EQ(states, 11);
  const auto message = to_message(*report_, *monitor_);
  EXPECT_EQ(message.mode(), "starting") << "nothing was seen";
  EXPECT_EQ(message.previous_mode(), "starting");
  EXPECT_EQ(message.speed_max_mps(), 0.0);
  EXPECT_EQ(message.recovery(), "automatic");
  EXPECT_FALSE(message.is_recovery_requested());
  EXPECT_TRUE(message.active_faults().empty());
  ASSERT_EQ(message.chains().size(), 1U);
  EXPECT_EQ(message.chains()[0].name(), "lidar to tracks");
  EXPECT_DOUBLE_EQ(message.chains()[0].budget_s(), 0.2);
}

TEST_F(Reporter, FaultsAndModeBecomeMessages) {
  std::vector<std::string> confirmed;
  std::vector<std::string> active;
  std::string mode;
  for (int i = 0; i <= 1100; ++i) {  // nothing is ever seen: after start_by all is silent
    const Time now = start_ + i * 10ms;
    monitor_->tick(now);
    if (!reporter_.fill(*monitor_, now, *report_)) continue;
    for (std::size_t e = 0; e < report_->event_count; ++e) {
      const auto fault = to_message(report_->events[e], *monitor_);
      if (fault.state() != ocelli::msg::FAULT_CONFIRMED) continue;
      confirmed.push_back(fault.id());
      EXPECT_EQ(fault.detected_at(), to_ns(now));
      EXPECT_EQ(fault.id(), fault.entity() + "." + fault.detector());
    }
    if (!report_->has_state) continue;
    const auto state = to_message(*report_, *monitor_);
    active = state.active_faults();
    mode = state.mode();
  }
  EXPECT_THAT(confirmed, testing::IsSupersetOf({"imu.silent", "camera/front.silent"}));
  EXPECT_THAT(active, testing::UnorderedElementsAreArray(confirmed));
  EXPECT_EQ(mode, "degraded");
}

}  // namespace
}  // namespace ocelli::launch
