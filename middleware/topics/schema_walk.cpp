// CDR bytes by schema: XTypes 1.3 §7.4.1 (plain CDR, version 1), the encoding of every message here.
#include <bit>
#include <cstring>

#include "ocelli/middleware/topics/schema.hpp"

namespace ocelli::topics {
namespace {

constexpr std::size_t kEncapsulation = 4;  // bytes; alignment counts from behind it
constexpr int kMostDepth = 32;             // of values within values

class Walker {
 public:
  Walker(std::span<const std::byte> body, bool is_little, SchemaVisitor& visitor)
      : body_(body), is_little_(is_little), visitor_(visitor) {}

  Status value(const SchemaType& type, int depth) {
    if (depth > kMostDepth) return error(ErrorCode::kUnsupported, "types nested deeper than {}", kMostDepth);
    switch (type.kind) {
      case SchemaKind::kStruct: return structure(type, depth);
      case SchemaKind::kString: return string();
      case SchemaKind::kSequence: {
        OCELLI_ASSIGN(const std::uint64_t count, number(4));
        return list(*type.element, count, depth);
      }
      case SchemaKind::kArray: return list(*type.element, type.length, depth);
      default: return scalar(type);
    }
  }

 private:
  [[nodiscard]] std::size_t left() const { return body_.size() - at_; }
  [[nodiscard]] tl::unexpected<Error> too_short(std::uint64_t wanted) const {
    return error(ErrorCode::kCorrupt, "the message ends at byte {}: {} more expected, {} left", at_, wanted, left());
  }

  Result<std::uint64_t> number(std::size_t size) {
    at_ = std::min((at_ + size - 1) / size * size, body_.size());
    if (left() < size) return too_short(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t from = is_little_ ? size - 1 - i : i;
      value = value << 8U | std::to_integer<std::uint64_t>(body_[at_ + from]);
    }
    at_ += size;
    return value;
  }

  Status scalar(const SchemaType& type) {
    OCELLI_ASSIGN(const std::uint64_t bits, number(type.size));
    const unsigned unused = 64U - 8U * static_cast<unsigned>(type.size);
    switch (type.kind) {
      case SchemaKind::kBoolean: visitor_.on_boolean(bits != 0); break;
      case SchemaKind::kSigned: visitor_.on_signed(std::bit_cast<std::int64_t>(bits << unused) >> unused); break;
      case SchemaKind::kFloat:
        visitor_.on_float(type.size == 8 ? std::bit_cast<double>(bits)
                                         : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))),
                          type.size);
        break;
      case SchemaKind::kCharacter: {
        const char character = static_cast<char>(bits);
        visitor_.on_string({&character, 1});
        break;
      }
      case SchemaKind::kEnum:
        visitor_.on_enum(static_cast<std::uint32_t>(bits),
                         bits < type.enumerators.size() ? std::string_view(type.enumerators[bits]) : "");
        break;
      default: visitor_.on_unsigned(bits);
    }
    return ok();
  }

  Status string() {
    OCELLI_ASSIGN(const std::uint64_t size, number(4));
    if (size > left()) return too_short(size);
    const auto* text = reinterpret_cast<const char*>(body_.data()) + at_;
    at_ += size;
    visitor_.on_string({text, size == 0 ? 0 : size - 1});  // the last byte is the terminator
    return ok();
  }

  Status list(const SchemaType& element, std::uint64_t count, int depth) {
    const bool is_octets = element.kind == SchemaKind::kUnsigned && element.size == 1;
    if (count > left()) return too_short(count);  // no element takes less than a byte
    if (is_octets) {
      visitor_.on_octets(body_.subspan(at_, count));
      at_ += count;
      return ok();
    }
    visitor_.begin_list(count);
    for (std::uint64_t i = 0; i < count; ++i) OCELLI_TRY(value(element, depth + 1));
    visitor_.end_list();
    return ok();
  }

  Status structure(const SchemaType& type, int depth) {
    visitor_.begin_struct(type);
    for (const SchemaMember& member : type.members) {
      visitor_.on_member(member.name);
      OCELLI_TRY(value(*member.type, depth + 1));
    }
    visitor_.end_struct();
    return ok();
  }

  const std::span<const std::byte> body_;
  const bool is_little_;
  SchemaVisitor& visitor_;
  std::size_t at_ = 0;
};

}  // namespace

Status walk(const SchemaType& type, std::span<const std::byte> cdr, SchemaVisitor& visitor) {
  if (cdr.size() < kEncapsulation) return error(ErrorCode::kCorrupt, "CDR of {} bytes: too short", cdr.size());
  const bool is_plain = cdr[0] == std::byte{0} && (cdr[1] == std::byte{0} || cdr[1] == std::byte{1});
  if (!is_plain)
    return error(ErrorCode::kUnsupported, "encapsulation {:02x}{:02x}: expected plain CDR (0000 or 0001)",
                 std::to_integer<int>(cdr[0]), std::to_integer<int>(cdr[1]));
  return Walker(cdr.subspan(kEncapsulation), cdr[1] == std::byte{1}, visitor).value(type, 0);
}

}  // namespace ocelli::topics
