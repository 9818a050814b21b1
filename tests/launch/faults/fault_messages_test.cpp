#include "ocelli/launch/faults/fault_messages.hpp"

#include <gtest/gtest.h>

namespace ocelli::launch {
namespace {

ocelli::msg::SafetyState state_with(const std::string& mode, std::vector<std::string> active) {
  ocelli::msg::SafetyState state;
  state.header().stamp().sec(7);
  state.mode(mode);
  state.mode_since(6'500'000'000);
  state.active_faults(std::move(active));
  return state;
}

ocelli::msg::Fault fault_with(const std::string& id, ocelli::msg::FaultState state) {
  ocelli::msg::Fault fault;
  fault.header().stamp().sec(7);
  fault.header().stamp().nanosec(5);
  fault.id(id);
  fault.state(state);
  fault.asil("B");
  fault.evidence_at(6'900'000'000);
  fault.value(2.5);
  return fault;
}

TEST(FaultLedger, AFaultKeepsAllThatItsMessageSays) {
  FaultLedger ledger("run-1", {}, {});
  const StoreEntry entry = ledger.on_fault(fault_with("lidar/top.silent", ocelli::msg::FAULT_CONFIRMED));
  const auto& fault = std::get<StoredFault>(entry);
  EXPECT_EQ(fault.run, "run-1");
  EXPECT_EQ(fault.at, from_ns(7'000'000'005));
  EXPECT_EQ(fault.id, "lidar/top.silent");
  EXPECT_EQ(fault.state, "confirmed");
  EXPECT_EQ(fault.asil, "B");
  EXPECT_EQ(fault.evidence_at, from_ns(6'900'000'000));
  EXPECT_EQ(fault.value, 2.5);
}

TEST(FaultLedger, OnlyChangesOfModeAreEntries) {
  FaultLedger ledger("run-1", {}, {});
  ASSERT_EQ(ledger.on_state(state_with("nominal", {})).size(), 1U);
  EXPECT_TRUE(ledger.on_state(state_with("nominal", {})).empty());
  const auto entries = ledger.on_state(state_with("degraded", {}));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(std::get<StoredMode>(entries[0]).mode, "degraded");
  EXPECT_EQ(std::get<StoredMode>(entries[0]).previous, "nominal");
  EXPECT_EQ(std::get<StoredMode>(entries[0]).at, from_ns(6'500'000'000));
}

TEST(FaultLedger, AFaultThatOnlyTheStateNamesIsEnteredOnceAfterTwoStates) {
  FaultLedger ledger("run-1", {}, {});
  EXPECT_EQ(ledger.on_state(state_with("nominal", {"a.b"})).size(), 1U) << "the mode only";
  const auto entries = ledger.on_state(state_with("nominal", {"a.b"}));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(std::get<StoredFault>(entries[0]).id, "a.b");
  EXPECT_EQ(std::get<StoredFault>(entries[0]).state, "confirmed");
  EXPECT_TRUE(ledger.on_state(state_with("nominal", {"a.b"})).empty());
}

TEST(FaultLedger, AModeThatWasMissedIsNamedByTheNextOne) {
  FaultLedger ledger("run-1", {}, {});
  static_cast<void>(ledger.on_state(state_with("nominal", {})));
  auto state = state_with("nominal", {});  // of a monitor that was started again
  state.previous_mode("starting");
  state.mode_since(7);
  const auto entries = ledger.on_state(state);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(std::get<StoredMode>(entries[0]).previous, "starting");
}

TEST(FaultLedger, AMonitorThatWasStartedAgainHealsNothingThatItDoesNotKnowYet) {
  FaultLedger ledger("run-1", {}, {});
  for (int i = 0; i < 3; ++i) static_cast<void>(ledger.on_state(state_with("degraded", {"a.b"})));
  auto starting = state_with("starting", {});
  starting.is_starting(true);
  for (int i = 0; i < 5; ++i) {
    starting.header().stamp().sec(100 + i);
    for (const StoreEntry& entry : ledger.on_state(starting)) EXPECT_TRUE(std::holds_alternative<StoredMode>(entry));
  }
  auto known = state_with("nominal", {});
  std::size_t healed = 0;
  for (int i = 0; i < 5; ++i) {
    known.header().stamp().sec(200 + i);
    for (const StoreEntry& entry : ledger.on_state(known))
      if (const auto* fault = std::get_if<StoredFault>(&entry)) healed += fault->state == "healed";
  }
  EXPECT_EQ(healed, 1U) << "once the start is over";
}

TEST(FaultLedger, AFaultThatAMessageHasToldOfIsNotEnteredAgain) {
  FaultLedger ledger("run-1", {}, {});
  static_cast<void>(ledger.on_state(state_with("nominal", {"a.b"})));
  static_cast<void>(ledger.on_fault(fault_with("a.b", ocelli::msg::FAULT_CONFIRMED)));
  EXPECT_TRUE(ledger.on_state(state_with("nominal", {"a.b"})).empty());
}

TEST(FaultLedger, ARestartedStoreGoesOnFromWhatItHolds) {
  StoredFault known;
  known.id = "a.b";
  known.state = "confirmed";
  const StoredMode mode{"run-1", from_ns(6'500'000'000), "nominal", "startup"};
  FaultLedger ledger("run-1", std::span(&known, 1), std::span(&mode, 1));
  EXPECT_TRUE(ledger.on_state(state_with("nominal", {"a.b"})).empty()) << "the mode is entered once";
  EXPECT_TRUE(ledger.on_state(state_with("nominal", {"a.b"})).empty());
}

TEST(FaultLedger, AModeThatWasLeftAndEnteredAgainWhileTheStoreWasDownIsEntered) {
  const StoredMode mode{"run-1", from_ns(1), "nominal", "startup"};
  FaultLedger ledger("run-1", {}, std::span(&mode, 1));
  auto state = state_with("nominal", {});
  state.previous_mode("degraded");
  const auto entries = ledger.on_state(state);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(std::get<StoredMode>(entries[0]).previous, "degraded");
}

TEST(FaultLedger, AFaultThatHealedWhileTheStoreWasDownIsEnteredAsHealedAfterTwoStates) {
  StoredFault known;
  known.id = "a.b";
  known.state = "confirmed";
  known.asil = "B";
  known.detector = "silent";
  FaultLedger ledger("run-1", std::span(&known, 1), {});
  EXPECT_EQ(ledger.on_state(state_with("nominal", {})).size(), 1U) << "the mode only";
  const auto entries = ledger.on_state(state_with("nominal", {}));
  ASSERT_EQ(entries.size(), 1U);
  const auto& healed = std::get<StoredFault>(entries[0]);
  EXPECT_EQ(healed.id, "a.b");
  EXPECT_EQ(healed.state, "healed");
  EXPECT_EQ(healed.asil, "B");
  EXPECT_EQ(healed.detector, "silent");
  EXPECT_TRUE(ledger.on_state(state_with("nominal", {})).empty());
}

TEST(FaultLedger, AStateFromBeforeTheFaultsMessageSaysNothingAboutIt) {
  FaultLedger ledger("run-1", {}, {});
  auto late = fault_with("a.b", ocelli::msg::FAULT_CONFIRMED);
  late.header().stamp().sec(8);
  static_cast<void>(ledger.on_fault(late));
  EXPECT_EQ(ledger.on_state(state_with("nominal", {})).size(), 1U) << "the mode only";
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(ledger.on_state(state_with("nominal", {})).empty());
}

}  // namespace
}  // namespace ocelli::launch
