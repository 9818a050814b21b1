#pragma once
// A message type known only from its IDL text, and its CDR bytes walked member by member: for tools that show or
// make messages of any type. Knows no particular type. Understands what middleware/idl and ROS 2 use: modules,
// structs, enums, constants, typedefs, strings, sequences, arrays; unions, bitmasks and keys are refused by name.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::topics {

enum class SchemaKind : std::uint8_t {
  kBoolean,
  kUnsigned,  // size bytes; also octet
  kSigned,
  kFloat,
  kCharacter,
  kString,
  kEnum,
  kStruct,
  kSequence,
  kArray,
};

struct SchemaType;
using SchemaTypePtr = std::shared_ptr<const SchemaType>;

struct SchemaMember {
  std::string name;
  SchemaTypePtr type;
};

struct SchemaType {
  SchemaKind kind{};
  std::string name;                      // of structs and enums, with modules: "ocelli::msg::Tracks"
  std::size_t size = 0;                  // bytes of a number, and its alignment
  std::uint32_t length = 0;              // of an array; largest of a sequence or string, 0 = any
  SchemaTypePtr element;                 // of sequences and arrays
  std::vector<SchemaMember> members;     // of structs
  std::vector<std::string> enumerators;  // values 0, 1, 2 …
};

/// The struct `type_name` ("ocelli::msg::Tracks") of a self-contained IDL text. The error names line and cause.
[[nodiscard]] Result<SchemaTypePtr> parse_schema(std::string_view idl, std::string_view type_name);

/// Gets the values of a message in the order of its members.
class SchemaVisitor {
 public:
  virtual ~SchemaVisitor() = default;
  virtual void on_boolean(bool value) = 0;
  virtual void on_unsigned(std::uint64_t value) = 0;
  virtual void on_signed(std::int64_t value) = 0;
  virtual void on_float(double value, std::size_t size) = 0;
  virtual void on_string(std::string_view text) = 0;
  /// `name` is empty when the value is none of the enumerators.
  virtual void on_enum(std::uint32_t value, std::string_view name) = 0;
  /// Octets of a sequence or array, all at once.
  virtual void on_octets(std::span<const std::byte> bytes) = 0;
  virtual void begin_struct(const SchemaType& type) = 0;
  virtual void on_member(std::string_view name) = 0;
  virtual void end_struct() = 0;
  virtual void begin_list(std::size_t count) = 0;
  virtual void end_list() = 0;
};

/// Walks a message. Bytes after it are ignored (a trailer may follow). Error when the bytes end too early, a length
/// cannot be, or the encapsulation is not plain CDR; the visitor has then seen what comes before.
[[nodiscard]] Status walk(const SchemaType& type, std::span<const std::byte> cdr, SchemaVisitor& visitor);

}  // namespace ocelli::topics
