#include "ocelli/perception/evaluation/labels.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <tuple>
#include <utility>

#include "ocelli/perception/evaluation/text_table.hpp"

namespace ocelli::evaluation {
namespace {

constexpr std::size_t kTruthColumns = 17;
constexpr std::size_t kResultColumns = 18;
constexpr int kMaxFrame = 999'999;
constexpr int kMaxId = 2'000'000'000;

Result<std::vector<double>> measures(const TextLine& line, std::size_t columns) {
  static constexpr std::array<std::string_view, 15> kMeanings{"truncation", "occlusion", "alpha",  "left",  "top",
                                                              "right",      "bottom",    "height", "width", "length",
                                                              "x",          "y",         "z",      "yaw",   "score"};
  std::vector<double> values;
  for (std::size_t column = 3; column < columns; ++column) {
    OCELLI_ASSIGN(const double value, line.number_at(column, kMeanings[column - 3]));
    values.push_back(value);
  }
  return values;
}

Result<LabelRow> read_row(const TextLine& line, std::size_t columns) {
  if (line.fields.size() < columns)
    return line.mistake(fmt::format("{} columns, {} expected", line.fields.size(), columns));
  LabelRow row;
  OCELLI_ASSIGN(row.frame, line.integer_at(0, "frame", 0, kMaxFrame));
  OCELLI_ASSIGN(row.id, line.integer_at(1, "track id", -1, kMaxId));
  OCELLI_ASSIGN(const std::vector<double> value, measures(line, columns));
  row.truncation = value[0];
  row.occlusion = value[1];
  row.image = {value[3], value[4], value[5], value[6]};
  row.box = {value[7], value[8], value[9], value[10], value[11], value[12], value[13]};
  if (columns == kResultColumns) row.score = value[14];
  return row;
}

using NumberedRows = std::vector<std::pair<LabelRow, int>>;

/// An id may stand in a frame once per type.
Status check_ids(const std::filesystem::path& path, const NumberedRows& rows) {
  std::vector<std::tuple<int, int, Kind, int>> ids;
  for (const auto& [row, line] : rows)
    if (row.kind != Kind::kDontCare) ids.emplace_back(row.frame, row.id, row.kind, line);
  std::sort(ids.begin(), ids.end());
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const auto& [frame, id, kind, line] = ids[i];
    const auto& [frame_before, id_before, kind_before, line_before] = ids[i - 1];
    if (frame == frame_before && id == id_before && kind == kind_before)
      return error(ErrorCode::kCorrupt, "{}:{}: track id {} is already in frame {} (line {})", path.string(), line, id,
                   frame, line_before);
  }
  return ok();
}

Status read_file(const std::filesystem::path& path, int sequence, bool is_result, Dataset& data) {
  const std::size_t columns = is_result ? kResultColumns : kTruthColumns;
  NumberedRows rows;
  OCELLI_TRY(for_each_line(path, " \t", [&](const TextLine& line) -> Status {
    OCELLI_ASSIGN(LabelRow row, read_row(line, columns));
    const std::optional<Kind> kind = kind_from_name(line.fields[2]);
    if (!kind && is_result) {
      if (data.skipped_rows++ == 0)
        data.first_skipped = fmt::format("{}:{}: unknown type '{}'", line.path, line.number, line.fields[2]);
      return ok();
    }
    row.kind = kind.value_or(Kind::kOther);
    row.sequence = sequence;
    rows.emplace_back(row, line.number);
    return ok();
  }));
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.first.frame < b.first.frame; });
  OCELLI_TRY(check_ids(path, rows));
  auto& into = is_result ? data.results : data.truth;
  for (const auto& [row, line] : rows) into.push_back(row);
  return ok();
}

}  // namespace

std::optional<Kind> kind_from_name(std::string_view name) {
  static constexpr std::pair<std::string_view, Kind> kNames[] = {
      {"car", Kind::kCar},         {"van", Kind::kVan},
      {"truck", Kind::kOther},     {"pedestrian", Kind::kPedestrian},
      {"person", Kind::kPerson},   {"person_sitting", Kind::kPersonSitting},
      {"cyclist", Kind::kCyclist}, {"tram", Kind::kOther},
      {"misc", Kind::kOther},      {"dontcare", Kind::kDontCare}};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [known, kind] : kNames)
    if (known == lower) return kind;
  return std::nullopt;
}

double volume_iou(const CameraBox& a, const CameraBox& b) {
  const double tall = std::min(a.y_m, b.y_m) - std::max(a.y_m - a.height_m, b.y_m - b.height_m);
  if (!(tall > 0.0)) return 0.0;
  // Seen with y up instead of down, the yaw about y becomes a mathematically positive turn in (x, -z).
  const auto ground = [](const CameraBox& box) {
    return tracking::Rectangle{box.x_m,      -box.z_m,   std::cos(box.yaw_rad), std::sin(box.yaw_rad),
                               box.length_m, box.width_m};
  };
  const double common = tracking::common_area(ground(a), ground(b)) * tall;
  const double both = a.height_m * a.width_m * a.length_m + b.height_m * b.width_m * b.length_m - common;
  return common > 0.0 && both > 0.0 ? common / both : 0.0;
}

Result<Dataset> read_dataset(const std::filesystem::path& results, const std::filesystem::path& truth,
                             const std::vector<std::string>& only) {
  Dataset data;
  OCELLI_ASSIGN(const std::vector<std::string> known, sequence_names(truth));
  OCELLI_ASSIGN(const std::vector<std::string> given, sequence_names(results));
  data.sequences = only.empty() ? known : without_repeats(only);
  if (only.empty())
    std::set_difference(given.begin(), given.end(), known.begin(), known.end(),
                        std::back_inserter(data.results_without_truth));
  if (data.sequences.empty()) return error(ErrorCode::kNotFound, "{}: no label file <sequence>.txt", truth.string());
  for (std::size_t i = 0; i < data.sequences.size(); ++i) {
    const std::string file = data.sequences[i] + ".txt";
    OCELLI_TRY(read_file(truth / file, static_cast<int>(i), false, data));
    if (std::binary_search(given.begin(), given.end(), data.sequences[i]))
      OCELLI_TRY(read_file(results / file, static_cast<int>(i), true, data));
    else
      data.sequences_without_results.push_back(data.sequences[i]);
  }
  if (data.sequences_without_results.size() == data.sequences.size())
    return error(ErrorCode::kNotFound, "{}: no result file for any of the {} sequences ({}.txt, ...)", results.string(),
                 data.sequences.size(), data.sequences.front());
  return data;
}

}  // namespace ocelli::evaluation
