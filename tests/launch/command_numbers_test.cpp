// What options with numbers take on the command line.
#include <gmock/gmock.h>

#include <optional>

#include "ocelli/launch/command.hpp"

namespace ocelli::launch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Numbers {
  std::int64_t signed_64 = -1;
  std::uint64_t unsigned_64 = 1;
  std::optional<std::uint32_t> maybe;
  std::vector<unsigned> list;
  double real = -1.0;
};

/// "" or the message of the refusal.
std::string parse(Numbers& numbers, const std::vector<std::string>& arguments) {
  CLI::App app;
  CLI::App& command = *app.add_subcommand("command");
  command.add_option("--signed", numbers.signed_64);
  command.add_option("--unsigned", numbers.unsigned_64);
  command.add_option("--maybe", numbers.maybe);
  command.add_option("--list", numbers.list)->delimiter(',');
  command.add_option("--real", numbers.real);
  take_numbers_strictly(app);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  reversed.emplace_back("command");
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& problem) {
    return problem.what();
  }
  return "";
}

TEST(CommandNumbers, AreDecimalOrMarkedAsHexadecimal) {
  RecordProperty("verifies", "REQ-FIT-021");
  Numbers numbers;
  EXPECT_EQ(parse(numbers, {"--signed", "010", "--unsigned", "0x1F", "--maybe", "0010", "--list", "08,09,10", "--real",
                            "010.5"}),
            "");
  EXPECT_EQ(numbers.signed_64, 10);
  EXPECT_EQ(numbers.unsigned_64, 31U);
  EXPECT_EQ(numbers.maybe, 10U);
  EXPECT_THAT(numbers.list, ElementsAre(8, 9, 10));
  EXPECT_EQ(numbers.real, 10.5);
  EXPECT_EQ(parse(numbers, {"--signed", "-7", "--unsigned", "18446744073709551615"}), "");
  EXPECT_EQ(numbers.signed_64, -7);
  EXPECT_EQ(numbers.unsigned_64, ~std::uint64_t{0});
}

TEST(CommandNumbers, WhatIsNoneIsRefused) {
  RecordProperty("verifies", "REQ-FIT-021");
  Numbers numbers;
  for (const char* option : {"--signed", "--unsigned", "--maybe", "--list"})
    for (const char* text : {"", " ", "7x", "0x", "1e3", "1.5", "+1", "99999999999999999999"})
      EXPECT_THAT(parse(numbers, {option, text}),
                  testing::AllOf(HasSubstr(option), HasSubstr("expected a whole number from")))
          << text;
  for (const char* text : {"", " ", "7x", "much"}) EXPECT_THAT(parse(numbers, {"--real", text}), HasSubstr("--real"));
  EXPECT_THAT(parse(numbers, {"--unsigned", "-1"}), HasSubstr("'-1': expected a whole number from 0 to 184467440737"));
  EXPECT_THAT(parse(numbers, {"--maybe", "4294967296"}), HasSubstr("--maybe"));
}

}  // namespace
}  // namespace ocelli::launch
