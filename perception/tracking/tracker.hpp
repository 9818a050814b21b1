#pragma once
// Objects over time from 3D detections and camera boxes. Each update is: predict, assign detections in two stages by
// score, let the camera confirm or contradict, weigh existence, bear and bury, report (docs/tracking.md).
// Measurements count at their own stamp: one that arrives late is put where it belongs and what followed is computed
// again, so the order of arrival does not change the state. Allocates nothing after warm-up.
// Must not know: buses, clocks, files, message types.

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

  /// Error: older than all that is remembered (Config::history); nothing changes then. Without T_world_vehicle the last
  /// pose stays. Detections that are not finite or have no size are left out and counted.
  Status update(const Measurements& measurements);

  /// Of the newest stamp: objects measured there, and those that are sure enough to be there unseen. By id.
  [[nodiscard]] std::span<const Track> tracks() const { return tracks_; }
  [[nodiscard]] const Pose& T_world_vehicle() const { return scene_.T_world_vehicle; }
  [[nodiscard]] std::uint64_t rejected_detections() const { return rejected_; }

 private:
  struct Entry {  // one update, and the scene it found
    Time stamp{};
    bool has_lidar = false;
    bool has_camera = false;
    std::array<bool, kClasses> camera_looks{};
    std::optional<Pose> T_world_vehicle;
    std::vector<Detection3> lidar;
    std::vector<Detection2> camera;
    std::vector<std::uint32_t> birth_ids;  // of each lidar detection, 0: none yet; kept when computed again
    Scene before;
  };

  void take(const Measurements& measurements, Entry& entry);
  void step(Entry& entry);
  void match_lidar(const Entry& entry, ObjectClass object_class, bool is_strong);
  void bear(Entry& entry);
  void look_through_camera(const Entry& entry);
  void match_camera(const Entry& entry, ObjectClass object_class);
  void update_by_camera(const Detection2& detection, Time stamp, Object& object);
  void see_images();
  void weigh_and_bury(const Entry& entry);
  void report();
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
  std::vector<WorldDetection> places_;
  std::vector<char> is_used_;
  std::vector<int> rows_;
  std::vector<int> columns_;
  std::vector<double> cost_;
  std::vector<int> column_of_row_;
};

}  // namespace ocelli::tracking
