#include "ocelli/middleware/e2e/crc.hpp"

#include <algorithm>

#include "ocelli/middleware/e2e/crc_fold.hpp"
#include "ocelli/middleware/e2e/crc_tables.hpp"

namespace ocelli::e2e {
namespace {

// Known before main() and constant from then on: no guard is asked at run time. A CRC that is computed even earlier
// goes by the tables, with the same result.
#if defined(__x86_64__)
const bool kHasCarrylessMultiply = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("ssse3");
#else
constexpr bool kHasCarrylessMultiply = false;
#endif

using Update = std::uint64_t (*)(std::uint64_t value, const std::byte* bytes, std::size_t count);

template <CrcKind kKind>
std::uint64_t update_portable(std::uint64_t value, const std::byte* bytes, std::size_t count) {
  using Code = detail::TableCrc<kKind>;
  return Code::update(static_cast<typename Code::Register>(value), bytes, count);
}

template <CrcKind kKind>
std::uint64_t update_best(std::uint64_t value, const std::byte* bytes, std::size_t count) {
#if defined(__x86_64__)
  using Code = detail::FoldCrc<kKind>;
  if (count >= Code::kLeastBytes && kHasCarrylessMultiply)
    return Code::update(static_cast<typename Code::Register>(value), bytes, count);
#endif
  return update_portable<kKind>(value, bytes, count);
}

/// In the order of CrcKind.
constexpr std::array<Update, kCrcModels.size()> kPortable = {
    &update_portable<CrcKind::kCrc8J1850>, &update_portable<CrcKind::kCrc8P01>,  &update_portable<CrcKind::kCrc8H2f>,
    &update_portable<CrcKind::kCrc16>,     &update_portable<CrcKind::kCrc16Arc>, &update_portable<CrcKind::kCrc32>,
    &update_portable<CrcKind::kCrc32P4>,   &update_portable<CrcKind::kCrc64>};
constexpr std::array<Update, kCrcModels.size()> kBest = {
    &update_best<CrcKind::kCrc8J1850>, &update_best<CrcKind::kCrc8P01>,  &update_best<CrcKind::kCrc8H2f>,
    &update_best<CrcKind::kCrc16>,     &update_best<CrcKind::kCrc16Arc>, &update_best<CrcKind::kCrc32>,
    &update_best<CrcKind::kCrc32P4>,   &update_best<CrcKind::kCrc64>};

static_assert(std::ranges::all_of(kCrcModels, [](const CrcModel& model) { return &crc_model(model.kind) == &model; }));

}  // namespace

bool has_carryless_multiply() { return kHasCarrylessMultiply; }

// A start of all ones or zero is its own mirror image, so reflected models need no other start.
Crc::Crc(CrcKind kind, CrcPath path) : kind_(kind), path_(path), register_(crc_model(kind).initial) {}

Crc& Crc::update(std::span<const std::byte> bytes) {
  const auto& table = path_ == CrcPath::kBest ? kBest : kPortable;
  register_ = table[static_cast<std::size_t>(kind_)](register_, bytes.data(), bytes.size());
  return *this;
}

Crc& Crc::update(std::uint8_t byte) {
  const std::byte one{byte};
  return update({&one, 1});
}

std::uint64_t Crc::value() const { return register_ ^ crc_model(kind_).final_xor; }

std::uint64_t crc(CrcKind kind, std::span<const std::byte> bytes, CrcPath path) {
  return Crc(kind, path).update(bytes).value();
}

}  // namespace ocelli::e2e
