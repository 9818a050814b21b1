#include "ocelli/perception/lidar_objects/rectangle.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/perception/lidar_objects/extent.hpp"

namespace ocelli::perception {
namespace {

constexpr std::size_t kContourBins = 96;
constexpr float kDegree = static_cast<float>(M_PI) / 180.0F;
constexpr float kThin_m = 0.3F;
constexpr float kNearest_m = 0.04F;  // d0 of the paper: closer to an edge than this counts the same

/// Orders directions around `ahead` in (-2, 2], without trigonometry.
float diamond_angle(const Eigen::Vector2f& p, const Eigen::Vector2f& ahead) {
  const float x = p.dot(ahead);
  const float y = ahead.x() * p.y() - ahead.y() * p.x();
  const float sum = std::abs(x) + std::abs(y);
  if (!(sum > 0.0F)) return 0.0F;
  if (x >= 0.0F) return y / sum;
  return y >= 0.0F ? 2.0F - y / sum : -2.0F - y / sum;
}

}  // namespace

/// The nearest point per direction.
void RectangleFitter::find_contour(std::span<const Eigen::Vector2f> points) {
  contour_.clear();
  Eigen::Vector2f ahead = Eigen::Vector2f::Zero();
  for (const Eigen::Vector2f& p : points) ahead += p;
  ahead.normalize();
  Extent angles;
  for (const Eigen::Vector2f& p : points) angles.take(diamond_angle(p, ahead));
  const float per_angle = static_cast<float>(kContourBins) / std::max(angles.high - angles.low, 1e-6F);
  std::array<const Eigen::Vector2f*, kContourBins> nearest{};
  for (const Eigen::Vector2f& p : points) {
    const auto bin = static_cast<std::size_t>((diamond_angle(p, ahead) - angles.low) * per_angle);
    const Eigen::Vector2f*& best = nearest[std::min(bin, kContourBins - 1)];
    if (best == nullptr || p.squaredNorm() < best->squaredNorm()) best = &p;
  }
  for (const Eigen::Vector2f* p : nearest)
    if (p != nullptr) contour_.push_back(*p);
}

/// Area of the rectangle in this direction around all points [m^2]; a thin one counts as kThin_m wide.
float RectangleFitter::area_m2(std::span<const Eigen::Vector2f> points, float yaw_rad) {
  const float c = std::cos(yaw_rad);
  const float s = std::sin(yaw_rad);
  Extent along;
  Extent across;
  for (const Eigen::Vector2f& p : points) {
    along.take(c * p.x() + s * p.y());
    across.take(c * p.y() - s * p.x());
  }
  return std::max(along.high - along.low, kThin_m) * std::max(across.high - across.low, kThin_m);
}

float RectangleFitter::closeness(float yaw_rad) const {
  const float c = std::cos(yaw_rad);
  const float s = std::sin(yaw_rad);
  Extent along;
  Extent across;
  for (const Eigen::Vector2f& p : contour_) {
    along.take(c * p.x() + s * p.y());
    across.take(c * p.y() - s * p.x());
  }
  float sum = 0.0F;
  for (const Eigen::Vector2f& p : contour_) {
    const float a = c * p.x() + s * p.y();
    const float b = c * p.y() - s * p.x();
    const float to_edge = std::min(std::min(a - along.low, along.high - a), std::min(b - across.low, across.high - b));
    sum += 1.0F / std::max(to_edge, kNearest_m);
  }
  return sum;
}

Rectangle RectangleFitter::fit(std::span<const Eigen::Vector2f> points) {
  OCELLI_EXPECT(!points.empty());
  find_contour(points);
  float best_yaw_rad = 0.0F;
  float best = -1.0F;
  const auto attempt = [&](float yaw_rad) {
    const float score = closeness(yaw_rad) / area_m2(points, yaw_rad);
    if (score > best) {
      best = score;
      best_yaw_rad = yaw_rad;
    }
  };
  for (int degrees = 0; degrees < 90; degrees += 3) attempt(static_cast<float>(degrees) * kDegree);
  const float coarse_rad = best_yaw_rad;
  for (const int degrees : {-2, -1, 1, 2}) attempt(coarse_rad + static_cast<float>(degrees) * kDegree);
  constexpr float kQuarter = static_cast<float>(M_PI_2);
  Rectangle rectangle;
  rectangle.yaw_rad = best_yaw_rad < 0.0F ? best_yaw_rad + kQuarter : std::fmod(best_yaw_rad, kQuarter);
  for (std::size_t i = 0; i < 2; ++i) {
    const Eigen::Vector2f axis = rectangle.axis(static_cast<int>(i));
    Extent extent;
    for (const Eigen::Vector2f& p : points) extent.take(p.dot(axis));
    rectangle.low_m[i] = extent.low;
    rectangle.high_m[i] = extent.high;
  }
  return rectangle;
}

}  // namespace ocelli::perception
