#include "ocelli/hal/sim/radar.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/hal/sim/random.hpp"
#include "ocelli_radar.h"

namespace ocelli::sim {
namespace {

constexpr double kRadians = M_PI / 180.0;
constexpr std::uint64_t kNumbersPerReflector = 8;
constexpr int kMostReflectors = 8;           // per body
constexpr double kReflectorSpacing_m = 1.2;  // on a side that is shown
constexpr double kRcsSpread_db = 4.0;        // of a reflector from scan to scan
constexpr int kSceneryRays = 96;             // over the field of view
constexpr double kSceneryRcs_dbsm = -2.0;
constexpr double kSlack_m = 0.6;  // a hit so near to a reflector is the body's own skin

/// Typical of 77 GHz, in the middle of what publications give.
double rcs_dbsm_of(Model model) {
  switch (truth_class_of(model)) {
    case TruthClass::kTruck: return 18.0;
    case TruthClass::kCar: return 10.0;
    case TruthClass::kCyclist: return 0.0;
    case TruthClass::kPedestrian: return -6.0;
    case TruthClass::kNone: break;
  }
  return kSceneryRcs_dbsm;
}

/// Something that sends waves back.
struct Reflector {
  Eigen::Vector3d p_world;
  Eigen::Vector3d velocity_world;
  double rcs_dbsm = 0.0;
  std::uint64_t stream = 0;  // where its random numbers begin
};

class Radar final : public Device {
 public:
  Radar(RadarConfig config, World& world, std::uint64_t seed)
      : config_(std::move(config)), world_(world), seed_(seed) {}

  Result<ConstBufferPtr> measure(const Instant& at) override {
    world_.move_to(at.scenario_time);
    const Random random(seed_, config_.name, at.frame);
    const Motion ego = world_.ego_at(at.scenario_time);
    T_world_radar_ = ego.T_world_body() * config_.mounting.pose();
    const Eigen::Vector3d lever = T_world_radar_.translation() - ego.T_world_body().translation();
    velocity_ = ego.speed_mps * Eigen::Vector3d(std::cos(ego.yaw_rad), std::sin(ego.yaw_rad), 0.0) +
                ego.yaw_rate_rps * Eigen::Vector3d(-lever.y(), lever.x(), 0.0);
    reflectors_.clear();
    for (const WorldObject& object : world_.objects()) add_body(object);
    keep_visible();
    add_scenery(random);
    msg::RadarDetections message;
    fill_header(message.header(), at.stamp, config_.name);
    fill_pose(message.pose(), config_.mounting.pose());
    message.range_sigma_m(static_cast<float>(config_.range_sigma_m));
    message.azimuth_sigma_rad(static_cast<float>(config_.azimuth_sigma_deg * kRadians));
    message.range_rate_sigma_mps(static_cast<float>(config_.range_rate_sigma_mps));
    for (const Reflector& reflector : reflectors_) detect(reflector, random, message.detections());
    add_clutter(random, message.detections());
    return encoded<topics::RadarDetections>(message);
  }

 private:
  /// Reflectors along the sides of the box that face the sensor, at half its height.
  void add_body(const WorldObject& object) {
    const Pose T_world_box = object.T_world_box();
    const Eigen::Vector3d p_box = T_world_box.inverse() * T_world_radar_.translation();
    const double reach = config_.range_max_m + object.size_m.norm();
    if (p_box.norm() > reach) return;
    const Eigen::Vector2d half = 0.5 * object.size_m.head<2>();
    int count = 0;
    for (int axis = 0; axis < 2; ++axis) {
      const int other = 1 - axis;
      if (std::abs(p_box[axis]) <= half[axis]) continue;  // beside the body on this axis: the side is not shown
      const int on_side = std::clamp(static_cast<int>(2.0 * half[other] / kReflectorSpacing_m), 1, kMostReflectors / 2);
      for (int i = 0; i < on_side; ++i) {
        Eigen::Vector3d p = Eigen::Vector3d::Zero();
        p[axis] = std::copysign(half[axis], p_box[axis]);
        p[other] = half[other] * ((2.0 * i + 1.0) / on_side - 1.0);
        add_reflector(object, T_world_box * p, count++);
      }
    }
  }

  void add_reflector(const WorldObject& object, const Eigen::Vector3d& p_world, int number) {
    const Motion& motion = object.motion;
    const Eigen::Vector2d lever = p_world.head<2>() - motion.position_m;
    const Eigen::Vector3d along(std::cos(motion.yaw_rad), std::sin(motion.yaw_rad), 0.0);
    const Eigen::Vector3d turning = motion.yaw_rate_rps * Eigen::Vector3d(-lever.y(), lever.x(), 0.0);
    const std::uint64_t stream =
        (std::uint64_t{object.id} * kMostReflectors + static_cast<std::uint64_t>(number)) * kNumbersPerReflector;
    reflectors_.push_back({p_world, motion.speed_mps * along + turning, rcs_dbsm_of(object.model), stream});
  }

  /// Leaves out those behind something else.
  void keep_visible() {
    std::size_t kept = 0;
    for (std::size_t first = 0; first < reflectors_.size(); first += kBundle) {
      const std::size_t count = std::min(kBundle, reflectors_.size() - first);
      RayBundle rays = rays_from_sensor();
      for (std::size_t lane = 0; lane < count; ++lane) {
        const Eigen::Vector3d way = reflectors_[first + lane].p_world - T_world_radar_.translation();
        aim(rays, lane, way.normalized(), std::max(0.1, way.norm() - kSlack_m));
      }
      world_.scene().block(rays);
      for (std::size_t lane = 0; lane < count; ++lane)
        if (rays.reach_m[lane] > 0.0F) reflectors_[kept++] = reflectors_[first + lane];
    }
    reflectors_.resize(kept);
  }

  /// The nearest wall, pole or tree in each of many directions.
  void add_scenery(const Random& random) {
    const double half_view = config_.azimuth_max_deg * kRadians;
    for (std::size_t first = 0; first < kSceneryRays; first += kBundle) {
      RayBundle rays = rays_from_sensor();
      for (std::size_t lane = 0; lane < kBundle; ++lane) {
        const double azimuth = half_view * (2.0 * (static_cast<double>(first + lane) + 0.5) / kSceneryRays - 1.0);
        const Eigen::Vector3d direction(std::cos(azimuth), std::sin(azimuth), 0.0);
        aim(rays, lane, T_world_radar_.linear() * direction, config_.range_max_m);
      }
      HitBundle hits;
      world_.scene().nearest(rays, hits);
      for (std::size_t lane = 0; lane < kBundle; ++lane) {
        const std::uint64_t stream = kScenery + (first + lane) * kNumbersPerReflector;
        if (hits.placed[lane] == HitBundle::kNothing || random.uniform(stream + 6) > config_.scenery_share) continue;
        if (world_.seen(rays, hits, lane).object != 0) continue;  // bodies have their own reflectors
        const Eigen::Vector3d direction(rays.direction_x[lane], rays.direction_y[lane], rays.direction_z[lane]);
        reflectors_.push_back({T_world_radar_.translation() + double{hits.range_m[lane]} * direction,
                               Eigen::Vector3d::Zero(), kSceneryRcs_dbsm, stream});
      }
    }
  }

  RayBundle rays_from_sensor() const {
    RayBundle rays;
    const Eigen::Vector3f origin = T_world_radar_.translation().cast<float>();
    rays.origin_x.fill(origin.x());
    rays.origin_y.fill(origin.y());
    rays.origin_z.fill(origin.z());
    rays.direction_x.fill(1.0F);
    rays.direction_y.fill(0.0F);
    rays.direction_z.fill(0.0F);
    rays.reach_m.fill(-1.0F);
    return rays;
  }

  static void aim(RayBundle& rays, std::size_t lane, const Eigen::Vector3d& direction, double reach_m) {
    rays.direction_x[lane] = static_cast<float>(direction.x());
    rays.direction_y[lane] = static_cast<float>(direction.y());
    rays.direction_z[lane] = static_cast<float>(direction.z());
    rays.reach_m[lane] = static_cast<float>(reach_m);
  }

  void detect(const Reflector& reflector, const Random& random, std::vector<msg::RadarDetection>& out) const {
    const Eigen::Vector3d p = T_world_radar_.inverse() * reflector.p_world;
    const double range = p.norm();
    const double azimuth = std::atan2(p.y(), p.x());
    if (range < config_.range_min_m || range > config_.range_max_m) return;
    if (std::abs(azimuth) > config_.azimuth_max_deg * kRadians) return;
    const std::uint64_t n = reflector.stream;
    const double rcs = reflector.rcs_dbsm + kRcsSpread_db * random.normal(n);
    // Signal over noise: 0 dB for 0 dBsm at the configured range.
    const double snr_db = rcs - 40.0 * std::log10(range / config_.range_of_0_dbsm_m);
    const double signal = std::pow(10.0, 0.1 * snr_db);
    const double probability = (1.0 - config_.dropout) * signal / (1.0 + signal);
    if (random.uniform(n + 1) >= probability) return;
    const Eigen::Vector3d direction = (reflector.p_world - T_world_radar_.translation()) / range;
    msg::RadarDetection detection;
    detection.range_m(static_cast<float>(range + config_.range_sigma_m * random.normal(n + 2)));
    detection.azimuth_rad(static_cast<float>(azimuth + config_.azimuth_sigma_deg * kRadians * random.normal(n + 3)));
    detection.elevation_rad(static_cast<float>(std::asin(p.z() / range)));
    detection.range_rate_mps(static_cast<float>(direction.dot(reflector.velocity_world - velocity_) +
                                                config_.range_rate_sigma_mps * random.normal(n + 4)));
    detection.rcs_dbsm(static_cast<float>(rcs));
    detection.snr_db(static_cast<float>(snr_db));
    out.push_back(detection);
  }

  /// As many as a Poisson distribution gives (Knuth's product of uniform numbers).
  void add_clutter(const Random& random, std::vector<msg::RadarDetection>& out) const {
    const double least = std::exp(-config_.clutter_per_scan);
    std::uint64_t n = kClutter;
    for (double product = random.uniform(n++); product > least; product *= random.uniform(n++)) {
      msg::RadarDetection detection;
      detection.range_m(static_cast<float>(random.uniform(n++, config_.range_min_m, config_.range_max_m)));
      const double half_view = config_.azimuth_max_deg * kRadians;
      detection.azimuth_rad(static_cast<float>(random.uniform(n++, -half_view, half_view)));
      detection.range_rate_mps(static_cast<float>(random.uniform(n++, -30.0, 30.0)));
      detection.rcs_dbsm(static_cast<float>(-5.0 + kRcsSpread_db * random.normal(n++)));
      detection.snr_db(static_cast<float>(random.uniform(n++, 0.0, 6.0)));
      out.push_back(detection);
    }
  }

  static constexpr std::uint64_t kScenery = 1ULL << 40U;  // streams that no body reaches
  static constexpr std::uint64_t kClutter = 1ULL << 41U;

  RadarConfig config_;
  World& world_;
  std::uint64_t seed_;
  Pose T_world_radar_ = Pose::Identity();
  Eigen::Vector3d velocity_ = Eigen::Vector3d::Zero();  // of the sensor, world axes
  std::vector<Reflector> reflectors_;
};

}  // namespace

std::unique_ptr<Device> make_radar(const RadarConfig& config, World& world, std::uint64_t seed) {
  return std::make_unique<Radar>(config, world, seed);
}

}  // namespace ocelli::sim
