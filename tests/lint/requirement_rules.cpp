// docs/requirements and the tests know each other: every requirement has a test, every test names one that exists.
#include <map>

#include "ocelli/tests/lint/rules.hpp"

namespace ocelli::lint {
namespace {

constexpr std::string_view kRow = "| REQ-";
constexpr std::string_view kMark = "RecordProperty(\"verifies\", \"";

struct Place {
  std::string path;
  int line;
};

/// Requirements are the first cell of table rows.
std::map<std::string, Place> stated(const Tree& tree, std::vector<Finding>& findings) {
  std::map<std::string, Place> all;
  for (const SourceFile& file : tree) {
    if (!file.is_in("docs/requirements")) continue;
    for (std::size_t at = file.text.find(kRow); at != std::string::npos; at = file.text.find(kRow, at + 1)) {
      const std::string id = file.text.substr(at + 2, file.text.find(' ', at + 2) - at - 2);
      const Place place{file.path, line_at(file.text, at)};
      if (!all.try_emplace(id, place).second)
        findings.push_back({place.path, place.line, "'" + id + "' is there twice"});
    }
  }
  return all;
}

}  // namespace

std::vector<Finding> check_requirements(const Tree& tree) {
  std::vector<Finding> findings;
  auto untested = stated(tree, findings);
  const auto all = untested;
  for (const SourceFile& file : tree) {
    if (!file.is_in("tests")) continue;
    for (std::size_t at = file.text.find(kMark); at != std::string::npos; at = file.text.find(kMark, at + 1)) {
      const std::size_t begin = at + kMark.size();
      const std::string id = file.text.substr(begin, file.text.find('"', begin) - begin);
      if (!id.starts_with("REQ-")) continue;
      untested.erase(id);
      if (!all.contains(id))
        findings.push_back({file.path, line_at(file.text, at), "verifies '" + id + "': not in docs/requirements"});
    }
  }
  for (const auto& [id, place] : untested)
    findings.push_back({place.path, place.line, "no test verifies '" + id + "'"});
  return findings;
}

}  // namespace ocelli::lint
