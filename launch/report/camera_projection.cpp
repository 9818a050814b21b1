#include "ocelli/launch/report/camera_projection.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::report {
namespace {

constexpr double kNearest = 0.5;  // [m] before the image plane: what is nearer is cut off

std::array<Eigen::Vector3d, 8> corners_in_camera(const CameraShot& shot, const ObjectState& object) {
  const Pose T_camera_vehicle = shot.T_vehicle_camera.inverse();
  const Eigen::AngleAxisd turn(object.yaw_rad, Eigen::Vector3d::UnitZ());
  std::array<Eigen::Vector3d, 8> out;
  for (std::size_t i = 0; i < 8; ++i) {
    const Eigen::Vector3d half((i & 1U) != 0 ? 0.5 : -0.5, (i & 2U) != 0 ? 0.5 : -0.5, (i & 4U) != 0 ? 0.5 : -0.5);
    out[i] = T_camera_vehicle * (object.position + turn * half.cwiseProduct(object.size));
  }
  return out;
}

Eigen::Vector2d to_pixel(const CameraShot& shot, const Eigen::Vector3d& p_camera) {
  const Eigen::Map<const Eigen::Matrix<double, 3, 4, Eigen::RowMajor>> projection(shot.projection.data());
  const Eigen::Vector3d h = projection * p_camera.homogeneous();
  return h.head<2>() / h.z();
}

void add_edge(const CameraShot& shot, Eigen::Vector3d a, Eigen::Vector3d b, ProjectedBox& box) {
  if (a.z() < b.z()) std::swap(a, b);
  if (a.z() <= kNearest) return;
  if (b.z() < kNearest) b = a + (b - a) * ((a.z() - kNearest) / (a.z() - b.z()));
  const Eigen::Vector2d p = to_pixel(shot, a), q = to_pixel(shot, b);
  if (!p.allFinite() || !q.allFinite()) return;
  if (box.edges.empty()) box.u_min = box.u_max = p.x(), box.v_min = box.v_max = p.y();
  for (const Eigen::Vector2d& end : {p, q}) {
    box.u_min = std::min(box.u_min, end.x());
    box.u_max = std::max(box.u_max, end.x());
    box.v_min = std::min(box.v_min, end.y());
    box.v_max = std::max(box.v_max, end.y());
  }
  box.edges.push_back({p.x(), p.y(), q.x(), q.y()});
}

}  // namespace

std::optional<ProjectedBox> project_box(const CameraShot& shot, const ObjectState& object) {
  const auto corners = corners_in_camera(shot, object);
  ProjectedBox box;
  box.distance_m = object.position.head<2>().norm();
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t bit = 1; bit < 8; bit <<= 1)
      if ((i & bit) == 0) add_edge(shot, corners[i], corners[i | bit], box);
  const bool is_in_picture =
      !box.edges.empty() && box.u_max > 0.0 && box.v_max > 0.0 && box.u_min < shot.width && box.v_min < shot.height;
  return is_in_picture ? std::optional(std::move(box)) : std::nullopt;
}

std::vector<std::pair<double, double>> project_ground(const CameraShot& shot,
                                                      const std::vector<Eigen::Vector2d>& places) {
  const Pose T_camera_vehicle = shot.T_vehicle_camera.inverse();
  std::vector<std::pair<double, double>> pixels;
  for (const Eigen::Vector2d& place : places) {
    const Eigen::Vector3d p_camera = T_camera_vehicle * Eigen::Vector3d(place.x(), place.y(), 0.0);
    if (p_camera.z() <= kNearest) continue;
    const Eigen::Vector2d pixel = to_pixel(shot, p_camera);
    if (pixel.allFinite()) pixels.emplace_back(pixel.x(), pixel.y());
  }
  return pixels;
}

std::size_t count_in_view(const CameraShot& shot) {
  return static_cast<std::size_t>(std::count_if(shot.objects.begin(), shot.objects.end(), [&](const ObjectState& o) {
    return project_box(shot, o).has_value();
  }));
}

}  // namespace ocelli::report
