#pragma once
// One CRC by tables, sixteen bytes at a step ("slicing", Kounavis and Berry 2008). The register is kept as the model
// has it: reflected models with the highest power in the lowest bit. Part of crc.cpp; must not know: intrinsics.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "ocelli/middleware/e2e/crc.hpp"

namespace ocelli::e2e::detail {

template <int kBits>
using UnsignedOf = std::conditional_t<
    kBits == 8, std::uint8_t,
    std::conditional_t<kBits == 16, std::uint16_t, std::conditional_t<kBits == 32, std::uint32_t, std::uint64_t>>>;

constexpr std::uint64_t reflect(std::uint64_t value, int bits) {
  std::uint64_t mirrored = 0;
  for (int i = 0; i < bits; ++i) mirrored |= ((value >> i) & 1U) << (bits - 1 - i);
  return mirrored;
}

constexpr std::uint64_t swap_bytes(std::uint64_t value) { return __builtin_bswap64(value); }

/// Eight bytes as a number, the first byte lowest.
inline std::uint64_t load_le64(const std::byte* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = swap_bytes(value);
  return value;
}

template <CrcKind kKind>
struct TableCrc {
  static constexpr CrcModel kModel = crc_model(kKind);
  static constexpr int kWidth = kModel.width_bits;
  using Register = UnsignedOf<kWidth>;
  using Tables = std::array<std::array<Register, 256>, 16>;

  /// What one byte in front of k zero bytes contributes: kTables[k][byte].
  static constexpr Tables make_tables() {
    Tables tables{};
    const auto polynomial =
        static_cast<Register>(kModel.is_reflected ? reflect(kModel.polynomial, kWidth) : kModel.polynomial);
    constexpr auto kTop = static_cast<Register>(Register{1} << (kWidth - 1));
    for (std::size_t byte = 0; byte < 256; ++byte) {
      auto value = static_cast<Register>(kModel.is_reflected ? byte : byte << (kWidth - 8));
      for (int bit = 0; bit < 8; ++bit) {
        const bool carry = (value & (kModel.is_reflected ? Register{1} : kTop)) != 0;
        value = static_cast<Register>(kModel.is_reflected ? value >> 1 : value << 1);
        if (carry) value ^= polynomial;
      }
      tables[0][byte] = value;
    }
    for (std::size_t k = 1; k < 16; ++k)
      for (std::size_t byte = 0; byte < 256; ++byte) {
        const Register before = tables[k - 1][byte];
        const std::uint64_t index = kModel.is_reflected ? before & 0xFFU : std::uint64_t{before} >> (kWidth - 8);
        const std::uint64_t rest = kModel.is_reflected ? std::uint64_t{before} >> 8 : std::uint64_t{before} << 8;
        tables[k][byte] = static_cast<Register>(rest ^ tables[0][index]);
      }
    return tables;
  }
  static constexpr Tables kTables = make_tables();

  /// The register as it is added to the first eight bytes of what follows (load_le64 order).
  static constexpr std::uint64_t aligned(Register value) {
    if constexpr (kModel.is_reflected) return value;
    return swap_bytes(std::uint64_t{value} << (64 - kWidth));
  }

  static Register step_byte(Register value, std::byte byte) {
    const auto in = std::to_integer<std::uint64_t>(byte);
    if constexpr (kModel.is_reflected)
      return static_cast<Register>((std::uint64_t{value} >> 8) ^ kTables[0][(value ^ in) & 0xFFU]);
    else
      return static_cast<Register>((std::uint64_t{value} << 8) ^
                                   kTables[0][((std::uint64_t{value} >> (kWidth - 8)) ^ in) & 0xFFU]);
  }

  /// Eight bytes in front of kBehind more of the same step.
  template <std::size_t kBehind>
  static Register eight(std::uint64_t x) {
    const auto at = [x](std::size_t i) { return kTables[kBehind + 7 - i][(x >> (8 * i)) & 0xFFU]; };
    const auto early = static_cast<Register>((at(0) ^ at(1)) ^ (at(2) ^ at(3)));
    const auto late = static_cast<Register>((at(4) ^ at(5)) ^ (at(6) ^ at(7)));
    return static_cast<Register>(early ^ late);
  }

  static Register update(Register value, const std::byte* bytes, std::size_t count) {
    for (; count >= 16; bytes += 16, count -= 16)
      value = static_cast<Register>(eight<0>(load_le64(bytes + 8)) ^ eight<8>(load_le64(bytes) ^ aligned(value)));
    for (; count > 0; ++bytes, --count) value = step_byte(value, *bytes);
    return value;
  }
};

}  // namespace ocelli::e2e::detail
