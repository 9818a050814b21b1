// The camera picture with the boxes of the tracks in it.
#include <algorithm>
#include <cmath>

#include "ocelli/launch/report/camera_projection.hpp"
#include "ocelli/launch/report/plots.hpp"
#include "ocelli/launch/report/svg.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::report {
namespace {

constexpr double kWidth = 1060.0;
constexpr double kLeastLabelled = 32.0;  // height of a box on the page; smaller ones would cover the road

std::string base64(const std::string& bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k)
      word = word << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? kAlphabet[word >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

/// Moves a label up until it stands on no other; the last try stays where it is.
void draw_label(Svg& svg, double x, double y, const std::string& text, Points& taken) {
  for (int tries = 0; tries < 8 && y > 26.0; ++tries) {
    const bool is_free = std::none_of(taken.begin(), taken.end(), [&](const auto& other) {
      return std::abs(other.first - x) < 100.0 && std::abs(other.second - y) < 14.0;
    });
    if (is_free) break;
    y -= 14.0;
  }
  taken.emplace_back(x, y);
  svg.text(x, y, text, "photo-label");
}

Points scaled(const Points& points, double scale) {
  Points out;
  for (const auto& [u, v] : points) out.emplace_back(u * scale, v * scale);
  return out;
}

/// What the camera itself saw, under the boxes of the tracks; its labels stand below its boxes.
void draw_sight(Svg& svg, const CameraShot& shot, double scale, Points& labels) {
  if (shot.sight.area.size() > 2)
    svg.polygon(scaled(project_ground(shot, shot.sight.area), scale), "photo-area", "drivable area");
  for (const auto& lane : shot.sight.lanes) svg.polyline(scaled(project_ground(shot, lane), scale), "photo-lane");
  for (const PixelBox& box : shot.sight.boxes) {
    svg.rect(box.u_min * scale, box.v_min * scale, (box.u_max - box.u_min) * scale, (box.v_max - box.v_min) * scale,
             "photo-line photo-seen",
             fmt::format("camera: {}, score {:.2f}", to_string(box.classification), box.score));
    if ((box.v_max - box.v_min) * scale < kLeastLabelled) continue;
    draw_label(svg, std::clamp(box.u_min * scale, 2.0, kWidth - 90.0),
               std::min(scale * shot.height - 4.0, box.v_max * scale + 13.0),
               fmt::format("{} {:.2f}", to_string(box.classification), box.score), labels);
  }
}

}  // namespace

std::string css_of_sources(std::uint32_t sources) {
  const bool has_lidar = (sources & ocelli::msg::SOURCE_LIDAR) != 0;
  const bool has_camera = (sources & ocelli::msg::SOURCE_CAMERA) != 0;
  if (has_lidar && has_camera) return "fused";
  if (has_lidar) return "by-lidar";
  if (has_camera) return "by-camera";
  return (sources & ocelli::msg::SOURCE_RADAR) != 0 ? "by-radar" : "predicted";
}

std::string camera_view(const CameraShot& shot) {
  if (shot.encoded.empty() || shot.width == 0 || shot.height == 0) return "";
  const double scale = kWidth / shot.width, height = scale * shot.height;
  Svg svg(kWidth, height, "camera picture with projected boxes");
  svg.begin_clip("camera", 0, 0, kWidth, height);
  svg.image(0, 0, kWidth, height, "data:" + shot.mime + ";base64," + base64(shot.encoded));
  Points labels;
  draw_sight(svg, shot, scale, labels);
  std::vector<std::pair<ProjectedBox, const ObjectState*>> boxes;
  for (const ObjectState& object : shot.objects)
    if (auto box = project_box(shot, object)) boxes.emplace_back(std::move(*box), &object);
  std::stable_sort(boxes.begin(), boxes.end(),  // near ones last, over the far ones
                   [](const auto& a, const auto& b) { return a.first.distance_m > b.first.distance_m; });
  for (const auto& [box, object] : boxes) {
    const std::string css = "photo-line " + css_of_sources(object->sources);
    for (const PixelLine& edge : box.edges)
      svg.line(edge.u1 * scale, edge.v1 * scale, edge.u2 * scale, edge.v2 * scale, css);
    if ((box.v_max - box.v_min) * scale < kLeastLabelled) continue;
    draw_label(svg, std::clamp(box.u_min * scale, 2.0, kWidth - 120.0), std::max(12.0, box.v_min * scale - 4),
               fmt::format("{} · {} {:.0f} m", object->id, to_string(object->classification), box.distance_m), labels);
  }
  svg.end_clip();
  return svg.str();
}

}  // namespace ocelli::report
