#pragma once
// Reads and writes the few members that stand before and after bulk data in XCDR1 little-endian, in place.
// Every length is read once and checked against the buffer: a view must survive bytes that change under it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::topics {

/// Walks an encapsulated CDR message. After a failed read every further read fails, so one check at the end is enough.
class CdrPrefixReader {
 public:
  explicit CdrPrefixReader(std::span<const std::byte> cdr) : cdr_(cdr) {
    is_good_ = cdr.size() >= 4 && cdr[0] == std::byte{0} && cdr[1] == std::byte{1};  // CDR_LE
    at_ = 4;
  }

  template <class Number>
  Number number() {
    align(sizeof(Number));
    Number value{};
    if (!has(sizeof(Number))) return value;
    std::memcpy(&value, cdr_.data() + at_, sizeof(Number));
    at_ += sizeof(Number);
    return value;
  }

  std::string_view text() {
    const auto length = number<std::uint32_t>();  // includes the closing zero
    if (!has(length) || length == 0) return is_good_ = false, std::string_view{};
    const std::string_view value(reinterpret_cast<const char*>(cdr_.data() + at_), length - 1);
    at_ += length;
    return value;
  }

  std::span<const std::byte> octets() {
    const auto length = number<std::uint32_t>();
    if (!has(length)) return {};
    const auto value = cdr_.subspan(at_, length);
    at_ += length;
    return value;
  }

  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  bool has(std::size_t bytes) { return is_good_ = is_good_ && at_ <= cdr_.size() && bytes <= cdr_.size() - at_; }
  void align(std::size_t alignment) { at_ = 4 + (at_ - 4 + alignment - 1) / alignment * alignment; }

  std::span<const std::byte> cdr_;
  std::size_t at_ = 0;
  bool is_good_ = false;
};

/// The mirror image; with an empty span it only counts.
class CdrPrefixWriter {
 public:
  explicit CdrPrefixWriter(std::span<std::byte> out) : out_(out) {
    constexpr std::byte kEncapsulation[4] = {std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}};
    put(kEncapsulation, 4);
  }

  template <class Number>
  void number(Number value) {
    const std::size_t aligned = 4 + (at_ - 4 + sizeof(Number) - 1) / sizeof(Number) * sizeof(Number);
    if (!out_.empty()) std::memset(out_.data() + at_, 0, aligned - at_);
    at_ = aligned;
    put(&value, sizeof(Number));
  }

  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size() + 1));
    put(value.data(), value.size());
    put("", 1);
  }

  /// Leaves room for `length` octets behind their length; returns where they begin.
  std::size_t octets(std::size_t length) {
    number(static_cast<std::uint32_t>(length));
    const std::size_t begin = at_;
    at_ += length;
    return begin;
  }

  [[nodiscard]] std::size_t size() const { return at_; }

 private:
  void put(const void* bytes, std::size_t count) {
    if (!out_.empty()) std::memcpy(out_.data() + at_, bytes, count);
    at_ += count;
  }

  std::span<std::byte> out_;
  std::size_t at_ = 0;
};

}  // namespace ocelli::topics
