#include "ocelli/safety/monitor/chain_bound.hpp"

#include <gmock/gmock.h>

namespace ocelli::safety {
namespace {

using testing::HasSubstr;

TEST(ChainBound, IsThatOfTheReference) {
  RecordProperty("verifies", "REQ-LAT-016");
  const std::vector<ChainStage> stages = {{33300us, 25ms}, {50ms, 30ms}, {50ms, 20ms}, {20ms, 5ms}};
  EXPECT_EQ(*asynchronous_bound(stages), 233300us);
  const std::vector<ChainStage> logical = {{50ms, {}}, {50ms, {}}, {20ms, {}}};
  EXPECT_EQ(*logical_execution_bound(logical), 240ms);
}

TEST(ChainBound, RefusesTimesThatCannotBe) {
  RecordProperty("verifies", "REQ-LAT-016");
  EXPECT_THAT(asynchronous_bound({}).error().message, HasSubstr("stages: 0 of them"));
  const std::vector<ChainStage> back = {{10ms, 1ms}, {-1ms, 0ms}};
  EXPECT_THAT(logical_execution_bound(back).error().message, HasSubstr("stage 1: period: -1 ms is out of range"));
  const std::vector<ChainStage> endless = {{10ms, std::chrono::hours(2)}};
  EXPECT_THAT(asynchronous_bound(endless).error().message, HasSubstr("stage 0: response: 7200000 ms"));
  EXPECT_THAT(asynchronous_bound(std::vector<ChainStage>(1025)).error().message, HasSubstr("1025 of them"));
}

}  // namespace
}  // namespace ocelli::safety
