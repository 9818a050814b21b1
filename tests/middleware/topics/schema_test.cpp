#include "ocelli/middleware/topics/schema.hpp"

#include <gtest/gtest.h>

#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/tests/middleware/topics/random_cdr.hpp"

namespace ocelli::topics {
namespace {

/// Writes what it hears, one word for each value.
struct Transcript final : SchemaVisitor {
  void on_boolean(bool value) override { text += value ? "true " : "false "; }
  void on_unsigned(std::uint64_t value) override { text += fmt::format("{} ", value); }
  void on_signed(std::int64_t value) override { text += fmt::format("{} ", value); }
  void on_float(double value, std::size_t) override { text += fmt::format("{} ", value); }
  void on_string(std::string_view value) override { text += fmt::format("'{}' ", value); }
  void on_enum(std::uint32_t value, std::string_view name) override { text += fmt::format("{}={} ", name, value); }
  void on_octets(std::span<const std::byte> bytes) override { text += fmt::format("{} octets ", bytes.size()); }
  void begin_struct(const SchemaType&) override { text += "{ "; }
  void on_member(std::string_view name) override { text += fmt::format("{}: ", name); }
  void end_struct() override { text += "} "; }
  void begin_list(std::size_t count) override { text += fmt::format("[{}: ", count); }
  void end_list() override { text += "] "; }
  std::string text;
};

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(std::byte(value));
  return bytes;
}

TEST(Schema, ReadsWhatTheGeneratedSerializerOfEveryKindWrites) {
  for (const TopicKind& kind : kTable) {
    const Codec& codec = kind.codec();
    const auto type = parse_schema(codec.schema, codec.type_name);
    ASSERT_TRUE(type) << kind.name << ": " << type.error().message;
    RandomCdr random(7);
    for (int i = 0; i < 50; ++i) {
      const std::vector<std::byte> made = random.message(**type);
      const auto message = codec.create();
      ASSERT_TRUE(codec.decode(made, message.get())) << kind.name;
      std::vector<std::byte> again;
      codec.encode(message.get(), again);
      ASSERT_EQ(again, made) << kind.name << ": both must lay the message out alike";
      Transcript transcript;
      ASSERT_TRUE(walk(**type, again, transcript)) << kind.name;
      EXPECT_FALSE(transcript.text.empty());
    }
  }
}

TEST(Schema, UnderstandsScopesConstantsArraysAliasesAndComments) {
  constexpr std::string_view kIdl = R"(
    #pragma once
    module a { /* a comment
                  of two lines */
      const unsigned long N = 2;
      enum Colour { RED, @value(1) GREEN };
      typedef sequence<unsigned short, 4> Shorts;
      module b { @final struct Inner { Colour colour; long grid[N][2]; }; };
      @final @topic(name="x") struct Outer {
        @key b::Inner inner;   // of the scope that is open
        ::a::Shorts shorts;
        string<8> name, other;
        octet raw[3]; char letter; boolean flag; float half; int8 small;
      };
    };)";
  const auto type = parse_schema(kIdl, "a::Outer");
  ASSERT_TRUE(type) << type.error().message;
  const auto cdr =
      bytes_of({0, 1, 0, 0, 1, 0, 0, 0,   1,   0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0,   255, 255, 255, 255, 2, 0, 0,  0,  7,
                0, 9, 0, 3, 0, 0, 0, 'h', 'i', 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 'z', 1,   0,   0,   0,   0, 0, 63, 251});
  Transcript transcript;
  const Status walked = walk(**type, cdr, transcript);
  ASSERT_TRUE(walked) << walked.error().message;
  EXPECT_EQ(transcript.text,
            "{ inner: { colour: GREEN=1 grid: [2: [2: 1 2 ] [2: 3 -1 ] ] } shorts: [2: 7 9 ] name: 'hi' other: '' "
            "raw: 3 octets letter: 'z' flag: true half: 0.5 small: -5 } ");
}

TEST(Schema, SaysInWhichLineTheIdlIsWrong) {
  const auto message_for = [](std::string_view idl) {
    const auto type = parse_schema(idl, "S");
    return type ? std::string("accepted") : type.error().message;
  };
  EXPECT_EQ(message_for("struct S { long a };"), "IDL line 1: expected ';', not '}'");
  EXPECT_EQ(message_for("struct S {\n  Unknown a;\n};"),
            "IDL line 2: expected a type that was declared before, not 'Unknown'");
  EXPECT_EQ(message_for("union U switch(long) {};"),
            "IDL line 1: expected module, struct, enum, const or typedef, not 'union'");
  EXPECT_EQ(message_for("@mutable struct S {};"), "IDL line 1: expected a type without @mutable, not 'struct'");
  EXPECT_EQ(message_for("struct S { wstring a; };"), "IDL line 1: wstring is not supported");
  EXPECT_EQ(message_for("struct S { long a"), "IDL line 1: expected ';', not 'the end'");
  EXPECT_EQ(message_for("struct T { long a; };"), "no struct S in the IDL");
  EXPECT_EQ(message_for(""), "no struct S in the IDL");
}

TEST(Schema, BytesThatEndTooEarlyAreAnErrorWhereverTheyEnd) {
  for (const TopicKind& kind : kTable) {
    const auto type = parse_schema(kind.codec().schema, kind.codec().type_name);
    const std::vector<std::byte> whole = RandomCdr(3).message(**type);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Transcript transcript;
      EXPECT_FALSE(walk(**type, std::span(whole).first(size), transcript)) << kind.name << " " << size;
    }
  }
}

TEST(Schema, LengthsThatCannotBeAndOtherEncodingsAreRefused) {
  const auto type = parse_schema("struct S { sequence<double> values; };", "S");
  Transcript transcript;
  const Status huge = walk(**type, bytes_of({0, 1, 0, 0, 255, 255, 255, 255, 1, 2}), transcript);
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().message, "the message ends at byte 4: 4294967295 more expected, 2 left");
  const Status parameters = walk(**type, bytes_of({0, 3, 0, 0, 0, 0, 0, 0}), transcript);
  ASSERT_FALSE(parameters);
  EXPECT_EQ(parameters.error().message, "encapsulation 0003: expected plain CDR (0000 or 0001)");
  Transcript big_endian;
  ASSERT_TRUE(walk(**type, bytes_of({0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 63, 240, 0, 0, 0, 0, 0, 0}), big_endian));
  EXPECT_EQ(big_endian.text, "{ values: [1: 1 ] } ");
}

}  // namespace
}  // namespace ocelli::topics
