// Lengths. Function bodies are found by their braces: a heuristic, good enough to count lines, not a parser.
#include <algorithm>
#include <array>
#include <cctype>

#include "ocelli/tests/lint/rules.hpp"

namespace ocelli::lint {
namespace {

constexpr std::size_t kMostFileLines = 500;
constexpr int kMostFunctionLines = 60;

bool counts_lines(const SourceFile& file) {
  constexpr auto kEndings =
      std::to_array<std::string_view>({".cpp", ".hpp", ".idl", ".sh", ".cmake", "CMakeLists.txt"});
  return file.path == "dev" ||
         std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view end) { return file.path.ends_with(end); });
}

enum class Scope { kOuter, kFunction, kValue };  // kOuter: namespace, class; kValue: initialiser, enum

/// What a '{' outside functions opens, told from the declaration in front of it.
class Declaration {
 public:
  void add(char c) {
    if (c != ' ' || (!text_.empty() && text_.back() != ' ')) text_ += c;
  }
  void clear() { text_.clear(); }

  [[nodiscard]] Scope opens() const {
    const std::string bare = top_level();
    if (find_word(bare, "namespace") != std::string::npos) return Scope::kOuter;
    if (bare.find('=') != std::string::npos || find_word(bare, "enum") != std::string::npos) return Scope::kValue;
    const bool is_aligned = find_word(bare, "alignas") != std::string::npos;  // `class alignas(64) A`
    if (!is_aligned && text_.find('(') != std::string::npos) return Scope::kFunction;
    for (const std::string_view word : {"class", "struct", "union", "extern"})
      if (find_word(bare, word) != std::string::npos) return Scope::kOuter;
    return Scope::kValue;
  }

  /// The brace belongs to a part of the declaration: a default argument or `Type() : member_{…}`.
  [[nodiscard]] bool goes_on() const {
    if (std::count(text_.begin(), text_.end(), '(') > std::count(text_.begin(), text_.end(), ')')) return true;
    const std::size_t arguments = text_.find(')');
    if (arguments == std::string::npos) return false;
    const std::size_t colon = text_.find(" : ", arguments);
    return colon != std::string::npos &&
           (std::isalnum(static_cast<unsigned char>(text_.back())) != 0 || text_.back() == '_' || text_.back() == '>');
  }

 private:
  /// Without what stands in parentheses and angle brackets, and without operator names.
  [[nodiscard]] std::string top_level() const {
    std::string bare;
    int depth = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const char c = text_[i];
      if (text_.compare(i, 8, "operator") == 0) {
        i = std::min(text_.find('(', i), text_.size()) - 1;
        continue;
      }
      if (c == '(' || c == '<') ++depth;
      if (depth == 0) bare += c;
      if ((c == ')' || (c == '>' && i > 0 && text_[i - 1] != '-')) && depth > 0) --depth;
    }
    return bare;
  }

  std::string text_;
};

struct Function {
  int first_line;
  int last_line;
};

class FunctionFinder {
 public:
  std::vector<Function> run(std::string_view code) {
    for (const std::string_view line : lines_of(code)) {
      ++line_;
      if (line.starts_with('#')) continue;
      for (const char c : line) take(c);
      declaration_.add(' ');
    }
    return std::move(functions_);
  }

 private:
  struct Open {
    Scope scope;
    int line;
    bool continues;  // the declaration goes on behind the closing brace
  };

  void take(char c) {
    if (c == '{') return open();
    if (c == '}') return close();
    if (is_inside()) return;
    if (c == ';') return declaration_.clear();
    declaration_.add(c);
  }

  [[nodiscard]] bool is_inside() const { return !open_.empty() && open_.back().scope != Scope::kOuter; }

  void open() {
    if (is_inside()) return open_.push_back({Scope::kValue, line_, true});
    if (declaration_.goes_on()) return open_.push_back({Scope::kValue, line_, true});
    open_.push_back({declaration_.opens(), line_, false});
    declaration_.clear();
  }

  void close() {
    if (open_.empty()) return;
    const Open closed = open_.back();
    open_.pop_back();
    if (closed.scope == Scope::kFunction) functions_.push_back({closed.line, line_});
    if (!closed.continues) declaration_.clear();
  }

  int line_ = 0;
  Declaration declaration_;
  std::vector<Open> open_;
  std::vector<Function> functions_;
};

}  // namespace

std::vector<Finding> check_file_length(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    const std::size_t lines = lines_of(file.text).size();
    if (counts_lines(file) && lines > kMostFileLines)
      findings.push_back({file.path, 0, std::to_string(lines) + " lines; split it (habit: 300, at most 500)"});
  }
  return findings;
}

std::vector<Finding> check_function_length(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    for (const Function& function : FunctionFinder().run(file.code)) {
      const int lines = function.last_line - function.first_line + 1;
      if (lines > kMostFunctionLines)
        findings.push_back({file.path, function.first_line,
                            "a function of " + std::to_string(lines) + " lines; split it (habit: 40, at most 60)"});
    }
  }
  return findings;
}

}  // namespace ocelli::lint
