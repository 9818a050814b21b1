#include "ocelli/hal/sim/lidar.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ocelli::sim {
namespace {

constexpr std::uint32_t kNoReturn = 0xFFFFFFFF;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kRadians = M_PI / 180.0;

}  // namespace

std::vector<double> beam_elevations_rad(const LidarConfig& config) {
  const double span_deg = config.elevation_max_deg - config.elevation_min_deg;
  const double upper_share = config.pattern == BeamPattern::kHdl64 ? 0.386 : 0.5;
  std::vector<double> elevations;
  for (int row = 0; row < config.beams; ++row) {
    const double u = config.beams == 1 ? 0.5 : static_cast<double>(row) / (config.beams - 1);
    const double below_top = u < 0.5 ? 2.0 * u * upper_share : upper_share + (2.0 * u - 1.0) * (1.0 - upper_share);
    elevations.push_back((config.elevation_max_deg - below_top * span_deg) * kRadians);
  }
  return elevations;
}

Lidar::Lidar(LidarConfig config, World& world, std::uint64_t seed, int threads)
    : config_(std::move(config)), world_(world), seed_(seed), threads_(threads) {
  for (const double elevation : beam_elevations_rad(config_))
    for (int column = 0; column < config_.columns; ++column) {
      const double azimuth = M_PI - 2.0 * M_PI * (column + 0.5) / config_.columns;
      directions_.emplace_back(Eigen::Vector3d(std::cos(elevation) * std::cos(azimuth),
                                               std::cos(elevation) * std::sin(azimuth), std::sin(elevation))
                                   .cast<float>());
    }
}

Result<ConstBufferPtr> Lidar::measure(const Instant& at) {
  if (at.scenario_time == last_time_) return last_cloud_;
  OCELLI_ASSIGN(const topics::CloudDraft draft,
                topics::draft_cloud({.stamp = at.stamp,
                                     .frame_id = config_.name,
                                     .height = static_cast<std::uint32_t>(config_.beams),
                                     .width = static_cast<std::uint32_t>(config_.columns),
                                     .is_dense = false}));
  scan(at, draft.points);
  last_time_ = at.scenario_time;
  last_cloud_ = draft.cdr;
  return last_cloud_;
}

Result<std::vector<std::uint32_t>> Lidar::returns_per_object(const Instant& at) {
  OCELLI_TRY(measure(at));
  std::vector<std::uint32_t> counts(world_.objects().size() + 1, 0);
  for (const std::uint32_t object : object_of_)
    if (object != kNoReturn) ++counts[object];
  return counts;
}

void Lidar::scan(const Instant& at, std::span<topics::PointXyzi> points) {
  world_.move_to(at.scenario_time);
  object_of_.assign(points.size(), kNoReturn);
  const Random random(seed_, config_.name, at.frame);
  const Pose T_world_lidar = world_.ego_at(at.scenario_time).T_world_body() * config_.mounting.pose();
  for_each_part(threads_, config_.beams, [&](int row) { scan_row(row, random, T_world_lidar, points); });
}

void Lidar::scan_row(int row, const Random& random, const Pose& T_world_lidar, std::span<topics::PointXyzi> points) {
  const Eigen::Matrix3f turn = T_world_lidar.linear().cast<float>();
  const Eigen::Vector3f origin = T_world_lidar.translation().cast<float>();
  const auto columns = static_cast<std::size_t>(config_.columns);
  const std::size_t begin = static_cast<std::size_t>(row) * columns;
  const auto reach = static_cast<float>(config_.range_max_m);
  RayBundle rays;
  HitBundle hits;
  rays.origin_x.fill(origin.x());
  rays.origin_y.fill(origin.y());
  rays.origin_z.fill(origin.z());
  for (std::size_t first = 0; first < columns; first += kBundle) {
    const std::size_t count = std::min(kBundle, columns - first);
    for (std::size_t lane = 0; lane < kBundle; ++lane) {
      const Eigen::Vector3f direction = turn * directions_[begin + std::min(first + lane, columns - 1)];
      rays.direction_x[lane] = direction.x();
      rays.direction_y[lane] = direction.y();
      rays.direction_z[lane] = direction.z();
      rays.reach_m[lane] = lane < count ? reach : -1.0F;
    }
    world_.scene().nearest(rays, hits);
    for (std::size_t lane = 0; lane < count; ++lane) {
      const std::size_t index = begin + first + lane;
      points[index] = echo(rays, hits, lane, index, random, object_of_[index]);
    }
  }
}

topics::PointXyzi Lidar::echo(const RayBundle& rays, const HitBundle& hits, std::size_t lane, std::size_t index,
                              const Random& random, std::uint32_t& object) const {
  constexpr topics::PointXyzi kNothing{kNaN, kNaN, kNaN, 0.0F};
  if (hits.placed[lane] == HitBundle::kNothing) return kNothing;
  const SeenSurface seen = world_.seen(rays, hits, lane);
  const float range = hits.range_m[lane];
  const float cosine = -(seen.normal.x() * rays.direction_x[lane] + seen.normal.y() * rays.direction_y[lane] +
                         seen.normal.z() * rays.direction_z[lane]);
  // Dyed surfaces reflect infrared as their colour does, roughly; black paint is a poor target.
  const float dye = seen.material->is_dyed ? 0.15F + 0.85F * static_cast<float>(seen.tint.red) / 255.0F : 1.0F;
  const float reflected = seen.material->lidar * dye * cosine;
  const auto weakest = static_cast<float>(config_.weakest_return);
  const float strength = reflected / (range * range);
  const float lost = 1.0F - (1.0F - static_cast<float>(config_.dropout)) * (1.0F - seen.material->lidar_loss) *
                                strength * strength / (strength * strength + weakest * weakest + 1e-30F);
  const std::uint64_t bits = random.bits(index);
  const auto chance = static_cast<float>(bits >> 40) * 0x1p-24F;
  if (chance < lost) return kNothing;
  const float measured = range + static_cast<float>(config_.range_sigma_m) * random.normal_of(bits);
  if (measured < static_cast<float>(config_.range_min_m) || measured > static_cast<float>(config_.range_max_m))
    return kNothing;
  object = seen.object;
  const float intensity = std::clamp(reflected * (1.0F + 0.05F * random.normal_of(bits >> 12)), 0.0F, 1.0F);
  const Eigen::Vector3f point = measured * directions_[index];
  return {point.x(), point.y(), point.z(), intensity};
}

}  // namespace ocelli::sim
