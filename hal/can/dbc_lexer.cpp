#include "ocelli/hal/can/dbc_lexer.hpp"

namespace ocelli::can {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string printable(char c) {
  return c >= ' ' && c <= '~' ? std::string(1, c) : fmt::format("byte 0x{:02X}", static_cast<unsigned char>(c));
}

}  // namespace

void DbcLexer::advance() {
  const bool is_line_end = text_[at_++] == '\n';
  line_ += is_line_end ? 1 : 0;
  column_ = is_line_end ? 1 : column_ + 1;
}

void DbcLexer::skip_blanks() {
  while (at_ < text_.size() && (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n')) advance();
  if (peek() != '/' || peek(1) != '/') return;
  while (at_ < text_.size() && peek() != '\n') advance();
  skip_blanks();
}

/// One past a number that begins here: [+-]digits[.digits][e[+-]digits]; the begin itself when there is none.
std::size_t DbcLexer::number_end() const {
  std::size_t at = at_;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text_.size() && is_digit(text_[at])) ++at;
    return at > from;
  };
  const auto is_at = [&](std::string_view marks) {
    return at < text_.size() && marks.find(text_[at]) != std::string_view::npos;
  };
  if (is_at("+-")) ++at;
  bool has_digits = digits();
  if (is_at(".")) {
    ++at;
    has_digits |= digits();
  }
  if (!has_digits) return at_;
  const std::size_t mantissa_end = at;
  if (!is_at("eE")) return at;
  ++at;
  if (is_at("+-")) ++at;
  return digits() ? at : mantissa_end;
}

Result<Token> DbcLexer::next() {
  skip_blanks();
  Token token{TokenKind::kEnd, {}, line_, column_};
  if (at_ == text_.size()) return token;
  const std::size_t begin = at_;
  const char first = peek();
  if (is_letter(first)) {
    token.kind = TokenKind::kWord;
    while (is_letter(peek()) || is_digit(peek())) advance();
  } else if (const std::size_t end = number_end(); end > begin) {
    token.kind = TokenKind::kNumber;
    while (at_ < end) advance();
  } else if (first == '"') {
    token.kind = TokenKind::kText;
    advance();
    while (at_ < text_.size() && peek() != '"') {
      if (peek() == '\\' && (peek(1) == '"' || peek(1) == '\\')) advance();
      advance();
    }
    if (at_ == text_.size())
      return error(ErrorCode::kCorrupt, "{}:{}: a text without closing '\"'", token.line, token.column);
    token.text = text_.substr(begin + 1, at_ - begin - 1);
    advance();
    return token;
  } else if (std::string_view(":;|@()[],+-").find(first) != std::string_view::npos) {
    token.kind = TokenKind::kMark;
    advance();
  } else {
    return error(ErrorCode::kCorrupt, "{}:{}: '{}' begins nothing that a DBC file holds", token.line, token.column,
                 printable(first));
  }
  token.text = text_.substr(begin, at_ - begin);
  return token;
}

}  // namespace ocelli::can
