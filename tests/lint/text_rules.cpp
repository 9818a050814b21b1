// Rules about words: in code (comments and literals do not count) or in any text.
#include <algorithm>
#include <array>
#include <cctype>

#include "ocelli/tests/lint/rules.hpp"

namespace ocelli::lint {
namespace {

/// Every whole word of `words` in the code of C++ files.
template <class Words>
std::vector<Finding> find_in_code(const Tree& tree, const Words& words, std::string_view advice) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree)
    for (const std::string_view word : words)
      for (std::size_t at = find_word(file.code, word); at != std::string::npos;
           at = find_word(file.code, word, at + 1))
        findings.push_back({file.path, line_at(file.code, at), "'" + std::string(word) + "': " + std::string(advice)});
  return findings;
}

bool is_text(const SourceFile& file) { return file.text.find('\0') == std::string::npos; }

/// "/home/x" counts, "docs/home/x" and "https://host/home/x" do not.
bool starts_path(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  return std::isalnum(static_cast<unsigned char>(before)) == 0 &&
         std::string_view("_./}").find(before) == std::string_view::npos;
}

}  // namespace

std::vector<Finding> check_header_head(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    if (!file.is_header()) continue;
    const auto lines = lines_of(file.text);
    if (lines.empty() || lines[0] != "#pragma once") {
      findings.push_back({file.path, 1, "the first line must be #pragma once"});
    } else if (lines.size() < 2 || !lines[1].starts_with("// ")) {
      findings.push_back({file.path, 2, "behind #pragma once say what the file does and what it must not know"});
    }
  }
  return findings;
}

std::vector<Finding> check_throw(const Tree& tree) {
  constexpr auto kWords = std::to_array<std::string_view>({"throw"});
  return find_in_code(tree, kWords, "return error(…), or OCELLI_EXPECT for a broken contract");
}

std::vector<Finding> check_wall_clock(const Tree& tree) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"system_clock", "steady_clock", "high_resolution_clock", "clock_gettime", "gettimeofday", "timespec_get"});
  return find_in_code(tree, kWords, "take the time from the inputs or from a Clock");
}

std::vector<Finding> check_blocking(const Tree& tree) {
  constexpr auto kWords = std::to_array<std::string_view>({"mutex",
                                                           "lock_guard",
                                                           "unique_lock",
                                                           "scoped_lock",
                                                           "shared_lock",
                                                           "condition_variable",
                                                           "counting_semaphore",
                                                           "thread",
                                                           "jthread",
                                                           "async",
                                                           "future",
                                                           "promise",
                                                           "sleep_for",
                                                           "sleep_until",
                                                           "nanosleep",
                                                           "usleep",
                                                           "futex",
                                                           "syscall",
                                                           "poll",
                                                           "select",
                                                           "fopen",
                                                           "fread",
                                                           "fwrite",
                                                           "fflush",
                                                           "printf",
                                                           "fprintf",
                                                           "puts",
                                                           "cout",
                                                           "cerr",
                                                           "ifstream",
                                                           "ofstream",
                                                           "system",
                                                           "atomic_wait",
                                                           "wait",
                                                           "notify_one",
                                                           "notify_all",
                                                           "cin",
                                                           "getline",
                                                           "try",
                                                           "catch"});
  Tree core;
  for (const SourceFile& file : tree)
    if (file.is_in("safety/monitor") || file.is_in("middleware/e2e")) core.push_back(file);
  return find_in_code(core, kWords, "may block: the safety core does no I/O, waits for nothing and takes no lock");
}

std::vector<Finding> check_unfinished(const Tree& tree) {
  constexpr auto kWords = std::to_array<std::string_view>({"TODO", "FIXME", "XXX", "HACK"});
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    if (!is_text(file)) continue;
    for (const std::string_view word : kWords)
      for (std::size_t at = find_word(file.text, word); at != std::string::npos;
           at = find_word(file.text, word, at + 1))
        findings.push_back({file.path, line_at(file.text, at), std::string(word) + ": finish it, or file an issue"});
  }
  return findings;
}

std::vector<Finding> check_machine(const Tree& tree) {
  constexpr auto kPaths = std::to_array<std::string_view>({"/work/", "/root/", "/farm/", "/home/", "/Users/"});
  constexpr auto kHosts =
      std::to_array<std::string_view>({"deb.debian.org", "security.debian.org", "snapshot.debian.org", "registry.npmjs",
                                       "files.pythonhosted", "proxy.golang"});
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    if (!is_text(file)) continue;
    for (const std::string_view path : kPaths)
      for (std::size_t at = file.text.find(path); at != std::string::npos; at = file.text.find(path, at + 1))
        if (starts_path(file.text, at))
          findings.push_back({file.path, line_at(file.text, at), "a path of one machine: " + std::string(path) + "…"});
    for (const std::string_view host : kHosts)
      if (const std::size_t at = file.text.find(host); at != std::string::npos)
        findings.push_back({file.path, line_at(file.text, at), "a package host: " + std::string(host)});
  }
  return findings;
}

}  // namespace ocelli::lint
