#pragma once
// Words of a DBC file with their places. Must not know: what they mean.

#include <string>
#include <string_view>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::can {

enum class TokenKind : std::uint8_t { kWord, kNumber, kText, kMark, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;  // of a kText without its quotes
  int line = 1;
  int column = 1;
};

class DbcLexer {
 public:
  /// `text` outlives the lexer and its tokens.
  explicit DbcLexer(std::string_view text) : text_(text) {}

  /// Errors: kCorrupt with "LINE:COLUMN: …" for a text without end and for characters that belong to nothing.
  [[nodiscard]] Result<Token> next();

 private:
  void skip_blanks();
  void advance();
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] std::size_t number_end() const;

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace ocelli::can
