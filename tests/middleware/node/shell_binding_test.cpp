// How a shell is bound to topics, and nodes with several triggers.
#include <gmock/gmock.h>

#include "ocelli/middleware/node/shell.hpp"
#include "ocelli/tests/middleware/node/probe.hpp"

namespace ocelli::node {
namespace {

using testing::HasSubstr;

TEST(NodeShellBinding, GivesEachInstanceItsTopics) {
  Binding rear;
  rear.inputs["wheels"] = "vehicle/rear";
  rear.outputs["motion"] = "ego/rear";
  const auto shell = NodeShell::create("rear", erase(Probe{}), rear);
  ASSERT_TRUE(shell);
  EXPECT_EQ((*shell)->inputs()[kWheels].topic, "vehicle/rear");
  EXPECT_EQ((*shell)->inputs()[kEgo].topic, "ego_motion") << "not named: the kind's own";
  EXPECT_EQ((*shell)->outputs()[0].topic, "ego/rear");
  EXPECT_EQ((*shell)->outputs()[1].topic, "tracks");
}

TEST(NodeShellBinding, TellsAllMistakesAtOnce) {
  Binding binding;
  binding.inputs["weels"] = "a";
  binding.outputs["trucks"] = "b";
  binding.max_age["ego"] = -1ms;
  binding.max_age["wheels"] = 1s;
  const auto shell = NodeShell::create("x", erase(Probe{}), binding);
  ASSERT_FALSE(shell);
  for (const char* text : {"no input 'weels': it has wheels, ego, imu", "no output 'trucks': it has motion, tracks",
                           "maximum age of 'ego' is -0.001 s", "'wheels' is the trigger"})
    EXPECT_THAT(shell.error().message, HasSubstr(text));
}

/// Says which of its triggers started it: 1 wheels, 2 gyro; degraded when it was the gyro.
struct TwoTriggers {
  static constexpr std::string_view kName = "two";
  struct In {
    Trigger<topics::VehicleState> wheels;
    Trigger<topics::ImuData> imu;
    OptionalLatest<topics::CameraInfo> calibration;
  };
  struct Out {
    Port<topics::EgoMotion> motion;
  };
  Status step(const In& in, Out& out) {
    ocelli::msg::EgoMotion motion = ego_at_origin();
    motion.status(ocelli::msg::EGO_DEAD_RECKONED);
    motion.speed_mps((in.wheels ? 1.0 : 0.0) + (in.imu ? 2.0 : 0.0));
    if (in.imu) out.motion.mark_degraded();
    out.motion.publish(motion);
    return ok();
  }
};

TEST(SeveralTriggers, EachMessageStartsAnActivationOfItsOwn) {
  auto shell = std::move(*NodeShell::create("two", erase(TwoTriggers{}), {}));
  std::vector<Observation> seen;
  const ObservationSink observe = [&](const Observation& o) { seen.push_back(o); };
  const auto speed_after = [&](std::size_t input, const Received& received, bool is_degraded) {
    Activation activation = shell->begin(shell->accept(input, received, observe), kStart);
    shell->run(activation);
    const auto outgoing = shell->finish(activation, kStart, observe);
    EXPECT_EQ(outgoing.at(0).info.flags, is_degraded ? SampleHeader::kDegraded : 0U);
    EXPECT_EQ(seen.back().status, is_degraded ? ObservationStatus::kDegraded : ObservationStatus::kOk);
    return static_cast<const ocelli::msg::EgoMotion*>(outgoing.at(0).value.get())->speed_mps();
  };
  EXPECT_EQ(speed_after(0, wheels(5.0, kStart), false), 1.0);
  EXPECT_EQ(speed_after(1, message<topics::ImuData>({}, kStart), true), 2.0);
  EXPECT_EQ(speed_after(0, wheels(5.0, kStart), false), 1.0) << "nothing is left of the activation before";
}

/// Takes the gyro in and answers with the wheels.
struct Gatherer {
  static constexpr std::string_view kName = "gatherer";
  using In = TwoTriggers::In;
  using Out = TwoTriggers::Out;
  Status step(const In& in, Out& out) {
    if (in.imu && in.imu->header().frame_id() == "broken") return error(ErrorCode::kCorrupt, "broken");
    ocelli::msg::EgoMotion motion = ego_at_origin();
    motion.status(ocelli::msg::EGO_DEAD_RECKONED);
    if (in.wheels) out.motion.publish(motion);
    return ok();
  }
};

TEST(SeveralTriggers, WhatWentInWithoutAnOutputIsSourceOfTheNextOne) {
  auto shell = std::move(*NodeShell::create("gatherer", erase(Gatherer{}), {}));
  const ObservationSink observe = [](const Observation&) {};
  const auto take = [&](std::size_t input, const Received& received) {
    Activation activation = shell->begin(shell->accept(input, received, observe), kStart);
    shell->run(activation);
    return shell->finish(activation, kStart, observe);
  };
  EXPECT_TRUE(take(1, message<topics::ImuData>({}, kStart - 60ms)).empty());
  EXPECT_TRUE(take(1, message<topics::ImuData>({}, kStart - 50ms)).empty());
  topics::ImuData::Type broken;
  broken.header().frame_id("broken");
  EXPECT_TRUE(take(1, message<topics::ImuData>(broken, kStart - 90ms)).empty());
  const auto outgoing = take(0, wheels(5.0, kStart));
  ASSERT_EQ(outgoing.size(), 1U);
  EXPECT_EQ(outgoing[0].info.lineage.oldest.topic, topic_id("imu"));
  EXPECT_EQ(outgoing[0].info.lineage.oldest.sensed_at(), kStart - 60ms) << "a failed step went into nothing";
  EXPECT_EQ(outgoing[0].info.lineage.newest.topic, topic_id("vehicle/state"));
  EXPECT_EQ(take(0, wheels(5.0, kStart + 10ms))[0].info.lineage.oldest.sensed_at(), kStart + 10ms) << "only once";
}

/// Two triggers of one kind must be bound to different topics.
struct Twins {
  static constexpr std::string_view kName = "twins";
  struct In {
    Trigger<topics::VehicleState> front;
    Trigger<topics::VehicleState> rear;
  };
  struct Out {
    Port<topics::EgoMotion> motion;
  };
  Status step(const In&, Out&) { return ok(); }
};

TEST(SeveralTriggers, HaveDifferentTopics) {
  const auto same = NodeShell::create("twins", erase(Twins{}), {});
  ASSERT_FALSE(same);
  EXPECT_THAT(same.error().message, HasSubstr("triggers 'front' and 'rear' have the same topic 'vehicle/state'"));
  Binding binding;
  binding.inputs["rear"] = "vehicle/rear";
  EXPECT_TRUE(NodeShell::create("twins", erase(Twins{}), binding));
}

}  // namespace
}  // namespace ocelli::node
