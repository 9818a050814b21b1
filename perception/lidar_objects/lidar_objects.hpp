#pragma once
// Road users in one lidar turn: to the vehicle frame -> ground -> cells -> clusters -> rectangles -> classes and boxes.
// Works on any point order and any lidar; needs only where the sensor is mounted. Same cloud, same boxes, whatever came
// before: nothing but memory is kept between calls. No heap allocation once it has seen the largest cloud.
// Must not know: messages, time, tracks.

#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/box3.hpp"
#include "ocelli/perception/lidar_objects/boxes.hpp"
#include "ocelli/perception/lidar_objects/cells.hpp"
#include "ocelli/perception/lidar_objects/cloud.hpp"
#include "ocelli/perception/lidar_objects/clusters.hpp"
#include "ocelli/perception/lidar_objects/ground.hpp"
#include "ocelli/perception/lidar_objects/horizon.hpp"
#include "ocelli/perception/lidar_objects/roughness.hpp"

namespace ocelli::perception {

struct LidarObjectsConfig {
  double range_min_m = 2.0;
  double range_max_m = 70.0;
  OwnBody own_body;
  GroundConfig ground;
  CellsConfig cells;
  ClustersConfig clusters;
  BoxesConfig boxes;

  static constexpr auto fields() {
    using C = LidarObjectsConfig;
    return std::tuple{field("range_min_m", &C::range_min_m, "m", 0.0, 10.0, "horizontal, from the sensor"),
                      field("range_max_m", &C::range_max_m, "m", 5.0, 200.0, "points beyond are ignored"),
                      field("own_body", &C::own_body, "returns inside are the own vehicle"),
                      field("ground", &C::ground, "ground"),
                      field("cells", &C::cells, "cells"),
                      field("clusters", &C::clusters, "clusters"),
                      field("boxes", &C::boxes, "boxes and classes")};
  }
};

class LidarObjects {
 public:
  explicit LidarObjects(const LidarObjectsConfig& config);

  /// Boxes in the vehicle frame, valid until the next call; z of the ground plane at the vehicle's origin is 0.
  [[nodiscard]] std::span<const Box3> detect(const CloudSpan& cloud, const Pose& T_vehicle_lidar);

  /// Returns in range of the last cloud, without the own body: none means no data, not an empty road.
  [[nodiscard]] std::size_t returns() const { return points_.size(); }

 private:
  void gather();
  [[nodiscard]] Shape measure(std::span<const std::uint32_t> members);
  void add_box(const Shape& shape, const Judgement& judgement);
  [[nodiscard]] bool add_pieces(std::span<std::uint32_t> members, double whole_score);
  [[nodiscard]] bool add_parted(std::span<std::uint32_t> members, const Shape& whole);
  [[nodiscard]] float roughness_m(std::span<const std::uint32_t> members);
  [[nodiscard]] float share_on_faces(std::span<const std::uint32_t> members, const Rectangle& rectangle) const;
  void drop_doubles();

  LidarObjectsConfig config_;
  Eigen::Vector3f sensor_m_ = Eigen::Vector3f::Zero();  // in the vehicle frame
  std::vector<VehiclePoint> points_;
  std::vector<float> heights_m_;
  Ground ground_;
  CellMap map_;
  Clusters clusters_;
  Horizon horizon_;
  RectangleFitter fitter_;
  std::vector<std::uint32_t> begin_;   // per cluster: first entry in member_; one more at the end
  std::vector<std::uint32_t> member_;  // point indices, cluster by cluster
  std::vector<Eigen::Vector2f> flat_;  // the points of one cluster, from above, relative to the sensor
  std::vector<SurfacePoint> surface_;  // the same with heights
  Roughness roughness_;
  std::vector<std::pair<Shape, Judgement>> pieces_;  // of one cluster
  std::vector<Box3> boxes_;
};

}  // namespace ocelli::perception
