#include "ocelli/perception/evaluation/text_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>

namespace ocelli::evaluation {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

tl::unexpected<Error> TextLine::mistake(std::string_view what) const {
  return error(ErrorCode::kCorrupt, "{}:{}: {}", path, number, what);
}

Result<double> TextLine::any_number_at(std::size_t column, std::string_view meaning) const {
  if (column >= fields.size())
    return mistake(fmt::format("{} columns, but column {} ({}) is needed", fields.size(), column + 1, meaning));
  std::string_view field = fields[column];
  if (field.starts_with('+')) field.remove_prefix(1);
  double value = 0.0;
  const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (problem != std::errc{} || end != field.data() + field.size())
    return mistake(fmt::format("column {} ({}): '{}' is not a number", column + 1, meaning, fields[column]));
  return value;
}

Result<double> TextLine::number_at(std::size_t column, std::string_view meaning) const {
  OCELLI_ASSIGN(const double value, any_number_at(column, meaning));
  if (!std::isfinite(value))
    return mistake(fmt::format("column {} ({}): '{}' is not a finite number", column + 1, meaning, fields[column]));
  return value;
}

Result<int> TextLine::integer_at(std::size_t column, std::string_view meaning, int low, int high) const {
  OCELLI_ASSIGN(const double value, number_at(column, meaning));
  if (value != std::floor(value) || value < low || value > high)
    return mistake(fmt::format("column {} ({}): '{}' is not a whole number from {} to {}", column + 1, meaning,
                               fields[column], low, high));
  return static_cast<int>(value);
}

Result<std::string> read_text(const std::filesystem::path& path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem))
    return error(ErrorCode::kNotFound, "{}: no such file", path.string());
  std::ifstream file(path, std::ios::binary);
  if (!file) return error(ErrorCode::kUnavailable, "{}: cannot be opened for reading", path.string());
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return error(ErrorCode::kUnavailable, "{}: reading failed", path.string());
  return text;
}

Result<std::vector<std::string>> sequence_names(const std::filesystem::path& folder) {
  std::error_code problem;
  if (!std::filesystem::is_directory(folder, problem))
    return error(ErrorCode::kNotFound, "{}: no such folder", folder.string());
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem))
    if (entry->path().extension() == ".txt" && is_number(entry->path().stem().string()))
      names.push_back(entry->path().stem().string());
  if (problem) return error(ErrorCode::kUnavailable, "{}: {}", folder.string(), problem.message());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> without_repeats(const std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (const std::string& name : names)
    if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(name);
  return once;
}

void split_fields(std::string_view line, std::string_view separators, std::vector<std::string_view>& fields) {
  fields.clear();
  const auto is_separator = [&](char c) { return c == '\r' || separators.find(c) != std::string_view::npos; };
  for (std::size_t begin = 0; begin < line.size();) {
    if (is_separator(line[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < line.size() && !is_separator(line[end])) ++end;
    fields.push_back(line.substr(begin, end - begin));
    begin = end;
  }
}

}  // namespace ocelli::evaluation
