#include <gtest/gtest.h>

#include "ocelli/tests/system/ring_torture.hpp"

namespace ocelli::torture {
namespace {

TEST(RingTorture, AcrossProcessesNothingTornIsAcceptedAndEveryLossIsCounted) {
  RecordProperty("verifies", "REQ-BUS-001");
  constexpr std::uint64_t kMessages = 200'000;
  const Outcome outcome = run(kMessages);
  for (const Tally* tally : outcome.readers) {
    EXPECT_EQ(tally->torn, 0U);
    EXPECT_EQ(tally->accepted + tally->lost, kMessages);
  }
  EXPECT_GT(outcome.readers[1]->lost, 0U) << "the slow reader was to be overtaken";
}

}  // namespace
}  // namespace ocelli::torture
