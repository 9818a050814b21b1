// The runner of test vectors: right ones pass, wrong and unknown ones fail; then the vectors of the reference.
#include "ocelli/launch/vectors/vectors.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ocelli::launch {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

VectorReport run(std::string_view suite, const json& file) {
  auto report = run_vectors(suite, file);
  EXPECT_TRUE(report) << report.error().message;
  return report ? std::move(*report) : VectorReport{};
}

TEST(Vectors, PassFailAndUnknownKindsAreTold) {
  RecordProperty("verifies", "REQ-FIT-020");
  const json inputs = {{"target_fit", 10}, {"cl", 0.95}};
  const json file = {{"vectors",
                      {{{"kind", "zero_failure_hours"}, {"inputs", inputs}, {"expected", 299573227.355399}},
                       {{"kind", "zero_failure_hours"}, {"inputs", inputs}, {"expected", 299573228.0}},
                       {{"kind", "zero_failure_hours"}, {"inputs", inputs}, {"expected", 3e8}, {"rel_tol", 0.01}},
                       {{"kind", "reading_of_tea_leaves"}, {"inputs", inputs}, {"expected", 1}},
                       {{"kind", "zero_failure_hours"}, {"inputs", {{"target_fit", -1}, {"cl", 0.9}}}, {"expected", 1}},
                       {{"kind", "zero_failure_hours"}, {"expected", 1}},
                       {{"inputs", inputs}, {"expected", 1}},
                       7}}};
  const VectorReport report = run("fit", file);
  EXPECT_EQ(report.passed, 2U);
  EXPECT_THAT(report.failures, ElementsAre(HasSubstr("vectors[1] zero_failure_hours: 299573227.35"),
                                           HasSubstr("unknown kind 'reading_of_tea_leaves'"),
                                           HasSubstr("target_fit: -1 FIT"), HasSubstr("inputs: is missing"),
                                           HasSubstr("kind: is missing"), HasSubstr("7: expected a mapping")));
}

TEST(Vectors, UnknownProfilesCrcsAndResultsFail) {
  RecordProperty("verifies", "REQ-E2E-020");
  const json file = {
      {"e2e_vectors", {{{"profile", "P99"}, {"config", json::object()}, {"input", "00"}, {"expected", "00"}}}},
      {"crc_vectors",
       {{{"crc", "CRC-3"}, {"input", "00"}, {"expected", "0x0"}},
        {{"crc", "CRC-8/SAE-J1850"}, {"input", "00000000"}, {"expected", "0x59"}},
        {{"crc", "CRC-8/SAE-J1850"}, {"input", "00000000"}, {"expected", "0x58"}},
        {{"crc", "CRC-8/SAE-J1850"}, {"input", "0"}, {"expected", "0x58"}},
        {{"crc", "CRC-8/SAE-J1850"}, {"input", "zz"}, {"expected", "0x58"}}}}};
  EXPECT_THAT(run("e2e", file).failures, ElementsAre(HasSubstr("unknown profile 'P99'")));
  const VectorReport crc = run("crc", file);
  EXPECT_EQ(crc.passed, 1U);
  EXPECT_THAT(crc.failures, ElementsAre(HasSubstr("unknown CRC 'CRC-3'"), HasSubstr("0x59, expected 0x58"),
                                        HasSubstr("expected an even number"), HasSubstr("is no hex number")));
  const json state = {
      {"vectors",
       {{{"kind", "counter"},
         {"profile", "P01"},
         {"last", 14},
         {"rx", 0},
         {"max_delta", 1},
         {"modulo", 16},
         {"expected", "OK"}},
        {{"kind", "global"}, {"expired_cycle_tolerance", 0}, {"input", {{"BROKEN"}}}, {"expected", {"OK"}}}}}};
  EXPECT_THAT(run("state", state).failures,
              ElementsAre(HasSubstr("modulo: 15, expected 16"), HasSubstr("unknown local status 'BROKEN'")));
}

TEST(Vectors, AFileWithoutVectorsIsAnErrorNotAnEmptyPass) {
  RecordProperty("verifies", "REQ-FIT-020");
  EXPECT_FALSE(run_vectors("fit", json::object()));
  EXPECT_FALSE(run_vectors("fit", {{"vectors", json::array()}}));
  EXPECT_FALSE(run_vectors("fit", json::array()));
  EXPECT_THAT(run_vectors("fitt", json::object()).error().message, HasSubstr("expected e2e, crc, state or fit"));
}

TEST(Vectors, AVectorThatExpectsNothingFails) {
  RecordProperty("verifies", "REQ-FIT-020");
  const json file = {{"vectors",
                      {{{"kind", "zero_failure_hours"},
                        {"inputs", {{"target_fit", 10}, {"cl", 0.95}}},
                        {"expected", json::object()}}}}};
  EXPECT_THAT(run("fit", file).failures, ElementsAre(HasSubstr("'expected' is empty")));
}

/// The only failure of a suite of one vector, or "passed".
std::string verdict(std::string_view suite, const json& vector) {
  const char* list = suite == "e2e" ? "e2e_vectors" : suite == "crc" ? "crc_vectors" : "vectors";
  const VectorReport report = run(suite, {{list, {vector}}});
  return report.failures.empty() ? "passed" : report.failures.front();
}

TEST(Vectors, NumbersAreNotNarrowed) {
  RecordProperty("verifies", "REQ-E2E-020");
  const json p02 = {
      {"profile", "P02"},
      {"config", {{"data_id_list", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}, {"counter", 1}}},
      {"input", "0001020304050607"},
      {"expected", "6101020304050607"}};
  EXPECT_EQ(verdict("e2e", p02), "passed");
  const auto with = [&p02](const char* key, const json& value) {
    json changed = p02;
    changed["config"][key] = value;
    return verdict("e2e", changed);
  };
  EXPECT_EQ(with("counter", 1.0), "passed");
  EXPECT_THAT(with("counter", 4294967297), HasSubstr("counter: 4294967297 is out of range: expected 0 to 4294967295"));
  EXPECT_THAT(with("counter", 1.7), HasSubstr("counter: 1.7: expected a whole number"));
  EXPECT_THAT(with("counter", -1), HasSubstr("counter: -1 is out of range"));
  EXPECT_THAT(with("counter", true), HasSubstr("counter: true: expected a whole number"));
  EXPECT_THAT(with("counter", 1e300), HasSubstr("counter: 1e+300: expected a whole number"));
  EXPECT_THAT(with("data_id", 4294967296), HasSubstr("data_id: 4294967296 is out of range"));
  EXPECT_THAT(with("offset_bits", 4294967296), HasSubstr("offset_bits: 4294967296 is out of range"));
  EXPECT_THAT(with("data_id_list", {1, 256}), HasSubstr("data_id_list[1]: 256 is out of range: expected 0 to 255"));
  EXPECT_THAT(with("data_id_list", json::array()), HasSubstr("data_id_list: []: expected a list of one or more"));
  EXPECT_THAT(with("mode", 5), HasSubstr("mode: 5: expected text"));
  EXPECT_THAT(with("data_length_bits", 65), HasSubstr("data_length_bits: 65, but the input has 8 bytes"));
  EXPECT_THAT(with("data_length_bytes", 7), HasSubstr("data_length_bytes: 7, but the input has 8 bytes"));
  json without = p02;
  without["config"].erase("counter");
  EXPECT_THAT(verdict("e2e", without), HasSubstr("counter: is missing"));
  without["config"].erase("data_id_list");
  EXPECT_THAT(verdict("e2e", without), HasSubstr("data_id_list: is missing"));
}

TEST(Vectors, HexMayBeWrittenInEitherCase) {
  RecordProperty("verifies", "REQ-E2E-020");
  for (const char* expected : {"0000000000000000fbd6010000000000", "0000000000000000FBD6010000000000"})
    EXPECT_EQ(verdict("e2e", {{"profile", "P05"},
                              {"config", {{"data_id", 4660}, {"counter", 1}, {"offset_bits", 64}}},
                              {"input", "00000000000000000000000000000000"},
                              {"expected", expected}}),
              "passed");
}

TEST(Vectors, ValuesThatCannotBeAreRefused) {
  RecordProperty("verifies", "REQ-FIT-020");
  const auto fit = [](const char* kind, const json& inputs) {
    return verdict("fit", {{"kind", kind}, {"inputs", inputs}, {"expected", {{"rf", 0.5}}}});
  };
  EXPECT_THAT(fit("ftti", {{"fdti_ms", -70}, {"frti_ms", 72}, {"ftti_ms", 100}, {"margin", 0.25}}),
              HasSubstr("fdti_ms: -70 ms: expected 0 to 1e12 ms"));
  EXPECT_THAT(fit("ftti", {{"fdti_ms", 70}, {"frti_ms", 72}, {"ftti_ms", 100}, {"margin", -1}}),
              HasSubstr("margin: -1: expected 0 to less than 1"));
  EXPECT_THAT(fit("fmeda_residual_sum", {{"rows", {{-15, 0.9}}}, {"denominator", 33}}),
              HasSubstr("rows[0]: [-15,0.9]: expected 0 to 1e9 FIT"));
  const auto counter = [](std::int64_t last, std::int64_t received) {
    return verdict("state", {{"kind", "counter"},
                             {"profile", "P01"},
                             {"last", last},
                             {"rx", received},
                             {"max_delta", 1},
                             {"expected", "OK"}});
  };
  EXPECT_EQ(counter(14, 0), "passed");
  EXPECT_THAT(counter(15, 0), HasSubstr("last: 15 is out of range: expected 0 to 14"));
  EXPECT_THAT(counter(14, 15), HasSubstr("rx: 15 is out of range"));
  const auto debounce = [](int increment) {
    return verdict("state", {{"kind", "dem_counter"},
                             {"config",
                              {{"inc", increment},
                               {"dec", 1},
                               {"fail", 2},
                               {"pas", -2},
                               {"jd", false},
                               {"jdv", 0},
                               {"ju", false},
                               {"juv", 0}}},
                             {"input", {"PREFAILED"}},
                             {"expected", {{1, 63, false}}}});
  };
  EXPECT_EQ(debounce(1), "passed");
  EXPECT_THAT(debounce(-1), HasSubstr("inc -1 and dec 1: expected 1 or more"));
}

TEST(Vectors, AKeyThatNothingReadsIsRefused) {
  RecordProperty("verifies", "REQ-E2E-020");
  json config = {{"WindowSize", 5},          {"MinOkStateInit", 2},     {"MaxErrorStateInit", 1},
                 {"MinOkStateValid", 1},     {"MaxErrorStateValid", 1}, {"MinOkStateInvalid", 3},
                 {"MaxErrorStateInvalid", 0}};
  const auto machine = [&] {
    return verdict("state", {{"kind", "e2e_sm_r2011"}, {"config", config}, {"input", {"OK"}}, {"expected", {"INIT"}}});
  };
  EXPECT_EQ(machine(), "passed");
  config["ClearToInvaild"] = true;
  EXPECT_THAT(machine(), HasSubstr("config: unknown key 'ClearToInvaild'"));
}

TEST(Vectors, StatesTakeCountsThatAreWhole) {
  RecordProperty("verifies", "REQ-E2E-020");
  const auto alive = [](const json& min, const json& count) {
    return verdict("state", {{"kind", "alive"},
                             {"min", min},
                             {"max", 11},
                             {"failed_cycles_tolerance", 0},
                             {"input", {count}},
                             {"expected", {"OK"}}});
  };
  EXPECT_EQ(alive(9, 10), "passed");
  EXPECT_THAT(alive(9, 10.5), HasSubstr("input[0]: 10.5: expected a whole number"));
  EXPECT_THAT(alive(9, 4294967306), HasSubstr("input[0]: 4294967306 is out of range"));
  EXPECT_THAT(alive(4294967305, 10), HasSubstr("min: 4294967305 is out of range"));
  EXPECT_THAT(alive(12, 10), HasSubstr("min: 12: expected at most max (11)"));
  EXPECT_THAT(alive(nullptr, 10), HasSubstr("min: null: expected a whole number"));
  const json debounce = {{"kind", "dem_counter"},
                         {"config",
                          {{"inc", 2147483647},
                           {"dec", 16},
                           {"fail", 127},
                           {"pas", -128},
                           {"jd", true},
                           {"jdv", 0},
                           {"ju", true},
                           {"juv", 0}}},
                         {"input", {"PREFAILED", "PREFAILED"}},
                         {"expected", {{127, 127, true}, {127, 127, true}}}};
  EXPECT_THAT(verdict("state", debounce), HasSubstr("inc: 2147483647 is out of range: expected -32768 to 32767"));
  const json counter = {{"kind", "counter"}, {"profile", "P07"}, {"last", 0},
                        {"rx", 4294967297},  {"max_delta", 1},   {"expected", "OK"}};
  EXPECT_THAT(verdict("state", counter), HasSubstr("rx: 4294967297 is out of range"));
  const json global = {{"kind", "global"},
                       {"expired_cycle_tolerance", 0},
                       {"input", json::array({json::array({"OK", 7})})},
                       {"expected", {"OK"}}};
  EXPECT_THAT(verdict("state", global), HasSubstr("input[0][1]: 7: expected text"));
}

TEST(Vectors, AListThatComparesNothingFails) {
  RecordProperty("verifies", "REQ-FIT-020");
  json alive = {{"kind", "alive"}, {"min", 9}, {"max", 11}, {"failed_cycles_tolerance", 0}};
  alive["input"] = json::array();
  alive["expected"] = json::array();
  EXPECT_THAT(verdict("state", alive), HasSubstr("input: []: expected a list of one or more"));
  alive["input"] = {10};
  EXPECT_THAT(verdict("state", alive), HasSubstr("'expected' is empty"));
}

TEST(Vectors, StatisticsNameTheFieldOfTheWrongTypeAndEndInTime) {
  RecordProperty("verifies", "REQ-FIT-020");
  const auto fit = [](const char* kind, const json& inputs) {
    return verdict("fit", {{"kind", kind}, {"inputs", inputs}, {"expected", 1}});
  };
  EXPECT_THAT(fit("zero_failure_hours", {{"target_fit", nullptr}, {"cl", 0.9}}),
              HasSubstr("target_fit: null: expected a number"));
  EXPECT_THAT(fit("zero_failure_hours", {{"target_fit", 10}}), HasSubstr("cl: is missing"));
  EXPECT_THAT(fit("chi2_upper", {{"r", 1.5}, {"T_h", 1}, {"cl", 0.9}}), HasSubstr("r: 1.5: expected a whole number"));
  EXPECT_THAT(fit("e2e_residual", {{"crc_bits", 16.5}, {"msg_per_s", 1}, {"p_message_corrupted", 0.1}}),
              HasSubstr("crc_bits: 16.5: expected a whole number"));
  EXPECT_THAT(fit("dc_combine_max", {{"dc", {0.5, "x"}}}), HasSubstr("dc[1]: \"x\": expected a number"));
  EXPECT_THAT(fit("quantile_upper_rank", {{"n", 1000000000000000000}, {"p", 0.999}, {"cl", 0.95}}),
              HasSubstr("n: 1000000000000000000: expected at most 1000000000"));
  EXPECT_THAT(fit("poisson_cusum_arl", {{"mu", 1}, {"k", 1e12}, {"h", 8}}), HasSubstr("k: 1000000000000 with h: 8"));
  EXPECT_THAT(fit("ftti", {{"fdti_ms", 1e300}, {"frti_ms", 1}, {"ftti_ms", 1}}), HasSubstr("fdti_ms: 1e+300 ms"));
  EXPECT_THAT(fit("fmeda", {{"rows", {{"a", "x", 0.5, "SPF"}}}}), HasSubstr("row 'a': fit: \"x\": expected a number"));
  EXPECT_THAT(fit("fmeda_residual_sum", {{"denominator", 10}, {"rows", {{1.0, 1.5}}}}), HasSubstr("rows[0]"));
  EXPECT_THAT(fit("chain_bound", {{"periods_ms", {1, 2}}, {"resp_ms", {1}}}), HasSubstr("expected one per period (2)"));
}

TEST(Vectors, WhatIsExpectedMustAllBeThere) {
  RecordProperty("verifies", "REQ-FIT-020");
  EXPECT_EQ(difference({{"a", 1}, {"b", 2}}, {{"a", 1.0}}, 1e-9), "");
  EXPECT_THAT(difference({{"a", 1}}, {{"b", 1}}, 1e-9), HasSubstr("b: nothing here computes it"));
  EXPECT_THAT(difference({{"a", {1, 2}}}, {{"a", {1, 3}}}, 1e-9), HasSubstr("a: [1]: 2, expected 3"));
  EXPECT_NE(difference({1, 2}, {1}, 1e-9), "");
  EXPECT_NE(difference(1.0, 1.0 + 2e-9, 1e-9), "");
  EXPECT_NE(difference(true, false, 1e-9), "");
  EXPECT_NE(difference(nullptr, 1, 1e-9), "");
  EXPECT_NE(difference(std::nan(""), 1, 1e-9), "");
  EXPECT_EQ(difference(0.0, 0, 1e-9), "");
}

TEST(Vectors, ThoseOfTheReferencePass) {
  RecordProperty("verifies", "REQ-FIT-020");
  const std::filesystem::path folder = std::filesystem::path(OCELLI_SOURCE_DIR) / "../shared/reference/vectors";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "skipped: no data (" << folder.string() << ")";
  const std::pair<const char*, const char*> suites[] = {
      {"e2e", "e2e.json"}, {"crc", "e2e.json"}, {"state", "state.json"}, {"fit", "fit.json"}};
  for (const auto& [suite, name] : suites) {
    std::ifstream file(folder / name);
    const VectorReport report = run(suite, json::parse(file));
    EXPECT_THAT(report.failures, testing::IsEmpty()) << suite;
    EXPECT_GT(report.passed, 10U) << suite;
  }
}

}  // namespace
}  // namespace ocelli::launch
