#include "ocelli/tests/lint/source_file.hpp"

#include <algorithm>
#include <cctype>

namespace ocelli::lint {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Walks over the text once; everything outside code becomes a space.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text), out_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        blank_until("\n", false);
      } else if (starts("/*")) {
        blank_until("*/", true);
      } else if (starts("R\"") && (at_ == 0 || !is_word(text_[at_ - 1]))) {
        blank_raw_string();
      } else if (text_[at_] == '"') {
        blank_quoted('"');
      } else if (text_[at_] == '\'' && (at_ == 0 || !is_word(text_[at_ - 1]))) {
        blank_quoted('\'');
      } else {
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool starts(std::string_view mark) const { return text_.substr(at_).starts_with(mark); }

  void blank_to(std::size_t end) {
    for (; at_ < std::min(end, text_.size()); ++at_)
      if (out_[at_] != '\n') out_[at_] = ' ';
  }

  void blank_until(std::string_view mark, bool is_mark_included) {
    const std::size_t found = text_.find(mark, at_ + 2);
    if (found == std::string_view::npos) return blank_to(text_.size());
    blank_to(found + (is_mark_included ? mark.size() : 0));
  }

  void blank_raw_string() {
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return blank_to(text_.size());
    blank_until(")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"", true);
  }

  void blank_quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    blank_to(end + 1);
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0;
};

}  // namespace

bool SourceFile::is_cpp() const { return path.ends_with(".hpp") || path.ends_with(".cpp"); }

bool SourceFile::is_in(std::string_view folder) const {
  return path.starts_with(folder) && (path.size() == folder.size() || folder.empty() || path[folder.size()] == '/');
}

SourceFile make_source(std::string path, std::string text) {
  SourceFile file{std::move(path), std::move(text), {}};
  if (file.is_cpp()) file.code = blank_comments_and_literals(file.text);
  return file;
}

std::string blank_comments_and_literals(std::string_view text) { return Blanker(text).run(); }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

int line_at(std::string_view text, std::size_t position) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) return at;
  }
  return std::string_view::npos;
}

}  // namespace ocelli::lint
