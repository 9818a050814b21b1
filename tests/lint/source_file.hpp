#pragma once
// One file of the tree as the house rules see it: its text, and the same text with comments and literals blanked out,
// so that a word in a comment is not taken for code. Must not know: any rule.

#include <string>
#include <string_view>
#include <vector>

namespace ocelli::lint {

struct SourceFile {
  std::string path;  // from the root of the tree, '/' between
  std::string text;
  std::string code;  // C++ only: comments, string and character literals replaced by spaces; line breaks stay

  [[nodiscard]] bool is_cpp() const;
  [[nodiscard]] bool is_header() const { return path.ends_with(".hpp"); }
  /// Below that folder (or that very file).
  [[nodiscard]] bool is_in(std::string_view folder) const;
};

[[nodiscard]] SourceFile make_source(std::string path, std::string text);

/// Comments, string and character literals as spaces; line breaks stay where they are.
[[nodiscard]] std::string blank_comments_and_literals(std::string_view text);

[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// 1 for the first line.
[[nodiscard]] int line_at(std::string_view text, std::size_t position);

/// Where `word` stands as a whole word, from `from` on; npos if nowhere.
[[nodiscard]] std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0);

}  // namespace ocelli::lint
