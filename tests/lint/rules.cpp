#include "ocelli/tests/lint/rules.hpp"

#include <algorithm>
#include <array>

namespace ocelli::lint {
namespace {

constexpr auto kRules = std::to_array<Rule>({
    {"folders", "a folder includes only what the house allows it", &check_folders},
    {"libraries", "third-party headers stay in the folders that own them", &check_libraries},
    {"file_length", "no file over 500 lines", &check_file_length},
    {"function_length", "no function over 60 lines", &check_function_length},
    {"header_head", "a header starts with #pragma once and says what it does", &check_header_head},
    {"throw", "no throw of ours", &check_throw},
    {"wall_clock", "only clocks and executors read the machine's clock", &check_wall_clock},
    {"blocking", "the monitor's tick and E2E call nothing that can block", &check_blocking},
    {"unfinished", "no marks of unfinished work", &check_unfinished},
    {"machine", "no path or host name of one machine", &check_machine},
    {"tracked", "no generated, binary or large files", &check_tracked},
    {"tables", "every table row has a test", &check_tables},
    {"requirements", "every requirement has a test, every test names one that exists", &check_requirements},
});

}  // namespace

std::span<const Rule> rules() { return kRules; }

std::vector<Finding> check_all(const Tree& tree) {
  std::vector<Finding> all;
  for (const Rule& rule : kRules) {
    for (Finding& finding : rule.check(tree)) {
      const auto file = std::find_if(tree.begin(), tree.end(), [&](const auto& f) { return f.path == finding.path; });
      if (file != tree.end() && is_allowed(rule.name, *file)) continue;
      finding.message = std::string(rule.name) + ": " + finding.message;
      all.push_back(std::move(finding));
    }
  }
  return all;
}

}  // namespace ocelli::lint
