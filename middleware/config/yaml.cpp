#include "ocelli/middleware/config/yaml.hpp"

#include <fstream>
#include <iterator>
#include <cstdlib>
#include <numeric>
#include <set>

namespace ocelli {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

Result<YamlFile> YamlFile::load(const std::filesystem::path& path) {
  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) return error(ErrorCode::kNotFound, "{}: no such file", path.string());
  if (!std::filesystem::is_regular_file(status))
    return error(ErrorCode::kInvalidArgument, "{}: is {}, expected a file", path.string(),
                 std::filesystem::is_directory(status) ? "a folder" : "a device or pipe");
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return error(ErrorCode::kUnavailable, "{}: cannot be read", path.string());
  return parse(text, path.string());
}

Result<YamlFile> YamlFile::parse(const std::string& text, std::string name) {
  try {
    YamlFile file;
    file.root_ = YAML::Load(text);
    file.text_ = text;
    file.name_ = std::move(name);
    return file;
  } catch (const YAML::ParserException& problem) {
    return error(ErrorCode::kInvalidArgument, "{}:{}:{}: {}", name, problem.mark.line + 1, problem.mark.column + 1,
                 problem.msg);
  }
}

std::optional<Duration> parse_duration(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (end == copy.c_str() || !std::isfinite(value)) return std::nullopt;
  std::string_view unit(end);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1e-9}, {"us", 1e-6},  {"ms", 1e-3},
                                                            {"s", 1.0},   {"min", 60.0}, {"h", 3600.0}};
  for (const auto& [name, seconds] : kUnits)
    if (unit == name && std::abs(value * seconds) < 9e9) return from_seconds(value * seconds);
  return std::nullopt;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

std::string unknown_name(std::string_view what, std::string_view name, const std::vector<std::string>& known) {
  const std::string near = nearest(name, known);
  if (!near.empty()) return fmt::format("unknown {} '{}': did you mean '{}'?", what, name, near);
  return fmt::format("unknown {} '{}': there are {}", what, name, fmt::join(known, ", "));
}

std::string ConfigReader::place_of(const YAML::Node& node) const {
  const YAML::Mark mark = node.IsDefined() ? node.Mark() : YAML::Mark::null_mark();
  return mark.is_null() ? file_ : fmt::format("{}:{}:{}", file_, mark.line + 1, mark.column + 1);
}

void ConfigReader::mistake(const YAML::Node& node, std::string_view message) {
  mistakes_.push_back(fmt::format("{}: {}", place_of(node), message));
}

bool ConfigReader::expect_mapping(const YAML::Node& node) {
  if (node.IsMap()) return true;
  mistake(node, "expected a mapping (key: value)");
  return false;
}

void ConfigReader::check_keys(const YAML::Node& mapping, const std::vector<std::string>& known) {
  if (!expect_mapping(mapping)) return;
  std::set<std::string> seen;
  for (const auto& entry : mapping) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (!seen.insert(key).second) mistake(entry.first, fmt::format("key '{}' is there twice", key));
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = nearest(key, known);
    mistake(entry.first, near.empty() ? fmt::format("unknown key '{}': known are {}", key, fmt::join(known, ", "))
                                      : fmt::format("unknown key '{}': did you mean '{}'?", key, near));
  }
}

std::optional<double> ConfigReader::number(const YAML::Node& node, std::string_view what, std::string_view unit) {
  double value = 0.0;
  const std::string_view suffix = unit.empty() ? "" : " in ";
  if (node.IsScalar() && YAML::convert<double>::decode(node, value) && !std::isnan(value)) return value;
  mistake(node, fmt::format("'{}': expected a number{}{}", what, suffix, unit));
  return std::nullopt;
}

void ConfigReader::check_range(const YAML::Node& node, std::string_view what, double value, double low, double high,
                               std::string_view unit) {
  if (value >= low && value <= high) return;
  const std::string_view space = unit.empty() ? "" : " ";
  mistake(node, fmt::format("'{}': {}{}{} is out of range: expected {} to {}{}{}", what, value, space, unit, low, high,
                            space, unit));
}

Status ConfigReader::status() const {
  if (mistakes_.empty()) return ok();
  return error(ErrorCode::kInvalidArgument, "{}", fmt::join(mistakes_, "\n"));
}

}  // namespace ocelli
