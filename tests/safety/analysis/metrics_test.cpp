#include "ocelli/safety/analysis/metrics.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>

#include "ocelli/safety/analysis/temperature.hpp"

namespace ocelli::safety {
namespace {

using testing::HasSubstr;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Metrics, AsilTargetsAreThoseOfTheTables) {
  RecordProperty("verifies", "REQ-FIT-011");
  EXPECT_EQ(asil_targets(Asil::kD)->spfm, 0.99);
  EXPECT_EQ(asil_targets(Asil::kD)->pmhf_fit, 10.0);
  EXPECT_EQ(asil_targets(Asil::kC)->lfm, 0.80);
  EXPECT_TRUE(asil_targets(Asil::kB)->is_pmhf_recommended_only);
  EXPECT_FALSE(asil_targets(Asil::kA));
  EXPECT_FALSE(asil_targets(Asil::kQm));
}

TEST(Metrics, SpfmAndLfmFollowTheirDefinitions) {
  RecordProperty("verifies", "REQ-FIT-011");
  const FailureRates rates{.safety_related = 45, .single_point = 0, .residual = 2, .latent = 2};
  EXPECT_NEAR(*single_point_fault_metric(rates), 0.9555555555555556, 1e-12);
  EXPECT_NEAR(**latent_fault_metric(rates), 0.9534883720930233, 1e-12);
}

TEST(Metrics, ALatentMetricWithoutAnyFaultLeftDoesNotExist) {
  RecordProperty("verifies", "REQ-FIT-011");
  EXPECT_FALSE(latent_fault_metric({.safety_related = 5, .single_point = 5})->has_value());
}

TEST(Metrics, ContradictingRatesAreRefused) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_THAT(single_point_fault_metric({}).error().message, HasSubstr("safety-related rate: 0 FIT"));
  EXPECT_THAT(single_point_fault_metric({.safety_related = 5, .single_point = -1}).error().message,
              HasSubstr("single-point rate: -1 FIT"));
  EXPECT_THAT(latent_fault_metric({.safety_related = 5, .residual = kNaN}).error().message, HasSubstr("residual rate"));
  EXPECT_THAT(latent_fault_metric({.safety_related = 5, .latent = -1}).error().message, HasSubstr("latent rate"));
  EXPECT_THAT(latent_fault_metric({.safety_related = 5, .residual = 3, .latent = 3}).error().message,
              HasSubstr("expected at most the safety-related 5 FIT"));
}

DualPoint example() {
  return {.function_fit = 500,
          .prevented = 0.99,
          .mechanism_fit = 200,
          .mechanism_noticed = 0.0,
          .lifetime = Hours{10'000},
          .test_interval = Hours{10}};
}

TEST(Pmhf, HasTheDualPointTermInBothOrders) {
  RecordProperty("verifies", "REQ-FIT-012");
  const auto pmhf = pmhf_dual_point(example());
  EXPECT_NEAR(pmhf->residual_fit, 5.0, 1e-9);
  EXPECT_NEAR(pmhf->mechanism_then_function_fit, 5.495, 1e-9);
  EXPECT_NEAR(pmhf->both_orders_fit, 5.99, 1e-9);
}

/// P(mechanism fails at s < t, prevented function fault at t) over the lifetime, integrated without the approximation.
TEST(Pmhf, AgreesWithNumericalIntegration) {
  RecordProperty("verifies", "REQ-FIT-012");
  const DualPoint pair = example();
  const double function = pair.function_fit / kFitPerHour;
  const double mechanism = pair.mechanism_fit / kFitPerHour;
  const double life = pair.lifetime.count();
  constexpr int kSteps = 10'000;
  double failed = 0.0;
  for (int i = 0; i < kSteps; ++i) {
    const double t = (i + 0.5) / kSteps * life;
    const double unprotected = -std::expm1(-mechanism * t);
    const double harmful = (1.0 - pair.prevented) + pair.prevented * unprotected;
    failed += harmful * function * std::exp(-function * t) * life / kSteps;
  }
  const double fit = failed / life * kFitPerHour;
  EXPECT_NEAR(pmhf_dual_point(pair)->mechanism_then_function_fit, fit, fit * 0.008);
}

TEST(Pmhf, ATestedMechanismIsExposedForItsTestIntervalOnly) {
  RecordProperty("verifies", "REQ-FIT-012");
  DualPoint pair = example();
  pair.mechanism_noticed = 1.0;
  EXPECT_NEAR(pmhf_dual_point(pair)->both_orders_fit, 5.00099, 1e-9);
}

TEST(Pmhf, NonsenseIsRefusedWithTheNameOfTheField) {
  RecordProperty("verifies", "REQ-FIT-004");
  const auto with = [](auto DualPoint::*member, auto value) {
    DualPoint pair = example();
    pair.*member = value;
    return pmhf_dual_point(pair).error().message;
  };
  EXPECT_THAT(with(&DualPoint::function_fit, -1.0), HasSubstr("function rate: -1 FIT"));
  EXPECT_THAT(with(&DualPoint::prevented, 1.1), HasSubstr("K_RF: 1.1"));
  EXPECT_THAT(with(&DualPoint::mechanism_fit, kNaN), HasSubstr("mechanism rate: nan FIT"));
  EXPECT_THAT(with(&DualPoint::mechanism_noticed, -0.1), HasSubstr("K_SM: -0.1"));
  EXPECT_THAT(with(&DualPoint::lifetime, Hours{kNaN}), HasSubstr("lifetime: nan h"));
  EXPECT_THAT(with(&DualPoint::test_interval, Hours{-1}), HasSubstr("test interval: -1 h"));
  EXPECT_THAT(with(&DualPoint::function_fit, 1e306), HasSubstr("PMHF: inf FIT"));
}

TEST(Redundant, OneOutOfTwoIsDominatedByCommonCause) {
  RecordProperty("verifies", "REQ-FIT-013");
  Redundant channel{.dangerous_per_h = 5e-8,
                    .coverage = 0.0,
                    .beta = 0.02,
                    .beta_detected = 0.01,
                    .proof_test = Hours{730},
                    .repair = Hours{8}};
  EXPECT_NEAR(*pfh_1oo2(channel), 1.001791146e-9, 1e-17);
  channel.coverage = 0.6;
  EXPECT_NEAR(*pfh_1oo2(channel), 4.0029761424e-10, 1e-18);
  channel.beta = 2;
  EXPECT_THAT(pfh_1oo2(channel).error().message, HasSubstr("beta: 2"));
  channel = {.dangerous_per_h = 0};
  EXPECT_THAT(pfh_1oo2(channel).error().message, HasSubstr("dangerous rate: 0 1/h"));
  channel = {.dangerous_per_h = 1e-8, .coverage = kNaN};
  EXPECT_THAT(pfh_1oo2(channel).error().message, HasSubstr("coverage: nan"));
  channel = {.dangerous_per_h = 1e-8, .beta_detected = -1};
  EXPECT_THAT(pfh_1oo2(channel).error().message, HasSubstr("beta_detected: -1"));
  channel = {.dangerous_per_h = 1e-8, .proof_test = Hours{-1}};
  EXPECT_THAT(pfh_1oo2(channel).error().message, HasSubstr("proof test interval: -1 h"));
  channel = {.dangerous_per_h = 1e200, .proof_test = Hours{2}};
  EXPECT_THAT(pfh_1oo2(channel).error().message, HasSubstr("PFH: inf 1/h"));
  channel = {.dangerous_per_h = 1e-8, .repair = Hours{-1}};
  EXPECT_THAT(pfh_1oo2(channel).error().message, HasSubstr("time to repair: -1 h"));
}

TEST(Temperature, ArrheniusFactorIsThePublishedOne) {
  RecordProperty("verifies", "REQ-FIT-014");
  EXPECT_NEAR(*arrhenius_factor(0.5, 25, 125), 132.6646146803523, 1e-6);
  EXPECT_NEAR(*arrhenius_factor(1.0, 25, 125), 17599.899988286343, 1e-4);
  EXPECT_DOUBLE_EQ(*arrhenius_factor(0.7, 60, 60), 1.0);
}

TEST(Temperature, MissionProfileIsTheTimeWeightedRate) {
  RecordProperty("verifies", "REQ-FIT-014");
  const std::array<MissionPhase, 4> phases = {{{0.1, -10}, {0.4, 25}, {0.4, 60}, {0.1, 85}}};
  EXPECT_NEAR(*mission_profile_fit(50, 55, 0.7, phases), 70.43067045551942, 1e-7);
  const std::array<MissionPhase, 1> reference = {{{1.0, 55}}};
  EXPECT_DOUBLE_EQ(*mission_profile_fit(50, 55, 0.7, reference), 50.0);
}

TEST(Temperature, Sn29500FactorIsOneAtItsReference) {
  RecordProperty("verifies", "REQ-FIT-014");
  EXPECT_DOUBLE_EQ(*sn29500_factor({}, 90, 90), 1.0);
  EXPECT_NEAR(*sn29500_factor({}, 90, 110), 2.3734, 1e-3);
}

TEST(Temperature, NonsenseIsRefusedWithTheNameOfTheField) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_THAT(arrhenius_factor(0, 25, 125).error().message, HasSubstr("activation energy: 0 eV"));
  EXPECT_THAT(arrhenius_factor(0.5, -300, 125).error().message, HasSubstr("use temperature: -300 degC"));
  EXPECT_THAT(arrhenius_factor(0.5, 25, kNaN).error().message, HasSubstr("stress temperature: nan degC"));
  EXPECT_THAT(arrhenius_factor(50, -270, 2000).error().message, HasSubstr("too far apart"));
  const std::array<MissionPhase, 2> short_life = {{{0.5, 25}, {0.4, 60}}};
  EXPECT_THAT(mission_profile_fit(50, 55, 0.7, short_life).error().message, HasSubstr("add up to 0.9: expected 1"));
  EXPECT_THAT(mission_profile_fit(50, 55, 0.7, {}).error().message, HasSubstr("add up to 0: expected 1"));
  EXPECT_THAT(mission_profile_fit(-1, 55, 0.7, short_life).error().message, HasSubstr("reference rate: -1 FIT"));
  EXPECT_THAT(mission_profile_fit(1, 5555, 0.7, short_life).error().message, HasSubstr("reference temperature"));
  EXPECT_THAT(mission_profile_fit(1, 55, kNaN, short_life).error().message, HasSubstr("activation energy: nan"));
  const std::array<MissionPhase, 1> backwards = {{{-1.0, 55}}};
  EXPECT_THAT(mission_profile_fit(1, 55, 0.7, backwards).error().message, HasSubstr("fraction: -1"));
  const std::array<MissionPhase, 1> frozen = {{{1.0, -274}}};
  EXPECT_THAT(mission_profile_fit(1, 55, 0.7, frozen).error().message, HasSubstr("temperature: -274 degC"));
  EXPECT_THAT(sn29500_factor({.share = 2}, 90, 90).error().message, HasSubstr("share: 2"));
  EXPECT_THAT(sn29500_factor({.activation1_ev = 0}, 90, 90).error().message, HasSubstr("activation energy 1"));
  EXPECT_THAT(sn29500_factor({.activation2_ev = 0}, 90, 90).error().message, HasSubstr("activation energy 2"));
  EXPECT_THAT(sn29500_factor({.ambient_reference_k = 0}, 90, 90).error().message, HasSubstr("ambient reference"));
  EXPECT_THAT(sn29500_factor({}, -300, 90).error().message, HasSubstr("reference temperature"));
  EXPECT_THAT(sn29500_factor({}, 90, kNaN).error().message, HasSubstr("actual temperature"));
}

}  // namespace
}  // namespace ocelli::safety
