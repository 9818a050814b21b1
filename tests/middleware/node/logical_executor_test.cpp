#include "ocelli/middleware/node/logical_executor.hpp"
#include "ocelli/tests/middleware/node/ego_at_origin.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace ocelli::node {
namespace {

constexpr Time kStart = from_ns(1'000'000'000'000);

/// Wheel speeds at 50 Hz and IMU at 100 Hz for `seconds`; message 7 of the wheels cannot be read when `has_gap`. When
/// `has_future`, a recording in which message 7 is stamped an hour after it was published.
class FakeVehicle final : public Source {
 public:
  FakeVehicle(int seconds, bool has_gap, bool has_future = false)
      : count_(seconds * 100), has_gap_(has_gap), has_future_(has_future) {}
  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  Result<std::optional<SourceMessage>> next() override {
    if (index_ == 2 * count_) return std::optional<SourceMessage>{};
    const int tick = index_ / 2;
    const bool is_wheel = index_ % 2 == 1;
    ++index_;
    if (is_wheel && tick % 2 == 1) return next();
    SourceMessage message;
    message.sensed_at = kStart + tick * 10ms;
    message.topic = is_wheel ? 1 : 0;
    if (has_future_) {
      message.recorded.emplace();
      message.recorded->published_at_ns = to_ns(message.sensed_at);
      if (is_wheel && tick == 14) message.sensed_at += 1h;
    }
    if (is_wheel && has_gap_ && tick == 14)
      message.problem = Error{ErrorCode::kCorrupt, "wheel message is cut"};
    else
      message.cdr = is_wheel ? wheels(tick) : imu(tick);
    return std::optional<SourceMessage>(std::move(message));
  }
  [[nodiscard]] std::optional<SourceRange> range() const override {
    return SourceRange{kStart, kStart + (count_ - 1) * 10ms};
  }

 private:
  static ConstBufferPtr wheels(int tick) {
    ocelli::msg::VehicleState state;
    state.wheel_speed_mps().fill(tick * 0.1);
    state.is_wheel_speed_valid(true);
    return encode_to_buffer(state, topics::kind_of<topics::VehicleState>().codec());
  }
  static ConstBufferPtr imu(int tick) {
    sensor_msgs::msg::Imu imu;
    imu.linear_acceleration().z(tick);
    return encode_to_buffer(imu, topics::kind_of<topics::ImuData>().codec());
  }
  const std::vector<SourceTopic> topics_ = {{"imu", &topics::kind_of<topics::ImuData>()},
                                            {"vehicle/state", &topics::kind_of<topics::VehicleState>()}};
  const int count_;
  const bool has_gap_;
  const bool has_future_;
  int index_ = 0;
};

/// Ego motion whose yaw rate is the number of IMU messages seen in the window and whose y is the last of them.
struct Integrator {
  static constexpr std::string_view kName = "integrator";
  struct In {
    Trigger<topics::VehicleState> wheels;
    Window<topics::ImuData, 45> imu;
  };
  struct Out {
    Port<topics::EgoMotion> ego;
  };
  Status step(const In& in, Out& out) {
    std::this_thread::sleep_for(std::chrono::microseconds(in.wheels.header().sequence * 37 % 400));  // uneven work
    x_m += in.wheels->wheel_speed_mps()[0] * 0.02;
    ocelli::msg::EgoMotion ego = ego_at_origin();
    ego.status(ocelli::msg::EGO_DEAD_RECKONED);
    ego.pose().position().x(x_m);
    ego.pose().position().y(in.imu.empty() ? -1.0 : in.imu.back()->linear_acceleration().z());
    ego.yaw_rate_rps(double(in.imu.size()));
    out.ego.publish(ego);
    return ok();
  }
  double x_m = 0.0;
};

/// Tracks that say whether ego motion was there.
struct Follower {
  static constexpr std::string_view kName = "follower";
  struct In {
    Trigger<topics::ImuData> imu;
    Latest<topics::EgoMotion, 50> ego;
  };
  struct Out {
    Port<topics::Tracks> tracks;
  };
  Status step(const In& in, Out& out) {
    ocelli::msg::Tracks tracks;
    tracks.is_world(in.ego.has_value());
    if (in.ego) tracks.T_world_vehicle(in.ego->pose());
    out.tracks.publish(tracks);
    return ok();
  }
};

struct Outcome {
  std::vector<std::byte> bytes;  // headers and bodies of everything published, in order
  std::vector<Observation> observations;
  std::vector<std::string> problems;
  std::map<std::string, std::vector<SampleHeader>> headers;
  Status status;
};

Outcome run(LogicalOptions options, bool has_gap = false, Duration exec_time = 15ms) {
  Outcome outcome;
  LogicalHooks hooks;
  hooks.on_sample = [&](const SamplePtr& sample, const std::string& topic) {
    const auto* header = reinterpret_cast<const std::byte*>(&sample->header);
    outcome.bytes.insert(outcome.bytes.end(), header, header + sizeof(SampleHeader));
    const ConstBufferPtr cdr = cdr_of(*sample);
    outcome.bytes.insert(outcome.bytes.end(), cdr->bytes().begin(), cdr->bytes().end());
    outcome.headers[topic].push_back(sample->header);
  };
  hooks.on_observation = [&](const Observation& seen) { outcome.observations.push_back(seen); };
  hooks.on_problem = [&](std::string_view who, const std::string& what) {
    outcome.problems.push_back(fmt::format("{}: {}", who, what));
  };
  LogicalExecutor executor(std::move(options), std::move(hooks));
  executor.add_source("vehicle", std::make_unique<FakeVehicle>(2, has_gap));
  executor.add_node(std::move(*NodeShell::create("integrator", erase(Integrator{}), {})), exec_time, 1);
  executor.add_node(std::move(*NodeShell::create("follower", erase(Follower{}), {})), 3ms, 2);
  outcome.status = executor.run();
  return outcome;
}

TEST(LogicalExecutor, GivesTheSameBytesForAnyNumberOfThreadsAndAnySchedule) {
  RecordProperty("verifies", "REQ-EXE-001");
  const Outcome reference = run({.threads = 1, .delays = {}});
  ASSERT_TRUE(reference.status);
  EXPECT_EQ(reference.headers.at("ego_motion").size(), 100U);
  EXPECT_EQ(reference.headers.at("tracks").size(), 200U);
  for (const std::size_t threads : {1, 2, 4})
    for (const std::uint64_t seed : {0, 1, 2, 3})
      EXPECT_EQ(run({.threads = threads, .schedule_seed = seed, .delays = {}}).bytes, reference.bytes)
          << threads << " threads, schedule seed " << seed;
}

TEST(LogicalExecutor, ARecordedStampFromTheFutureIsRefusedAndDisturbsNothingElse) {
  std::map<std::string, std::vector<SampleHeader>> headers;
  std::vector<Observation> refused;
  std::vector<std::string> problems;
  LogicalHooks hooks;
  hooks.on_sample = [&](const SamplePtr& sample, const std::string& topic) {
    headers[topic].push_back(sample->header);
  };
  hooks.on_observation = [&](const Observation& seen) {
    if (seen.status == ObservationStatus::kInvalid) refused.push_back(seen);
  };
  hooks.on_problem = [&](std::string_view, const std::string& what) { problems.push_back(what); };
  LogicalExecutor executor({.delays = {}}, std::move(hooks));
  executor.add_source("vehicle", std::make_unique<FakeVehicle>(2, false, true));
  executor.add_node(std::move(*NodeShell::create("integrator", erase(Integrator{}), {})), 15ms, 1);
  ASSERT_TRUE(executor.run());
  ASSERT_EQ(headers["ego_motion"].size(), 99U);
  EXPECT_EQ(headers["ego_motion"].back().sensed_at(), kStart + 1980ms);
  EXPECT_EQ(headers["ego_motion"].back().published_at(), kStart + 1995ms) << "time went on as recorded";
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].topic, topic_id("vehicle/state"));
  EXPECT_EQ(refused[0].sequence, 8U);
  ASSERT_EQ(problems.size(), 1U);
}

TEST(LogicalExecutor, PacedByTheClockItGivesTheSameBytesAndIsNotEarly) {
  const Outcome reference = run({.delays = {}});
  const auto begin = std::chrono::steady_clock::now();
  const Outcome paced = run({.rate = 20.0, .delays = {}});
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1990ms / 20) << "1.99 s of drive at 20 times its pace";
  EXPECT_EQ(paced.bytes, reference.bytes);
}

TEST(LogicalExecutor, OutputsTakeEffectAfterTheDeclaredExecTime) {
  const Outcome outcome = run({.delays = {}});
  const auto& ego = outcome.headers.at("ego_motion");
  for (std::size_t i = 0; i < ego.size(); ++i) {
    EXPECT_EQ(ego[i].sensed_at(), kStart + static_cast<int>(i) * 20ms);
    EXPECT_EQ(ego[i].published_at(), ego[i].sensed_at() + 15ms);
  }
}

TEST(LogicalExecutor, ABusyNodeWorksThroughItsTriggersOneAfterTheOther) {
  const Outcome outcome = run({.delays = {}}, false, 30ms);  // longer than the period of 20 ms
  const auto& ego = outcome.headers.at("ego_motion");
  EXPECT_EQ(ego[0].published_at(), kStart + 30ms);
  EXPECT_EQ(ego[1].published_at(), kStart + 60ms);
  EXPECT_EQ(ego[2].published_at(), kStart + 90ms);
}

TEST(LogicalExecutor, LineageNamesTheOldestAndNewestInputThatIsNew) {
  const Outcome outcome = run({.delays = {}});
  const SampleHeader& ego = outcome.headers.at("ego_motion")[50];  // triggered at 1 s
  EXPECT_EQ(ego.oldest.topic, topic_id("imu"));
  EXPECT_EQ(ego.oldest.sensed_at(), kStart + 990ms) << "older ones of the window were used before";
  EXPECT_EQ(ego.newest.sensed_at(), kStart + 1000ms);
}

TEST(LogicalExecutor, AMissingInputMarksTheOutputDegraded) {
  const Outcome outcome = run({.delays = {}});
  const auto& tracks = outcome.headers.at("tracks");
  EXPECT_NE(tracks.front().flags & SampleHeader::kDegraded, 0U) << "no ego motion yet";
  EXPECT_EQ(tracks[20].flags & SampleHeader::kDegraded, 0U);
}

TEST(LogicalExecutor, AnUnreadableMessageIsAProblemAndAnObservationAndTheRunGoesOn) {
  RecordProperty("verifies", "REQ-EXE-002");
  const Outcome outcome = run({.delays = {}}, true);
  ASSERT_TRUE(outcome.status);
  EXPECT_EQ(outcome.problems, std::vector<std::string>{"vehicle: vehicle/state: wheel message is cut"});
  EXPECT_EQ(outcome.headers.at("ego_motion").size(), 99U);
  const auto invalid = std::count_if(outcome.observations.begin(), outcome.observations.end(),
                                     [](const auto& seen) { return seen.status == ObservationStatus::kInvalid; });
  EXPECT_EQ(invalid, 1);
  const auto lost = std::find_if(outcome.observations.begin(), outcome.observations.end(),
                                 [](const auto& seen) { return seen.lost > 0; });
  ASSERT_NE(lost, outcome.observations.end());
  EXPECT_EQ(lost->lost, 1U);
  EXPECT_EQ(lost->entity, entity_id("integrator"));
}

TEST(LogicalExecutor, AnInjectedDelayMovesEverythingBehindItByExactlyThat) {
  LogicalOptions delayed;
  delayed.delays["vehicle/state"] = 80ms;
  const Outcome outcome = run(std::move(delayed));
  const SampleHeader& ego = outcome.headers.at("ego_motion")[3];
  EXPECT_EQ(ego.published_at(), ego.sensed_at() + 80ms + 15ms);
}

TEST(LogicalExecutor, EveryActivationAndMessageIsObserved) {
  const Outcome outcome = run({.delays = {}});
  std::map<ObservationKind, int> counts;
  for (const Observation& seen : outcome.observations) ++counts[seen.kind];
  EXPECT_EQ(counts[ObservationKind::kPublish], 200 + 100 + 100 + 200);  // imu, wheels, ego, tracks
  EXPECT_EQ(counts[ObservationKind::kActivation], 100 + 200);
  EXPECT_EQ(counts[ObservationKind::kReceive], 100 + 200 + 200 + 100);  // wheels, imu twice, ego
}

TEST(NodeShell, RefusesPortsThatTheNodeDoesNotHave) {
  Binding binding;
  binding.inputs["weels"] = "vehicle/state";
  const auto shell = NodeShell::create("integrator", erase(Integrator{}), binding);
  ASSERT_FALSE(shell);
  EXPECT_EQ(shell.error().message, "node 'integrator' has no input 'weels': it has wheels, imu");
}

/// Slower than its trigger, and content with the newest.
struct Sleepy {
  static constexpr std::string_view kName = "sleepy";
  struct In {
    Trigger<topics::VehicleState, 1> wheels;
  };
  struct Out {
    Port<topics::EgoMotion> ego;
  };
  Status prepare(const Conditions& conditions) {
    return conditions.has_deadlines ? Status(error(ErrorCode::kInternal, "no deadlines in logical time")) : ok();
  }
  Status step(const In&, Out& out) {
    out.ego.publish({});
    return ok();
  }
};

TEST(LogicalExecutor, ANodeThatWantsTheNewestSkipsWhatCameMeanwhileAndSaysSo) {
  std::vector<SampleHeader> sent;
  std::uint32_t lost = 0;
  LogicalHooks hooks;
  hooks.on_sample = [&](const SamplePtr& sample, const std::string& topic) {
    if (topic == "ego_motion") sent.push_back(sample->header);
  };
  hooks.on_observation = [&](const Observation& seen) { lost += seen.lost; };
  LogicalExecutor executor({.delays = {}}, std::move(hooks));
  executor.add_source("vehicle", std::make_unique<FakeVehicle>(1, false));
  executor.add_node(std::move(*NodeShell::create("sleepy", erase(Sleepy{}), {})), 65ms, 1);
  ASSERT_TRUE(executor.run());
  ASSERT_GT(sent.size(), 10U);
  EXPECT_EQ(sent.size() + lost, 50U);
  sent.pop_back();  // nothing newer came to take the place of the last one while it waited
  for (const SampleHeader& header : sent)
    EXPECT_LE(header.published_at() - header.sensed_at(), 85ms) << "its own time and less than one period of waiting";
}

struct Unready {
  static constexpr std::string_view kName = "unready";
  using In = Sleepy::In;
  using Out = Sleepy::Out;
  Status prepare(const Conditions&) { return error(ErrorCode::kNotFound, "no model"); }
  Status step(const In&, Out&) { return ok(); }
};

TEST(LogicalExecutor, ANodeThatCannotBePreparedEndsTheRunBeforeItBegins) {
  LogicalExecutor executor({.delays = {}}, {});
  executor.add_source("vehicle", std::make_unique<FakeVehicle>(1, false));
  executor.add_node(std::move(*NodeShell::create("first", erase(Unready{}), {})), 65ms, 1);
  const Status status = executor.run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "node 'first': no model");
}

}  // namespace
}  // namespace ocelli::node
