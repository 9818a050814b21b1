#include "ocelli/perception/evaluation/evaluation.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>
#include <utility>

namespace ocelli::evaluation {
namespace {

constexpr double kHotaMinIou = 0.5;
constexpr std::size_t kPictures = 6;

constexpr auto kClassNames = std::to_array<std::pair<std::string_view, ObjectClass>>(
    {{"Car", ObjectClass::kCar}, {"Pedestrian", ObjectClass::kPedestrian}, {"Cyclist", ObjectClass::kCyclist}});

bool is_same_letter(unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }

ClearRow clear_row(const Dataset& data, const ClassRows& rows, const Request& request, ObjectClass object_class,
                   Overlap overlap, double min_iou) {
  ClearRow row{object_class, overlap, min_iou, sweep_recall(rows, overlap, min_iou, request.mode), {}, {}};
  if (!request.with_errors) return row;
  row.errors = classify_errors(data, rows, row.sweep, object_class, min_iou);
  row.pictures = picture_worst(rows, row.sweep, kPictures);
  return row;
}

}  // namespace

Scores evaluate(const Dataset& data, const Request& request) {
  Scores scores;
  for (const ObjectClass object_class : request.classes) {
    const ClassRows rows = select_class(data, object_class, request.mode);
    for (const double iou : request.volume_ious)
      scores.clear.push_back(clear_row(data, rows, request, object_class, Overlap::kVolume, iou));
    for (const double iou : request.image_ious)
      scores.clear.push_back(clear_row(data, rows, request, object_class, Overlap::kImage, iou));
    if (!request.with_hota) continue;
    std::optional<double> threshold = sweep_recall(rows, Overlap::kImage, kHotaMinIou, request.mode).best_threshold;
    if (threshold && request.mode == Mode::kCompatible) threshold = printed_threshold(*threshold);
    scores.hota.push_back({object_class, score_hota(data, object_class, threshold)});
  }
  return scores;
}

std::string_view to_string(ObjectClass object_class) {
  for (const auto& [name, known] : kClassNames)
    if (known == object_class) return name;
  return "?";
}

std::optional<ObjectClass> class_from_name(std::string_view name) {
  for (const auto& [known, object_class] : kClassNames)
    if (std::equal(known.begin(), known.end(), name.begin(), name.end(), is_same_letter)) return object_class;
  return std::nullopt;
}

FrameErrors sum_of_sequence(const std::vector<FrameErrors>& frames, int sequence) {
  FrameErrors sum;
  sum.sequence = sequence;
  for (const FrameErrors& frame : frames) {
    if (frame.sequence != sequence) continue;
    sum.matches += frame.matches;
    sum.false_positives += frame.false_positives;
    sum.false_negatives += frame.false_negatives;
    sum.switches += frame.switches;
    sum.fragments += frame.fragments;
  }
  return sum;
}

std::vector<FrameErrors> worst_frames(std::vector<FrameErrors> frames, std::size_t count) {
  const auto errors = [](const FrameErrors& f) { return f.false_positives + f.false_negatives + f.switches; };
  std::stable_sort(frames.begin(), frames.end(),
                   [&](const FrameErrors& a, const FrameErrors& b) { return errors(a) > errors(b); });
  while (!frames.empty() && (frames.size() > count || errors(frames.back()) == 0)) frames.pop_back();
  return frames;
}

}  // namespace ocelli::evaluation
