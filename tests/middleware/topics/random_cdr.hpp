#pragma once
// Random messages of any type, made from its schema: strings, lists and numbers of every size, little-endian.

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "ocelli/middleware/topics/schema.hpp"

namespace ocelli::topics {

class RandomCdr {
 public:
  explicit RandomCdr(std::uint32_t seed) : random_(seed) {}

  /// With encapsulation header.
  std::vector<std::byte> message(const SchemaType& type) {
    body_.clear();
    value(type);
    std::vector<std::byte> cdr(4 + body_.size());  // little endian, no options
    cdr[1] = std::byte{1};
    std::copy(body_.begin(), body_.end(), cdr.begin() + 4);
    return cdr;
  }

 private:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  void put(std::uint64_t bits, std::size_t size) {
    body_.resize((body_.size() + size - 1) / size * size);
    for (std::size_t i = 0; i < size; ++i) body_.push_back(std::byte(bits >> 8 * i & 0xFF));
  }
  void number(const SchemaType& type) {
    const double real = (static_cast<double>(below(2'000'001)) - 1e6) / 64.0;
    const auto single = static_cast<float>(real);
    std::uint64_t bits = random_() << 32U | random_();
    if (type.kind == SchemaKind::kFloat) bits = 0;
    if (type.kind == SchemaKind::kFloat && type.size == 8) std::memcpy(&bits, &real, 8);
    if (type.kind == SchemaKind::kFloat && type.size == 4) std::memcpy(&bits, &single, 4);
    if (type.kind == SchemaKind::kBoolean) bits = below(2);
    if (type.kind == SchemaKind::kCharacter) bits = 'a' + below(26);
    if (type.kind == SchemaKind::kEnum) bits = below(static_cast<std::uint32_t>(type.enumerators.size()));
    put(bits, type.size);
  }
  void value(const SchemaType& type) {
    if (type.kind == SchemaKind::kStruct) {
      for (const SchemaMember& member : type.members) value(*member.type);
    } else if (type.kind == SchemaKind::kString) {
      const std::uint32_t length = below(12);
      put(length + 1, 4);
      for (std::uint32_t i = 0; i < length; ++i) put('a' + below(26), 1);
      put(0, 1);
    } else if (type.kind == SchemaKind::kSequence || type.kind == SchemaKind::kArray) {
      const bool is_array = type.kind == SchemaKind::kArray;
      const std::uint32_t count = is_array ? type.length : below(5);
      if (!is_array) put(count, 4);
      for (std::uint32_t i = 0; i < count; ++i) value(*type.element);
    } else {
      number(type);
    }
  }

  std::mt19937 random_;
  std::vector<std::byte> body_;
};

}  // namespace ocelli::topics
