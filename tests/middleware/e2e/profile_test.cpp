#include "ocelli/middleware/e2e/profile.hpp"

#include <gmock/gmock.h>

#include <string>

#include "ocelli/middleware/e2e/protection.hpp"
#include "ocelli/tests/middleware/e2e/example_config.hpp"

namespace ocelli::e2e {
namespace {

using testing::HasSubstr;

std::string refusal_or_accepted(const Config& config) {
  const Status status = validate(config);
  return status ? "accepted" : status.error().message;
}

std::string refusal(Config config) {
  const Status status = validate(config);
  EXPECT_FALSE(Protector::create(config));
  EXPECT_FALSE(Checker::create(config));
  return status ? "accepted" : status.error().message;
}

TEST(Config, MistakesAreRefusedWithTheNameOfTheField) {
  RecordProperty("verifies", "REQ-E2E-012");
  const Config p01 = config_of(Profile::kP01, 8);
  const Config p11 = config_of(Profile::kP11, 8);
  const Config p04 = config_of(Profile::kP04, 40);
  const Config p05 = config_of(Profile::kP05, 40);
  const Config p07m = config_of(Profile::kP07m, 40);
  const auto with = [](Config config, auto Config::*member, auto value) {
    config.*member = static_cast<std::remove_reference_t<decltype(config.*member)>>(value);
    return refusal(config);
  };
  EXPECT_THAT(with(p05, &Config::data_id, 0x10000), HasSubstr("E2E profile P05: data_id: 0x10000 is out of range"));
  EXPECT_THAT(with(p11, &Config::data_id_mode, DataIdMode::kLow), HasSubstr("data_id_mode: only BOTH and NIBBLE"));
  EXPECT_THAT(with(p11, &Config::data_id_mode, DataIdMode::kAlternate), HasSubstr("data_id_mode"));
  EXPECT_THAT(with(p04, &Config::offset_bits, 12), HasSubstr("offset_bits: 12 is not a multiple of 8"));
  EXPECT_THAT(with(p01, &Config::offset_bits, 8), HasSubstr("offset_bits: 8: this profile places each field"));
  EXPECT_THAT(with(p01, &Config::crc_offset_bits, 4), HasSubstr("crc_offset_bits: 4 is not a multiple of 8"));
  EXPECT_THAT(with(p01, &Config::counter_offset_bits, 9), HasSubstr("counter_offset_bits: 9 is not a multiple of 4"));
  EXPECT_THAT(with(p01, &Config::counter_offset_bits, 4), HasSubstr("the counter lies on the CRC"));
  EXPECT_THAT(with(p01, &Config::counter_offset_bits, 64), HasSubstr("the protected fields end at byte 9"));
  EXPECT_THAT(with(p04, &Config::shortest_bytes, 11), HasSubstr("shortest_bytes: 11 is too short"));
  EXPECT_THAT(with(p04, &Config::offset_bits, 0xFFFFFFF8U), HasSubstr("shortest_bytes: 40 is too short"));
  EXPECT_THAT(with(p04, &Config::longest_bytes, 39), HasSubstr("longest_bytes: 39 is less than shortest_bytes (40)"));
  EXPECT_THAT(with(p04, &Config::longest_bytes, 65536), HasSubstr("does not fit the 16-bit length"));
  EXPECT_THAT(with(p05, &Config::longest_bytes, 41), HasSubstr("this profile carries no length"));
  EXPECT_THAT(with(p04, &Config::max_delta, 0), HasSubstr("max_delta: 0 is out of range: expected 1 to 65535"));
  EXPECT_THAT(with(p01, &Config::max_delta, 15), HasSubstr("max_delta: 15 is out of range: expected 1 to 14"));
  EXPECT_THAT(with(p07m, &Config::tag, MessageTag{4, 0, 0}), HasSubstr("tag.type: 4 does not fit 2 bit"));
  EXPECT_THAT(with(p07m, &Config::tag, MessageTag{0, 4, 0}), HasSubstr("tag.result: 4 does not fit 2 bit"));
  EXPECT_THAT(with(p07m, &Config::tag, MessageTag{0, 0, 1U << 28}), HasSubstr("tag.source: 0x10000000 does not fit"));
}

TEST(Config, TheLastPossibleValueOfEachFieldIsAccepted) {
  RecordProperty("verifies", "REQ-E2E-012");
  const auto with = [](Profile profile, auto change) {
    Config config = config_of(profile, 40);
    change(config);
    return refusal_or_accepted(config);
  };
  EXPECT_EQ(with(Profile::kP05, [](Config& c) { c.data_id = 0xFFFF; }), "accepted");
  EXPECT_EQ(with(Profile::kP04, [](Config& c) { c.data_id = 0xFFFFFFFF; }), "accepted");
  EXPECT_EQ(with(Profile::kP04, [](Config& c) { c.longest_bytes = 0xFFFF; }), "accepted");
  EXPECT_EQ(with(Profile::kP07, [](Config& c) { c.longest_bytes = 0xFFFFFFFF; }), "accepted");
  EXPECT_EQ(with(Profile::kP04, [](Config& c) { c.shortest_bytes = 12; }), "accepted");
  EXPECT_EQ(with(Profile::kP04, [](Config& c) { c.max_delta = 0xFFFF; }), "accepted");
  EXPECT_EQ(with(Profile::kP07m, [](Config& c) { c.tag = {3, 3, 0x0FFFFFFF}; }), "accepted");
  const auto nibble_id = [](std::uint32_t id) {
    return [id](Config& c) {
      c.data_id_mode = DataIdMode::kNibble;
      c.data_id = id;
    };
  };
  EXPECT_EQ(with(Profile::kP01, nibble_id(0xFFF)), "accepted");
  EXPECT_THAT(with(Profile::kP01, nibble_id(0x1000)), HasSubstr("mode NIBBLE cannot carry it"));
}

TEST(Config, MistakesOfANibbleAreRefused) {
  RecordProperty("verifies", "REQ-E2E-012");
  Config config = config_of(Profile::kP01, 8);
  config.data_id_mode = DataIdMode::kNibble;
  EXPECT_TRUE(validate(config));
  config.nibble_offset_bits = 13;
  EXPECT_THAT(refusal(config), HasSubstr("nibble_offset_bits: 13 is not a multiple of 4"));
  config.nibble_offset_bits = 8;
  EXPECT_THAT(refusal(config), HasSubstr("nibble_offset_bits: the nibble lies on"));
  config.nibble_offset_bits = 4;
  EXPECT_THAT(refusal(config), HasSubstr("nibble_offset_bits: the nibble lies on"));
  config.nibble_offset_bits = 64;
  EXPECT_THAT(refusal(config), HasSubstr("the protected fields end at byte 9"));
  config.nibble_offset_bits = 12;
  config.data_id = 0x1000;
  EXPECT_THAT(refusal(config), HasSubstr("data_id: 0x1000 has more than 12 bits"));
}

TEST(Config, CountersOutsideTheModuloAreRefused) {
  RecordProperty("verifies", "REQ-E2E-012");
  const Config config = config_of(Profile::kP01, 8);
  EXPECT_THAT(Protector::create(config, 15).error().message,
              HasSubstr("counter: 15 is out of range: expected 0 to 14"));
  EXPECT_THAT(Checker::create(config, 15).error().message, HasSubstr("last_counter: 15 is out of range"));
}

TEST(Profiles, AreFoundByName) {
  RecordProperty("verifies", "REQ-E2E-003");
  EXPECT_EQ(profile_of("P07m"), Profile::kP07m);
  EXPECT_EQ(profile_of("P03"), std::nullopt);
}

}  // namespace
}  // namespace ocelli::e2e
