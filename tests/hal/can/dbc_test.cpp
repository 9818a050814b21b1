#include "ocelli/hal/can/dbc.hpp"
#include "ocelli/tests/recorded_data.hpp"

#include <gmock/gmock.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace ocelli::can {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

template <class... Values>
std::array<std::byte, sizeof...(Values)> bytes(Values... values) {
  return {static_cast<std::byte>(values)...};
}

constexpr const char* kSmall = R"(VERSION "1"

NS_ :
  CM_
  BA_
  VAL_
BS_: 500 : 12,13
BU_: ECU GATEWAY

BO_ 37 STEER: 8 ECU
 SG_ ANGLE : 3|12@0- (1.5,0) [-500|500] "deg" GATEWAY,ECU
 SG_ FRACTION : 39|4@0- (0.1,0) [-0.7|0.7] "deg" GATEWAY
BO_ 2147484000 LONG: 4 ECU
 SG_ COUNT : 4|12@1+ (1,-7) [0|0] "" GATEWAY
 SG_ LEVEL : 16|16@1- (1e-2,0) [0|0] "V" GATEWAY
BO_ 100 MANY: 8 ECU
 SG_ KIND M : 0|8@1+ (1,0) [0|3] "" GATEWAY
 SG_ SPEED m0 : 8|16@1+ (0.01,0) [0|0] "m/s" GATEWAY
 SG_ HEAT m3 : 8|8@1- (1,0) [0|0] "degC" GATEWAY
BO_ 101 REAL: 8 ECU
 SG_ PART : 0|32@1- (2,1) [0|0] "" GATEWAY
CM_ SG_ 37 ANGLE "of the wheel;
 second line, \"quoted\"";
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
VAL_ 100 KIND 0 "moving" 3 "warm" ;
SIG_VALTYPE_ 101 PART : 1;
)";

TEST(Dbc, DecodesMotorolaAndIntelSignals) {
  const auto database = parse_dbc(kSmall, "small.dbc");
  ASSERT_TRUE(database) << database.error().message;
  ASSERT_EQ(database->messages.size(), 4U);
  const Message* steer = database->find(37);
  ASSERT_NE(steer, nullptr);
  // 0xFFD = -3 in 12 bits, from bit 3 of byte 0 down; 0xE = -2 in the upper half of byte 4.
  const auto frame = bytes(0x0F, 0xFD, 0, 0, 0xE0, 0, 0, 0);
  EXPECT_DOUBLE_EQ(*steer->value(*steer->find("ANGLE"), frame), -4.5);
  EXPECT_DOUBLE_EQ(*steer->value(*steer->find("FRACTION"), frame), -0.2);
  EXPECT_EQ(database->find(352, false), nullptr) << "352 is there as an extended id only";
  const Message* extended = database->find(352, true);
  ASSERT_NE(extended, nullptr);
  const auto intel = bytes(0x50, 0xAB, 0x9C, 0xFF);
  EXPECT_DOUBLE_EQ(*extended->value(*extended->find("COUNT"), intel), 0xAB5 - 7);
  EXPECT_DOUBLE_EQ(*extended->value(*extended->find("LEVEL"), intel), -1.0);
}

TEST(Dbc, DecodesFloatsAndNamesOfValues) {
  const auto database = parse_dbc(kSmall, "small.dbc");
  ASSERT_TRUE(database);
  const auto raw = std::bit_cast<std::array<std::byte, 4>>(-1.25F);
  const auto frame = bytes(raw[0], raw[1], raw[2], raw[3], 0, 0, 0, 0);
  const Message* real = database->find("REAL");
  EXPECT_DOUBLE_EQ(*real->value(*real->find("PART"), frame), -1.5);
  EXPECT_THAT(database->find("MANY")->find("KIND")->names,
              ::testing::ElementsAre(std::pair(std::int64_t{0}, "moving"), std::pair(std::int64_t{3}, "warm")));
}

TEST(Dbc, AMultiplexedSignalIsThereOnlyInItsOwnFrames) {
  const auto database = parse_dbc(kSmall, "small.dbc");
  ASSERT_TRUE(database);
  const Message* many = database->find(100);
  const auto moving = bytes(0, 0xE8, 0x03, 0, 0, 0, 0, 0);
  const auto warm = bytes(3, 0xFF, 0, 0, 0, 0, 0, 0);
  EXPECT_DOUBLE_EQ(*many->value(*many->find("SPEED"), moving), 10.0);
  EXPECT_FALSE(many->value(*many->find("HEAT"), moving));
  EXPECT_DOUBLE_EQ(*many->value(*many->find("HEAT"), warm), -1.0);
  EXPECT_FALSE(many->value(*many->find("SPEED"), warm));
}

TEST(Dbc, WhatSeveralMultiplexersShareIsNotGuessed) {
  const auto nested = parse_dbc(
      "BO_ 1 A: 8 X\n SG_ SUB m0M : 8|8@1+ (1,0) [0|0] \"\" X\n SG_ TOP M : 0|8@1+ (1,0) [0|0] \"\" X\n"
      " SG_ V m5 : 16|8@1+ (1,0) [0|0] \"\" X\n SG_ FREE : 24|8@1+ (1,0) [0|0] \"\" X",
      "nested.dbc");
  ASSERT_TRUE(nested);
  const Message* a = nested->find(1);
  const auto frame = bytes(0, 5, 77, 9, 0, 0, 0, 0);
  EXPECT_EQ(a->value(*a->find("SUB"), frame), 5.0) << "the topmost one says so, wherever it stands";
  EXPECT_FALSE(a->value(*a->find("V"), frame)) << "of TOP or of SUB: only SG_MUL_VAL_ knows";
  EXPECT_EQ(a->value(*a->find("FREE"), frame), 9.0);
  EXPECT_FALSE(a->value(*a->find("SUB"), bytes(1, 5, 77, 9, 0, 0, 0, 0)));
}

TEST(Dbc, AShortFrameHasNoValues) {
  const auto database = parse_dbc(kSmall, "small.dbc");
  ASSERT_TRUE(database);
  const Message* steer = database->find(37);
  EXPECT_FALSE(steer->value(*steer->find("ANGLE"), bytes(0x0F, 0xFD)));
  const auto unknown = parse_dbc("BO_ 1 A: 0 X\n SG_ S : 8|8@1+ (1,0) [0|0] \"\" X", "unknown_length.dbc");
  ASSERT_TRUE(unknown);
  const Message* a = unknown->find(1);
  EXPECT_FALSE(a->value(*a->find("S"), bytes(0x0F)));
  EXPECT_EQ(a->value(*a->find("S"), bytes(0x0F, 0xFD)), 253.0);
}

struct Mistake {
  const char* text;
  const char* expected;
};

TEST(Dbc, AMistakeIsToldWithFileLineAndColumn) {
  const auto mistakes = std::to_array<Mistake>({
      {"BO_ 1 A: 8 X\n SG_ S : 0|9@2+ (1,0) [0|0] \"\" X",
       "bad.dbc:2:14: expected 0 (Motorola) or 1 (Intel), found '2'"},
      {"BO_ 1 A: 8 X\n SG_ S : 60|9@1+ (1,0) [0|0] \"\" X", "bad.dbc:2:10: S ends at bit 69 of A"},
      {"BO_ 1 A: 2 X\n SG_ S : 7|17@0+ (1,0) [0|0] \"\" X", "bad.dbc:2:10: S ends at bit 17 of A"},
      {"BO_ 1 A: 8 X\n SG_ S : 0|65@1+ (1,0) [0|0] \"\" X", "S has 65 bits: expected 1 to 64"},
      {"BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1;0) [0|0] \"\" X", "bad.dbc:2:19: expected ',', found ';'"},
      {"BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] m X", "expected \"unit\" in quotes, found 'm'"},
      {"BO_ 1 A: 8 X\n SG_ S x9 : 0|8@1+ (1,0) [0|0] \"\" X", "bad.dbc:2:8: expected M, or m and a number"},
      {"BO_ 4096 A: 8 X", "bad.dbc:1:5: id 4096: expected 11 bits"},
      {"BO_ 1 A: 65 X", "bad.dbc:1:10: 65 bytes: expected at most 64"},
      {"BO_ 1 A: 8 X BO_ 1 B: 8 X", "bad.dbc:1:18: id 1 belongs to A already"},
      {"BO_ 1 A: 8 X BO_ 2 A: 8 X", "message A is there twice"},
      {"SG_ S : 0|8@1+ (1,0) [0|0] \"\" X", "SG_ outside of a message"},
      {"BO_ 1 A: 8 X\nVAL_ 1 S 0 \"off\";", "bad.dbc:2:8: message A has no signal S"},
      {"VAL_ 9 S 0 \"off\";", "bad.dbc:1:6: there is no message 9"},
      {"CM_ \"no end", "bad.dbc:1:5: a text without closing"},
      {"CM_ \"no semicolon\"", "expected ';', the file ends"},
      {"BO_X 1", "'BO_X' is no section of a DBC file"},
      {"BO_ 1 A: 8 X\n?", "bad.dbc:2:1: '?' begins nothing"},
  });
  for (const Mistake& mistake : mistakes) {
    const auto database = parse_dbc(mistake.text, "bad.dbc");
    ASSERT_FALSE(database) << mistake.text;
    EXPECT_THAT(database.error().message, StartsWith("bad.dbc:")) << mistake.text;
    EXPECT_THAT(database.error().message, HasSubstr(mistake.expected)) << mistake.text;
    EXPECT_EQ(database.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Dbc, AMissingFileIsNotFound) {
  const auto database = load_dbc("/no/such/file.dbc");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kNotFound);
}

/// Every cut and many single-character changes end in a database or an error, never worse.
TEST(Dbc, DamagedTextsNeverCrash) {
  const std::string text = kSmall;
  std::size_t good = 0;
  for (std::size_t size = 0; size < text.size(); ++size) good += parse_dbc(text.substr(0, size), "cut") ? 1 : 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const char c : {'\0', '"', ';', '9', 'M', '-'}) {
      std::string changed = text;
      changed[at] = c;
      good += parse_dbc(changed, "changed") ? 1 : 0;
    }
  EXPECT_GT(good, 0U);
}

TEST(Dbc, RealDatabasesAreRead) {
  const std::filesystem::path folder = recorded_data("dbc");
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".dbc") continue;
    std::ifstream in(entry.path());
    std::size_t messages = 0;
    std::size_t signals = 0;
    for (std::string line; std::getline(in, line);) {
      messages += line.find("BO_ ") < 2 ? 1 : 0;
      signals += line.find("SG_ ") < 3 ? 1 : 0;
    }
    const auto database = load_dbc(entry.path());
    ASSERT_TRUE(database) << database.error().message;
    EXPECT_EQ(database->messages.size(), messages) << entry.path();
    std::size_t read = 0;
    for (const Message& message : database->messages) read += message.signals.size();
    EXPECT_EQ(read, signals) << entry.path();
  }
}

}  // namespace
}  // namespace ocelli::can
