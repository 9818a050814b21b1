#pragma once
// CAN databases (Vector's DBC text format): which signal lies where in which frame, and what its bits mean.
// Read: BO_, SG_ (plain and multiplexed, Intel and Motorola, float), VAL_, SIG_VALTYPE_; every other section is checked
// for its form only. Must not know: a bus, a device, what the signals are for.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::can {

enum class ByteOrder : std::uint8_t { kMotorola, kIntel };
enum class ValueType : std::uint8_t { kUnsigned, kSigned, kFloat, kDouble };

struct Signal {
  std::string name;
  std::uint16_t start_bit = 0;  // as written: bit 8 * byte + position; Motorola: of the highest bit, Intel: the lowest
  std::uint16_t length = 0;     // bits, 1 to 64
  ByteOrder order = ByteOrder::kIntel;
  ValueType type = ValueType::kUnsigned;
  double scale = 1.0;
  double offset = 0.0;
  double minimum = 0.0;  // minimum == maximum: not given
  double maximum = 0.0;
  std::string unit;
  bool is_multiplexer = false;
  std::optional<std::uint64_t> multiplexed_by;              // there only while the message's multiplexer has this value
  std::vector<std::pair<std::int64_t, std::string>> names;  // of raw values (VAL_)

  /// How many bits from the start of the data it reaches, counted from the top of each byte down when Motorola.
  [[nodiscard]] std::size_t end_bit() const;
  /// The bits, not yet scaled. Precondition: `data` is as long as the message.
  [[nodiscard]] std::uint64_t bits(std::span<const std::byte> data) const;
  /// scale * value + offset. Precondition: `data` is as long as the message.
  [[nodiscard]] double value(std::span<const std::byte> data) const;
};

struct Message {
  std::uint32_t id = 0;  // 11 bits, or 29 when extended; with bit 30: a placeholder that no frame has
  bool is_extended = false;
  std::string name;
  std::size_t size = 0;  // bytes
  std::string sender;
  std::vector<Signal> signals;

  [[nodiscard]] const Signal* find(std::string_view signal) const;
  /// The signal's value in a frame; nothing when the frame is shorter than the message, or the signal is multiplexed
  /// and not in this one.
  [[nodiscard]] std::optional<double> value(const Signal& signal, std::span<const std::byte> data) const;
};

struct Database {
  std::vector<Message> messages;  // by (is_extended, id)

  [[nodiscard]] const Message* find(std::uint32_t id, bool is_extended = false) const;
  [[nodiscard]] const Message* find(std::string_view name) const;
};

/// One error per file, at its first mistake: "FILE:LINE:COLUMN: what, what was expected".
/// Errors: kNotFound, kUnavailable; kCorrupt for mistakes of syntax, a signal that does not fit its message, ids or
/// names given twice, values for signals that are not there.
[[nodiscard]] Result<Database> load_dbc(const std::filesystem::path& path);
/// `file` stands for the text in messages.
[[nodiscard]] Result<Database> parse_dbc(std::string_view text, const std::string& file);

}  // namespace ocelli::can
