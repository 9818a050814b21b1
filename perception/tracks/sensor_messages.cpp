#include "ocelli/perception/tracks/sensor_messages.hpp"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

#include "ocelli/perception/camera_messages.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/picture/picture_input.hpp"

namespace ocelli::perception {
namespace {

constexpr double kLeastSigma_mps = 0.15;  // the reflectors of a turning body move unlike its centre

}  // namespace

void returns_of(const ocelli::msg::RadarObjects& message, std::vector<tracking::RadarReturn>& returns) {
  returns.clear();
  for (const auto& object : message.objects()) {
    tracking::RadarReturn& seen = returns.emplace_back();
    seen.p_vehicle = {object.x_m(), object.y_m(), 0.0};
    seen.range_rate_mps = object.range_rate_mps();
    seen.range_rate_sigma_mps = std::max(object.radial_sigma_mps(), kLeastSigma_mps);
    seen.sensor_vehicle = {message.sensor_x_m(), message.sensor_y_m()};
  }
}

void camera_detections_of(const vision_msgs::msg::Detection2DArray& message,
                          std::vector<tracking::Detection2>& detections) {
  detections.clear();
  for (const auto& detection : message.detections()) {
    const Box2 box = box_of(detection);
    tracking::Detection2& seen = detections.emplace_back();
    seen.object_class = box.object_class;
    seen.image = {box.x_min - kPixelCentre_px, box.y_min - kPixelCentre_px, box.x_max - kPixelCentre_px,
                  box.y_max - kPixelCentre_px};
    seen.score = box.score;
  }
}

Result<tracking::CameraModel> camera_model_of(const ocelli::msg::CameraCalibration& message) {
  Eigen::Matrix<double, 3, 4> P_image_camera;
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 4; ++column)
      P_image_camera(row, column) = message.projection()[static_cast<std::size_t>(4 * row + column)];
  tracking::CameraModel camera;
  camera.P_image_vehicle = P_image_camera * pose_of(message.pose()).inverse().matrix();
  camera.width_px = message.width();
  camera.height_px = message.height();
  const double determinant = P_image_camera.leftCols<3>().determinant();
  if (!camera.P_image_vehicle.allFinite() || !(determinant > 1e-9) || message.width() == 0 || message.height() == 0)
    return error(ErrorCode::kInvalidArgument,
                 "camera calibration: {} x {} pixels, determinant of the projection {}: expected sizes above 0 and a "
                 "finite projection that does not reflect",
                 message.width(), message.height(), determinant);
  return camera;
}

}  // namespace ocelli::perception
