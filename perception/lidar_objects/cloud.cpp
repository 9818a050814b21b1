#include "ocelli/perception/lidar_objects/cloud.hpp"

#include <cstring>

namespace ocelli::perception {
namespace {

float float_at(const std::byte* bytes) {
  float value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

}  // namespace

void to_vehicle_frame(const CloudSpan& cloud, const Pose& T_vehicle_lidar, const OwnBody& own_body, double range_min_m,
                      double range_max_m, std::vector<VehiclePoint>& points) {
  const Eigen::Matrix3f R = T_vehicle_lidar.linear().cast<float>();
  const Eigen::Vector3f t = T_vehicle_lidar.translation().cast<float>();
  const auto near2 = static_cast<float>(range_min_m * range_min_m);
  const auto far2 = static_cast<float>(range_max_m * range_max_m);
  const auto front = static_cast<float>(own_body.front_m);
  const auto rear = static_cast<float>(own_body.rear_m);
  const auto side = static_cast<float>(own_body.half_width_m);
  const auto roof = static_cast<float>(own_body.height_m);
  const std::size_t count = cloud.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::byte* at = cloud.data.data() + i * cloud.point_step;
    const float x = float_at(at + cloud.x_offset);
    const float y = float_at(at + cloud.y_offset);
    const float z = float_at(at + cloud.z_offset);
    const float dx = R(0, 0) * x + R(0, 1) * y + R(0, 2) * z;
    const float dy = R(1, 0) * x + R(1, 1) * y + R(1, 2) * z;
    const float range2 = dx * dx + dy * dy;
    if (!(range2 >= near2 && range2 <= far2)) continue;  // written so that NaN fails it
    const VehiclePoint p{dx + t.x(), dy + t.y(), R(2, 0) * x + R(2, 1) * y + R(2, 2) * z + t.z()};
    if (!(p.z > -kHeightLimit_m && p.z < kHeightLimit_m)) continue;
    const bool is_own = p.x < front && p.x > rear && p.y < side && p.y > -side && p.z < roof;
    if (!is_own) points.push_back(p);
  }
}

}  // namespace ocelli::perception
