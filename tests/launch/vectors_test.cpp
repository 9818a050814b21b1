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
                                           HasSubstr("target_fit: -1 FIT"), HasSubstr("key 'inputs' not found"),
                                           HasSubstr("key 'kind' not found"), HasSubstr("type_error")));
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
