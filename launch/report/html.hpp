#pragma once
// Building blocks of the page: escaped text, tables, numbers. Must not know: what a run is.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/launch/report/statistics.hpp"
#include "ocelli/launch/report/svg.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::report {

/// A cell: text is escaped; `css` may be "n" for numbers, "ok", "bad-text".
struct Cell {
  std::string text;
  std::string css;
};

[[nodiscard]] inline Cell number(std::string text) { return {std::move(text), "n"}; }

class Table {
 public:
  /// Columns whose name begins with '>' hold numbers. `notes[i]` explains column i (may be shorter).
  explicit Table(std::vector<std::string> columns, std::vector<std::string> notes = {});
  Table& row(std::vector<Cell> cells);
  [[nodiscard]] bool is_empty() const { return rows_ == 0; }
  [[nodiscard]] std::string str() const;

 private:
  std::vector<bool> is_number_;
  std::string head_;
  std::string body_;
  std::size_t rows_ = 0;
};

[[nodiscard]] std::string heading(std::string_view text);
[[nodiscard]] std::string small_heading(std::string_view text);
[[nodiscard]] std::string paragraph(std::string_view text, std::string_view css = {});
/// The box that stands where data would: never an empty plot.
[[nodiscard]] std::string absent(std::string_view why);
/// `svg` is markup; `caption` (may be empty) is text.
[[nodiscard]] std::string figure(const std::string& svg, std::string_view caption = {});
[[nodiscard]] std::string bullet_list(const std::vector<std::string>& items);
/// Coloured squares with names: {css variable without --, text}.
[[nodiscard]] std::string legend(const std::vector<std::pair<std::string, std::string>>& entries);

/// "12.3 ms"; "–" when there is none.
[[nodiscard]] std::string ms(std::optional<Duration> duration);
[[nodiscard]] std::string decimal(std::optional<double> value, int digits);
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// The p99 bound, or how many samples are missing for one.
[[nodiscard]] std::string p99_bound(const Distribution& d);

}  // namespace ocelli::report
