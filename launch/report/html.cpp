#include "ocelli/launch/report/html.hpp"

#include <fmt/format.h>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::report {

Table::Table(std::vector<std::string> columns, std::vector<std::string> notes) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_number = columns[i].starts_with('>');
    is_number_.push_back(is_number);
    const std::string title =
        i < notes.size() && !notes[i].empty() ? fmt::format(" title=\"{}\"", escape(notes[i])) : "";
    head_ += fmt::format("<th{}{}>{}</th>", is_number ? " class=\"n\"" : "", title,
                         escape(is_number ? columns[i].substr(1) : columns[i]));
  }
}

Table& Table::row(std::vector<Cell> cells) {
  OCELLI_EXPECT(cells.size() == is_number_.size());
  body_ += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string css = is_number_[i] ? "n" : "";
    if (!cells[i].css.empty() && cells[i].css != css) css += (css.empty() ? "" : " ") + cells[i].css;
    body_ += css.empty() ? "<td>" : fmt::format("<td class=\"{}\">", css);
    body_ += escape(cells[i].text) + "</td>";
  }
  body_ += "</tr>\n";
  ++rows_;
  return *this;
}

std::string Table::str() const {
  return fmt::format("<div class=\"scroll\"><table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div>\n",
                     head_, body_);
}

std::string heading(std::string_view text) { return fmt::format("<h2>{}</h2>\n", escape(text)); }

std::string small_heading(std::string_view text) { return fmt::format("<h3>{}</h3>\n", escape(text)); }

std::string paragraph(std::string_view text, std::string_view css) {
  return fmt::format("<p{}>{}</p>\n", css.empty() ? "" : fmt::format(" class=\"{}\"", css), escape(text));
}

std::string absent(std::string_view why) { return fmt::format("<p class=\"absent\">{}</p>\n", escape(why)); }

std::string figure(const std::string& svg, std::string_view caption) {
  return fmt::format("<figure>{}{}</figure>\n", svg,
                     caption.empty() ? "" : fmt::format("<figcaption>{}</figcaption>", escape(caption)));
}

std::string bullet_list(const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string out = "<ul>";
  for (const std::string& item : items) out += fmt::format("<li>{}</li>", escape(item));
  return out + "</ul>\n";
}

std::string legend(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string out = "<div class=\"legend\">";
  for (const auto& [color, text] : entries)
    out += fmt::format("<span><i style=\"background:var(--{})\"></i>{}</span>", color, escape(text));
  return out + "</div>\n";
}

std::string ms(std::optional<Duration> duration) {
  return duration ? fmt::format("{:.1f} ms", to_milliseconds(*duration)) : "–";
}

std::string decimal(std::optional<double> value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "–";
}

std::string bytes_text(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value < 1e3) return fmt::format("{} B", bytes);
  if (value < 1e6) return fmt::format("{:.1f} kB", value / 1e3);
  return value < 1e9 ? fmt::format("{:.1f} MB", value / 1e6) : fmt::format("{:.2f} GB", value / 1e9);
}

std::string p99_bound(const Distribution& d) {
  if (d.p99_upper) return "≤ " + ms(d.p99_upper);
  return fmt::format("needs {1}, has {0}", d.count, samples_needed(0.99));
}

}  // namespace ocelli::report
