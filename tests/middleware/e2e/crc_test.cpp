#include "ocelli/middleware/e2e/crc.hpp"

#include <gtest/gtest.h>

#include <fmt/core.h>

#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ocelli::e2e {
namespace {

std::vector<std::byte> random_bytes(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

/// Bit by bit, straight from the definition in the RevEng catalogue: shares nothing with the code under test.
std::uint64_t bit_serial(const CrcModel& model, std::span<const std::byte> bytes) {
  const int width = model.width_bits;
  const std::uint64_t mask = width == 64 ? ~0ULL : (1ULL << width) - 1;
  std::uint64_t value = model.initial;
  for (const std::byte byte : bytes)
    for (int i = 0; i < 8; ++i) {
      const int position = model.is_reflected ? i : 7 - i;
      const bool in = ((std::to_integer<unsigned>(byte) >> position) & 1U) != 0;
      const bool out = ((value >> (width - 1)) & 1U) != 0;
      value = (value << 1) & mask;
      if (in != out) value ^= model.polynomial;
    }
  if (!model.is_reflected) return value ^ model.final_xor;
  std::uint64_t mirrored = 0;
  for (int i = 0; i < width; ++i) mirrored |= ((value >> i) & 1U) << (width - 1 - i);
  return mirrored ^ model.final_xor;
}

TEST(CarrylessMultiply, IsUsedWhereTheProcessorSaysThatItHasIt) {
  RecordProperty("verifies", "REQ-E2E-002");
  std::ifstream file("/proc/cpuinfo");
  std::string flags;
  for (std::string line; std::getline(file, line) && flags.empty();)
    if (line.starts_with("flags")) flags = line + " ";
  const auto has = [&](std::string_view flag) { return flags.find(fmt::format(" {} ", flag)) != std::string::npos; };
  EXPECT_EQ(has_carryless_multiply(), has("pclmulqdq") && has("ssse3"));
}

class EveryCrc : public testing::TestWithParam<CrcModel> {};

TEST_P(EveryCrc, GivesThePublishedCheckValue) {
  RecordProperty("verifies", "REQ-E2E-001");
  const std::string_view digits = "123456789";
  const auto bytes = std::as_bytes(std::span(digits.data(), digits.size()));
  EXPECT_EQ(crc(GetParam().kind, bytes), GetParam().check);
  EXPECT_EQ(crc(GetParam().kind, bytes, CrcPath::kPortable), GetParam().check);
  EXPECT_EQ(bit_serial(GetParam(), bytes), GetParam().check);
}

TEST_P(EveryCrc, IsTheSameWithAndWithoutCarrylessMultiplyAndBitBySerialBit) {
  RecordProperty("verifies", "REQ-E2E-002");
  const auto bytes = random_bytes(1500, 7);
  for (std::size_t start : {0U, 1U, 5U, 15U})
    for (std::size_t count = 0; count < 700; count += count < 300 ? 1 : 37) {
      const auto piece = std::span(bytes).subspan(start, count);
      const std::uint64_t expected = bit_serial(GetParam(), piece);
      ASSERT_EQ(crc(GetParam().kind, piece, CrcPath::kPortable), expected) << start << "+" << count;
      ASSERT_EQ(crc(GetParam().kind, piece, CrcPath::kBest), expected) << start << "+" << count;
    }
}

TEST_P(EveryCrc, DoesNotDependOnHowTheBytesAreCut) {
  RecordProperty("verifies", "REQ-E2E-002");
  const auto bytes = random_bytes(4096, 11);
  const std::uint64_t expected = bit_serial(GetParam(), bytes);
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    Crc pieces(GetParam().kind, round % 2 == 0 ? CrcPath::kBest : CrcPath::kPortable);
    for (std::size_t done = 0; done < bytes.size();) {
      const std::size_t count = std::min<std::size_t>(bytes.size() - done, random() % 400);
      if (count == 1)
        pieces.update(std::to_integer<std::uint8_t>(bytes[done]));
      else
        pieces.update(std::span(bytes).subspan(done, count));
      done += count;
    }
    ASSERT_EQ(pieces.value(), expected);
  }
}

TEST_P(EveryCrc, SeesEverySingleFlippedBit) {
  RecordProperty("verifies", "REQ-E2E-001");
  auto bytes = random_bytes(300, 19);
  const std::uint64_t clean = crc(GetParam().kind, bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
    ASSERT_NE(crc(GetParam().kind, bytes), clean) << "bit " << bit;
    bytes[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryCrc, testing::ValuesIn(kCrcModels), [](const auto& model) {
  std::string name(model.param.name);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

}  // namespace
}  // namespace ocelli::e2e
