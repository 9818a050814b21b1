#include "ocelli/hal/sim/truth.hpp"

namespace ocelli::sim {
namespace {

constexpr const char* kWorldFrame = "world";

msg::ObjectClass class_of(Model model) {
  switch (truth_class_of(model)) {
    case TruthClass::kCar: return msg::CLASS_CAR;
    case TruthClass::kPedestrian: return msg::CLASS_PEDESTRIAN;
    case TruthClass::kCyclist: return msg::CLASS_CYCLIST;
    case TruthClass::kTruck: return msg::CLASS_TRUCK;
    case TruthClass::kNone: break;
  }
  return msg::CLASS_UNKNOWN;
}

class TruthTracks final : public Device {
 public:
  TruthTracks(TruthConfig config, World& world, Lidar* lidar)
      : config_(std::move(config)), world_(world), lidar_(lidar), age_(world.objects().size(), 0) {}

  Result<ConstBufferPtr> measure(const Instant& at) override {
    std::vector<std::uint32_t> returns(world_.objects().size() + 1, 0);
    if (lidar_ != nullptr) {
      OCELLI_ASSIGN(returns, lidar_->returns_per_object(at));
    }
    world_.move_to(at.scenario_time);
    const Motion ego = world_.ego_at(at.scenario_time);
    msg::Tracks message;
    fill_header(message.header(), at.stamp, kWorldFrame);
    message.is_world(true);
    fill_pose(message.T_world_vehicle(), ego.T_world_body());
    for (std::size_t i = 0; i < world_.objects().size(); ++i) {
      const WorldObject& object = world_.objects()[i];
      const bool is_near = (object.motion.position_m - ego.position_m).norm() <= config_.range_m;
      age_[i] = is_near ? age_[i] + 1 : 0;
      if (!is_near) continue;
      msg::Track track = track_of(object);
      track.age(age_[i]);
      track.measured_at(message.header().stamp());
      track.lidar_points(returns[object.id]);
      message.tracks().push_back(track);
    }
    return encoded<topics::TruthTracks>(message);
  }

 private:
  static msg::Track track_of(const WorldObject& object) {
    const Motion& motion = object.motion;
    const Eigen::Vector3d centre = object.T_world_box().translation();
    const Eigen::Vector2d along(std::cos(motion.yaw_rad), std::sin(motion.yaw_rad));
    const Eigen::Vector2d left(-along.y(), along.x());
    const Eigen::Vector2d velocity = motion.speed_mps * along;
    const Eigen::Vector2d acceleration =
        motion.acceleration_mps2 * along + motion.speed_mps * motion.yaw_rate_rps * left;
    msg::Track track;
    track.id(object.id);
    track.classification(class_of(object.model));
    track.existence(1.0);
    track.position().x(centre.x());
    track.position().y(centre.y());
    track.position().z(centre.z());
    track.yaw_rad(motion.yaw_rad);
    track.size().x(object.size_m.x());
    track.size().y(object.size_m.y());
    track.size().z(object.size_m.z());
    track.velocity().x(velocity.x());
    track.velocity().y(velocity.y());
    track.acceleration().x(acceleration.x());
    track.acceleration().y(acceleration.y());
    track.yaw_rate_rps(motion.yaw_rate_rps);
    track.sources(msg::SOURCE_TRUTH);
    return track;
  }

  TruthConfig config_;
  World& world_;
  Lidar* lidar_;
  std::vector<std::uint32_t> age_;
};

class TruthEgo final : public Device {
 public:
  explicit TruthEgo(const World& world) : world_(world) {}

  Result<ConstBufferPtr> measure(const Instant& at) override {
    const Motion ego = world_.ego_at(at.scenario_time);
    msg::EgoMotion message;
    fill_header(message.header(), at.stamp, kWorldFrame);
    message.status(msg::EGO_FUSED);
    fill_pose(message.pose(), ego.T_world_body());
    message.speed_mps(ego.speed_mps);
    message.yaw_rate_rps(ego.yaw_rate_rps);
    message.is_integral(true);
    return encoded<topics::TruthEgo>(message);
  }

 private:
  const World& world_;
};

}  // namespace

void fill_pose(geometry_msgs::msg::Pose& out, const Pose& pose) {
  const Eigen::Quaterniond rotation(pose.linear());
  out.position().x(pose.translation().x());
  out.position().y(pose.translation().y());
  out.position().z(pose.translation().z());
  out.orientation().x(rotation.x());
  out.orientation().y(rotation.y());
  out.orientation().z(rotation.z());
  out.orientation().w(rotation.w());
}

std::unique_ptr<Device> make_truth_tracks(const TruthConfig& config, World& world, Lidar* lidar) {
  return std::make_unique<TruthTracks>(config, world, lidar);
}

std::unique_ptr<Device> make_truth_ego(const TruthConfig&, const World& world) {
  return std::make_unique<TruthEgo>(world);
}

}  // namespace ocelli::sim
