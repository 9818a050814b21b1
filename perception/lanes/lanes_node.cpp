#include "ocelli/perception/lanes/lanes_node.hpp"

#include <Eigen/Geometry>

namespace ocelli::perception {

ocelli::msg::CameraLanes message_of(const Lanes::Found& found, Time stamp, std::string_view camera) {
  ocelli::msg::CameraLanes message;
  message.header(header_of(stamp, "vehicle"));
  message.camera(std::string(camera));
  for (const LaneLine& line : found.lines) {
    ocelli::msg::LaneLine& out = message.lines().emplace_back();
    for (int i = 0; i < 4; ++i) out.coefficients()[static_cast<std::size_t>(i)] = line.coefficients[i];
    for (int i = 0; i < 16; ++i) out.covariance()[static_cast<std::size_t>(i)] = line.covariance(i / 4, i % 4);
    out.x_min_m(line.x_min_m);
    out.x_max_m(line.x_max_m);
    out.rms_m(line.rms_m);
    out.points(line.points);
    out.existence(line.existence);
  }
  message.has_area(found.has_area);
  for (const Eigen::Vector2d& corner : found.area_m) {
    ocelli::msg::GroundPoint& point = message.area().emplace_back();
    point.x_m(corner.x());
    point.y_m(corner.y());
  }
  return message;
}

Result<GroundCamera> ground_camera_of(const ocelli::msg::CameraCalibration& calibration) {
  const Eigen::Map<const Eigen::Matrix<double, 3, 4, Eigen::RowMajor>> projection(calibration.projection().data());
  const auto camera = GroundCamera::create(projection, pose_of(calibration.pose()));
  if (!camera)
    return error(ErrorCode::kInvalidArgument,
                 "calibration of camera '{}': expected an invertible projection and a pose that is a rotation",
                 calibration.header().frame_id());
  return *camera;
}

}  // namespace ocelli::perception
