#include "ocelli/hal/can/dbc.hpp"

#include <algorithm>
#include <bit>

namespace ocelli::can {
namespace {

constexpr std::uint64_t mask_of(std::uint16_t length) {
  return length >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << length) - 1;
}

/// Motorola: from the highest bit down; behind bit 0 of a byte comes bit 7 of the next.
std::uint64_t motorola_bits(std::span<const std::byte> data, std::uint16_t start, std::uint16_t length) {
  std::uint64_t value = 0;
  std::size_t bit = start;
  for (std::uint16_t i = 0; i < length; ++i) {
    value = (value << 1U) | ((std::to_integer<std::uint64_t>(data[bit / 8]) >> (bit % 8)) & 1U);
    bit = bit % 8 == 0 ? bit + 15 : bit - 1;
  }
  return value;
}

std::uint64_t intel_bits(std::span<const std::byte> data, std::uint16_t start, std::uint16_t length) {
  std::uint64_t value = 0;
  for (std::uint16_t i = 0; i < length; ++i) {
    const std::size_t bit = std::size_t{start} + i;
    value |= ((std::to_integer<std::uint64_t>(data[bit / 8]) >> (bit % 8)) & 1U) << i;
  }
  return value;
}

}  // namespace

std::size_t Signal::end_bit() const {
  if (order == ByteOrder::kIntel) return std::size_t{start_bit} + length;
  return std::size_t{start_bit} / 8 * 8 + (7 - start_bit % 8U) + length;
}

std::uint64_t Signal::bits(std::span<const std::byte> data) const {
  return order == ByteOrder::kMotorola ? motorola_bits(data, start_bit, length) : intel_bits(data, start_bit, length);
}

double Signal::value(std::span<const std::byte> data) const {
  const std::uint64_t raw = bits(data);
  switch (type) {
    case ValueType::kUnsigned: return scale * static_cast<double>(raw) + offset;
    case ValueType::kSigned: {
      const bool is_negative = ((raw >> (length - 1U)) & 1U) != 0;
      return scale * static_cast<double>(static_cast<std::int64_t>(is_negative ? raw | ~mask_of(length) : raw)) +
             offset;
    }
    case ValueType::kFloat: return scale * std::bit_cast<float>(static_cast<std::uint32_t>(raw)) + offset;
    case ValueType::kDouble: return scale * std::bit_cast<double>(raw) + offset;
  }
  return 0.0;
}

const Signal* Message::find(std::string_view signal) const {
  const auto found = std::ranges::find(signals, signal, &Signal::name);
  return found == signals.end() ? nullptr : &*found;
}

std::optional<double> Message::value(const Signal& signal, std::span<const std::byte> data) const {
  const auto is_outside = [&](const Signal& s) { return s.end_bit() > data.size() * 8; };  // of a message of 0 bytes
  if (data.size() < size || is_outside(signal)) return std::nullopt;
  if (signal.multiplexed_by) {
    const auto is_root = [](const Signal& s) { return s.is_multiplexer && !s.multiplexed_by; };
    const auto is_nested = [](const Signal& s) { return s.is_multiplexer && s.multiplexed_by; };
    const auto root = std::ranges::find_if(signals, is_root);
    if (root == signals.end() || is_outside(*root) || root->bits(data) != *signal.multiplexed_by) return std::nullopt;
    // Which of several multiplexers a value belongs to is in SG_MUL_VAL_, which is not read.
    if (!signal.is_multiplexer && std::ranges::any_of(signals, is_nested)) return std::nullopt;
  }
  return signal.value(data);
}

const Message* Database::find(std::uint32_t id, bool is_extended) const {
  const auto key = [](const Message& message) { return std::pair(message.is_extended, message.id); };
  const auto found = std::ranges::lower_bound(messages, std::pair(is_extended, id), {}, key);
  return found == messages.end() || key(*found) != std::pair(is_extended, id) ? nullptr : &*found;
}

const Message* Database::find(std::string_view name) const {
  const auto found = std::ranges::find(messages, name, &Message::name);
  return found == messages.end() ? nullptr : &*found;
}

}  // namespace ocelli::can
