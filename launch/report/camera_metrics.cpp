#include "ocelli/launch/report/camera_metrics.hpp"

#include <algorithm>
#include <array>

#include "ocelli/launch/report/camera_projection.hpp"
#include "ocelli/launch/report/tracking_metrics.hpp"

namespace ocelli::report {
namespace {

struct TrueBox {
  std::size_t group = 0;
  bool is_wanted = false;
  PixelBox box;
};

/// 0: vehicles, 1: people; nothing for what has no class.
std::optional<std::size_t> group_of(ObjectClass c) {
  if (c == ObjectClass::kCar || c == ObjectClass::kTruck) return 0;
  if (c == ObjectClass::kPedestrian || c == ObjectClass::kCyclist) return 1;
  return std::nullopt;
}

double area_of(const PixelBox& box) { return (box.u_max - box.u_min) * (box.v_max - box.v_min); }

double overlap_of(const PixelBox& a, const PixelBox& b) {
  const double width = std::min(a.u_max, b.u_max) - std::max(a.u_min, b.u_min);
  const double height = std::min(a.v_max, b.v_max) - std::max(a.v_min, b.v_min);
  if (width <= 0.0 || height <= 0.0) return 0.0;
  return width * height / (area_of(a) + area_of(b) - width * height);
}

std::optional<TrueBox> true_box_of(const CameraShot& camera, const ObjectState& object, const CameraRules& rules) {
  const auto group = group_of(object.classification);
  const auto projected = project_box(camera, object);
  if (!group || !projected) return std::nullopt;
  const double whole = (projected->u_max - projected->u_min) * (projected->v_max - projected->v_min);
  TrueBox out;
  out.group = *group;
  out.box.u_min = std::max(0.0, projected->u_min);
  out.box.v_min = std::max(0.0, projected->v_min);
  out.box.u_max = std::min<double>(camera.width, projected->u_max);
  out.box.v_max = std::min<double>(camera.height, projected->v_max);
  out.is_wanted = object.lidar_points >= rules.returns_min && projected->distance_m <= rules.range_m &&
                  out.box.v_max - out.box.v_min >= rules.height_min_px && area_of(out.box) >= rules.inside_min * whole;
  return out;
}

struct Pair {
  double overlap;
  std::size_t truth;
  std::size_t seen;
};

std::vector<Pair> pairs_of(const std::vector<TrueBox>& truth, const std::vector<PixelBox>& seen,
                           const CameraRules& rules) {
  std::vector<Pair> pairs;
  for (std::size_t t = 0; t < truth.size(); ++t)
    for (std::size_t s = 0; s < seen.size(); ++s)
      if (group_of(seen[s].classification) == truth[t].group)
        if (const double overlap = overlap_of(truth[t].box, seen[s]); overlap >= rules.overlap_min)
          pairs.push_back({overlap, t, s});
  std::ranges::stable_sort(pairs, std::greater<>(), &Pair::overlap);
  return pairs;
}

void count(const std::vector<TrueBox>& truth, const std::vector<PixelBox>& seen, const CameraRules& rules,
           std::vector<CameraScore>& scores) {
  std::vector<bool> is_found(truth.size(), false), is_matched(seen.size(), false), is_ignored(seen.size(), false);
  for (const Pair& pair : pairs_of(truth, seen, rules)) {
    if (is_found[pair.truth] || is_matched[pair.seen]) continue;
    is_found[pair.truth] = is_matched[pair.seen] = true;
    is_ignored[pair.seen] = !truth[pair.truth].is_wanted;
  }
  for (std::size_t t = 0; t < truth.size(); ++t) {
    if (!truth[t].is_wanted) continue;
    ++scores[truth[t].group].truth;
    scores[truth[t].group].found += is_found[t];
  }
  for (std::size_t s = 0; s < seen.size(); ++s) {
    const auto group = group_of(seen[s].classification);
    const bool is_small = seen[s].v_max - seen[s].v_min < rules.height_min_px;
    if (!group || is_ignored[s] || (is_small && !is_matched[s])) continue;
    ++scores[*group].boxes;
    scores[*group].right += is_matched[s];
  }
}

std::optional<double> share(std::size_t part, std::size_t whole) {
  return whole > 0 ? std::optional(static_cast<double>(part) / static_cast<double>(whole)) : std::nullopt;
}

}  // namespace

std::optional<double> CameraScore::recall() const { return share(found, truth); }
std::optional<double> CameraScore::precision() const { return share(right, boxes); }

CameraReport camera_report(const RunData& run, const IsDisturbed& is_disturbed, const CameraRules& rules) {
  CameraReport report;
  report.scores = {{"vehicles"}, {"people"}};
  if (run.detections.empty()) report.absent = "no camera detector ran";
  if (!run.detections.empty() && !run.shot) report.absent = "no calibration of the camera in this recording";
  if (run.truth.empty()) report.absent = "no ground truth in this recording";
  if (!report.absent.empty()) return report;
  for (const CameraSight& sight : run.detections) {
    if (sight.camera != run.shot->sight.camera || is_disturbed(sight.stamp)) continue;
    const auto frame = frame_at(run.truth, sight.stamp);
    if (!frame) continue;
    std::vector<TrueBox> truth;
    for (const ObjectState& object : to_vehicle(*frame).objects)
      if (auto box = true_box_of(*run.shot, object, rules)) truth.push_back(*box);
    count(truth, sight.boxes, rules, report.scores);
    ++report.pictures;
  }
  if (report.pictures == 0) report.absent = "no picture with detections has truth at its time";
  return report;
}

}  // namespace ocelli::report
