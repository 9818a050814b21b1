#include "ocelli/perception/lidar_objects/lidar_objects.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

#include "ocelli/perception/tracking/rectangle.hpp"

namespace ocelli::perception {

LidarObjects::LidarObjects(const LidarObjectsConfig& config)
    : config_(config),
      ground_(config.ground, config.range_max_m),
      map_(config.cells, config.range_max_m),
      clusters_(config.clusters) {}

std::span<const Box3> LidarObjects::detect(const CloudSpan& cloud, const Pose& T_vehicle_lidar) {
  sensor_m_ = T_vehicle_lidar.translation().cast<float>();
  points_.clear();
  boxes_.clear();
  to_vehicle_frame(cloud, T_vehicle_lidar, config_.own_body, config_.range_min_m, config_.range_max_m, points_);
  ground_.measure(points_, sensor_m_.head<2>(), heights_m_);
  map_.fill(points_, heights_m_, sensor_m_);
  skyline_.measure(map_);
  clusters_.find(map_, sensor_m_.z());
  gather();
  for (std::int32_t cluster = 0; cluster < clusters_.count(); ++cluster) {
    const auto c = static_cast<std::size_t>(cluster);
    if (begin_[c + 1] - begin_[c] < static_cast<std::uint32_t>(config_.boxes.points_min)) continue;
    const Shape shape = measure(cluster);
    const std::optional<Judgement> judgement = judge(shape, config_.boxes);
    if (!judgement) continue;
    boxes_.push_back(complete(shape, *judgement, config_.boxes));
    boxes_.back().centre_m.head<2>() += sensor_m_.head<2>().cast<double>();
  }
  drop_doubles();
  return boxes_;
}

/// Point indices ordered by cluster (a counting sort), without what hangs above a cluster's cells.
void LidarObjects::gather() {
  const std::span<const std::int32_t> cell_of_point = map_.cell_of_point();
  const auto cluster_of = [&](std::size_t i) {
    const std::int32_t cell = cell_of_point[i];
    if (cell == CellMap::kNone) return Clusters::kNone;
    const bool hangs = heights_m_[i] > map_.cells()[static_cast<std::size_t>(cell)].top_m;
    return hangs ? Clusters::kNone : clusters_.cluster_of_cell()[static_cast<std::size_t>(cell)];
  };
  begin_.assign(static_cast<std::size_t>(clusters_.count()) + 1, 0U);
  for (std::size_t i = 0; i < points_.size(); ++i)
    if (const std::int32_t cluster = cluster_of(i); cluster != Clusters::kNone)
      ++begin_[static_cast<std::size_t>(cluster)];
  std::uint32_t sum = 0;
  for (std::uint32_t& begin : begin_) begin = (sum += begin);
  member_.resize(sum);
  for (std::size_t i = points_.size(); i-- > 0;)
    if (const std::int32_t cluster = cluster_of(i); cluster != Clusters::kNone)
      member_[--begin_[static_cast<std::size_t>(cluster)]] = static_cast<std::uint32_t>(i);
}

Shape LidarObjects::measure(std::int32_t cluster) {
  const auto c = static_cast<std::size_t>(cluster);
  const std::span members(member_.data() + begin_[c], begin_[c + 1] - begin_[c]);
  Shape shape;
  shape.points = static_cast<std::uint32_t>(members.size());
  shape.bottom_m = std::numeric_limits<float>::max();
  float nearest2 = std::numeric_limits<float>::max();
  double ground_sum_m = 0.0;
  flat_.clear();
  for (const std::uint32_t i : members) {
    const VehiclePoint& p = points_[i];
    flat_.emplace_back(p.x - sensor_m_.x(), p.y - sensor_m_.y());
    nearest2 = std::min(nearest2, flat_.back().squaredNorm());
    shape.bottom_m = std::min(shape.bottom_m, heights_m_[i]);
    shape.top_m = std::max(shape.top_m, heights_m_[i]);
    ground_sum_m += static_cast<double>(p.z - heights_m_[i]);
  }
  shape.ground_m = static_cast<float>(ground_sum_m / static_cast<double>(members.size()));
  shape.range_m = std::sqrt(nearest2);
  shape.sight_m = clusters_.visible_height_m(shape.range_m);
  shape.rectangle = fitter_.fit(flat_);
  profile(members, shape);
  shape.is_hidden_beside = is_hidden_beside(shape);
  return shape;
}

bool LidarObjects::is_hidden_beside(const Shape& shape) const {
  const Eigen::Vector2f middle = shape.centre_m();
  const auto side_of = [&](const Eigen::Vector2f& p) { return (middle.x() * p.y() - middle.y() * p.x()) / p.norm(); };
  const auto [right, left] = std::ranges::minmax_element(flat_, {}, side_of);
  return skyline_.is_hidden_beyond(*left, 1.0F, left->norm()) ||
         skyline_.is_hidden_beyond(*right, -1.0F, right->norm());
}

/// How much of the longer side reaches down to the ground, and up to near the top.
void LidarObjects::profile(std::span<const std::uint32_t> members, Shape& shape) {
  constexpr float kPart_m = 0.3F;
  constexpr float kFoot_m = 0.5F;
  constexpr float kRoof = 0.75F;
  constexpr float kNothing_m = std::numeric_limits<float>::max();
  const std::size_t longer = shape.rectangle.extent_m(0) >= shape.rectangle.extent_m(1) ? 0 : 1;
  const Eigen::Vector2f axis = shape.rectangle.axis(static_cast<int>(longer));
  parts_.assign(static_cast<std::size_t>(shape.longer_m() / kPart_m) + 1, {kNothing_m, 0.0F});
  for (std::size_t i = 0; i < members.size(); ++i) {
    const float along_m = std::max(flat_[i].dot(axis) - shape.rectangle.low_m[longer], 0.0F);
    Part& part = parts_[std::min(static_cast<std::size_t>(along_m / kPart_m), parts_.size() - 1)];
    part.low_m = std::min(part.low_m, heights_m_[members[i]]);
    part.high_m = std::max(part.high_m, heights_m_[members[i]]);
  }
  float seen = 0.0F;
  float foot = 0.0F;
  float roof = 0.0F;
  for (const Part& part : parts_) {
    seen += part.low_m < kNothing_m ? 1.0F : 0.0F;
    foot += part.low_m < kFoot_m ? 1.0F : 0.0F;
    roof += part.high_m > kRoof * shape.top_m ? 1.0F : 0.0F;
  }
  shape.foot_share = foot / seen;
  shape.roof_share = roof / seen;
}

/// Two solid things do not stand in one place: boxes that share much of the smaller one are pieces of one object, seen
/// apart and completed into each other. The one with more evidence stays.
void LidarObjects::drop_doubles() {
  constexpr double kShared = 0.3;
  const auto footprint = [](const Box3& b) {
    return tracking::Rectangle{b.centre_m.x(),      b.centre_m.y(), std::cos(b.yaw_rad),
                               std::sin(b.yaw_rad), b.size_m.x(),   b.size_m.y()};
  };
  const auto evidence = [](const Box3& b) { return std::tuple(b.score * b.points, b.centre_m.x(), b.centre_m.y()); };
  std::ranges::sort(boxes_, std::greater(), evidence);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    const tracking::Rectangle own = footprint(boxes_[i]);
    const bool is_double =
        std::any_of(boxes_.begin(), boxes_.begin() + static_cast<std::ptrdiff_t>(kept), [&](const Box3& better) {
          const tracking::Rectangle other = footprint(better);
          const double smaller_m2 = std::min(own.length_m * own.width_m, other.length_m * other.width_m);
          return tracking::common_area(own, other) > kShared * smaller_m2;
        });
    if (!is_double) boxes_[kept++] = boxes_[i];
  }
  boxes_.resize(kept);
}

}  // namespace ocelli::perception
