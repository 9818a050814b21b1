#include "ocelli/safety/analysis/fmeda.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ocelli::safety {
namespace {

using testing::Contains;
using testing::HasSubstr;

struct Row {
  const char* id;
  double fit;
  double coverage;
  Effect effect;
};

/// A sheet of one mechanism that cannot fail, as published row tables assume.
Sheet sheet_of(std::initializer_list<Row> rows) {
  Sheet sheet{.name = "rows", .mechanisms = {{.id = "m", .meaning = "all"}}};
  for (const Row& row : rows) {
    FailureMode mode{.id = "all", .share = 1.0, .effect = row.effect};
    if (row.effect != Effect::kSafe) mode.covered_by = {{.mechanism = "m", .coverage = row.coverage, .rationale = "t"}};
    sheet.parts.push_back({.id = row.id, .fit = row.fit, .source = "test", .failure_modes = {mode}});
  }
  return sheet;
}

TEST(Fmeda, ReproducesAPublishedTable) {
  RecordProperty("verifies", "REQ-FIT-020");
  const Sheet sheet = sheet_of({{"a", 10, 0.9, Effect::kDirect},
                                {"b", 20, 0.95, Effect::kDirect},
                                {"c", 10, 0.8, Effect::kIndirect},
                                {"d", 5, 0, Effect::kSafe}});
  const auto report = evaluate(sheet);
  ASSERT_TRUE(report);
  EXPECT_NEAR(report->rates.safety_related, 45, 1e-12) << "safe faults of safety-related parts count";
  EXPECT_NEAR(report->rates.residual, 2, 1e-12);
  EXPECT_NEAR(report->rates.latent, 2, 1e-12);
  EXPECT_NEAR(report->spfm.value, 0.9555555555555556, 1e-12);
  EXPECT_NEAR(report->lfm.value, 0.9534883720930233, 1e-12);
  EXPECT_NEAR(report->pmhf_parts.residual_fit, 2.0, 1e-12);
}

TEST(Fmeda, QmPartsAreInNoDenominator) {
  RecordProperty("verifies", "REQ-FIT-020");
  Sheet sheet = sheet_of({{"a", 90, 0.9, Effect::kDirect}});
  const double spfm = evaluate(sheet)->spfm.value;
  sheet.parts.push_back({.id = "led", .fit = 910, .source = "test", .is_safety_related = false});
  const auto report = evaluate(sheet);
  EXPECT_EQ(report->spfm.value, spfm);
  EXPECT_EQ(report->rates.safety_related, 90);
  EXPECT_EQ(report->qm_fit, 910);
}

TEST(Fmeda, AFaultWithoutMechanismIsSinglePoint) {
  RecordProperty("verifies", "REQ-FIT-020");
  Sheet sheet = sheet_of({{"a", 10, 0.9, Effect::kDirect}});
  sheet.parts[0].failure_modes[0].covered_by.clear();
  const auto report = evaluate(sheet);
  EXPECT_EQ(report->rates.single_point, 10);
  EXPECT_EQ(report->rates.residual, 0);
  EXPECT_EQ(report->spfm.value, 0.0);
  EXPECT_EQ(report->lfm.value, 0.0);
  EXPECT_THAT(report->notes, Contains(HasSubstr("LFM is 0")));
}

TEST(Fmeda, AMechanismThatDoesNotReportLeavesLatentFaults) {
  RecordProperty("verifies", "REQ-FIT-020");
  Sheet sheet = sheet_of({{"a", 10, 0.9, Effect::kDirect}});
  EXPECT_EQ(evaluate(sheet)->rates.latent, 0.0);
  sheet.mechanisms[0].is_reporting = false;
  EXPECT_NEAR(evaluate(sheet)->rates.latent, 9.0, 1e-12);
  sheet.mechanisms.push_back({.id = "n", .meaning = "reports"});
  sheet.parts[0].failure_modes[0].covered_by.push_back({.mechanism = "n", .coverage = 0.5, .rationale = "t"});
  EXPECT_NEAR(evaluate(sheet)->rates.latent, 4.0, 1e-12) << "0.9 handled, 0.5 of it shown";
}

TEST(Fmeda, SeveralMechanismsCountAsTheBestOneUnlessTheyAreIndependent) {
  RecordProperty("verifies", "REQ-FIT-010");
  Sheet sheet = sheet_of({{"a", 100, 0.9, Effect::kDirect}});
  sheet.mechanisms.push_back({.id = "n", .meaning = "second"});
  FailureMode& mode = sheet.parts[0].failure_modes[0];
  mode.covered_by.push_back({.mechanism = "n", .coverage = 0.6, .rationale = "t"});
  auto report = evaluate(sheet);
  EXPECT_NEAR(report->spfm.value, 0.9, 1e-12);
  EXPECT_NEAR(report->spfm_if_independent, 0.96, 1e-12);
  mode.are_independent = true;
  report = evaluate(sheet);
  EXPECT_NEAR(report->spfm.value, 0.96, 1e-12);
  EXPECT_NEAR(report->rates.latent, 0.0, 1e-12);
}

TEST(Fmeda, MeasuredCoverageNeedsItsMapping) {
  RecordProperty("verifies", "REQ-FIT-018");
  Sheet sheet = sheet_of({{"a", 100, 0.0, Effect::kDirect}});
  sheet.parts[0].failure_modes[0].covered_by[0].coverage.reset();
  sheet.measurements = {{.fault_model = "f", .mechanism = "m", .injected = 400, .effective = 299, .detected = 299}};
  auto report = evaluate(sheet);
  EXPECT_EQ(report->spfm.value, 0.0) << "measured, but not for this failure mode";
  EXPECT_EQ(report->modes[0].covers[0].source, CoverageSource::kUnmapped);
  EXPECT_THAT(report->notes, Contains(HasSubstr("a/all: coverage by 'm' is 0")));
  sheet.mappings = {{.failure_mode = "a/all", .fault_model = "f", .rationale = "same"}};
  report = evaluate(sheet);
  EXPECT_NEAR(report->spfm.value, 0.9900308532071007, 1e-9) << "the lower bound of 299 out of 299 effective ones";
  EXPECT_EQ(report->modes[0].covers[0].source, CoverageSource::kMeasured);
  EXPECT_EQ(report->modes[0].covers[0].measured[0]->injected, 400U);
}

TEST(Fmeda, OfSeveralFaultModelsTheWorstCounts) {
  RecordProperty("verifies", "REQ-FIT-018");
  Sheet sheet = sheet_of({{"a", 100, 0.0, Effect::kDirect}});
  sheet.parts[0].failure_modes[0].covered_by[0].coverage.reset();
  sheet.measurements = {{.fault_model = "f", .mechanism = "m", .injected = 299, .effective = 299, .detected = 299},
                        {.fault_model = "g", .mechanism = "m", .injected = 300, .effective = 300, .detected = 298},
                        {.fault_model = "g", .mechanism = "other", .injected = 300, .effective = 300, .detected = 1}};
  sheet.mappings = {{.failure_mode = "a/all", .fault_model = "f", .rationale = "same"},
                    {.failure_mode = "a/all", .fault_model = "g", .rationale = "same"}};
  const auto report = evaluate(sheet);
  EXPECT_NEAR(report->spfm.value, 0.9791637694729753, 1e-9);
  EXPECT_EQ(report->modes[0].covers[0].measured.size(), 2U);
}

TEST(Fmeda, AMappedFaultModelThatWasNotMeasuredOnTheMechanismLeavesNoCoverage) {
  RecordProperty("verifies", "REQ-FIT-018");
  Sheet sheet = sheet_of({{"a", 100, 0.0, Effect::kDirect}});
  sheet.parts[0].failure_modes[0].covered_by[0].coverage.reset();
  sheet.measurements = {{.fault_model = "f", .mechanism = "m", .injected = 299, .effective = 299, .detected = 299},
                        {.fault_model = "g", .mechanism = "other", .injected = 300, .effective = 300, .detected = 300}};
  sheet.mappings = {{.failure_mode = "a/all", .fault_model = "f", .rationale = "same"},
                    {.failure_mode = "a/all", .fault_model = "g", .rationale = "same"}};
  for (int order = 0; order < 2; ++order) {
    const auto report = evaluate(sheet);
    EXPECT_EQ(report->spfm.value, 0.0);
    EXPECT_EQ(report->modes[0].covers[0].source, CoverageSource::kUnmapped);
    EXPECT_TRUE(report->modes[0].covers[0].measured.empty());
    EXPECT_THAT(report->notes, Contains("a/all: coverage by 'm' is 0: mapped to fault model 'g', which was not "
                                        "measured on it"));
    std::swap(sheet.mappings[0], sheet.mappings[1]);
  }
}

TEST(Fmeda, PmhfHasTheDualPointTermOfTheMechanismsOwnFaults) {
  RecordProperty("verifies", "REQ-FIT-012");
  Sheet sheet = sheet_of({{"function", 500, 0.99, Effect::kDirect}});
  sheet.parts.push_back({.id = "monitor",
                         .fit = 400,
                         .source = "test",
                         .failure_modes = {{.id = "dead", .share = 0.5, .effect = Effect::kIndirect, .disables = "m"},
                                           {.id = "other", .share = 0.5, .effect = Effect::kSafe}}});
  auto report = evaluate(sheet);
  EXPECT_EQ(report->mechanisms[0].fit, 200);
  EXPECT_NEAR(report->pmhf_parts.residual_fit, 5.0, 1e-9);
  EXPECT_NEAR(report->pmhf_parts.mechanism_then_function_fit, 5.495, 1e-9);
  EXPECT_NEAR(report->pmhf.value, 5.99, 1e-9);
  EXPECT_TRUE(report->pmhf.is_met);
  sheet.parts[1].failure_modes[0].covered_by = {{.mechanism = "m", .coverage = 0.5, .rationale = "self-test"}};
  report = evaluate(sheet);
  EXPECT_NEAR(report->mechanisms[0].noticed, 0.5, 1e-12);
  EXPECT_NEAR(report->pmhf.value, 5.0 + 0.99 * (0.5 * 10'000 + 0.5 * 10) * 1e-4, 1e-9);
}

TEST(Fmeda, VerdictsFollowTheTargetsOfTheAsil) {
  RecordProperty("verifies", "REQ-FIT-011");
  Sheet sheet = sheet_of({{"a", 100, 0.97, Effect::kDirect}});
  sheet.asil = Asil::kD;
  auto report = evaluate(sheet);
  EXPECT_FALSE(report->spfm.is_met);
  EXPECT_TRUE(report->lfm.is_met);
  EXPECT_TRUE(report->pmhf.is_met);
  EXPECT_FALSE(report->is_met());
  sheet.asil = Asil::kB;
  report = evaluate(sheet);
  EXPECT_TRUE(report->is_met());
  EXPECT_THAT(report->notes, Contains(HasSubstr("ASIL B is a recommendation")));
  sheet.asil = Asil::kA;
  report = evaluate(sheet);
  EXPECT_TRUE(report->is_met());
  EXPECT_FALSE(report->spfm.target);
  EXPECT_THAT(report->notes, Contains("ASIL A has no targets"));
  sheet.asil = Asil::kD;
  sheet.parts[0].fit = 1000;
  sheet.parts[0].failure_modes[0].covered_by[0].coverage = 0.99;
  report = evaluate(sheet);
  EXPECT_TRUE(report->spfm.is_met);
  EXPECT_NEAR(report->pmhf.value, 10.0, 1e-9);
}

TEST(Fmeda, APmhfOfExactlyTheTargetIsNotBelowIt) {
  RecordProperty("verifies", "REQ-FIT-011");
  Sheet sheet = sheet_of({{"a", 10, 0.0, Effect::kDirect}, {"b", 990, 0, Effect::kSafe}});
  sheet.asil = Asil::kD;
  const auto report = evaluate(sheet);
  EXPECT_EQ(report->pmhf.value, 10.0);
  EXPECT_FALSE(report->pmhf.is_met);
}

TEST(Fmeda, RatesFollowTheMissionProfile) {
  RecordProperty("verifies", "REQ-FIT-014");
  Sheet sheet = sheet_of({{"a", 50, 0.9, Effect::kDirect}});
  sheet.parts[0].reference_c = 55;
  sheet.parts[0].activation_ev = 0.7;
  sheet.mission_profile = {{0.1, -10}, {0.4, 25}, {0.4, 60}, {0.1, 85}};
  EXPECT_NEAR(evaluate(sheet)->rates.safety_related, 70.43067045551942, 1e-6);
  sheet.mission_profile = {{0.1, -10}};
  EXPECT_THAT(evaluate(sheet).error().message, HasSubstr("add up to 0.1"));
}

TEST(Fmeda, ASheetWithoutSafetyRelatedPartsHasNoMetrics) {
  RecordProperty("verifies", "REQ-FIT-017");
  EXPECT_THAT(evaluate(sheet_of({})).error().message, HasSubstr("safety-related rate: 0 FIT"));
}

TEST(Fmeda, IsMetOnlyWhenAllThreeAre) {
  RecordProperty("verifies", "REQ-FIT-011");
  for (int failing = 0; failing < 8; ++failing) {
    FmedaReport report;
    report.spfm.is_met = (failing & 1) == 0;
    report.lfm.is_met = (failing & 2) == 0;
    report.pmhf.is_met = (failing & 4) == 0;
    EXPECT_EQ(report.is_met(), failing == 0);
  }
}

TEST(Fmeda, NamesWhereACoverageComesFrom) {
  EXPECT_EQ(to_string(CoverageSource::kNone), "none");
  EXPECT_EQ(to_string(CoverageSource::kClaimed), "claimed");
  EXPECT_EQ(to_string(CoverageSource::kMeasured), "measured");
  EXPECT_EQ(to_string(CoverageSource::kUnmapped), "not measured");
}

}  // namespace
}  // namespace ocelli::safety
