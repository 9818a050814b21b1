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
  for (const double good : {0.5, 1.0 - 1e-12}) EXPECT_TRUE(check_confidence(good)) << good;
  for (const double bad : {0.0, 0.4999999, 1.0 - 0.9e-12, 1.0, kNaN}) EXPECT_FALSE(check_confidence(bad)) << bad;
  EXPECT_TRUE(check_positive("x", kTiny, ""));
  for (const double bad : {0.0, -kTiny, kInfinity, kNaN}) EXPECT_FALSE(check_positive("x", bad, "")) << bad;
  EXPECT_TRUE(check_not_negative("x", 0.0, ""));
  for (const double bad : {-kTiny, kInfinity, -kInfinity, kNaN}) EXPECT_FALSE(check_not_negative("x", bad, "")) << bad;
  for (const double good : {-273.149, 2000.0}) EXPECT_TRUE(check_celsius("x", good)) << good;
  for (const double bad : {-273.15, 2000.001, kNaN}) EXPECT_FALSE(check_celsius("x", bad)) << bad;
}

TEST(Checks, AResultThatNoNumberHoldsIsAnError) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_EQ(*finite("rate", -2.5, "FIT"), -2.5);
  EXPECT_EQ(finite("rate", kInfinity, "FIT").error().message,
            "rate: inf FIT: expected arguments that give a finite number");
  EXPECT_FALSE(finite("rate", kNaN, "FIT"));
}

TEST(Checks, AMessageNamesTheArgumentItsValueAndWhatWasExpected) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_EQ(check_positive("hours", -2.0, "h").error().message, "hours: -2 h: expected a finite number more than 0");
  EXPECT_EQ(check_confidence(0.3).error().message, "confidence: 0.3: expected at least 0.5 and less than 1");
  EXPECT_EQ(check_unit("share", 2.0).error().message, "share: 2: expected 0 to 1");
}

}  // namespace
}  // namespace ocelli::safety
