#include "ocelli/middleware/e2e/crc.hpp"

#include "ocelli/middleware/e2e/crc_fold.hpp"
#include "ocelli/middleware/e2e/crc_tables.hpp"

namespace ocelli::e2e {
namespace {

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
  if (count >= Code::kLeastBytes && has_carryless_multiply())
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

constexpr bool models_stand_in_the_order_of_their_kind() {
  for (std::size_t i = 0; i < kCrcModels.size(); ++i)
    if (static_cast<std::size_t>(kCrcModels[i].kind) != i) return false;
  return true;
}
static_assert(models_stand_in_the_order_of_their_kind());

}  // namespace

bool has_carryless_multiply() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("ssse3") != 0;
  return has;
#else
  return false;
#endif
}

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
