#include "ocelli/middleware/node/any_node.hpp"
#include "ocelli/tests/middleware/node/ego_at_origin.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ocelli::node {
namespace {

struct Doubler {
  static constexpr std::string_view kName = "doubler";
  struct In {
    Trigger<topics::VehicleState> wheels;
    Latest<topics::EgoMotion, 200> ego;
    Window<topics::ImuData, 100> imu;
  };
  struct Out {
    Port<topics::EgoMotion> motion;
    Port<topics::Tracks> tracks;
  };
  Status step(const In& in, Out& out) {
    if (in.wheels->wheel_speed_mps()[0] < 0.0) return error(ErrorCode::kCorrupt, "backwards");
    if (in.wheels->wheel_speed_mps()[0] > 100.0) throw std::runtime_error("too fast");
    ocelli::msg::EgoMotion motion = ego_at_origin();
    motion.speed_mps(in.ego ? 2.0 * in.ego->speed_mps() : double(in.imu.size()));
    out.motion.publish(motion);
    return ok();
  }
};

StepInputs inputs_with_speed(double speed_mps, bool with_ego) {
  ocelli::msg::VehicleState wheels;
  wheels.wheel_speed_mps()[0] = speed_mps;
  StepInputs inputs(3);
  inputs[0] = {input_sample<topics::VehicleState>(wheels, from_ns(5))};
  ocelli::msg::EgoMotion ego = ego_at_origin();
  ego.speed_mps(21.0);
  if (with_ego) inputs[1] = {input_sample<topics::EgoMotion>(ego, from_ns(4))};
  return inputs;
}

TEST(AnyNode, KnowsItsPortsByNameKindAndPolicy) {
  const auto node = erase(Doubler{});
  ASSERT_EQ(node->inputs().size(), 3U);
  EXPECT_EQ(node->inputs()[0].name, "wheels");
  EXPECT_EQ(node->inputs()[0].policy, InputPolicy::kTrigger);
  EXPECT_EQ(node->inputs()[1].name, "ego");
  EXPECT_EQ(node->inputs()[1].kind->name, "ego_motion");
  EXPECT_EQ(node->inputs()[1].span, 200ms);
  EXPECT_EQ(node->inputs()[2].policy, InputPolicy::kWindow);
  ASSERT_EQ(node->outputs().size(), 2U);
  EXPECT_EQ(node->outputs()[1].name, "tracks");
}

TEST(AnyNode, StepSeesItsInputsAndReturnsOnlyWhatWasPublished) {
  const auto node = erase(Doubler{});
  const StepResult result = node->step(inputs_with_speed(1.0, true));
  ASSERT_TRUE(result.status);
  ASSERT_EQ(result.outputs.size(), 1U);
  EXPECT_EQ(result.outputs[0].port, 0U);
  EXPECT_DOUBLE_EQ(static_cast<const ocelli::msg::EgoMotion*>(result.outputs[0].value.get())->speed_mps(), 42.0);
}

TEST(AnyNode, AnInputThatIsNoLongerThereIsNotTheOldOne) {
  const auto node = erase(Doubler{});
  static_cast<void>(node->step(inputs_with_speed(1.0, true)));
  const StepResult result = node->step(inputs_with_speed(1.0, false));
  EXPECT_DOUBLE_EQ(static_cast<const ocelli::msg::EgoMotion*>(result.outputs[0].value.get())->speed_mps(), 0.0);
}

TEST(AnyNode, ErrorsAndExceptionsAreFailedStatusesWithoutOutput) {
  const auto node = erase(Doubler{});
  const StepResult failed = node->step(inputs_with_speed(-1.0, true));
  EXPECT_EQ(failed.status.error().message, "backwards");
  EXPECT_TRUE(failed.outputs.empty());
  const StepResult thrown = node->step(inputs_with_speed(101.0, true));
  EXPECT_EQ(thrown.status.error().code, ErrorCode::kInternal);
  EXPECT_TRUE(thrown.outputs.empty());
}

/// Needs to be prepared; works on the newest message only.
struct Prepared {
  static constexpr std::string_view kName = "prepared";
  struct In {
    Trigger<topics::VehicleState, 1> wheels;
  };
  struct Out {
    Port<topics::EgoMotion> motion;
  };
  Status prepare(const Conditions& conditions) {
    return conditions.has_deadlines ? ok() : Status(error(ErrorCode::kNotFound, "no model"));
  }
  [[nodiscard]] bool needs_new_process() const { return true; }
  Status step(const In&, Out&) { return ok(); }
};

TEST(AnyNode, ANodeNeedsANewProcessOnlyWhenItSaysSo) {
  EXPECT_FALSE(erase(Doubler{})->needs_new_process());
  EXPECT_TRUE(erase(Prepared{})->needs_new_process());
}

TEST(AnyNode, PreparesANodeThatHasSomethingToPrepare) {
  EXPECT_TRUE(erase(Doubler{})->prepare({}));
  EXPECT_TRUE(erase(Prepared{})->prepare({.has_deadlines = true}));
  EXPECT_EQ(erase(Prepared{})->prepare({.has_deadlines = false}).error().message, "no model");
}

TEST(AnyNode, SaysHowManyTriggersMayWait) {
  EXPECT_EQ(erase(Doubler{})->inputs()[0].waiting, 0U);
  EXPECT_EQ(erase(Prepared{})->inputs()[0].waiting, 1U);
}

}  // namespace
}  // namespace ocelli::node
