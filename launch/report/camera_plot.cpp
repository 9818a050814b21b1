// The camera picture with the boxes of the tracks in it.
#include <algorithm>

#include "ocelli/launch/report/camera_projection.hpp"
#include "ocelli/launch/report/plots.hpp"
#include "ocelli/launch/report/svg.hpp"

namespace ocelli::report {
namespace {

constexpr double kWidth = 1060.0;

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

}  // namespace

std::string camera_view(const CameraShot& shot) {
  if (shot.encoded.empty() || shot.width == 0 || shot.height == 0) return "";
  const double scale = kWidth / shot.width, height = scale * shot.height;
  Svg svg(kWidth, height, "camera picture with projected boxes");
  svg.begin_clip("camera", 0, 0, kWidth, height);
  svg.image(0, 0, kWidth, height, "data:" + shot.mime + ";base64," + base64(shot.encoded));
  std::vector<std::pair<ProjectedBox, const ObjectState*>> boxes;
  for (const ObjectState& object : shot.objects)
    if (auto box = project_box(shot, object)) boxes.emplace_back(std::move(*box), &object);
  std::stable_sort(boxes.begin(), boxes.end(),  // near ones last, over the far ones
                   [](const auto& a, const auto& b) { return a.first.distance_m > b.first.distance_m; });
  for (const auto& [box, object] : boxes) {
    const std::string css = "photo-line " + css_of(object->classification);
    for (const PixelLine& edge : box.edges)
      svg.line(edge.u1 * scale, edge.v1 * scale, edge.u2 * scale, edge.v2 * scale, css);
    svg.text(std::clamp(box.u_min * scale, 2.0, kWidth - 90.0), std::max(11.0, box.v_min * scale - 4),
             fmt::format("{} · {:.0f} m", object->id, box.distance_m), "photo-label " + css_of(object->classification));
  }
  svg.end_clip();
  return svg.str();
}

}  // namespace ocelli::report
