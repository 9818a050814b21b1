// The receiver's state machines against their second implementations; a million sequences each run in ./dev night.
#include <gtest/gtest.h>

#include "ocelli/tests/middleware/e2e/differences_receiver.hpp"

namespace ocelli::safety::test {
namespace {

TEST(ReceiverMachines, AgreeWithTheirTwins) {
  RecordProperty("verifies", "REQ-MON-009");
  EXPECT_EQ(differences_counter(5000, 1), "");
  EXPECT_EQ(differences_e2e(1000, 2), "");
}

}  // namespace
}  // namespace ocelli::safety::test
