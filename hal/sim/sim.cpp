#include "ocelli/hal/sim/sim.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/hal/sim/camera.hpp"
#include "ocelli/hal/sim/lidar.hpp"
#include "ocelli/hal/sim/radar.hpp"
#include "ocelli/hal/sim/truth.hpp"
#include "ocelli/hal/sim/vehicle_sensors.hpp"

namespace ocelli::sim {
namespace {

/// One topic of a scenario: when it measures, and how to make the device that does.
struct Channel {
  SourceTopic topic;
  double rate_hz;
  Duration phase;
  std::unique_ptr<Device> device;
  std::uint64_t frame = 0;

  /// From the frame number, so that 1/3 Hz does not drift.
  [[nodiscard]] Duration next_at() const {
    return phase + Duration(std::llround(static_cast<double>(frame) * 1e9 / rate_hz));
  }
};

constexpr double kCalibrationHz = 1.0;
constexpr double kTruthHzWithoutLidar = 10.0;

template <class Tag>
Channel channel(const std::string& name, double rate_hz, Duration phase) {
  return {{name, &topics::kind_of<Tag>()}, rate_hz, phase, nullptr, 0};
}

/// All channels, still without devices; the order is that of messages with equal times.
std::vector<Channel> channels_of(const Sensors& sensors) {
  std::vector<Channel> channels;
  for (const CameraConfig& camera : sensors.cameras)
    channels.push_back(channel<topics::CameraInfo>(camera.name + "/calibration", kCalibrationHz, Duration::zero()));
  channels.push_back(channel<topics::TruthEgo>(sensors.truth.ego_motion, sensors.truth.ego_rate_hz, Duration::zero()));
  channels.push_back(channel<topics::ImuData>(sensors.imu.name, sensors.imu.rate_hz, sensors.imu.phase));
  channels.push_back(channel<topics::VehicleState>(sensors.wheels.name, sensors.wheels.rate_hz, sensors.wheels.phase));
  channels.push_back(channel<topics::GnssFix>(sensors.gnss.name, sensors.gnss.rate_hz, sensors.gnss.phase));
  for (const CameraConfig& camera : sensors.cameras)
    channels.push_back(channel<topics::CameraImage>(camera.name, camera.rate_hz, camera.phase));
  for (const RadarConfig& radar : sensors.radars)
    channels.push_back(channel<topics::RadarDetections>(radar.name, radar.rate_hz, radar.phase));
  for (const LidarConfig& lidar : sensors.lidars)
    channels.push_back(channel<topics::LidarPoints>(lidar.name, lidar.rate_hz, lidar.phase));
  const bool has_lidar = !sensors.lidars.empty();
  channels.push_back(channel<topics::TruthTracks>(sensors.truth.tracks,
                                                  has_lidar ? sensors.lidars[0].rate_hz : kTruthHzWithoutLidar,
                                                  has_lidar ? sensors.lidars[0].phase : Duration::zero()));
  return channels;
}

class SimSource final : public Source {
 public:
  SimSource(const Scenario& scenario, const SimOptions& options, std::unique_ptr<World> world)
      : world_(std::move(world)), begin_(options.begin), duration_(scenario.duration) {
    for (Channel& candidate : channels_of(scenario.sensors)) {
      const std::string& name = candidate.topic.name;
      if (!options.topics.empty() && std::ranges::find(options.topics, name) == options.topics.end()) continue;
      candidate.device = make_device(name, scenario, options);
      topics_.push_back(candidate.topic);
      channels_.push_back(std::move(candidate));
    }
  }

  const std::vector<SourceTopic>& topics() const override { return topics_; }

  Result<std::optional<SourceMessage>> next() override {
    const auto earlier = [](const Channel& a, const Channel& b) { return a.next_at() < b.next_at(); };
    const auto channel = std::min_element(channels_.begin(), channels_.end(), earlier);
    if (channel == channels_.end() || channel->next_at() >= duration_) return std::nullopt;
    const Instant at{channel->frame, channel->next_at(), begin_ + channel->next_at()};
    OCELLI_ASSIGN(ConstBufferPtr cdr, channel->device->measure(at));
    ++channel->frame;
    SourceMessage message;
    message.topic = static_cast<std::size_t>(channel - channels_.begin());
    message.sensed_at = at.stamp;
    message.cdr = std::move(cdr);
    return message;
  }

  std::optional<SourceRange> range() const override {
    Duration last{};
    for (const Channel& channel : channels_) {
      const double frames = std::ceil(to_seconds(duration_ - channel.phase) * channel.rate_hz - 1e-9) - 1.0;
      last = std::max(last, channel.phase + from_seconds(std::max(0.0, frames) / channel.rate_hz));
    }
    return SourceRange{begin_, begin_ + last};
  }

 private:
  std::unique_ptr<Device> make_device(const std::string& name, const Scenario& scenario, const SimOptions& options) {
    const Sensors& sensors = scenario.sensors;
    const std::uint64_t seed = options.seed;
    if (name == sensors.imu.name) return make_imu(sensors.imu, *world_, seed);
    if (name == sensors.gnss.name) return make_gnss(sensors.gnss, scenario.origin, *world_, seed);
    if (name == sensors.wheels.name) return make_wheels(sensors.wheels, scenario.ego, *world_, seed);
    if (name == sensors.truth.ego_motion) return make_truth_ego(sensors.truth, *world_);
    if (name == sensors.truth.tracks) return make_truth_tracks(sensors.truth, *world_, first_lidar(scenario, options));
    for (const CameraConfig& camera : sensors.cameras) {
      if (name == camera.name) return make_camera(camera, scenario.light, *world_, seed, options.threads);
      if (name == camera.name + "/calibration") return make_camera_calibration(camera);
    }
    for (const RadarConfig& radar : sensors.radars)
      if (name == radar.name) return make_radar(radar, *world_, seed);
    if (!sensors.lidars.empty() && name == sensors.lidars[0].name)
      return std::make_unique<SharedLidar>(first_lidar(scenario, options));
    for (const LidarConfig& lidar : sensors.lidars)
      if (name == lidar.name) return std::make_unique<Lidar>(lidar, *world_, seed, options.threads);
    return nullptr;
  }

  /// The lidar whose returns the truth counts measures each turn once, for both.
  class SharedLidar final : public Device {
   public:
    explicit SharedLidar(Lidar* lidar) : lidar_(lidar) {}
    Result<ConstBufferPtr> measure(const Instant& at) override { return lidar_->measure(at); }

   private:
    Lidar* lidar_;
  };

  Lidar* first_lidar(const Scenario& scenario, const SimOptions& options) {
    if (scenario.sensors.lidars.empty()) return nullptr;
    if (lidar_ == nullptr)
      lidar_ = std::make_unique<Lidar>(scenario.sensors.lidars[0], *world_, options.seed, options.threads);
    return lidar_.get();
  }

  std::unique_ptr<World> world_;
  std::unique_ptr<Lidar> lidar_;
  std::vector<Channel> channels_;
  std::vector<SourceTopic> topics_;
  Time begin_;
  Duration duration_;
};

}  // namespace

std::vector<SourceTopic> topics_of(const Scenario& scenario) {
  std::vector<SourceTopic> all;
  for (const Channel& channel : channels_of(scenario.sensors)) all.push_back(channel.topic);
  return all;
}

std::map<std::string, Pose> mountings_of(const Scenario& scenario) {
  std::map<std::string, Pose> mountings;
  for (const LidarConfig& lidar : scenario.sensors.lidars) mountings.emplace(lidar.name, lidar.mounting.pose());
  for (const CameraConfig& camera : scenario.sensors.cameras) mountings.emplace(camera.name, camera_pose(camera));
  for (const RadarConfig& radar : scenario.sensors.radars) mountings.emplace(radar.name, radar.mounting.pose());
  const auto place_only = [](const Mounting& mounting) {
    return Pose(Eigen::Translation3d(mounting.x_m, mounting.y_m, mounting.z_m));
  };
  mountings.emplace(scenario.sensors.imu.name, place_only(scenario.sensors.imu.mounting));
  mountings.emplace(scenario.sensors.gnss.name, place_only(scenario.sensors.gnss.mounting));
  return mountings;
}

Result<std::unique_ptr<Source>> open_sim(const Scenario& scenario, const SimOptions& options) {
  const std::vector<SourceTopic> known = topics_of(scenario);
  for (const std::string& wanted : options.topics) {
    const auto same = [&wanted](const SourceTopic& topic) { return topic.name == wanted; };
    if (std::ranges::any_of(known, same)) continue;
    std::vector<std::string> names;
    for (const SourceTopic& topic : known) names.push_back(topic.name);
    return error(ErrorCode::kNotFound, "scenario '{}' has no topic '{}': it has {}", scenario.name, wanted,
                 fmt::join(names, ", "));
  }
  if (options.threads < 1 || options.threads > 256)
    return error(ErrorCode::kInvalidArgument, "{} threads: expected 1 to 256", options.threads);
  OCELLI_ASSIGN(std::unique_ptr<World> world, World::build(scenario, options.seed));
  return std::make_unique<SimSource>(scenario, options, std::move(world));
}

}  // namespace ocelli::sim
