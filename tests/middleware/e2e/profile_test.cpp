#include "ocelli/middleware/e2e/profile.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

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

/// Header, counter modulo and CRC of each profile as the table of docs/e2e.md has them; places follow from the order of
/// the fields in the header. The usual longest messages are those of AUTOSAR's profile overview, as commonly quoted.
TEST(Profiles, AreThoseOfTheTable) {
  RecordProperty("verifies", "REQ-E2E-003");
  struct Row {
    const char* name;
    int crc_bits;
    std::uint64_t polynomial;
    std::uint64_t modulo;
    std::vector<std::string> header;  // fields in the order of the message, with their bits
    std::uint32_t usual_longest;
  };
  const std::vector<std::string> nibbles = {"crc8", "cnt4", "rest4"};
  const std::vector<std::string> p04 = {"len16", "cnt16", "id32", "crc32"};
  const std::vector<std::string> p07 = {"crc64", "len32", "cnt32", "id32"};
  std::vector<std::string> p04m = p04;
  p04m.emplace_back("tag32");
  std::vector<std::string> p07m = p07;
  p07m.emplace_back("tag32");
  const std::vector<Row> rows = {
      {"P01", 8, 0x1D, 15, nibbles, 30},
      {"P02", 8, 0x2F, 16, nibbles, 32},
      {"P04", 32, 0xF4ACFB13, 65536, p04, 4096},
      {"P05", 16, 0x1021, 256, {"crc16", "cnt8"}, 4096},
      {"P06", 16, 0x1021, 256, {"crc16", "len16", "cnt8"}, 4096},
      {"P07", 64, 0x42F0E1EBA9EA3693, 4294967296, p07, 4194304},
      {"P08", 32, 0xF4ACFB13, 4294967296, {"crc32", "len32", "cnt32", "id32"}, 4194304},
      {"P11", 8, 0x1D, 15, nibbles, 30},
      {"P22", 8, 0x2F, 16, nibbles, 32},
      {"P44", 32, 0xF4ACFB13, 65536, p04, 65535},
      {"P04m", 32, 0xF4ACFB13, 65536, p04m, 4096},
      {"P07m", 64, 0x42F0E1EBA9EA3693, 4294967296, p07m, 4194304},
  };
  ASSERT_EQ(rows.size(), kProfiles.size());
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    ASSERT_TRUE(profile_of(row.name));
    const ProfileInfo& profile = info(*profile_of(row.name));
    EXPECT_EQ(crc_model(profile.crc).width_bits, row.crc_bits);
    EXPECT_EQ(crc_model(profile.crc).polynomial, row.polynomial);
    EXPECT_EQ(profile.counter_modulo, row.modulo);
    EXPECT_EQ(profile.usual_longest, row.usual_longest);
    std::uint32_t at_bits = 0;
    std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> places;  // first byte, whole bytes
    for (const std::string& field : row.header) {
      const std::size_t digits = field.find_first_of("0123456789");
      const auto bits = static_cast<std::uint32_t>(std::stoul(field.substr(digits)));
      places[field.substr(0, digits)] = {at_bits / 8, bits / 8};
      at_bits += bits;
    }
    EXPECT_EQ(profile.header_bytes, at_bits / 8);
    EXPECT_EQ(profile.crc_at, places["crc"].first);
    EXPECT_EQ(std::pair(profile.length_at, profile.length_bytes), places["len"]);
    EXPECT_EQ(std::pair(profile.counter_at, profile.counter_bytes), places["cnt"]);
    EXPECT_EQ(std::pair(profile.id_at, profile.id_bytes), places["id"]);
    EXPECT_EQ(profile.tag_at, places["tag"].first);
  }
}

TEST(Config, FieldsBehindAnOffsetNeedALongerMessage) {
  RecordProperty("verifies", "REQ-E2E-012");
  Config p04 = config_of(Profile::kP04, 40);
  p04.offset_bits = 28 * 8;
  EXPECT_EQ(refusal_or_accepted(p04), "accepted") << "28 and 12 header bytes";
  p04.offset_bits = 29 * 8;
  EXPECT_THAT(refusal_or_accepted(p04), HasSubstr("the protected fields end at byte 41"));
  Config p01 = config_of(Profile::kP01, 40);
  p01.crc_offset_bits = 39 * 8;
  EXPECT_EQ(refusal_or_accepted(p01), "accepted");
  p01.counter_offset_bits = 39 * 8 + 4;
  EXPECT_THAT(refusal_or_accepted(p01), HasSubstr("the counter lies on the CRC (byte 39)"));
  p01.counter_offset_bits = 38 * 8 + 4;
  EXPECT_EQ(refusal_or_accepted(p01), "accepted");
  p01.data_id_mode = DataIdMode::kNibble;
  p01.data_id = 0x123;
  p01.nibble_offset_bits = 39 * 8;
  EXPECT_THAT(refusal_or_accepted(p01), HasSubstr("the nibble lies on the CRC or the counter"));
  p01.nibble_offset_bits = 38 * 8;
  EXPECT_EQ(refusal_or_accepted(p01), "accepted");
  p01.crc_offset_bits = 40 * 8;
  EXPECT_THAT(refusal_or_accepted(p01), HasSubstr("the protected fields end at byte 41"));
}

TEST(Profiles, AreFoundByName) {
  RecordProperty("verifies", "REQ-E2E-003");
  EXPECT_EQ(profile_of("P07m"), Profile::kP07m);
  EXPECT_EQ(profile_of("P03"), std::nullopt);
}

}  // namespace
}  // namespace ocelli::e2e
