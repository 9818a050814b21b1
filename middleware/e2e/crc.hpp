#pragma once
// Cyclic redundancy checks of the E2E profiles (and the usual neighbours, for checking against published values).
// Carry-less multiplication where the processor has it, tables of 16 x 256 entries elsewhere: the same result.
// No heap, no lock, no exception. Must not know: profiles, messages.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ocelli::e2e {

enum class CrcKind : std::uint8_t {
  kCrc8J1850,  // SAE J1850
  kCrc8P01,    // the same polynomial as profiles 1 and 11 use it: start and final XOR 0
  kCrc8H2f,    // profiles 2 and 22
  kCrc16,      // CCITT-FALSE: profiles 5 and 6
  kCrc16Arc,
  kCrc32,    // Ethernet
  kCrc32P4,  // profiles 4, 8, 44 and 4m
  kCrc64,    // profiles 7 and 7m
};

/// A CRC in the terms of the RevEng catalogue; `is_reflected` stands for input and output.
struct CrcModel {
  CrcKind kind;
  std::string_view name;
  int width_bits;
  std::uint64_t polynomial;  // without the leading term
  std::uint64_t initial;
  std::uint64_t final_xor;
  bool is_reflected;
  std::uint64_t check;  // of the nine characters 123456789
};

// clang-format off
inline constexpr auto kCrcModels = std::to_array<CrcModel>({
    {CrcKind::kCrc8J1850, "CRC-8/SAE-J1850",      8, 0x1D,                  0xFF,   0xFF,   false, 0x4B},
    {CrcKind::kCrc8P01,   "CRC-8/E2E-P01",        8, 0x1D,                  0x00,   0x00,   false, 0x37},
    {CrcKind::kCrc8H2f,   "CRC-8/AUTOSAR",        8, 0x2F,                  0xFF,   0xFF,   false, 0xDF},
    {CrcKind::kCrc16,     "CRC-16/IBM-3740",     16, 0x1021,                0xFFFF, 0x0000, false, 0x29B1},
    {CrcKind::kCrc16Arc,  "CRC-16/ARC",          16, 0x8005,                0x0000, 0x0000, true,  0xBB3D},
    {CrcKind::kCrc32,     "CRC-32/ISO-HDLC",     32, 0x04C11DB7,            0xFFFFFFFF, 0xFFFFFFFF, true, 0xCBF43926},
    {CrcKind::kCrc32P4,   "CRC-32/AUTOSAR",      32, 0xF4ACFB13,            0xFFFFFFFF, 0xFFFFFFFF, true, 0x1697D06A},
    {CrcKind::kCrc64,     "CRC-64/XZ",           64, 0x42F0E1EBA9EA3693,    ~0ULL,  ~0ULL,  true,  0x995DC9BBDF1939FA},
});
// clang-format on

[[nodiscard]] constexpr const CrcModel& crc_model(CrcKind kind) { return kCrcModels[static_cast<std::size_t>(kind)]; }

/// Which code computes: kPortable is for tests and measurements.
enum class CrcPath : std::uint8_t { kBest, kPortable };

/// Does this processor multiply without carries (PCLMULQDQ)?
[[nodiscard]] bool has_carryless_multiply();

/// A CRC over bytes that come in pieces.
class Crc {
 public:
  explicit Crc(CrcKind kind, CrcPath path = CrcPath::kBest);

  Crc& update(std::span<const std::byte> bytes);
  Crc& update(std::uint8_t byte);
  /// Over everything so far; more may follow.
  [[nodiscard]] std::uint64_t value() const;

 private:
  CrcKind kind_;
  CrcPath path_;
  std::uint64_t register_;
};

/// Over one piece.
[[nodiscard]] std::uint64_t crc(CrcKind kind, std::span<const std::byte> bytes, CrcPath path = CrcPath::kBest);

}  // namespace ocelli::e2e
