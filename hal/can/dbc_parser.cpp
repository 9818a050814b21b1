// The grammar of a DBC file, one function per section.
#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

#include "ocelli/hal/can/dbc.hpp"
#include "ocelli/hal/can/dbc_lexer.hpp"

namespace ocelli::can {
namespace {

constexpr std::uint32_t kExtendedBit = 1U << 31U;
constexpr std::uint32_t kNoFrameBit = 1U << 30U;  // placeholders of tools, such as VECTOR__INDEPENDENT_SIG_MSG
constexpr std::size_t kLongestFrame = 64;

/// Sections that end with ';' and say nothing about the bits.
constexpr auto kSkipped = std::to_array<std::string_view>({"VAL_TABLE_",    "CM_",
                                                           "BA_DEF_",       "BA_DEF_DEF_",
                                                           "BA_",           "BA_DEF_REL_",
                                                           "BA_REL_",       "BA_DEF_DEF_REL_",
                                                           "BA_SGTYPE_",    "BA_DEF_SGTYPE_",
                                                           "BO_TX_BU_",     "SIG_GROUP_",
                                                           "SGTYPE_",       "SGTYPE_VAL_",
                                                           "SIG_TYPE_REF_", "SIGTYPE_VALTYPE_",
                                                           "EV_",           "EV_DATA_",
                                                           "ENVVAR_DATA_",  "CAT_DEF_",
                                                           "CAT_",          "FILTER",
                                                           "BU_SG_REL_",    "BU_EV_REL_",
                                                           "BU_BO_REL_",    "SG_MUL_VAL_"});
constexpr auto kRead =
    std::to_array<std::string_view>({"VERSION", "NS_", "BS_", "BU_", "BO_", "SG_", "VAL_", "SIG_VALTYPE_"});

bool is_section(std::string_view word) {
  return std::ranges::find(kSkipped, word) != kSkipped.end() || std::ranges::find(kRead, word) != kRead.end();
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : lexer_(text), file_(file) {}

  [[nodiscard]] Result<Database> run() {
    OCELLI_TRY(step());
    while (token_.kind != TokenKind::kEnd) OCELLI_TRY(section());
    const auto key = [](const Message& message) { return std::pair(message.is_extended, message.id); };
    std::ranges::sort(out_.messages, {}, key);
    return std::move(out_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> mistake(const Token& at, const std::string& what) const {
    return error(ErrorCode::kCorrupt, "{}:{}:{}: {}", file_, at.line, at.column, what);
  }
  [[nodiscard]] tl::unexpected<Error> expected(const std::string& what) const {
    const std::string got = token_.kind == TokenKind::kEnd ? "the file ends" : fmt::format("found '{}'", token_.text);
    return mistake(token_, fmt::format("expected {}, {}", what, got));
  }

  [[nodiscard]] Status step() {
    auto token = lexer_.next();
    if (!token) return error(ErrorCode::kCorrupt, "{}:{}", file_, token.error().message);
    token_ = *token;
    return ok();
  }
  [[nodiscard]] bool is_mark(std::string_view mark) const {
    return token_.kind == TokenKind::kMark && token_.text == mark;
  }
  [[nodiscard]] Status mark(std::string_view mark) {
    if (!is_mark(mark)) return expected(fmt::format("'{}'", mark));
    return step();
  }
  [[nodiscard]] Result<std::string> word(const std::string& what) {
    if (token_.kind != TokenKind::kWord) return expected(what);
    std::string name(token_.text);
    OCELLI_TRY(step());
    return name;
  }
  [[nodiscard]] Result<std::string> text(const std::string& what) {
    if (token_.kind != TokenKind::kText) return expected(fmt::format("\"{}\" in quotes", what));
    std::string value(token_.text);
    OCELLI_TRY(step());
    return value;
  }
  template <class Number>
  [[nodiscard]] Result<Number> number(const std::string& what) {
    if (token_.kind != TokenKind::kNumber) return expected(what);
    std::string_view digits = token_.text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    Number value{};
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc{} || end != digits.data() + digits.size()) return expected(what);
    OCELLI_TRY(step());
    return value;
  }

  [[nodiscard]] Status section();
  [[nodiscard]] Status skip_names(bool are_sections);
  [[nodiscard]] Status skip_to_semicolon();
  [[nodiscard]] Status message();
  [[nodiscard]] Status signal();
  [[nodiscard]] Status multiplexing(Signal& signal);
  [[nodiscard]] Status place(Signal& signal);
  [[nodiscard]] Status scaling(Signal& signal);
  [[nodiscard]] Status check_place(const Signal& signal, const Token& at) const;
  [[nodiscard]] Status value_names();
  [[nodiscard]] Status value_type();
  [[nodiscard]] Result<Signal*> named_signal();
  [[nodiscard]] Message* message_of(std::uint32_t written_id);

  DbcLexer lexer_;
  const std::string& file_;
  Token token_;
  Database out_;
  bool is_in_message_ = false;
};

Status Parser::section() {
  if (token_.kind != TokenKind::kWord) return expected("a section such as BO_, SG_ or CM_");
  const Token at = token_;
  OCELLI_TRY(step());
  if (at.text == "SG_") {
    if (!is_in_message_) return mistake(at, "SG_ outside of a message: expected a BO_ before it");
    return signal();
  }
  is_in_message_ = at.text == "BO_";
  if (at.text == "BO_") return message();
  if (at.text == "VERSION") {
    OCELLI_TRY(text("version"));
    return ok();
  }
  if (at.text == "NS_" || at.text == "BS_" || at.text == "BU_") return skip_names(at.text == "NS_");
  if (at.text == "VAL_") return value_names();
  if (at.text == "SIG_VALTYPE_") return value_type();
  if (std::ranges::find(kSkipped, at.text) != kSkipped.end()) return skip_to_semicolon();
  return mistake(at, fmt::format("'{}' is no section of a DBC file: expected BO_, SG_, VAL_, CM_ …", at.text));
}

/// "NS_ :" and words that are mostly sections themselves; "BU_:" and nodes; "BS_:" and numbers.
Status Parser::skip_names(bool are_sections) {
  OCELLI_TRY(mark(":"));
  const auto is_next_section = [&] {
    if (!are_sections) return is_section(token_.text);
    return token_.text == "BS_" || token_.text == "BU_" || token_.text == "BO_";
  };
  while (token_.kind == TokenKind::kNumber || is_mark(":") || is_mark(",") ||
         (token_.kind == TokenKind::kWord && !is_next_section()))
    OCELLI_TRY(step());
  return ok();
}

Status Parser::skip_to_semicolon() {
  while (!is_mark(";")) {
    if (token_.kind == TokenKind::kEnd) return expected("';'");
    OCELLI_TRY(step());
  }
  return step();
}

/// BO_ id name : size sender
Status Parser::message() {
  const Token at = token_;
  OCELLI_ASSIGN(const auto written, number<std::uint32_t>("the id of the message, 0 to 4294967295"));
  Message message;
  message.is_extended = (written & kExtendedBit) != 0;
  message.id = written & ~kExtendedBit;
  const bool is_frame = (written & kNoFrameBit) == 0;
  if (is_frame && message.id > (message.is_extended ? 0x1FFFFFFFU : 0x7FFU))
    return mistake(at, fmt::format("id {}: expected 11 bits, or 29 with bit 31 set", written));
  const Token name_at = token_;
  OCELLI_ASSIGN(message.name, word("the name of the message"));
  OCELLI_TRY(mark(":"));
  const Token size_at = token_;
  OCELLI_ASSIGN(message.size, number<std::size_t>("the length in bytes"));
  if (message.size > kLongestFrame && is_frame)
    return mistake(size_at, fmt::format("{} bytes: expected at most {} (CAN FD)", message.size, kLongestFrame));
  OCELLI_ASSIGN(message.sender, word("the sender"));
  for (const Message& other : out_.messages) {
    if (other.id == message.id && other.is_extended == message.is_extended)
      return mistake(at, fmt::format("id {} belongs to {} already", written, other.name));
    if (other.name == message.name) return mistake(name_at, fmt::format("message {} is there twice", message.name));
  }
  out_.messages.push_back(std::move(message));
  return ok();
}

/// SG_ name [M|m7|m7M] : start|length@order sign (scale,offset) [minimum|maximum] "unit" receiver, …
Status Parser::signal() {
  const Token at = token_;
  Signal signal;
  OCELLI_ASSIGN(signal.name, word("the name of the signal"));
  if (out_.messages.back().find(signal.name) != nullptr)
    return mistake(at, fmt::format("signal {} is twice in {}", signal.name, out_.messages.back().name));
  OCELLI_TRY(multiplexing(signal));
  OCELLI_TRY(mark(":"));
  const Token place_at = token_;
  OCELLI_TRY(place(signal));
  OCELLI_TRY(check_place(signal, place_at));
  OCELLI_TRY(scaling(signal));
  OCELLI_ASSIGN(signal.unit, text("unit"));
  while ((token_.kind == TokenKind::kWord && !is_section(token_.text)) || is_mark(",")) OCELLI_TRY(step());
  out_.messages.back().signals.push_back(std::move(signal));
  return ok();
}

Status Parser::multiplexing(Signal& signal) {
  if (token_.kind != TokenKind::kWord) return ok();
  std::string_view rest = token_.text;
  if (rest.ends_with('M')) {
    signal.is_multiplexer = true;
    rest.remove_suffix(1);
  }
  if (rest.starts_with('m') && rest.size() > 1) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), value);
    if (failure != std::errc{} || end != rest.data() + rest.size()) return expected("M, or m and a number, or ':'");
    signal.multiplexed_by = value;
    rest = {};
  }
  if (!rest.empty()) return expected("M, or m and a number, or ':'");
  const auto& others = out_.messages.back().signals;
  if (signal.is_multiplexer && !signal.multiplexed_by &&
      std::ranges::any_of(others, [](const Signal& o) { return o.is_multiplexer && !o.multiplexed_by; }))
    return mistake(token_, fmt::format("a second multiplexer in {}", out_.messages.back().name));
  return step();
}

Status Parser::place(Signal& signal) {
  OCELLI_ASSIGN(signal.start_bit, number<std::uint16_t>("the start bit"));
  OCELLI_TRY(mark("|"));
  OCELLI_ASSIGN(signal.length, number<std::uint16_t>("the length in bits"));
  OCELLI_TRY(mark("@"));
  if (token_.kind != TokenKind::kNumber || (token_.text != "0" && token_.text != "1"))
    return expected("0 (Motorola) or 1 (Intel)");
  signal.order = token_.text == "0" ? ByteOrder::kMotorola : ByteOrder::kIntel;
  OCELLI_TRY(step());
  if (!is_mark("+") && !is_mark("-")) return expected("+ (unsigned) or - (signed)");
  signal.type = is_mark("+") ? ValueType::kUnsigned : ValueType::kSigned;
  return step();
}

Status Parser::scaling(Signal& signal) {
  OCELLI_TRY(mark("("));
  OCELLI_ASSIGN(signal.scale, number<double>("the scale"));
  OCELLI_TRY(mark(","));
  OCELLI_ASSIGN(signal.offset, number<double>("the offset"));
  OCELLI_TRY(mark(")"));
  OCELLI_TRY(mark("["));
  OCELLI_ASSIGN(signal.minimum, number<double>("the minimum"));
  OCELLI_TRY(mark("|"));
  OCELLI_ASSIGN(signal.maximum, number<double>("the maximum"));
  return mark("]");
}

Status Parser::check_place(const Signal& signal, const Token& at) const {
  const Message& message = out_.messages.back();
  if (signal.length < 1 || signal.length > 64)
    return mistake(at, fmt::format("{} has {} bits: expected 1 to 64", signal.name, signal.length));
  if (message.size == 0 || message.size > kLongestFrame) return ok();  // of no frame, or not known
  if (signal.end_bit() > message.size * 8)
    return mistake(at, fmt::format("{} ends at bit {} of {}: expected at most {}, its {} bytes", signal.name,
                                   signal.end_bit(), message.name, message.size * 8, message.size));
  return ok();
}

Message* Parser::message_of(std::uint32_t written_id) {
  const auto is_same = [&](const Message& message) {
    return message.id == (written_id & ~kExtendedBit) && message.is_extended == ((written_id & kExtendedBit) != 0);
  };
  const auto found = std::ranges::find_if(out_.messages, is_same);
  return found == out_.messages.end() ? nullptr : &*found;
}

Result<Signal*> Parser::named_signal() {
  const Token at = token_;
  OCELLI_ASSIGN(const auto id, number<std::uint32_t>("the id of a message"));
  Message* message = message_of(id);
  if (message == nullptr) return mistake(at, fmt::format("there is no message {}", id));
  const Token name_at = token_;
  OCELLI_ASSIGN(const std::string name, word("the name of a signal"));
  const auto found = std::ranges::find(message->signals, name, &Signal::name);
  if (found == message->signals.end())
    return mistake(name_at, fmt::format("message {} has no signal {}", message->name, name));
  return &*found;
}

/// VAL_ id signal value "name" … ;   VAL_ variable value "name" … ;
Status Parser::value_names() {
  if (token_.kind == TokenKind::kWord) return skip_to_semicolon();
  OCELLI_ASSIGN(Signal * signal, named_signal());
  while (!is_mark(";")) {
    OCELLI_ASSIGN(const auto value, number<std::int64_t>("a whole number, or ';'"));
    OCELLI_ASSIGN(std::string name, text("name of the value"));
    signal->names.emplace_back(value, std::move(name));
  }
  return step();
}

/// SIG_VALTYPE_ id signal : 1;   1 = 32-bit float, 2 = 64-bit
Status Parser::value_type() {
  OCELLI_ASSIGN(Signal * signal, named_signal());
  if (is_mark(":")) OCELLI_TRY(step());
  const Token at = token_;
  OCELLI_ASSIGN(const int type, number<int>("0, 1 (float) or 2 (double)"));
  if (type < 0 || type > 2 || (type == 1 && signal->length != 32) || (type == 2 && signal->length != 64))
    return mistake(at, fmt::format("type {} of {} with {} bits: expected 1 with 32 bits or 2 with 64", type,
                                   signal->name, signal->length));
  if (type > 0) signal->type = type == 1 ? ValueType::kFloat : ValueType::kDouble;
  return mark(";");
}

}  // namespace

Result<Database> parse_dbc(std::string_view text, const std::string& file) { return Parser(text, file).run(); }

Result<Database> load_dbc(const std::filesystem::path& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure))
    return error(ErrorCode::kNotFound, "{}: no such file: expected a CAN database (.dbc)", path.string());
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return error(ErrorCode::kUnavailable, "{}: cannot be read", path.string());
  return parse_dbc(text, path.string());
}

}  // namespace ocelli::can
