#pragma once
// Both ends of a protected message: Protector writes counter, id, length and CRC into the sender's bytes, Checker
// judges what arrived. One of each per message stream; nothing here allocates, throws, waits or looks at a clock.
// Must not know: where messages come from.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "ocelli/middleware/e2e/counter.hpp"
#include "ocelli/middleware/e2e/profile.hpp"

namespace ocelli::e2e {

/// What made a check end in CheckStatus::kError.
enum class Mistake : std::uint8_t { kNone, kLength, kCrc, kDataId, kCounter, kTag };

[[nodiscard]] std::string_view to_string(Mistake mistake);

struct Check {
  CheckStatus status = CheckStatus::kNoNewData;
  Mistake mistake = Mistake::kNone;
  std::uint32_t counter = 0;  // as received; valid unless status is kError or kNoNewData
  std::uint32_t delta = 0;    // steps since the last believed message
  MessageTag tag{};           // m-profiles
};

class Protector {
 public:
  /// The first message carries `counter`.
  static Result<Protector> create(const Config& config, std::uint32_t counter = 0);

  /// Writes the protection into `message`, whose other bytes are final, and moves the counter on. False, and nothing
  /// written, when the length is not one of the configuration, or when an m-profile cannot carry the tag.
  [[nodiscard]] bool protect(std::span<std::byte> message);
  [[nodiscard]] bool protect(std::span<std::byte> message, const MessageTag& tag);

  [[nodiscard]] std::uint32_t counter() const { return counter_; }

 private:
  Protector(const Config& config, std::uint32_t counter) : config_(config), counter_(counter) {}

  Config config_;
  std::uint32_t counter_;
};

class Checker {
 public:
  static Result<Checker> create(const Config& config);
  /// A receiver that has already believed a message with `last_counter`.
  static Result<Checker> create(const Config& config, std::uint32_t last_counter);

  /// One received message.
  [[nodiscard]] Check check(std::span<const std::byte> message);
  /// A cycle in which nothing was received.
  [[nodiscard]] static Check nothing_received() { return {}; }

 private:
  Checker(const Config& config, std::uint32_t last_counter) : config_(config), last_counter_(last_counter) {}

  Config config_;
  std::uint32_t last_counter_;
};

/// For streams that count by themselves, and for messages that lie in two places: `head`, which holds the protected
/// fields, and `rest` behind it. The configuration must be valid, and counter less than the profile's modulo.
/// protect_message() is false, and nothing written, when the length is not one of the configuration; check_message()
/// tells what is wrong with a message that should carry `counter`.
[[nodiscard]] bool protect_message(const Config& config, std::uint32_t counter, std::span<std::byte> head,
                                   std::span<const std::byte> rest);
[[nodiscard]] Mistake check_message(const Config& config, std::uint32_t counter, std::span<const std::byte> head,
                                    std::span<const std::byte> rest);

}  // namespace ocelli::e2e
