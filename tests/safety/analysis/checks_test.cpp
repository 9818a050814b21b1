#include "ocelli/safety/analysis/checks.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace ocelli::safety {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTiny = std::numeric_limits<double>::denorm_min();

TEST(Checks, RangesHoldAtTheirEnds) {
  RecordProperty("verifies", "REQ-FIT-004");
  for (const double good : {1e-12, 0.5, 1.0 - 1e-12}) EXPECT_TRUE(check_open_unit("x", good)) << good;
  for (const double bad : {0.0, 0.9e-12, 1.0 - 0.9e-12, 1.0, kNaN}) EXPECT_FALSE(check_open_unit("x", bad)) << bad;
  for (const double good : {0.0, 1.0}) EXPECT_TRUE(check_unit("x", good)) << good;
  for (const double bad : {-kTiny, 1.0 + 1e-15, kNaN}) EXPECT_FALSE(check_unit("x", bad)) << bad;
  EXPECT_TRUE(check_positive("x", kTiny, ""));
  for (const double bad : {0.0, -kTiny, kInfinity, kNaN}) EXPECT_FALSE(check_positive("x", bad, "")) << bad;
  EXPECT_TRUE(check_not_negative("x", 0.0, ""));
  for (const double bad : {-kTiny, kInfinity, -kInfinity, kNaN}) EXPECT_FALSE(check_not_negative("x", bad, "")) << bad;
  for (const double good : {-273.149, 2000.0}) EXPECT_TRUE(check_celsius("x", good)) << good;
  for (const double bad : {-273.15, 2000.001, kNaN}) EXPECT_FALSE(check_celsius("x", bad)) << bad;
}

TEST(Checks, AMessageNamesTheArgumentItsValueAndWhatWasExpected) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_EQ(check_positive("hours", -2.0, "h").error().message, "hours: -2 h: expected a finite number more than 0");
  EXPECT_EQ(check_unit("share", 2.0).error().message, "share: 2: expected 0 to 1");
}

}  // namespace
}  // namespace ocelli::safety
