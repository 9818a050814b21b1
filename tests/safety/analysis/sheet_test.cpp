#include "ocelli/safety/analysis/sheet.hpp"

#include <gmock/gmock.h>

#include <string>

#include "ocelli/middleware/config/yaml.hpp"

namespace ocelli::safety {
namespace {

using testing::HasSubstr;

/// A sound sheet of one part; tests spoil one thing of it.
std::string sound() {
  return R"(name: test
asil: C
lifetime_h: 10000
total_fit: 100
mechanisms:
  - {id: watcher, meaning: watches, is_reporting: true}
  - {id: silent, meaning: mends, is_reporting: false}
parts:
  - id: sensor
    fit: 100
    source: test
    failure_modes:
      - {id: frozen, share: 0.5, effect: direct, covered_by: [{mechanism: watcher}]}
      - {id: dead, share: 0.2, effect: indirect, disables: watcher}
      - {id: mute, share: 0.1, effect: indirect, disables: silent}
      - {id: dusty, share: 0.2, effect: safe}
measurements:
  - {fault_model: freeze, mechanism: watcher, injected: 400, effective: 300, detected: 300, source: test}
mappings:
  - {failure_mode: sensor/frozen, fault_model: freeze, rationale: the same}
)";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string mistakes_in(const std::string& text) {
  const auto file = YamlFile::parse(text, "sheet.yaml");
  EXPECT_TRUE(file);
  const auto sheet = read_sheet(*file);
  return sheet ? "accepted" : sheet.error().message;
}

std::string with(const std::string& from, const std::string& to) { return mistakes_in(replaced(sound(), from, to)); }

std::string replaced_twice(const std::string& from, const std::string& to, const std::string& from2,
                           const std::string& to2) {
  return mistakes_in(replaced(replaced(sound(), from, to), from2, to2));
}

TEST(Sheet, ASoundOneIsRead) {
  RecordProperty("verifies", "REQ-FIT-015");
  const auto file = YamlFile::parse(sound(), "sheet.yaml");
  const auto sheet = read_sheet(*file);
  ASSERT_TRUE(sheet) << sheet.error().message;
  EXPECT_EQ(sheet->asil, Asil::kC);
  EXPECT_EQ(sheet->parts[0].failure_modes[1].disables, "watcher");
  EXPECT_EQ(sheet->parts[0].failure_modes[0].covered_by[0].coverage, std::nullopt);
  EXPECT_EQ(sheet->measurements[0].effective, 300U);
}

TEST(Sheet, SharesThatDoNotAddUpAreRefused) {
  RecordProperty("verifies", "REQ-FIT-016");
  EXPECT_EQ(with("share: 0.5", "share: 0.49"),
            "sheet.yaml:9:5: part 'sensor': the shares of its failure modes add up to 0.99: expected 1");
  EXPECT_THAT(with("share: 0.5", "share: 0.51"), HasSubstr("add up to 1.01: expected 1"));
  EXPECT_EQ(with("share: 0.5", "share: 0.5000001"), "accepted") << "rounding";
}

TEST(Sheet, RowsThatDoNotGiveTheTotalAreRefused) {
  RecordProperty("verifies", "REQ-FIT-016");
  EXPECT_EQ(with("total_fit: 100", "total_fit: 103"),
            "sheet.yaml:4:12: 'total_fit': 103 FIT, but the safety-related parts add up to 100 FIT");
}

TEST(Sheet, NegativeAndMissingNumbersNameTheFieldAndThePlace) {
  RecordProperty("verifies", "REQ-FIT-017");
  EXPECT_THAT(with("fit: 100\n    source", "fit: -5\n    source"),
              HasSubstr("sheet.yaml:10:10: 'fit': -5 FIT is out of range: expected 0 to"));
  EXPECT_THAT(with("fit: 100\n    source", "fit: .nan\n    source"),
              HasSubstr("10:10: 'fit': expected a number in FIT"));
  EXPECT_THAT(with("fit: 100\n    source", "fit: .inf\n    source"),
              HasSubstr("10:10: 'fit': inf FIT is out of range"));
  EXPECT_THAT(with("    source: test\n", ""), HasSubstr("'source' is missing: where the rate comes from"));
  EXPECT_THAT(with("share: 0.5", "share: -0.5"), HasSubstr("'share': -0.5 is out of range"));
  EXPECT_THAT(with("lifetime_h: 10000", "lifetime_h: 0"), HasSubstr("'lifetime_h': 0 h is out of range"));
  EXPECT_THAT(with("lifetime_h: 10000", "lifetime_h: 10000\nconfidence: 1"),
              HasSubstr("sheet.yaml:4:13: confidence: 1: expected at least 0.5 and less than 1"));
  EXPECT_THAT(with("lifetime_h: 10000", "lifetime_h: 10000\nconfidence: 0"), HasSubstr("confidence: 0: expected"));
  EXPECT_THAT(with("lifetime_h: 10000", "lifetime_h: 10000\nconfidence: 0.49"),
              HasSubstr("confidence: 0.49: expected"));
  EXPECT_EQ(with("lifetime_h: 10000", "lifetime_h: 10000\nconfidence: 0.5"), "accepted");
  EXPECT_THAT(with("injected: 400", "injected: -1"), HasSubstr("'injected': -1 is out of range"));
}

TEST(Sheet, AllMistakesAreReportedAtOnce) {
  RecordProperty("verifies", "REQ-FIT-017");
  std::string text = replaced(sound(), "asil: C", "asil: E");
  text = replaced(text, "fit: 100\n    source", "fit: -1\n    source");
  text = replaced(text, "share: 0.5", "share: 0.4");
  text = replaced(text, "rationale: the same", "rationale: \"\"");
  text = replaced(text, "covered_by: [{mechanism: watcher}]", "covered_by: [{mechanism: wacher}], hidden: 1");
  const std::string mistakes = mistakes_in(text);
  EXPECT_THAT(mistakes, HasSubstr("2:7: 'asil': expected one of QM, A, B, C, D"));
  EXPECT_THAT(mistakes, HasSubstr("'fit': -1 FIT"));
  EXPECT_THAT(mistakes, HasSubstr("add up to 0.9"));
  EXPECT_THAT(mistakes, HasSubstr("unknown mechanism 'wacher': did you mean 'watcher'?"));
  EXPECT_THAT(mistakes, HasSubstr("unknown key 'hidden'"));
  EXPECT_THAT(mistakes, HasSubstr("a mapping needs a rationale"));
}

TEST(Sheet, CoverageNeedsARationaleAndOneOriginOnly) {
  RecordProperty("verifies", "REQ-FIT-018");
  EXPECT_THAT(with("[{mechanism: watcher}]", "[{mechanism: silent, coverage: 0.9}]"),
              HasSubstr("failure mode 'sensor/frozen': a claimed coverage needs a rationale"));
  EXPECT_THAT(with("[{mechanism: watcher}]", "[{mechanism: watcher, coverage: 0.9, rationale: a}]"),
              HasSubstr("coverage by 'watcher' is claimed and measured: leave one out"));
  EXPECT_THAT(with("effect: direct,", "effect: direct, are_independent: true,"),
              HasSubstr("independence needs an independence_rationale"));
}

TEST(Sheet, MeasurementsMustBePossible) {
  RecordProperty("verifies", "REQ-FIT-018");
  EXPECT_THAT(with("effective: 300", "effective: 401"),
              HasSubstr("'effective': 401: expected at most the 400 injected"));
  EXPECT_THAT(with("detected: 300", "detected: 301"), HasSubstr("'detected': 301: expected at most the 300 effective"));
  EXPECT_THAT(with("freeze, mechanism: watcher", "freeze, mechanism: nobody"), HasSubstr("unknown mechanism 'nobody'"));
  EXPECT_THAT(with("mappings:",
                   "  - {fault_model: freeze, mechanism: watcher, injected: 9, effective: 9, detected: 9, "
                   "source: b}\nmappings:"),
              HasSubstr("fault model 'freeze' of mechanism 'watcher' is measured twice"));
}

TEST(Sheet, MappingsMustTieKnownThings) {
  RecordProperty("verifies", "REQ-FIT-018");
  EXPECT_THAT(with("sensor/frozen", "sensor/frosen"),
              HasSubstr("unknown failure mode 'sensor/frosen': did you mean 'sensor/frozen'?"));
  EXPECT_THAT(with("fault_model: freeze, rationale", "fault_model: xyzzy, rationale"),
              HasSubstr("unknown fault model 'xyzzy': known are freeze"));
}

TEST(Sheet, EffectsAndMechanismsMustFitTogether) {
  RecordProperty("verifies", "REQ-FIT-019");
  EXPECT_THAT(with("effect: safe}", "effect: safe, covered_by: [{mechanism: watcher}]}"),
              HasSubstr("a safe failure mode needs no mechanism"));
  EXPECT_THAT(with("effect: indirect, disables: watcher", "effect: direct, disables: watcher"),
              HasSubstr("'disables' is for effect indirect"));
  EXPECT_THAT(with(", disables: watcher}", "}"), HasSubstr("indirect: 'disables' is missing"));
  EXPECT_THAT(with("disables: silent", "disables: watcher"),
              HasSubstr("mechanism 'silent': no failure mode of more than 0 FIT disables it"));
  EXPECT_THAT(with("disables: silent", "disables: silent, covered_by: [{mechanism: silent}]"),
              HasSubstr("'silent' does not report, so it finds no latent fault"));
  EXPECT_THAT(with("source: test\n    failure_modes", "source: test\n    is_safety_related: false\n    failure_modes"),
              HasSubstr("the part is not safety-related: expected effect safe"));
}

TEST(Sheet, AMechanismRunsOnPartsThatCanFail) {
  RecordProperty("verifies", "REQ-FIT-019");
  EXPECT_THAT(replaced_twice("id: mute, share: 0.1", "id: mute, share: 0", "dusty, share: 0.2", "dusty, share: 0.3"),
              HasSubstr("sheet.yaml:7:5: mechanism 'silent': no failure mode of more than 0 FIT disables it"));
  EXPECT_THAT(replaced_twice("total_fit: 100", "total_fit: 0", "fit: 100\n    source", "fit: 0\n    source"),
              HasSubstr("mechanism 'watcher': no failure mode of more than 0 FIT"));
}

TEST(Sheet, AMechanismIsThereOnceAgainstAFailureMode) {
  RecordProperty("verifies", "REQ-FIT-019");
  EXPECT_THAT(with("[{mechanism: watcher}]", "[{mechanism: watcher}, {mechanism: silent}, {mechanism: watcher}]"),
              HasSubstr("sheet.yaml:13:106: failure mode 'sensor/frozen': mechanism 'watcher' is there twice"));
}

TEST(Sheet, NoMechanismFindsItsOwnLossNorACircleEachOthers) {
  RecordProperty("verifies", "REQ-FIT-019");
  EXPECT_THAT(with("disables: watcher", "disables: watcher, covered_by: [{mechanism: watcher}]"),
              HasSubstr("sheet.yaml:14:82: failure mode 'sensor/dead': 'watcher' cannot find its own loss"));
  const std::string both =
      "mechanisms:\n  - {id: second, meaning: watches the first, is_reporting: true}\n"
      "  - {id: third, meaning: watches the second, is_reporting: true}";
  const std::string text = replaced(sound(), "mechanisms:", both);
  const std::string lost = "disables: watcher, covered_by: [{mechanism: second, coverage: 0.5, rationale: a}]}";
  const std::string more =
      "      - {id: second_dead, share: 0.05, effect: indirect, disables: second%}\n"
      "      - {id: third_dead, share: 0.05, effect: indirect, disables: third%}\n"
      "      - {id: dusty, share: 0.1";
  const auto of = [&](const std::string& of_second, const std::string& of_third) {
    const std::string rows = replaced(replaced(more, "%", of_second), "%", of_third);
    return mistakes_in(replaced(replaced(text, "disables: watcher}", lost), "      - {id: dusty, share: 0.2", rows));
  };
  const auto by = [](const std::string& id) {
    return ", covered_by: [{mechanism: " + id + ", coverage: 0.5, rationale: a}]";
  };
  EXPECT_EQ(of("", ""), "accepted") << "a chain ends somewhere";
  EXPECT_EQ(of(by("third"), ""), "accepted");
  EXPECT_THAT(of(by("watcher"), ""),
              HasSubstr("failure mode 'sensor/second_dead': 'watcher' finds the loss of 'second', and 'second' that of "
                        "'watcher'"));
  EXPECT_THAT(of(by("third"), by("watcher")), HasSubstr("failure mode 'sensor/third_dead': 'watcher' finds the loss"));
  EXPECT_THAT(of(by("third"), by("second")),
              testing::AllOf(HasSubstr("failure mode 'sensor/third_dead': 'second' finds"),
                             testing::Not(HasSubstr("failure mode 'sensor/dead'"))))
      << "who only leads into a circle is no part of it";
}

TEST(Sheet, RepeatedNamesAreRefused) {
  RecordProperty("verifies", "REQ-FIT-017");
  EXPECT_THAT(with("id: mute", "id: dead"), HasSubstr("part 'sensor': failure mode 'dead' is there twice"));
  EXPECT_THAT(with("id: silent, meaning", "id: watcher, meaning"), HasSubstr("mechanisms: 'watcher' is there twice"));
}

TEST(Sheet, RepeatedPartsAreRefusedWhereverTheyStand) {
  RecordProperty("verifies", "REQ-FIT-017");
  const std::string more = "  - {id: %, fit: 1, source: test, is_safety_related: false}\n";
  EXPECT_THAT(with("measurements:", replaced(more, "%", "sensor") + "measurements:"),
              HasSubstr("parts: 'sensor' is there twice"));
  EXPECT_THAT(with("measurements:", replaced(more, "%", "b") + replaced(more, "%", "b") + "measurements:"),
              HasSubstr("parts: 'b' is there twice"));
}

TEST(Sheet, ATotalMayDifferByRoundingOnly) {
  RecordProperty("verifies", "REQ-FIT-016");
  EXPECT_EQ(with("total_fit: 100", "total_fit: 100.00009"), "accepted");
  EXPECT_THAT(with("total_fit: 100", "total_fit: 100.00011"), HasSubstr("add up to 100 FIT"));
  EXPECT_THAT(with("total_fit: 100", "total_fit: 99.9998"), HasSubstr("add up to 100 FIT"));
}

TEST(Sheet, TemperatureNeedsAllOfItsParts) {
  RecordProperty("verifies", "REQ-FIT-019");
  EXPECT_THAT(with("source: test\n    fail", "source: test\n    reference_c: 55\n    fail"),
              HasSubstr("reference_c and activation_ev go together"));
  EXPECT_THAT(with("source: test\n    fail", "source: test\n    reference_c: 55\n    activation_ev: 0.7\n    fail"),
              HasSubstr("reference_c needs the sheet's mission_profile"));
  EXPECT_THAT(with("mechanisms:", "mission_profile: [{fraction: 0.5, celsius: 20}]\nmechanisms:"),
              HasSubstr("'mission_profile': the fractions add up to 0.5: expected 1"));
}

TEST(Sheet, EmptyAndMisshapenFilesAreMistakesNotCrashes) {
  RecordProperty("verifies", "REQ-FIT-017");
  EXPECT_THAT(mistakes_in(""), HasSubstr("expected a mapping"));
  EXPECT_THAT(mistakes_in("just text"), HasSubstr("expected a mapping"));
  EXPECT_THAT(mistakes_in("parts: 5"), HasSubstr("'parts': expected a list"));
  EXPECT_THAT(mistakes_in("parts: [5, [], {failure_modes: [7]}]\nmechanisms: [x]\nmeasurements: [y]\nmappings: [z]"),
              HasSubstr("1:9: expected a mapping"));
  EXPECT_THAT(mistakes_in("parts: [{id: a, fit: 1, source: s}]"), HasSubstr("part 'a': no failure_modes"));
  EXPECT_THAT(load_sheet("/nonexistent.yaml").error().message, HasSubstr("no such file"));
}

}  // namespace
}  // namespace ocelli::safety
