#include "ocelli/middleware/e2e/protection.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ocelli/tests/middleware/e2e/example_config.hpp"

namespace ocelli::e2e {
namespace {

using Bytes = std::vector<std::byte>;

Bytes from_hex(const std::string& hex) {
  Bytes bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::string to_hex(const Bytes& bytes) {
  std::string hex;
  for (const std::byte byte : bytes) hex += fmt::format("{:02x}", std::to_integer<int>(byte));
  return hex;
}

Protector protector_of(const Config& config, std::uint32_t counter = 0) {
  auto protector = Protector::create(config, counter);
  EXPECT_TRUE(protector) << protector.error().message;
  return *protector;
}

Checker checker_of(const Config& config, std::uint32_t last_counter) {
  auto checker = Checker::create(config, last_counter);
  EXPECT_TRUE(checker) << checker.error().message;
  return *checker;
}

/// A message with the protection already in.
Bytes protected_message(const Config& config, std::uint32_t counter = 0) {
  Bytes message(config.longest_bytes, std::byte{0x5A});
  EXPECT_TRUE(protector_of(config, counter).protect(message));
  return message;
}

struct Example {
  const char* name;
  Config config;
  std::uint32_t counter;
  const char* input;
  const char* expected;
};

Config p01(DataIdMode mode) {
  return with_length({.profile = Profile::kP01, .data_id = 0x123, .data_id_mode = mode}, 8);
}

/// Byte examples of the AUTOSAR E2E protocol documents, as the public implementations quote them.
std::vector<Example> examples() {
  constexpr const char* kZero8 = "0000000000000000";
  constexpr const char* kZero16 = "00000000000000000000000000000000";
  constexpr std::uint32_t kId = 0x0A0B0C0D;
  Config p02 = with_length({.profile = Profile::kP02}, 8);
  for (std::uint8_t i = 0; i < 16; ++i) p02.data_id_list[i] = i;
  Config p22 = with_length({.profile = Profile::kP22}, 8);
  for (std::uint8_t i = 0; i < 16; ++i) p22.data_id_list[i] = static_cast<std::uint8_t>(i + 1);
  return {
      {"P01 BOTH", p01(DataIdMode::kBoth), 1, kZero8, "9101000000000000"},
      {"P01 ALT", p01(DataIdMode::kAlternate), 1, kZero8, "0201000000000000"},
      {"P01 LOW", p01(DataIdMode::kLow), 0, kZero8, "ce00000000000000"},
      {"P01 NIBBLE", p01(DataIdMode::kNibble), 1, kZero8, "7711000000000000"},
      {"P11 NIBBLE at byte 8",
       with_length({.profile = Profile::kP11,
                    .data_id = 0x123,
                    .data_id_mode = DataIdMode::kNibble,
                    .crc_offset_bits = 64,
                    .counter_offset_bits = 72,
                    .nibble_offset_bits = 76},
                   16),
       0, kZero16, "00000000000000007d10000000000000"},
      {"P02", p02, 1, "0001020304050607", "6101020304050607"},
      {"P22", p22, 8, kZero8, "0808000000000000"},
      {"P04", with_length({.profile = Profile::kP04, .data_id = kId, .offset_bits = 64}, 24), 1,
       "000000000000000000000000000000000000000000000000", "0000000000000000001800010a0b0c0d4a723d7f00000000"},
      {"P44", with_length({.profile = Profile::kP44, .data_id = kId}, 16), 1, kZero16,
       "001000010a0b0c0da58e680700000000"},
      {"P05", with_length({.profile = Profile::kP05, .data_id = 0x1234, .offset_bits = 64}, 16), 1, kZero16,
       "0000000000000000fbd6010000000000"},
      {"P06", with_length({.profile = Profile::kP06, .data_id = 0x1234}, 8), 1, kZero8, "f4f5000801000000"},
      {"P07", with_length({.profile = Profile::kP07, .data_id = kId}, 24), 1,
       "000000000000000000000000000000000000000000000000", "7bde7268b8e9bc2700000018000000010a0b0c0d00000000"},
      {"P08", with_length({.profile = Profile::kP08, .data_id = kId, .offset_bits = 64}, 28), 0,
       "00000000000000000000000000000000000000000000000000000000",
       "0000000000000000e891e5a80000001c000000000a0b0c0d00000000"},
      {"P04m", with_length({.profile = Profile::kP04m, .data_id = kId, .tag = {1, 1, 0x123456}}, 20), 0,
       "0000000000000000000000000000000000000000", "001400000a0b0c0d2345570f5012345600000000"},
      {"P07m", with_length({.profile = Profile::kP07m, .data_id = kId, .tag = {1, 0, 0x123456}}, 28), 0,
       "00000000000000000000000000000000000000000000000000000000",
       "a62d6486e83f2caf0000001c000000000a0b0c0d4012345600000000"},
  };
}

TEST(Protector, WritesThePublishedBytes) {
  RecordProperty("verifies", "REQ-E2E-003");
  for (const Example& example : examples()) {
    Bytes message = from_hex(example.input);
    EXPECT_TRUE(protector_of(example.config, example.counter).protect(message)) << example.name;
    EXPECT_EQ(to_hex(message), example.expected) << example.name;
  }
}

TEST(Checker, BelievesThePublishedBytes) {
  RecordProperty("verifies", "REQ-E2E-004");
  for (const Example& example : examples()) {
    const auto modulo = static_cast<std::uint32_t>(info(example.config.profile).counter_modulo - 1);
    Checker checker = checker_of(example.config, example.counter == 0 ? modulo : example.counter - 1);
    const Check check = checker.check(from_hex(example.expected));
    EXPECT_EQ(check.status, CheckStatus::kOk) << example.name << ": " << to_string(check.mistake);
    EXPECT_EQ(check.counter, example.counter) << example.name;
    EXPECT_EQ(check.delta, 1U) << example.name;
  }
}

class EveryProfile : public testing::TestWithParam<ProfileInfo> {
 protected:
  const ProfileInfo& profile_ = GetParam();
  const Config config_ = config_of(profile_.profile, 40);
};

TEST_P(EveryProfile, ANewReceiverTakesAStreamFromZeroThroughTheWrapAround) {
  RecordProperty("verifies", "REQ-E2E-005");
  Protector protector = protector_of(config_);
  auto checker = Checker::create(config_);
  ASSERT_TRUE(checker);
  Bytes message(40);
  EXPECT_EQ(checker->check({}).mistake, Mistake::kLength);
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(profile_.counter_modulo + 20, 70'000); ++i) {
    ASSERT_EQ(protector.counter(), i % profile_.counter_modulo);
    ASSERT_TRUE(protector.protect(message));
    const Check check = checker->check(message);
    ASSERT_EQ(check.status, CheckStatus::kOk) << i << " " << to_string(check.mistake);
    ASSERT_EQ(check.counter, i % profile_.counter_modulo);
  }
}

TEST_P(EveryProfile, TheCounterOfTheLastMessageBeforeTheWrapIsFollowedByZero) {
  RecordProperty("verifies", "REQ-E2E-005");
  const auto last = static_cast<std::uint32_t>(profile_.counter_modulo - 1);
  Protector protector = protector_of(config_, last);
  Checker checker = checker_of(config_, last - 1);
  Bytes message(40);
  ASSERT_TRUE(protector.protect(message));
  EXPECT_EQ(checker.check(message).counter, last);
  ASSERT_TRUE(protector.protect(message));
  const Check wrapped = checker.check(message);
  EXPECT_EQ(wrapped.status, CheckStatus::kOk);
  EXPECT_EQ(wrapped.counter, 0U);
}

TEST_P(EveryProfile, TellsRepeatedLostAndReorderedMessagesApart) {
  RecordProperty("verifies", "REQ-E2E-006");
  Config config = config_;
  config.max_delta = 3;
  Checker checker = checker_of(config, 0);
  const auto status = [&](std::uint32_t counter) { return checker.check(protected_message(config, counter)).status; };
  EXPECT_EQ(status(1), CheckStatus::kOk);
  EXPECT_EQ(status(1), CheckStatus::kRepeated);
  EXPECT_EQ(status(4), CheckStatus::kOkSomeLost);
  EXPECT_EQ(status(3), CheckStatus::kWrongSequence);
  EXPECT_EQ(status(7), CheckStatus::kWrongSequence) << "a step of four, three are allowed";
  EXPECT_EQ(status(8), CheckStatus::kOk) << "a wrong sequence is the new reference";
  EXPECT_EQ(Checker::nothing_received().status, CheckStatus::kNoNewData);
}

TEST_P(EveryProfile, SeesEverySingleFlippedBitAndKeepsItsReference) {
  RecordProperty("verifies", "REQ-E2E-007");
  Checker checker = checker_of(config_, 4);
  Bytes message = protected_message(config_, 5);
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    message[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
    const Check check = checker.check(message);
    ASSERT_EQ(check.status, CheckStatus::kError) << "bit " << bit;
    ASSERT_EQ(check.counter, 0U) << "nothing in a corrupt message may be used";
    message[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
  }
  EXPECT_EQ(checker.check(message).status, CheckStatus::kOk);
}

TEST_P(EveryProfile, SeesAMessageOfAnotherStream) {
  RecordProperty("verifies", "REQ-E2E-008");
  Config other = config_;
  other.data_id ^= 0x101;
  for (std::uint8_t& id : other.data_id_list) id ^= 0x40;
  Checker checker = checker_of(config_, 4);
  const Check check = checker.check(protected_message(other, 5));
  EXPECT_EQ(check.status, CheckStatus::kError);
  EXPECT_EQ(check.mistake, profile_.id_bytes == 0 ? Mistake::kCrc : Mistake::kDataId);
}

TEST_P(EveryProfile, SeesEveryWrongLength) {
  RecordProperty("verifies", "REQ-E2E-009");
  Config config = config_;
  if (profile_.length_bytes != 0) {
    config.shortest_bytes = profile_.header_bytes;
    config.longest_bytes = 60;
  }
  Checker checker = checker_of(config, 4);
  Bytes message(40, std::byte{0x11});
  ASSERT_TRUE(protector_of(config, 5).protect(message));
  for (const std::size_t bytes : {0U, 1U, 2U, 12U, 39U, 41U, 60U, 61U, 4096U}) {
    Bytes other = message;
    other.resize(bytes);
    EXPECT_EQ(checker.check(other).mistake, Mistake::kLength) << bytes;
    if (bytes < config.shortest_bytes || bytes > config.longest_bytes) {
      EXPECT_FALSE(protector_of(config).protect(other)) << bytes;
    }
  }
  EXPECT_EQ(checker.check(message).status, CheckStatus::kOk);
}

TEST_P(EveryProfile, ProtectsEveryByteInFrontOfAndBehindItsHeader) {
  RecordProperty("verifies", "REQ-E2E-007");
  Config config = config_;
  if (places_fields_singly(config.profile)) {
    config.crc_offset_bits = 80;
    config.counter_offset_bits = 92;
  } else {
    config.offset_bits = 96;
  }
  Bytes message = protected_message(config, 5);
  Checker checker = checker_of(config, 4);
  for (const std::size_t at : {0U, 11U, 39U}) {
    message[at] ^= std::byte{0x10};
    EXPECT_EQ(checker.check(message).status, CheckStatus::kError) << at;
    message[at] ^= std::byte{0x10};
  }
  EXPECT_EQ(checker.check(message).status, CheckStatus::kOk);
}

INSTANTIATE_TEST_SUITE_P(All, EveryProfile, testing::ValuesIn(kProfiles),
                         [](const auto& profile) { return std::string(profile.param.name); });

TEST(Checker, ALengthFieldOfAllOnesOrZeroIsAWrongLength) {
  RecordProperty("verifies", "REQ-E2E-009");
  for (const ProfileInfo& profile : kProfiles) {
    if (profile.length_bytes == 0) continue;
    const Config config = config_of(profile.profile, 40);
    Checker checker = checker_of(config, 4);
    for (const std::byte filler : {std::byte{0xFF}, std::byte{0x00}}) {
      Bytes message = protected_message(config, 5);
      for (std::size_t i = 0; i < profile.length_bytes; ++i) message[profile.length_at + i] = filler;
      EXPECT_EQ(checker.check(message).mistake, Mistake::kLength) << profile.name;
    }
  }
}

TEST(Checker, CounterFifteenOfProfilesOneAndElevenIsAnError) {
  RecordProperty("verifies", "REQ-E2E-006");
  for (const Profile profile : {Profile::kP01, Profile::kP11}) {
    const Config config = config_of(profile, 8);
    Bytes message(8);
    message[1] = std::byte{0x0F};
    Crc crc(CrcKind::kCrc8P01);
    message[0] = static_cast<std::byte>(
        crc.update(std::uint8_t{0x23}).update(std::uint8_t{0x01}).update(std::span(message).subspan(1)).value());
    EXPECT_EQ(checker_of(config, 14).check(message).mistake, Mistake::kCounter);
  }
}

TEST(Checker, ANibbleOfAnotherDataIdIsSeenEvenWithAMatchingCrc) {
  RecordProperty("verifies", "REQ-E2E-008");
  Config config = config_of(Profile::kP11, 8);
  config.data_id_mode = DataIdMode::kNibble;
  Config other = config;
  other.data_id = 0x223;  // the same low byte: only the nibble differs
  EXPECT_EQ(checker_of(config, 0).check(protected_message(other, 1)).mistake, Mistake::kDataId);
}

TEST(Protector, LeavesTheBitsBesideANibbleAlone) {
  RecordProperty("verifies", "REQ-E2E-003");
  Config config = config_of(Profile::kP01, 8);
  Bytes message(8, std::byte{0xA5});
  ASSERT_TRUE(protector_of(config, 7).protect(message));
  EXPECT_EQ(message[1], std::byte{0xA7});
  config.counter_offset_bits = 20;
  message.assign(8, std::byte{0xA5});
  ASSERT_TRUE(protector_of(config, 7).protect(message));
  EXPECT_EQ(message[2], std::byte{0x75});
  EXPECT_EQ(message[1], std::byte{0xA5});
}

TEST(Checker, ChecksTypeResultAndSourceOfMethodCalls) {
  RecordProperty("verifies", "REQ-E2E-011");
  for (const Profile profile : {Profile::kP04m, Profile::kP07m}) {
    Config config = config_of(profile, 40);
    const MessageTag right = config.tag;
    Bytes message(40);
    const auto mistake_of = [&](const MessageTag& tag) {
      Protector protector = protector_of(config, 5);
      EXPECT_TRUE(protector.protect(message, tag));
      return checker_of(config, 4).check(message).mistake;
    };
    EXPECT_EQ(mistake_of(right), Mistake::kNone);
    EXPECT_EQ(mistake_of({0, right.result, right.source}), Mistake::kTag);
    EXPECT_EQ(mistake_of({right.type, 3, right.source}), Mistake::kTag);
    EXPECT_EQ(mistake_of({right.type, right.result, right.source + 1}), Mistake::kTag);
    config.is_source_checked = false;
    EXPECT_EQ(mistake_of({right.type, right.result, 0x0FFFFFFF}), Mistake::kNone);
    EXPECT_EQ(checker_of(config, 4).check(message).tag.source, 0x0FFFFFFFU) << "a server learns who asked";
  }
}

TEST(Protector, RefusesATagThatItsBitsCannotCarryAndWritesNothing) {
  RecordProperty("verifies", "REQ-E2E-012");
  Bytes message(40, std::byte{0x5A});
  const Bytes untouched = message;
  for (const Profile profile : {Profile::kP04m, Profile::kP07m}) {
    Protector protector = protector_of(config_of(profile, 40), 5);
    for (const MessageTag& tag : {MessageTag{4, 0, 0}, MessageTag{0, 4, 0}, MessageTag{0, 0, 1U << 28}}) {
      EXPECT_FALSE(protector.protect(message, tag));
      EXPECT_EQ(message, untouched);
      EXPECT_EQ(protector.counter(), 5U);
    }
    EXPECT_TRUE(protector_of(config_of(profile, 40)).protect(message, {3, 3, 0x0FFFFFFF}));
    message = untouched;
  }
  EXPECT_TRUE(protector_of(config_of(Profile::kP04, 40)).protect(message, {4, 4, ~0U})) << "there is no tag in it";
}

TEST(Protector, ProfileSevenProtectsMessagesOfManyMegabytes) {
  RecordProperty("verifies", "REQ-E2E-009");
  Config config = config_of(Profile::kP07, 0);
  config.shortest_bytes = 20;
  config.longest_bytes = 0xFFFFFFFF;
  Bytes image(6'220'800 + 20, std::byte{0x77});
  ASSERT_TRUE(protector_of(config, 5).protect(image));
  EXPECT_EQ(checker_of(config, 4).check(image).status, CheckStatus::kOk);
  EXPECT_EQ(checker_of(config, 4).check(std::span(image).first(65'536)).mistake, Mistake::kLength);
  image[6'000'000] ^= std::byte{0x80};
  EXPECT_EQ(checker_of(config, 4).check(image).mistake, Mistake::kCrc);
}

TEST(Checker, NamesWhatWasWrong) {
  EXPECT_EQ(to_string(Mistake::kNone), "none");
  EXPECT_EQ(to_string(Mistake::kDataId), "data id");
  EXPECT_EQ(to_string(Mistake::kTag), "message type, result or source");
}

TEST(Counter, JumpsInEveryDirectionAreJudgedByTheirDistanceModulo) {
  RecordProperty("verifies", "REQ-E2E-006");
  EXPECT_EQ(evaluate_counter(65535, 0, 1, 65536), CheckStatus::kOk);
  EXPECT_EQ(evaluate_counter(250, 3, 10, 256), CheckStatus::kOkSomeLost);
  EXPECT_EQ(evaluate_counter(255, 1, 1, 256), CheckStatus::kWrongSequence);
  EXPECT_EQ(evaluate_counter(14, 1, 2, 15), CheckStatus::kOkSomeLost);
  EXPECT_EQ(evaluate_counter(0xFFFFFFFF, 0, 1, 1ULL << 32), CheckStatus::kOk);
  EXPECT_EQ(evaluate_counter(5, 4, 65535, 65536), CheckStatus::kOkSomeLost) << "all steps allowed: any is a loss";
  EXPECT_EQ(evaluate_counter(3, 15, 1, 15), CheckStatus::kError);
  EXPECT_EQ(to_string(CheckStatus::kWrongSequence), "WRONGSEQUENCE");
}

TEST(Protection, AMessageInTwoPlacesHasTheProtectionOfOneInOnePlace) {
  RecordProperty("verifies", "REQ-E2E-004");
  for (const ProfileInfo& profile : kProfiles) {
    const Config config = config_of(profile.profile, 48);
    const Bytes whole = protected_message(config, 3);
    Bytes head(24, std::byte{0x5A});
    const Bytes rest(24, std::byte{0x5A});
    ASSERT_TRUE(protect_message(config, 3, head, rest)) << profile.name;
    EXPECT_TRUE(std::equal(head.begin(), head.end(), whole.begin())) << profile.name;
    EXPECT_EQ(check_message(config, 3, head, rest), Mistake::kNone) << profile.name;
    EXPECT_EQ(check_message(config, 4, head, rest), Mistake::kCounter) << profile.name;
    EXPECT_EQ(check_message(config, 3, head, Bytes(24, std::byte{0x5B})), Mistake::kCrc) << profile.name;
    EXPECT_EQ(check_message(config, 3, head, Bytes(25, std::byte{0x5A})), Mistake::kLength) << profile.name;
    EXPECT_FALSE(protect_message(config, 3, head, Bytes(25))) << profile.name;
  }
}

TEST(Protection, TheAlternatingIdOfP01IsLowAtEvenCountersAndHighAtOddOnes) {
  RecordProperty("verifies", "REQ-E2E-004");
  Config config = with_length({.profile = Profile::kP01}, 8);
  config.data_id = 0x5A3C;
  config.data_id_mode = DataIdMode::kAlternate;
  auto protector = Protector::create(config);
  ASSERT_TRUE(protector);
  for (std::uint32_t counter = 0; counter < 15; ++counter) {
    std::array<std::byte, 8> message{};
    ASSERT_TRUE(protector->protect(message));
    Crc expected(CrcKind::kCrc8P01);
    expected.update(std::uint8_t(counter % 2 == 0 ? 0x3C : 0x5A)).update(static_cast<std::uint8_t>(counter));
    expected.update(std::span(message).subspan(2));
    EXPECT_EQ(std::to_integer<std::uint64_t>(message[0]), expected.value()) << counter;
  }
  EXPECT_EQ(protector->counter(), 0U) << "15 is never sent";
}

}  // namespace
}  // namespace ocelli::e2e
