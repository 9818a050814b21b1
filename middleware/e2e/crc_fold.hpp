#pragma once
// One CRC by carry-less multiplication (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ",
// Intel 2009). Every width is treated as 64 bits: the remainder modulo P(x) x^(64-w) is the remainder modulo P(x),
// moved up by 64-w. Only on x86-64; part of crc.cpp.

#if defined(__x86_64__)

#include <immintrin.h>

#include "ocelli/middleware/e2e/crc_tables.hpp"

namespace ocelli::e2e::detail {

template <CrcKind kKind>
struct FoldCrc {
  using Table = TableCrc<kKind>;
  using Register = typename Table::Register;
  static constexpr bool kReflected = Table::kModel.is_reflected;
  static constexpr std::size_t kLeastBytes = 64;

  /// x^power modulo x^64 + polynomial.
  static constexpr std::uint64_t power_of_x(int power) {
    const std::uint64_t polynomial = Table::kModel.polynomial << (64 - Table::kWidth);
    std::uint64_t value = 1;
    for (int i = 0; i < power; ++i) value = (value << 1) ^ ((value >> 63) != 0 ? polynomial : 0);
    return value;
  }

  /// Factors that move 128 bits forward by `bits`: for the low and the high half of a register. A product of two
  /// mirrored numbers comes out one place too low, hence bits - 1 there.
  struct Factors {
    std::uint64_t low;
    std::uint64_t high;
  };
  static constexpr Factors forward(int bits) {
    if constexpr (kReflected) return {reflect(power_of_x(bits + 63), 64), reflect(power_of_x(bits - 1), 64)};
    return {power_of_x(bits), power_of_x(bits + 64)};
  }
  static constexpr Factors kForward512 = forward(512);
  static constexpr Factors kForward128 = forward(128);

  __attribute__((target("pclmul,ssse3"))) static __m128i constant(Factors factors) {
    return _mm_set_epi64x(static_cast<long long>(factors.high), static_cast<long long>(factors.low));
  }

  /// Sixteen bytes; plain polynomials want the first byte highest.
  __attribute__((target("pclmul,ssse3"))) static __m128i in_order(__m128i bytes) {
    if constexpr (kReflected) return bytes;
    return _mm_shuffle_epi8(bytes, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  }

  __attribute__((target("pclmul,ssse3"))) static __m128i load(const std::byte* bytes) {
    return in_order(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
  }

  __attribute__((target("pclmul,ssse3"))) static __m128i fold(__m128i lane, __m128i factors, __m128i next) {
    const __m128i low = _mm_clmulepi64_si128(lane, factors, 0x00);
    const __m128i high = _mm_clmulepi64_si128(lane, factors, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
  }

  /// count >= kLeastBytes.
  __attribute__((target("pclmul,ssse3"))) static Register update(Register value, const std::byte* bytes,
                                                                 std::size_t count) {
    const __m128i start = in_order(_mm_set_epi64x(0, static_cast<long long>(Table::aligned(value))));
    __m128i lane0 = _mm_xor_si128(load(bytes), start);
    __m128i lane1 = load(bytes + 16);
    __m128i lane2 = load(bytes + 32);
    __m128i lane3 = load(bytes + 48);
    const __m128i by512 = constant(kForward512);
    for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64) {
      lane0 = fold(lane0, by512, load(bytes));
      lane1 = fold(lane1, by512, load(bytes + 16));
      lane2 = fold(lane2, by512, load(bytes + 32));
      lane3 = fold(lane3, by512, load(bytes + 48));
    }
    const __m128i by128 = constant(kForward128);
    __m128i all = fold(fold(fold(lane0, by128, lane1), by128, lane2), by128, lane3);
    for (; count >= 16; bytes += 16, count -= 16) all = fold(all, by128, load(bytes));
    std::byte folded[16];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(folded), in_order(all));
    return Table::update(Table::update(0, folded, 16), bytes, count);
  }
};

}  // namespace ocelli::e2e::detail

#endif
