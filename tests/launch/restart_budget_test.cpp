#include "ocelli/launch/restart_budget.hpp"

#include <gtest/gtest.h>

namespace ocelli::launch {
namespace {

constexpr Time at(int seconds) { return Time{std::chrono::seconds(1000 + seconds)}; }

TEST(RestartBudget, FourEndsWithinAMinuteAreTooMany) {
  RestartBudget budget;
  for (const int second : {0, 20, 40}) EXPECT_TRUE(budget.take(at(second)));
  EXPECT_FALSE(budget.is_given_up());
  EXPECT_FALSE(budget.take(at(60))) << "the first one still counts";
  EXPECT_TRUE(budget.is_given_up());
  EXPECT_FALSE(budget.take(at(10'000))) << "for good";
  EXPECT_EQ(budget.all(), 3);
}

TEST(RestartBudget, EndsThatAreFarApartAreNot) {
  RestartBudget budget;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(budget.take(at(31 * i))) << i;
  EXPECT_EQ(budget.all(), 100);
}

}  // namespace
}  // namespace ocelli::launch
