// A row of one of the tables needs a test that mentions it: by its type, or by its quoted name, or as NAME_test.cpp.
#include <algorithm>
#include <array>

#include "ocelli/tests/lint/rules.hpp"

namespace ocelli::lint {
namespace {

/// How the rows of a table look in its file.
struct Table {
  std::string_view file;
  std::string_view row;  // "row<" rows name a type, "{\"" rows a text and, behind it, a function
};

constexpr auto kTables = std::to_array<Table>({
    {"middleware/topics/topics.hpp", "row<"},
    {"launch/nodes.cpp", "node_row<"},
    {"hal/drivers/drivers.cpp", "{\""},
    {"hal/accel/backends.cpp", "{\""},
    {"middleware/log/sources/sources.cpp", "{\""},
    {"safety/monitor/detectors/detectors.cpp", "{\""},
});

struct Row {
  std::string key;
  int line;
};

std::vector<Row> type_rows(const SourceFile& file, std::string_view mark) {
  std::vector<Row> rows;
  for (std::size_t at = file.code.find(mark); at != std::string::npos; at = file.code.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    std::string key = file.code.substr(begin, file.code.find('>', begin) - begin);
    if (const std::size_t scope = key.rfind(':'); scope != std::string::npos) key.erase(0, scope + 1);
    rows.push_back({std::move(key), line_at(file.code, at)});
  }
  return rows;
}

std::vector<Row> text_rows(const SourceFile& file) {
  std::vector<Row> rows;
  for (std::size_t at = file.text.find("{\""); at != std::string::npos; at = file.text.find("{\"", at + 1)) {
    const std::string row = file.code.substr(at, file.code.find('}', at) - at);
    const std::size_t begin = at + 2;
    if (row.find('&') != std::string::npos)
      rows.push_back({file.text.substr(begin, file.text.find('"', begin) - begin), line_at(file.text, at)});
  }
  return rows;
}

bool is_tested(const Tree& tree, const Row& row, bool is_type) {
  return std::any_of(tree.begin(), tree.end(), [&](const SourceFile& file) {
    if (!file.is_in("tests") || file.is_in("tests/lint")) return false;
    if (file.path.find("_test.") == std::string::npos) return false;
    if (is_type) return find_word(file.code, row.key) != std::string::npos;
    return file.path.ends_with("/" + row.key + "_test.cpp") || file.text.find('"' + row.key + '"') != std::string::npos;
  });
}

}  // namespace

std::vector<Finding> check_tables(const Tree& tree) {
  std::vector<Finding> findings;
  for (const Table& table : kTables) {
    const auto file = std::find_if(tree.begin(), tree.end(), [&](const SourceFile& f) { return f.path == table.file; });
    if (file == tree.end()) continue;
    const bool is_type = table.row.ends_with('<');
    for (const Row& row : is_type ? type_rows(*file, table.row) : text_rows(*file))
      if (!is_tested(tree, row, is_type))
        findings.push_back({file->path, row.line, "no *_test.cpp under tests/ mentions the row '" + row.key + "'"});
  }
  return findings;
}

}  // namespace ocelli::lint
