#include "ocelli/perception/tracking/road.hpp"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace ocelli::tracking {
namespace {

constexpr double kEdge_px = 2.0;       // a box so near to the image's lower edge is cut off
constexpr double kSigma_px = 3.0;      // of an edge
constexpr double kSigmaShare = 0.02;   // of it, as a part of the box's height
constexpr double kSlopeShare = 0.03;   // of the range: roads are not flat, vehicles pitch
constexpr double kFarthest_m = 100.0;  // beyond, a pixel is too much

/// The road's point that the camera sees at a pixel (Hartley and Zisserman 2004, 8.1: plane z = 0).
std::optional<Eigen::Vector2d> road_at(const Eigen::Matrix3d& H_road_image, double u_px, double v_px) {
  const Eigen::Vector3d p = H_road_image * Eigen::Vector3d(u_px, v_px, 1.0);
  if (!(std::abs(p.z()) > 1e-12)) return std::nullopt;
  const Eigen::Vector2d road = p.head<2>() / p.z();
  if (!road.allFinite() || road.norm() > kFarthest_m) return std::nullopt;
  return road;
}

/// Usual length, width and height [m].
Eigen::Vector3d usual_size_m(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kPedestrian: return {0.6, 0.6, 1.75};
    case ObjectClass::kCyclist: return {1.8, 0.6, 1.75};
    case ObjectClass::kTruck: return {8.0, 2.5, 3.2};
    case ObjectClass::kCar:
    case ObjectClass::kUnknown: break;
  }
  return {4.2, 1.8, 1.5};
}

}  // namespace

std::optional<RoadPlace> place_on_road(const CameraModel& camera, const ImageBox& box) {
  if (box.bottom_px > camera.height_px - kEdge_px) return std::nullopt;
  Eigen::Matrix3d H_image_road;
  H_image_road << camera.P_image_vehicle.leftCols<2>(), camera.P_image_vehicle.rightCols<1>();
  if (!(std::abs(H_image_road.determinant()) > 1e-9)) return std::nullopt;
  const Eigen::Matrix3d H_road_image = H_image_road.inverse();
  const double u_px = 0.5 * (box.left_px + box.right_px);
  const double sigma_px = kSigma_px + kSigmaShare * box.height_px();
  const auto near = road_at(H_road_image, u_px, box.bottom_px);
  const auto beyond = road_at(H_road_image, u_px, box.bottom_px - sigma_px);
  const auto beside = road_at(H_road_image, u_px + sigma_px, box.bottom_px);
  if (!near || !beyond || !beside) return std::nullopt;
  const Eigen::Vector3d image = camera.P_image_vehicle * Eigen::Vector4d(near->x(), near->y(), 0.0, 1.0);
  const Eigen::Vector3d above = camera.P_image_vehicle * Eigen::Vector4d(near->x(), near->y(), 1.0, 1.0);
  if (!(image.z() > 0.0) || !(above.z() > 0.0)) return std::nullopt;  // behind the camera
  if (beyond->norm() < near->norm()) return std::nullopt;             // across the horizon
  const double metre_px = image.y() / image.z() - above.y() / above.z();
  RoadPlace place;
  place.p_vehicle = *near;
  const Eigen::Vector2d along = near->normalized();
  const Eigen::Vector2d across(-along.y(), along.x());
  const double along_m = (*beyond - *near).norm() + kSlopeShare * near->norm();
  const double across_m = (*beside - *near).norm() + 0.2;
  place.covariance = along_m * along_m * along * along.transpose() + across_m * across_m * across * across.transpose();
  place.height_m = metre_px > 0.0 ? box.height_px() / metre_px : 0.0;
  return place;
}

Detection3 standing_on_road(const Detection2& seen, const RoadPlace& place) {
  const Eigen::Vector3d usual_m = usual_size_m(seen.object_class);
  const double p = std::clamp(seen.score, 0.01, 0.99);
  Detection3 detection;
  detection.object_class = seen.object_class;
  detection.length_m = usual_m.x();
  detection.width_m = usual_m.y();
  detection.height_m = std::clamp(place.height_m, 0.7 * usual_m.z(), 1.5 * usual_m.z());
  const Eigen::Vector2d centre = place.p_vehicle + 0.5 * detection.length_m * place.p_vehicle.normalized();
  detection.p_vehicle = {centre.x(), centre.y(), 0.5 * detection.height_m};
  detection.score = std::log(p / (1.0 - p));
  detection.image = seen.image;
  detection.is_length_seen = detection.is_width_seen = false;
  return detection;
}

}  // namespace ocelli::tracking
