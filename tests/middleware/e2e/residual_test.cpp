#include "ocelli/middleware/e2e/residual.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <map>

namespace ocelli::e2e {
namespace {

using testing::HasSubstr;

TEST(ResidualFit, IsTheShareOfCorruptionsThatPassTheCrc) {
  RecordProperty("verifies", "REQ-E2E-016");
  EXPECT_DOUBLE_EQ(*residual_fit(16, 1000, 1e-3), 54931640.625);
  EXPECT_NEAR(*residual_fit(32, 100, 1e-3), 83.81903171539307, 1e-9);
  EXPECT_NEAR(*residual_fit(64, 30, 1e-3), 5.9e-9, 0.1e-9);
  EXPECT_EQ(*residual_fit(64, 30, 0.0), 0.0);
}

TEST(ResidualFit, RefusesWhatIsNoRateOrProbability) {
  RecordProperty("verifies", "REQ-E2E-017");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(residual_fit(0, 1, 0.1).error().message, HasSubstr("crc_bits"));
  for (const double rate : {nan, -1.0, infinity})
    EXPECT_THAT(residual_fit(8, rate, 0.1).error().message, HasSubstr("rate_hz"));
  for (const double probability : {nan, -0.1, 1.1, infinity})
    EXPECT_THAT(residual_fit(8, 1, probability).error().message, HasSubstr("corrupt_probability"));
}

TEST(ResidualFit, ARateThatNoNumberHoldsIsAnErrorNotInfinity) {
  RecordProperty("verifies", "REQ-E2E-017");
  EXPECT_THAT(residual_fit(1, 1e300, 1.0).error().message, HasSubstr("rate_hz: 1e+300 Hz: the residual rate exceeds"));
  EXPECT_DOUBLE_EQ(*residual_fit(512, 1e300, 1.0), std::ldexp(1e300, -512) * 3.6e12);
}

std::map<std::string_view, Objection> objections(const Need& need) {
  std::map<std::string_view, Objection> by_name;
  const auto advice = advise(need);
  EXPECT_TRUE(advice);
  for (const ProfileOption& option : advice->options) by_name[info(option.profile).name] = option.objection;
  return by_name;
}

TEST(Advice, ImagesAndCloudsGetProfileSeven) {
  RecordProperty("verifies", "REQ-E2E-018");
  const auto advice = advise({.rate_hz = 30, .longest_bytes = 6'220'800});
  ASSERT_TRUE(advice);
  EXPECT_EQ(advice->best, Profile::kP07);
  EXPECT_TRUE(advice->options[static_cast<int>(Profile::kP07)].is_longer_than_usual);
  EXPECT_EQ(advice->options[static_cast<int>(Profile::kP44)].objection, Objection::kTooLong);
  EXPECT_EQ(advice->options[static_cast<int>(Profile::kP08)].objection, Objection::kOverBudget);
}

TEST(Advice, TakesTheSmallestHeaderThatDoes) {
  RecordProperty("verifies", "REQ-E2E-018");
  Need need{.rate_hz = 100, .longest_bytes = 8, .is_length_fixed = true, .corrupt_probability = 1e-15};
  EXPECT_EQ(objections(need)["P05"], Objection::kNone);
  EXPECT_EQ(objections(need)["P02"], Objection::kCounterWraps) << "16 messages are gone in 0.16 s";
  EXPECT_EQ(advise(need)->best, Profile::kP05);
  need.is_length_fixed = false;
  EXPECT_EQ(objections(need)["P05"], Objection::kNeedsFixedLength);
  EXPECT_EQ(advise(need)->best, Profile::kP06);
  need.is_method_call = true;
  EXPECT_EQ(objections(need)["P06"], Objection::kOtherUse);
  EXPECT_EQ(advise(need)->best, Profile::kP04m);
}

TEST(Advice, SaysWhenNoProfileDoes) {
  RecordProperty("verifies", "REQ-E2E-018");
  const auto advice = advise({.rate_hz = 1e6, .corrupt_probability = 1.0, .budget_fit = 1e-12});
  ASSERT_TRUE(advice);
  EXPECT_EQ(advice->best, std::nullopt);
  EXPECT_EQ(advice->options[static_cast<int>(Profile::kP07)].objection, Objection::kOverBudget);
  const auto too_long = advise({.longest_bytes = 0xFFFFFFFF});
  EXPECT_EQ(too_long->options[static_cast<int>(Profile::kP07)].objection, Objection::kTooLong);
}

TEST(Advice, RefusesNumbersOutOfRangeWithTheNameOfTheField) {
  RecordProperty("verifies", "REQ-E2E-017");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(advise({.rate_hz = nan}).error().message, HasSubstr("rate_hz: nan Hz is out of range"));
  EXPECT_THAT(advise({.rate_hz = -1, .longest_bytes = 0}).error().message, HasSubstr("rate_hz: -1 Hz"));
  EXPECT_THAT(advise({.longest_bytes = 0}).error().message, HasSubstr("longest_bytes: 0 B"));
  EXPECT_EQ(advise({.corrupt_probability = 2}).error().message,
            "corrupt_probability: 2 is out of range: expected 0 to 1");
  EXPECT_THAT(advise({.budget_fit = nan}).error().message, HasSubstr("budget_fit"));
  EXPECT_THAT(advise({.longest_gap = Duration::zero()}).error().message, HasSubstr("longest_gap: 0 s"));
}

TEST(Advice, ExplainsItsObjections) {
  EXPECT_EQ(to_string(Objection::kNone), "");
  EXPECT_EQ(to_string(Objection::kCounterWraps), "counter wraps within the longest gap");
}

const ProfileOption& option_of(const Advice& advice, Profile profile) {
  return advice.options[static_cast<std::size_t>(profile)];
}

TEST(Residual, LimitsThemselvesAreAllowed) {
  RecordProperty("verifies", "REQ-E2E-017");
  EXPECT_TRUE(residual_fit(1, 1.0, 0.5));
  EXPECT_TRUE(residual_fit(512, 1.0, 0.5));
  EXPECT_FALSE(residual_fit(0, 1.0, 0.5));
  EXPECT_FALSE(residual_fit(513, 1.0, 0.5));
  EXPECT_EQ(*residual_fit(8, 0.0, 0.5), 0.0);
  EXPECT_EQ(*residual_fit(8, 1.0, 0.0), 0.0);
  EXPECT_TRUE(residual_fit(8, 1.0, 1.0));
}

TEST(Advice, ABudgetThatIsJustKeptIsKept) {
  RecordProperty("verifies", "REQ-E2E-018");
  Need need;
  need.is_length_fixed = true;
  need.budget_fit = *residual_fit(16, need.rate_hz, need.corrupt_probability);
  const Profile profile = Profile::kP05;
  EXPECT_EQ(option_of(*advise(need), profile).objection, Objection::kNone);
  need.budget_fit *= 0.999;
  EXPECT_EQ(option_of(*advise(need), profile).objection, Objection::kOverBudget);
}

TEST(Advice, ACounterThatWrapsJustThenHidesTheOutage) {
  RecordProperty("verifies", "REQ-E2E-018");
  Need need;
  need.is_length_fixed = true;
  need.budget_fit = 1e9;
  need.rate_hz = 256.0;
  EXPECT_EQ(option_of(*advise(need), Profile::kP05).objection, Objection::kCounterWraps);
  EXPECT_EQ(option_of(*advise(need), Profile::kP05).wraps_after_s, 1.0);
  need.longest_gap = 999ms;
  EXPECT_EQ(option_of(*advise(need), Profile::kP05).objection, Objection::kNone);
}

TEST(Advice, LengthsCountTheHeader) {
  RecordProperty("verifies", "REQ-E2E-018");
  Need need;
  need.is_length_fixed = true;
  need.budget_fit = 1e9;
  const auto at = [&](std::uint32_t bytes, Profile profile) {
    need.longest_bytes = bytes;
    return option_of(*advise(need), profile);
  };
  EXPECT_FALSE(at(4096 - 12, Profile::kP04).is_longer_than_usual);
  EXPECT_TRUE(at(4096 - 11, Profile::kP04).is_longer_than_usual);
  EXPECT_EQ(at(0xFFFF - 12, Profile::kP04).objection, Objection::kNone);
  EXPECT_EQ(at(0xFFFF - 11, Profile::kP04).objection, Objection::kTooLong);
  EXPECT_EQ(at(4096 - 3, Profile::kP05).objection, Objection::kNone) << "without a length field the usual one counts";
  EXPECT_EQ(at(4096 - 2, Profile::kP05).objection, Objection::kTooLong);
  EXPECT_EQ(at(0xFFFFFFFF - 20, Profile::kP07).objection, Objection::kNone);
  EXPECT_EQ(at(0xFFFFFFFF - 19, Profile::kP07).objection, Objection::kTooLong);
  EXPECT_EQ(at(0xFFFFFFFF, Profile::kP08).objection, Objection::kTooLong);
}

}  // namespace
}  // namespace ocelli::e2e
