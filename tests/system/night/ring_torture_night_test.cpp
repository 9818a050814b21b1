#include <fmt/core.h>
#include <gtest/gtest.h>

#include "ocelli/middleware/bus/ring_writer.hpp"
#include "ocelli/tests/system/ring_torture.hpp"

namespace ocelli::torture {
namespace {

TEST(RingTortureNight, AcrossProcessesNothingTornIsAcceptedAndEveryLossIsCounted) {
  constexpr std::uint64_t kMessages = 10'000'000;
  const Outcome outcome = run(kMessages);
  for (const Tally* tally : outcome.readers) {
    fmt::print("{} messages: {} accepted, {} counted lost, {} torn\n", kMessages, tally->accepted, tally->lost,
               tally->torn);
    EXPECT_EQ(tally->torn, 0U);
    EXPECT_EQ(tally->accepted + tally->lost, kMessages);
  }
  EXPECT_GT(outcome.readers[1]->lost, 0U) << "the slow reader was to be overtaken";
}

}  // namespace
}  // namespace ocelli::torture
