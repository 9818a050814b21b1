#pragma once
// Objects over time from 3D detections, camera boxes and radar returns. Each update is: predict, assign detections in
// two stages by score, let the radar say how fast, let the camera confirm or contradict, weigh existence, bear and
// bury, report (docs/tracking.md). In the world frame while the own motion is known; in the vehicle frame, and saying
// so, while it is not: objects are carried over and keep their ids. Measurements count at their own stamp: one that
// arrives late is put where it belongs and what followed is computed again, so the order of arrival does not change the
// state. Allocates nothing after warm-up. Must not know: buses, clocks, files, message types.

#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/perception/tracking/assignment.hpp"
#include "ocelli/perception/tracking/scene.hpp"

namespace ocelli::tracking {

class Tracker {
 public:
  explicit Tracker(const Config& config);

  /// From now on objects have image boxes; without a camera nothing is known to be out of sight.
  void set_camera(const CameraModel& camera) { camera_ = camera; }

  /// Error: older than all that is remembered (Config::history); nothing changes then. Detections that are not finite
  /// or have no size are left out and counted.
  Status update(const Measurements& measurements);

  /// Of the newest stamp: objects measured there, and those that are sure enough to be there unseen. By id.
  [[nodiscard]] std::span<const Track> tracks() const { return tracks_; }
  /// Whether tracks() is in the world frame, and where the vehicle is in the frame of tracks().
  [[nodiscard]] bool is_world() const { return scene_.is_world; }
  [[nodiscard]] Pose T_world_vehicle() const { return scene_.is_world ? scene_.ego.T_world_vehicle : Pose::Identity(); }
  [[nodiscard]] std::uint64_t rejected_detections() const { return rejected_; }

 private:
  struct Entry {  // one update, and the scene it found
    Time stamp{};
    bool has_lidar = false;
    bool has_camera = false;
    bool has_radar = false;
    std::array<bool, kObjectClasses> camera_looks{};
    std::optional<Ego> ego;
    std::vector<Detection3> lidar;
    std::vector<Detection2> camera;
    std::vector<RadarReturn> radar;
    std::vector<std::uint32_t>
        birth_ids;  // of each lidar, then camera detection, then radar return, 0: none yet; kept when computed again
    Scene before;
  };

  void take(const Measurements& measurements, Entry& entry);
  void step(Entry& entry);
  void change_frame(const Entry& entry, double step_s);
  void predict_all(double step_s);
  void match_lidar(const Entry& entry, bool is_strong);
  struct Innovation {
    Eigen::Vector2d away_m;
    Eigen::Matrix2d covariance;
    [[nodiscard]] double determinant() const {
      return covariance(0, 0) * covariance(1, 1) - covariance(0, 1) * covariance(0, 1);
    }
    [[nodiscard]] double distance2() const {
      return (covariance(1, 1) * away_m.x() * away_m.x() - 2.0 * covariance(0, 1) * away_m.x() * away_m.y() +
              covariance(0, 0) * away_m.y() * away_m.y()) /
             determinant();
    }
    /// -2 log of its likelihood, but for a constant.
    [[nodiscard]] double surprise() const { return distance2() + std::log(determinant()); }
  };
  [[nodiscard]] Innovation innovation_of(const Entry& entry, std::size_t detection, const Object& object) const;
  [[nodiscard]] double cost_of(const Entry& entry, std::size_t detection, const Object& object) const;
  [[nodiscard]] bool is_of_another(const Entry& entry, std::size_t detection, const Object& object,
                                   double distance2) const;
  void update_by_lidar(const Entry& entry, std::size_t detection, Object& object);
  void bear(Entry& entry);
  void listen_to_radar(Entry& entry);
  [[nodiscard]] std::optional<Echo> echo_of(const RadarReturn& seen, Time stamp) const;
  void update_by_radar(Entry& entry, std::size_t index);
  void take_echo(const Echo& echo, Time stamp, Object& object) const;
  void bear_by_radar(Entry& entry, std::size_t index, const Echo& echo);
  [[nodiscard]] bool is_lidar_silent(Time now, double longer_than_s) const {
    return now - scene_.lidar_at.value_or(scene_.begun_at) > from_seconds(longer_than_s);
  }
  void count_misses(Object& object) const;
  void look_through_camera(Entry& entry);
  void match_camera(const Entry& entry, std::optional<ObjectClass> only);
  void update_by_camera(const Detection2& detection, Time stamp, Object& object);
  void place_by_camera(const Detection2& detection, Object& object) const;
  void bear_by_camera(Entry& entry);
  void see_images();
  void decide_standing(Time now, Object& object) const;
  void weigh_and_bury(const Entry& entry);
  void report();
  [[nodiscard]] MotionModel model_of(const ClassConfig& config) const {
    return scene_.is_world ? config.motion : MotionModel::kFreeVelocity;
  }
  [[nodiscard]] bool is_shadow(const Object& object) const;
  [[nodiscard]] bool is_reported(const Object& object) const;

  Config config_;
  std::optional<CameraModel> camera_;
  Scene scene_;
  std::uint32_t next_id_ = 1;
  std::uint64_t rejected_ = 0;
  std::vector<Entry> entries_;
  std::vector<int> order_;  // of entries_, by stamp
  std::vector<Track> tracks_;
  // working memory of one update
  AssignmentSolver solver_;
  Eigen::Vector2d lidar_world_ = Eigen::Vector2d::Zero();
  std::vector<WorldDetection> places_;
  std::vector<char> is_used_;
  std::vector<char> is_matched_;  // of the camera's boxes
  std::vector<int> rows_;
  std::vector<int> columns_;
  std::vector<double> cost_;
  std::vector<int> column_of_row_;
};

}  // namespace ocelli::tracking
