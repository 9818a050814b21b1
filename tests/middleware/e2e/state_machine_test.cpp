#include "ocelli/middleware/e2e/state_machine.hpp"

#include <gmock/gmock.h>

#include <deque>
#include <random>
#include <string>
#include <vector>

namespace ocelli::e2e {
namespace {

using enum CheckStatus;
using testing::HasSubstr;

/// "VVIV": one letter per step (- no data, I init, V valid, X invalid).
std::string run(const StateMachineConfig& config, const std::vector<CheckStatus>& results) {
  StateMachine machine(config);
  std::string states;
  for (const CheckStatus result : results) states += "-IVX"[static_cast<int>(machine.step(result))];
  return states;
}

TEST(StateMachine, BecomesValidByOkResultsAndInvalidByLoss) {
  RecordProperty("verifies", "REQ-E2E-013");
  EXPECT_EQ(run({}, {kOk, kOk, kOk, kNoNewData, kNoNewData, kNoNewData, kNoNewData, kNoNewData, kNoNewData, kOk, kOk,
                     kOk, kOk}),
            "IIVVVVVXXXXVV");
}

TEST(StateMachine, AFrozenStreamBecomesInvalid) {
  RecordProperty("verifies", "REQ-E2E-014");
  EXPECT_EQ(run({}, {kOk, kOk, kOk, kRepeated, kRepeated, kRepeated, kRepeated, kRepeated}), "IIVVVVVX");
  EXPECT_EQ(run({}, {kOk, kOk, kOk, kWrongSequence, kWrongSequence, kWrongSequence, kWrongSequence, kWrongSequence}),
            "IIVVVVVX");
}

TEST(StateMachine, LeavesNoDataByAnythingThatArrivedButNotByErrors) {
  RecordProperty("verifies", "REQ-E2E-013");
  EXPECT_EQ(run({}, {kNoNewData, kError, kNoNewData, kError}), "----");
  EXPECT_EQ(run({}, {kRepeated, kOk, kOkSomeLost}), "IIV") << "the first result is not counted";
  EXPECT_EQ(run({}, {kWrongSequence}), "I");
}

TEST(StateMachine, ErrorsInInitMakeInvalidWithoutAValidBefore) {
  RecordProperty("verifies", "REQ-E2E-013");
  EXPECT_EQ(run({}, {kOk, kError, kError}), "IIX");
  EXPECT_EQ(run({}, {kOk, kError, kOk, kOk}), "IIIV");
}

TEST(StateMachine, EveryStateLooksBackByItsOwnWindow) {
  RecordProperty("verifies", "REQ-E2E-015");
  StateMachineConfig config;
  config.valid.window = 2;
  EXPECT_EQ(run(config, {kOk, kOk, kOk, kNoNewData, kNoNewData, kOk, kOk, kOk}), "IIVVXXXV")
      << "invalid looks back at five, but not beyond the two that valid looked at";
  config.valid.window = 4;
  config.valid.least_ok = 3;
  EXPECT_EQ(run(config, {kOk, kOk, kOk, kOk, kNoNewData, kNoNewData, kOk}), "IIVVVXV")
      << "two OKs of valid's four count in invalid";
  config.clear_to_invalid = true;
  EXPECT_EQ(run(config, {kOk, kOk, kOk, kOk, kNoNewData, kNoNewData, kOk, kOk, kOk}), "IIVVVXXXV")
      << "older OKs are forgotten on entering invalid";
}

/// From the table of docs/e2e.md alone, with a window that really slides.
class NaiveMachine {
 public:
  explicit NaiveMachine(const StateMachineConfig& config) : config_(config) {}
  StreamState step(CheckStatus result) {
    if (state_ == StreamState::kNoData)
      return state_ = result == kError || result == kNoNewData ? StreamState::kNoData : StreamState::kInit;
    past_.push_front(result);
    if (past_.size() > kWindowMost) past_.pop_back();
    const StateLimits limits = state_ == StreamState::kInit    ? config_.init
                               : state_ == StreamState::kValid ? config_.valid
                                                               : config_.invalid;
    std::size_t ok = 0;
    std::size_t errors = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(limits.window, past_.size()); ++i) {
      ok += past_[i] == kOk || past_[i] == kOkSomeLost ? 1 : 0;
      errors += past_[i] == kError ? 1 : 0;
    }
    const bool good = errors <= limits.most_errors && ok >= limits.least_ok;
    const StreamState before = state_;
    const std::size_t window = limits.window;
    if (good) state_ = StreamState::kValid;
    if (!good && before == StreamState::kValid) state_ = StreamState::kInvalid;
    if (before == StreamState::kInit && errors > limits.most_errors) state_ = StreamState::kInvalid;
    if (config_.clear_to_invalid && before != StreamState::kInvalid && state_ == StreamState::kInvalid) past_.clear();
    if (before != state_) past_.resize(std::min(past_.size(), window));
    return state_;
  }

 private:
  StateMachineConfig config_;
  StreamState state_ = StreamState::kNoData;
  std::deque<CheckStatus> past_;
};

StateLimits random_limits(std::mt19937& random) {
  const auto window = static_cast<std::uint32_t>(1 + random() % (random() % 5 == 0 ? kWindowMost : 12));
  return {.window = window,
          .least_ok = static_cast<std::uint32_t>(random() % (window + 1)),
          .most_errors = static_cast<std::uint32_t>(random() % window)};
}

TEST(StateMachine, AgreesWithANaiveOneOnRandomSequences) {
  RecordProperty("verifies", "REQ-E2E-013");
  std::mt19937 random(1);
  int reached[4] = {};
  for (int sequence = 0; sequence < 2000; ++sequence) {
    StateMachineConfig config{random_limits(random), random_limits(random), random_limits(random), random() % 2 == 0};
    StateMachine machine(config);
    NaiveMachine naive(config);
    const auto bias = random() % 6;
    const int steps = sequence % 100 == 0 ? 600 : 100;  // 600: the memory of 255 results wraps twice
    for (int step = 0; step < steps; ++step) {
      const auto result = static_cast<CheckStatus>(random() % 2 == 0 ? bias : random() % 6);
      const StreamState state = machine.step(result);
      ASSERT_EQ(state, naive.step(result)) << "sequence " << sequence << " step " << step;
      ASSERT_EQ(machine.state(), state);
      ++reached[static_cast<int>(state)];
    }
  }
  for (const int times : reached) EXPECT_GT(times, 1000);
}

std::string refusal(StateLimits StateMachineConfig::*state, StateLimits limits) {
  StateMachineConfig config;
  config.*state = limits;
  const auto machine = StateMachine::create(config);
  return machine ? "accepted" : machine.error().message;
}

TEST(StateMachine, LimitsThatHideLossAreRefused) {
  RecordProperty("verifies", "REQ-E2E-014");
  EXPECT_TRUE(StateMachine::create({}));
  const StateLimits hides{.window = 5, .least_ok = 0, .most_errors = 1};
  EXPECT_THAT(refusal(&StateMachineConfig::valid, hides), HasSubstr("valid.least_ok: 0 hides loss and freeze"));
  EXPECT_THAT(refusal(&StateMachineConfig::init, hides), HasSubstr("init.least_ok: 0"));
  EXPECT_THAT(refusal(&StateMachineConfig::invalid, hides), HasSubstr("invalid.least_ok: 0"));
}

TEST(StateMachine, ImpossibleLimitsAreRefused) {
  RecordProperty("verifies", "REQ-E2E-012");
  const auto init = &StateMachineConfig::init;
  EXPECT_THAT(refusal(init, {.window = 0, .least_ok = 1}), HasSubstr("init.window: 0 is out of range"));
  EXPECT_THAT(refusal(init, {.window = 256, .least_ok = 1}),
              HasSubstr("init.window: 256 is out of range: expected 1 to"));
  EXPECT_THAT(refusal(init, {.window = 3, .least_ok = 4}), HasSubstr("init.least_ok: 4 is more than the window of 3"));
  EXPECT_THAT(refusal(init, {.window = 3, .least_ok = 1, .most_errors = 3}),
              HasSubstr("init.most_errors: 3 of a window"));
}

TEST(StateMachine, TheNarrowestPossibleLimitsAreAccepted) {
  RecordProperty("verifies", "REQ-E2E-012");
  const auto init = &StateMachineConfig::init;
  EXPECT_EQ(refusal(init, {.window = 1, .least_ok = 1, .most_errors = 0}), "accepted");
  EXPECT_EQ(refusal(init, {.window = 3, .least_ok = 3, .most_errors = 2}), "accepted");
  EXPECT_EQ(refusal(init, {.window = 255, .least_ok = 255, .most_errors = 254}), "accepted");
}

TEST(StateMachine, AWindowBeyondItsMemoryIsABrokenContract) {
  StateMachineConfig config;
  config.valid.window = kWindowMost + 1;
  EXPECT_DEATH(StateMachine{config}, "contract broken");
}

TEST(StateMachine, NamesItsStates) {
  EXPECT_EQ(to_string(StreamState::kNoData), "NODATA");
  EXPECT_EQ(to_string(StreamState::kInvalid), "INVALID");
}

TEST(StateMachine, DescribesItsLimitsForConfigurationFiles) {
  EXPECT_EQ(std::get<0>(StateLimits::fields()).name, "window");
  EXPECT_EQ(std::get<3>(StateMachineConfig::fields()).name, "clear_to_invalid");
}

}  // namespace
}  // namespace ocelli::e2e
