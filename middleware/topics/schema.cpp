#include "ocelli/middleware/topics/schema.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>

namespace ocelli::topics {
namespace {

struct Token {
  std::string_view text;
  int line = 0;
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Words (scoped names in one piece), numbers and single signs; comments and preprocessor lines are left out.
std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  int line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    const auto skip_to = [&](std::string_view mark, std::size_t keep) {
      const std::size_t end = std::min(rest.find(mark), rest.size() - std::min(keep, rest.size()));
      line += static_cast<int>(std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
      at += std::min(end + keep, rest.size());
    };
    if (rest[0] == '\n') ++line;
    if (std::isspace(static_cast<unsigned char>(rest[0])) != 0) {
      ++at;
    } else if (rest.starts_with("//") || rest[0] == '#') {
      skip_to("\n", 0);
    } else if (rest.starts_with("/*")) {
      skip_to("*/", 2);
    } else if (is_word(rest[0]) || rest.starts_with("::")) {
      std::size_t length = 0;
      while (length < rest.size() && (is_word(rest[length]) || rest.substr(length).starts_with("::")))
        length += is_word(rest[length]) ? 1 : 2;
      tokens.push_back({rest.substr(0, length), line});
      at += length;
    } else {
      tokens.push_back({rest.substr(0, 1), line});
      ++at;
    }
  }
  return tokens;
}

SchemaTypePtr number(SchemaKind kind, std::size_t size) {
  auto type = std::make_shared<SchemaType>();
  type->kind = kind;
  type->size = size;
  return type;
}

class Parser {
 public:
  explicit Parser(std::string_view idl) : tokens_(tokens_of(idl)) {}

  Status parse() {
    while (at_ < tokens_.size()) OCELLI_TRY(definition());
    return ok();
  }

  [[nodiscard]] SchemaTypePtr find(const std::string& name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : found->second;
  }

 private:
  [[nodiscard]] std::string_view peek() const { return at_ < tokens_.size() ? tokens_[at_].text : std::string_view(); }
  std::string_view next() { return at_ < tokens_.size() ? tokens_[at_++].text : std::string_view(); }
  bool accept(std::string_view text) {
    if (peek() != text) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view expected) const {
    const int line = tokens_.empty() ? 1 : tokens_[std::min(at_, tokens_.size() - 1)].line;
    return error(ErrorCode::kInvalidArgument, "IDL line {}: expected {}, not '{}'", line, expected,
                 at_ < tokens_.size() ? peek() : "the end");
  }
  Status expect(std::string_view text) {
    if (accept(text)) return ok();
    return wrong(fmt::format("'{}'", text));
  }
  Result<std::string> name() {
    if (peek().empty() || !is_word(peek()[0])) return wrong("a name");
    return std::string(next());
  }
  [[nodiscard]] std::string scoped(std::string_view own) const {
    return scope_.empty() ? std::string(own) : fmt::format("{}::{}", scope_, own);
  }

  Status definition() {
    OCELLI_TRY(annotations());
    if (accept(";")) return ok();
    if (accept("module")) return module();
    if (accept("struct")) return structure();
    if (accept("enum")) return enumeration();
    if (accept("const")) return constant();
    if (accept("typedef")) return alias();
    return wrong("module, struct, enum, const or typedef");
  }

  /// @final and the like; only those that change the bytes matter.
  Status annotations() {
    while (accept("@")) {
      const std::string_view what = next();
      if (what == "mutable" || what == "appendable" || what == "optional" || what == "external" || what == "bit_bound")
        return wrong(fmt::format("a type without @{}", what));
      int depth = 0;
      if (peek() == "(") do {
          depth += peek() == "(" ? 1 : peek() == ")" ? -1 : 0;
          if (next().empty()) return wrong("')'");
        } while (depth > 0);
    }
    return ok();
  }

  Status module() {
    OCELLI_ASSIGN(const std::string own, name());
    const std::string outer = std::exchange(scope_, scoped(own));
    OCELLI_TRY(expect("{"));
    while (!accept("}")) OCELLI_TRY(definition());
    scope_ = outer;
    return ok();
  }

  Status structure() {
    auto type = std::make_shared<SchemaType>();
    type->kind = SchemaKind::kStruct;
    OCELLI_ASSIGN(const std::string own, name());
    type->name = scoped(own);
    OCELLI_TRY(expect("{"));
    while (!accept("}")) {
      OCELLI_TRY(annotations());
      OCELLI_ASSIGN(const SchemaTypePtr base, type_spec());
      do {
        OCELLI_ASSIGN(std::string member, name());
        OCELLI_ASSIGN(SchemaTypePtr full, with_dimensions(base));
        type->members.push_back({std::move(member), std::move(full)});
      } while (accept(","));
      OCELLI_TRY(expect(";"));
    }
    types_[type->name] = type;
    return expect(";");
  }

  Status enumeration() {
    auto type = std::make_shared<SchemaType>();
    type->kind = SchemaKind::kEnum;
    type->size = 4;
    OCELLI_ASSIGN(const std::string own, name());
    type->name = scoped(own);
    OCELLI_TRY(expect("{"));
    do {
      OCELLI_TRY(annotations());
      OCELLI_ASSIGN(std::string enumerator, name());
      type->enumerators.push_back(std::move(enumerator));
    } while (accept(","));
    OCELLI_TRY(expect("}"));
    types_[type->name] = type;
    return expect(";");
  }

  /// Only whole numbers are kept: they may be lengths.
  Status constant() {
    OCELLI_ASSIGN(const SchemaTypePtr type, type_spec());
    static_cast<void>(type);
    OCELLI_ASSIGN(const std::string own, name());
    OCELLI_TRY(expect("="));
    std::uint32_t value = 0;
    const std::string_view text = peek();
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc())
      constants_[scoped(own)] = value;
    while (!accept(";"))
      if (next().empty()) return wrong("';'");
    return ok();
  }

  Status alias() {
    OCELLI_ASSIGN(const SchemaTypePtr base, type_spec());
    OCELLI_ASSIGN(const std::string own, name());
    OCELLI_ASSIGN(types_[scoped(own)], with_dimensions(base));
    return expect(";");
  }

  Result<SchemaTypePtr> type_spec() {
    static const std::map<std::string_view, SchemaTypePtr> kNumbers = {
        {"boolean", number(SchemaKind::kBoolean, 1)}, {"octet", number(SchemaKind::kUnsigned, 1)},
        {"char", number(SchemaKind::kCharacter, 1)},  {"float", number(SchemaKind::kFloat, 4)},
        {"double", number(SchemaKind::kFloat, 8)},    {"short", number(SchemaKind::kSigned, 2)},
        {"int8", number(SchemaKind::kSigned, 1)},     {"uint8", number(SchemaKind::kUnsigned, 1)},
        {"int16", number(SchemaKind::kSigned, 2)},    {"uint16", number(SchemaKind::kUnsigned, 2)},
        {"int32", number(SchemaKind::kSigned, 4)},    {"uint32", number(SchemaKind::kUnsigned, 4)},
        {"int64", number(SchemaKind::kSigned, 8)},    {"uint64", number(SchemaKind::kUnsigned, 8)}};
    const bool is_unsigned = accept("unsigned");
    const SchemaKind kind = is_unsigned ? SchemaKind::kUnsigned : SchemaKind::kSigned;
    if (accept("long")) return number(kind, accept("long") ? 8 : 4);
    if (accept("short")) return number(kind, 2);
    if (is_unsigned) return wrong("short or long");
    if (const auto found = kNumbers.find(peek()); found != kNumbers.end()) {
      next();
      return found->second;
    }
    if (accept("string")) return bounded(SchemaKind::kString, nullptr);
    if (accept("sequence")) {
      OCELLI_TRY(expect("<"));
      OCELLI_ASSIGN(SchemaTypePtr element, type_spec());
      return bounded(SchemaKind::kSequence, std::move(element));
    }
    return named_type();
  }

  /// The rest of `string`, `string<8>`, `sequence<T>` and `sequence<T, 8>`.
  Result<SchemaTypePtr> bounded(SchemaKind kind, SchemaTypePtr element) {
    auto type = std::make_shared<SchemaType>();
    type->kind = kind;
    const bool is_open = element != nullptr;
    type->element = std::move(element);
    if (accept(is_open ? "," : "<")) {
      OCELLI_ASSIGN(type->length, length());
      OCELLI_TRY(expect(">"));
    } else if (is_open) {
      OCELLI_TRY(expect(">"));
    }
    return type;
  }

  Result<SchemaTypePtr> named_type() {
    const std::string_view text = peek();
    if (text == "union" || text == "bitmask" || text == "map" || text == "wstring" || text == "wchar" || text == "any")
      return error(ErrorCode::kUnsupported, "IDL line {}: {} is not supported", tokens_[at_].line, text);
    if (auto found = resolve(types_)) {
      next();
      return *found;
    }
    return wrong("a type that was declared before");
  }

  Result<std::uint32_t> length() {
    std::uint32_t value = 0;
    const std::string_view text = peek();
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) {
      next();
      return value;
    }
    if (const auto found = resolve(constants_)) {
      next();
      return *found;
    }
    return wrong("a length");
  }

  /// The meaning of the next name in this scope or an outer one.
  template <class Value>
  [[nodiscard]] std::optional<Value> resolve(const std::map<std::string, Value>& table) const {
    std::string_view text = peek();
    if (text.starts_with("::")) text.remove_prefix(2);
    for (std::string scope = scope_;; scope.resize(scope.rfind("::") == std::string::npos ? 0 : scope.rfind("::"))) {
      const auto found = table.find(scope.empty() ? std::string(text) : fmt::format("{}::{}", scope, text));
      if (found != table.end()) return found->second;
      if (scope.empty()) return std::nullopt;
    }
  }

  Result<SchemaTypePtr> with_dimensions(SchemaTypePtr type) {
    std::vector<std::uint32_t> dimensions;
    while (accept("[")) {
      OCELLI_ASSIGN(const std::uint32_t dimension, length());
      dimensions.push_back(dimension);
      OCELLI_TRY(expect("]"));
    }
    for (auto dimension = dimensions.rbegin(); dimension != dimensions.rend(); ++dimension) {
      auto array = std::make_shared<SchemaType>();
      array->kind = SchemaKind::kArray;
      array->length = *dimension;
      array->element = std::move(type);
      type = std::move(array);
    }
    return type;
  }

  const std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::string scope_;
  std::map<std::string, SchemaTypePtr> types_;
  std::map<std::string, std::uint32_t> constants_;
};

}  // namespace

Result<SchemaTypePtr> parse_schema(std::string_view idl, std::string_view type_name) {
  Parser parser(idl);
  OCELLI_TRY(parser.parse());
  SchemaTypePtr type = parser.find(std::string(type_name));
  if (type != nullptr && type->kind == SchemaKind::kStruct) return type;
  return error(ErrorCode::kNotFound, "no struct {} in the IDL", type_name);
}

}  // namespace ocelli::topics
