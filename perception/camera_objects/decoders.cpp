#include "ocelli/perception/camera_objects/decoders.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace ocelli::perception {
namespace {

using accel::Decoder;
using accel::ModelCard;
using accel::Tensor;

constexpr std::size_t kDistanceBins = 8;  // NanoDet: reg_max + 1
constexpr std::size_t kBoxColumns = 5;
constexpr std::size_t kFloodShare = 4;  // one box in so many places of a network's grid, and in all of more than
constexpr std::size_t kLeastFlood = 50;
constexpr std::array<int, 3> kStrides = {8, 16, 32};

/// The last two sizes: rows x columns, all before them 1.
struct Table {
  std::size_t rows;
  std::size_t columns;
};
std::optional<Table> table_of(const Tensor& tensor) {
  if (tensor.dims.size() < 2) return std::nullopt;
  for (std::size_t i = 0; i + 2 < tensor.dims.size(); ++i)
    if (tensor.dims[i] != 1) return std::nullopt;
  return Table{static_cast<std::size_t>(tensor.dims[tensor.dims.size() - 2]),
               static_cast<std::size_t>(tensor.dims.back())};
}

std::size_t cells(const ModelCard& card, int stride) {
  const auto count = [&](int size) { return static_cast<std::size_t>((size + stride - 1) / stride); };
  return count(card.input.width_px) * count(card.input.height_px);
}

/// The table of that size among the outputs, whose order differs between back ends.
const Tensor* find_table(std::span<const Tensor> outputs, std::size_t rows, std::size_t columns) {
  for (const Tensor& tensor : outputs)
    if (const auto table = table_of(tensor); table && table->rows == rows && table->columns == columns) return &tensor;
  return nullptr;
}

Status shape_mistake(const ModelCard& card, std::span<const Tensor> outputs, std::string_view expected) {
  std::vector<std::string> shapes;
  for (const Tensor& tensor : outputs) shapes.push_back(fmt::format("{}", fmt::join(tensor.dims, "x")));
  return error(ErrorCode::kCorrupt, "model '{}': outputs {}: its decoder expects {}", card.name,
               fmt::join(shapes, ", "), expected);
}

Status add(const ModelCard& card, const Candidate& candidate, std::vector<Candidate>& out) {
  if (out.size() >= kMostCandidates)
    return error(ErrorCode::kCorrupt, "model '{}': more than {} boxes with a score of at least {}: not a street",
                 card.name, kMostCandidates, card.score_min);
  out.push_back(candidate);
  return ok();
}

/// `places` where the network can see a box at all: most of a picture is road, sky and walls.
Status check_flood(const ModelCard& card, std::size_t boxes, std::size_t places) {
  if (boxes <= std::max(kLeastFlood, places / kFloodShare)) return ok();
  return error(ErrorCode::kCorrupt,
               "model '{}': {} of its {} places hold a box with a score of at least {}: not a street", card.name, boxes,
               places, card.score_min);
}

/// Objectness and scores are probabilities; a network that was cut or fed wrongly gives other numbers (and NaN fails
/// both comparisons).
class ScoreCheck {
 public:
  void see(float score) { is_right_ = is_right_ && score >= -kRounding && score <= 1.0F + kRounding; }
  void see(const float* scores, std::size_t count, std::size_t step) {
    for (std::size_t i = 0; i < count; ++i) see(scores[i * step]);
  }
  [[nodiscard]] Status status(const ModelCard& card) const {
    if (is_right_) return ok();
    return error(ErrorCode::kCorrupt, "model '{}': an output holds scores outside 0..1: not what its card describes",
                 card.name);
  }

 private:
  static constexpr float kRounding = 1e-3F;
  bool is_right_ = true;
};

/// The first of the largest.
std::pair<int, float> best_of(const float* scores, std::size_t count, std::size_t step) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < count; ++i)
    if (scores[i * step] > scores[best * step]) best = i;
  return {static_cast<int>(best), scores[best * step]};
}

/// Rows of centre, size (shares of the input), objectness and class scores that include the objectness.
Status decode_yolo(const ModelCard& card, std::span<const Tensor> outputs, std::vector<Candidate>& out) {
  const std::size_t columns = 5 + card.classes.size();
  const auto width = static_cast<float>(card.input.width_px);
  const auto height = static_cast<float>(card.input.height_px);
  ScoreCheck check;
  for (const Tensor& tensor : outputs) {
    for (const float* row = tensor.data.data(); row != tensor.data.data() + tensor.data.size(); row += columns) {
      check.see(row + 4, 1 + card.classes.size(), 1);
      if (row[4] < card.score_min) continue;  // no class can reach it
      const auto [best, score] = best_of(row + 5, card.classes.size(), 1);
      if (score < card.score_min) continue;
      const float half_width = 0.5F * row[2];
      const float half_height = 0.5F * row[3];
      OCELLI_TRY(add(card,
                     {best, score, (row[0] - half_width) * width, (row[1] - half_height) * height,
                      (row[0] + half_width) * width, (row[1] + half_height) * height},
                     out));
    }
  }
  return check.status(card);
}

/// Planes of objectness, offsets, sizes and class scores over a grid.
Status decode_fastestdet(const ModelCard& card, std::span<const Tensor> outputs, std::vector<Candidate>& out) {
  const auto rows = static_cast<std::size_t>(outputs[0].dims[2]);
  const auto columns = static_cast<std::size_t>(outputs[0].dims[3]);
  const std::size_t plane = rows * columns;
  const auto sigmoid = [](float x) { return 1.0F / (1.0F + std::exp(-x)); };
  const float cell_width = static_cast<float>(card.input.width_px) / static_cast<float>(columns);
  const float cell_height = static_cast<float>(card.input.height_px) / static_cast<float>(rows);
  ScoreCheck check;
  for (std::size_t cell = 0; cell < plane; ++cell) {
    const float* data = outputs[0].data.data() + cell;
    check.see(data[0]);
    check.see(data + 5 * plane, card.classes.size(), plane);
    if (data[0] < card.score_min) continue;
    const auto [best, class_score] = best_of(data + 5 * plane, card.classes.size(), plane);
    const float score = data[0] * class_score;
    if (score < card.score_min) continue;
    const float x = (static_cast<float>(cell % columns) + std::tanh(data[plane])) * cell_width;
    const float y = (static_cast<float>(cell / columns) + std::tanh(data[2 * plane])) * cell_height;
    const float half_width = 0.5F * sigmoid(data[3 * plane]) * static_cast<float>(card.input.width_px);
    const float half_height = 0.5F * sigmoid(data[4 * plane]) * static_cast<float>(card.input.height_px);
    OCELLI_TRY(add(card, {best, score, x - half_width, y - half_height, x + half_width, y + half_height}, out));
  }
  return check.status(card);
}

/// The mean of a distance whose distribution over the bins is the softmax of `logits` (Li et al. 2020, eq. 4).
float expected_bin(const float* logits) {
  const float largest = *std::max_element(logits, logits + kDistanceBins);
  float sum = 0.0F;
  float weighted = 0.0F;
  for (std::size_t i = 0; i < kDistanceBins; ++i) {
    const float share = std::exp(logits[i] - largest);
    sum += share;
    weighted += share * static_cast<float>(i);
  }
  return weighted / sum;
}

Status decode_nanodet(const ModelCard& card, std::span<const Tensor> outputs, std::vector<Candidate>& out) {
  const std::size_t classes = card.classes.size();
  const auto clip = [](float value, int limit) { return std::clamp(value, 0.0F, static_cast<float>(limit)); };
  for (const int stride : kStrides) {
    const std::size_t count = cells(card, stride);
    const Tensor& scores = *find_table(outputs, count, classes);
    const Tensor& distances = *find_table(outputs, count, 4 * kDistanceBins);
    ScoreCheck check;
    check.see(scores.data.data(), scores.data.size(), 1);
    OCELLI_TRY(check.status(card));
    const auto columns = static_cast<std::size_t>((card.input.width_px + stride - 1) / stride);
    const auto step = static_cast<float>(stride);
    for (std::size_t cell = 0; cell < count; ++cell) {
      const auto [best, score] = best_of(scores.data.data() + cell * classes, classes, 1);
      if (score < card.score_min) continue;
      const float* logits = distances.data.data() + cell * 4 * kDistanceBins;
      const float x = static_cast<float>(cell % columns) * step + 0.5F * (step - 1.0F);
      const float y = static_cast<float>(cell / columns) * step + 0.5F * (step - 1.0F);
      OCELLI_TRY(add(card,
                     {best, score, clip(x - step * expected_bin(logits), card.input.width_px),
                      clip(y - step * expected_bin(logits + kDistanceBins), card.input.height_px),
                      clip(x + step * expected_bin(logits + 2 * kDistanceBins), card.input.width_px),
                      clip(y + step * expected_bin(logits + 3 * kDistanceBins), card.input.height_px)},
                     out));
    }
  }
  return ok();
}

/// Rows of corners in pixels of the input and a score, of the only class.
Status decode_boxes(const ModelCard& card, std::span<const Tensor> outputs, std::vector<Candidate>& out) {
  const std::span<const float> data = outputs[0].data;
  ScoreCheck check;
  check.see(data.data() + kBoxColumns - 1, data.size() / kBoxColumns, kBoxColumns);
  OCELLI_TRY(check.status(card));
  for (std::size_t i = 0; i + kBoxColumns <= data.size(); i += kBoxColumns)
    if (data[i + 4] > 0.0F && data[i + 4] >= card.score_min)
      OCELLI_TRY(add(card, {0, data[i + 4], data[i], data[i + 1], data[i + 2], data[i + 3]}, out));
  return ok();
}

float overlap(const Candidate& a, const Candidate& b) {
  const float width = std::min(a.x_max, b.x_max) - std::max(a.x_min, b.x_min);
  const float height = std::min(a.y_max, b.y_max) - std::max(a.y_min, b.y_min);
  if (width <= 0.0F || height <= 0.0F) return 0.0F;
  const auto area = [](const Candidate& box) { return (box.x_max - box.x_min) * (box.y_max - box.y_min); };
  const float both = width * height;
  return both / (area(a) + area(b) - both);
}

}  // namespace

Status check_outputs(const ModelCard& card, std::span<const Tensor> outputs) {
  const std::size_t classes = card.classes.size();
  switch (card.decoder) {
    case Decoder::kDarknetYolo:
      if (outputs.empty() || !std::ranges::all_of(outputs, [&](const Tensor& tensor) {
            const auto table = table_of(tensor);
            return table && table->columns == 5 + classes;
          }))
        return shape_mistake(card, outputs, fmt::format("tables with {} columns", 5 + classes));
      return ok();
    case Decoder::kFastestDet:
      if (outputs.size() != 1 || outputs[0].dims.size() != 4 || outputs[0].dims[0] != 1 ||
          outputs[0].dims[1] != static_cast<std::int64_t>(5 + classes))
        return shape_mistake(card, outputs, fmt::format("1x{}xROWSxCOLUMNS", 5 + classes));
      return ok();
    case Decoder::kNanoDet:
      for (const int stride : kStrides)
        if (find_table(outputs, cells(card, stride), classes) == nullptr ||
            find_table(outputs, cells(card, stride), 4 * kDistanceBins) == nullptr)
          return shape_mistake(card, outputs,
                               fmt::format("for stride {} tables {}x{} and {}x{}", stride, cells(card, stride), classes,
                                           cells(card, stride), 4 * kDistanceBins));
      return ok();
    case Decoder::kBoxes:
      if (outputs.size() != 1 || !table_of(outputs[0]) || table_of(outputs[0])->columns != kBoxColumns || classes != 1)
        return shape_mistake(card, outputs, "1xROWSx5, of one class");
      return ok();
    case Decoder::kTwinLiteNet:
    case Decoder::kLaneLines: break;
  }
  return error(ErrorCode::kUnsupported, "model '{}': its decoder gives lanes, not objects", card.name);
}

Status decode(const ModelCard& card, std::span<const Tensor> outputs, std::vector<Candidate>& out) {
  out.clear();
  std::size_t places = 0;
  switch (card.decoder) {
    case Decoder::kDarknetYolo:
      OCELLI_TRY(decode_yolo(card, outputs, out));
      for (const Tensor& tensor : outputs) places += table_of(tensor)->rows;
      return check_flood(card, out.size(), places);
    case Decoder::kFastestDet:
      OCELLI_TRY(decode_fastestdet(card, outputs, out));
      return check_flood(card, out.size(), static_cast<std::size_t>(outputs[0].dims[2] * outputs[0].dims[3]));
    case Decoder::kNanoDet:
      OCELLI_TRY(decode_nanodet(card, outputs, out));
      for (const int stride : kStrides) places += cells(card, stride);
      return check_flood(card, out.size(), places);
    case Decoder::kBoxes: return decode_boxes(card, outputs, out);
    case Decoder::kTwinLiteNet:
    case Decoder::kLaneLines: break;
  }
  return error(ErrorCode::kUnsupported, "model '{}': its decoder gives lanes, not objects", card.name);
}

void suppress(std::vector<Candidate>& candidates, double overlap_max) {
  std::ranges::stable_sort(candidates, std::greater<>(), &Candidate::score);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate candidate = candidates[i];
    const bool is_new = std::none_of(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept),
                                     [&](const Candidate& better) { return overlap(better, candidate) > overlap_max; });
    if (is_new) candidates[kept++] = candidate;
  }
  candidates.resize(kept);
}

void to_boxes(const ModelCard& card, std::span<const Candidate> candidates, const Placement& placement,
              std::vector<Box2>& out) {
  out.clear();
  for (const Candidate& candidate : candidates) {
    const std::string& name = card.classes[static_cast<std::size_t>(candidate.model_class)];
    const auto user = std::ranges::find(card.road_users, name, &accel::CardClass::name);
    if (user == card.road_users.end()) continue;
    Box2 box{object_class_from(user->as), candidate.score, 0.0, 0.0, 0.0, 0.0};
    box.x_min = std::clamp(placement.to_picture_x(candidate.x_min), 0.0, placement.picture_width);
    box.x_max = std::clamp(placement.to_picture_x(candidate.x_max), 0.0, placement.picture_width);
    box.y_min = std::clamp(placement.to_picture_y(candidate.y_min), 0.0, placement.picture_height);
    box.y_max = std::clamp(placement.to_picture_y(candidate.y_max), 0.0, placement.picture_height);
    if (box.area() > 0.0) out.push_back(box);
  }
}

}  // namespace ocelli::perception
