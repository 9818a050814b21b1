#pragma once
// Text files of numbers, line by line: every mistake is reported with file, line and column.
// Must not know: what the columns mean.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::evaluation {

struct TextLine {
  std::string_view path;  // for messages
  int number = 0;         // from 1
  std::span<const std::string_view> fields;

  /// The field as a finite number; the error names file, line, column and `meaning`.
  [[nodiscard]] Result<double> number_at(std::size_t column, std::string_view meaning) const;
  /// As number_at, but NaN and infinities pass: for formats where such a row is skipped and counted.
  [[nodiscard]] Result<double> any_number_at(std::size_t column, std::string_view meaning) const;
  [[nodiscard]] Result<int> integer_at(std::size_t column, std::string_view meaning, int low, int high) const;
  [[nodiscard]] tl::unexpected<Error> mistake(std::string_view what) const;
};

[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& path);

/// Calls visit(const TextLine&) -> Status for every line that is not empty; fields are separated by any of
/// `separators`, empty fields do not count. Stops at the first error.
template <class Visit>
Status for_each_line(const std::filesystem::path& path, std::string_view separators, const Visit& visit);

/// Names of the files `<digits>.txt` in a folder, without the suffix, sorted. Other files are no sequences.
[[nodiscard]] Result<std::vector<std::string>> sequence_names(const std::filesystem::path& folder);

/// Each name once, in the order in which they came.
[[nodiscard]] std::vector<std::string> without_repeats(const std::vector<std::string>& names);

void split_fields(std::string_view line, std::string_view separators, std::vector<std::string_view>& fields);

template <class Visit>
Status for_each_line(const std::filesystem::path& path, std::string_view separators, const Visit& visit) {
  OCELLI_ASSIGN(const std::string text, read_text(path));
  const std::string name = path.string();
  std::vector<std::string_view> fields;
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    split_fields(rest.substr(0, end), separators, fields);
    if (!fields.empty()) OCELLI_TRY(visit(TextLine{name, number, fields}));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return ok();
}

}  // namespace ocelli::evaluation
