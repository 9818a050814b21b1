#pragma once
// Node around Tracker: boxes in, tracks out; in the world frame while ego motion is there, marked when it is not.

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/tracks/tracker.hpp"

namespace ocelli::perception {

struct TracksNode {
  static constexpr std::string_view kName = "tracks";
  using Config = TrackerConfig;
  struct In {
    Trigger<topics::LidarObjects> objects;
    Latest<topics::EgoMotion, 200> ego;
  };
  struct Out {
    Port<topics::Tracks> tracks;
  };

  explicit TracksNode(const Config& config) : tracker(config) {}

  Status step(const In& in, Out& out) {
    const Time stamp = in.objects.sensed_at();
    const std::optional<EgoPose> ego = ego_at(in, stamp);
    OCELLI_TRY(tracker.update(stamp, boxes_of(*in.objects), ego ? &*ego : nullptr));
    out.tracks.publish(message_of(tracker.tracks(), ego ? &ego->T_world_vehicle : nullptr, stamp));
    return ok();
  }

  static std::optional<EgoPose> ego_at(const In& in, Time stamp) {
    if (!in.ego) return std::nullopt;
    const std::optional<EgoState> ego = ego_state_of(*in.ego);
    if (!ego) return std::nullopt;
    return EgoPose{ego->moved_to(stamp).T_world_vehicle(), ego->speed_mps, ego->yaw_rate_rps};
  }

  Tracker tracker;
};

}  // namespace ocelli::perception
