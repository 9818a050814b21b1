#pragma once
// A spinning lidar: one cloud per turn, organised (row = beam from the top, column = azimuth clockwise from straight
// behind, so that straight ahead is the middle column), NaN where nothing came back. The whole turn is measured at one
// instant, its stamp: there is no distortion by the vehicle's motion. The ego vehicle's own body is not seen.
// Energy model: a return's strength is reflectivity * cos(incidence) / range^2; weak ones get lost.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ocelli/hal/sim/device.hpp"
#include "ocelli/hal/sim/random.hpp"
#include "ocelli/hal/sim/world.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"

namespace ocelli::sim {

/// Elevation of each row [rad], highest first.
[[nodiscard]] std::vector<double> beam_elevations_rad(const LidarConfig& config);

class Lidar final : public Device {
 public:
  /// `world` outlives the lidar.
  Lidar(LidarConfig config, World& world, std::uint64_t seed, int threads);

  [[nodiscard]] Result<ConstBufferPtr> measure(const Instant& at) override;

  /// Returns per object id in that turn; measures it if it is not the last one. Index 0 counts scenery.
  [[nodiscard]] Result<std::vector<std::uint32_t>> returns_per_object(const Instant& at);

 private:
  void scan(const Instant& at, std::span<topics::PointXyzi> points);
  void scan_row(int row, const Random& random, const Pose& T_world_lidar, std::span<topics::PointXyzi> points);
  topics::PointXyzi echo(const RayBundle& rays, const HitBundle& hits, std::size_t lane, std::size_t index,
                         const Random& random, std::uint32_t& object) const;

  LidarConfig config_;
  World& world_;
  std::uint64_t seed_;
  int threads_;
  std::vector<Eigen::Vector3f> directions_;  // sensor frame, row major
  std::vector<std::uint32_t> object_of_;     // last turn: per point, kNoReturn where nothing came back
  Duration last_time_ = Duration::min();
  ConstBufferPtr last_cloud_;
};

}  // namespace ocelli::sim
