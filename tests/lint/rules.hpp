#pragma once
// The house rules as a table: each looks at the whole tree and reports what breaks it. To add one: a function in a file
// of this folder, a row in rules.cpp, and a planted violation in rules_test.cpp.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/tests/lint/source_file.hpp"

namespace ocelli::lint {

/// All files that are tracked or could be.
using Tree = std::vector<SourceFile>;

struct Finding {
  std::string path;
  int line = 0;  // 0: the file as a whole
  std::string message;
};

struct Rule {
  std::string_view name;
  std::string_view meaning;
  std::vector<Finding> (*check)(const Tree& tree);
};

[[nodiscard]] std::span<const Rule> rules();

/// Findings of all rules, without those that allowed.cpp excuses; messages start with the rule's name.
[[nodiscard]] std::vector<Finding> check_all(const Tree& tree);

/// True when allowed.cpp excuses `path` from `rule`.
[[nodiscard]] bool is_allowed(std::string_view rule, const SourceFile& file);

// include_rules.cpp
[[nodiscard]] std::vector<Finding> check_folders(const Tree& tree);
[[nodiscard]] std::vector<Finding> check_libraries(const Tree& tree);
// size_rules.cpp
[[nodiscard]] std::vector<Finding> check_file_length(const Tree& tree);
[[nodiscard]] std::vector<Finding> check_function_length(const Tree& tree);
// text_rules.cpp
[[nodiscard]] std::vector<Finding> check_header_head(const Tree& tree);
[[nodiscard]] std::vector<Finding> check_throw(const Tree& tree);
[[nodiscard]] std::vector<Finding> check_wall_clock(const Tree& tree);
[[nodiscard]] std::vector<Finding> check_blocking(const Tree& tree);
[[nodiscard]] std::vector<Finding> check_unfinished(const Tree& tree);
[[nodiscard]] std::vector<Finding> check_machine(const Tree& tree);
// tracked_rules.cpp
[[nodiscard]] std::vector<Finding> check_tracked(const Tree& tree);
// requirement_rules.cpp
[[nodiscard]] std::vector<Finding> check_requirements(const Tree& tree);
// table_rules.cpp
[[nodiscard]] std::vector<Finding> check_tables(const Tree& tree);

}  // namespace ocelli::lint
