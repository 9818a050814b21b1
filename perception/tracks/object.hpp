#pragma once
// One tracked object from the inside: motion, size, class and existence, and how a box measures it. A box that shows
// less than the whole object is laid against it at the side that the sensor sees, so that a track does not jump when
// more or less of the object comes into view.
// Must not know: other objects, assignment.

#include <array>

#include "ocelli/perception/tracks/motion_filter.hpp"
#include "ocelli/perception/tracks/track.hpp"

namespace ocelli::perception {

/// A box in the tracker's frame with its own stamp, and where it was seen from.
struct Measurement {
  Box3 box;
  Eigen::Vector2d sensor_m = Eigen::Vector2d::Zero();
};

class Object {
 public:
  Object(std::uint32_t id, const Measurement& measurement, Time time);

  /// `moves_freely` when the frame itself may turn and brake (no ego motion).
  void predict(Time time, bool moves_freely);
  /// Squared Mahalanobis distance of the box to this object; above 0 also for unlike classes and sizes.
  [[nodiscard]] double cost(const Measurement& measurement) const;
  [[nodiscard]] double distance2(const Measurement& measurement) const;
  void update(const Measurement& measurement, bool moves_freely);
  void miss(double dt_s);
  void transform(double yaw_rad, const Eigen::Vector2d& t, const Eigen::Vector2d& v_ego_mps, double ego_yaw_rate_rps);

  [[nodiscard]] Track track() const;
  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] std::uint32_t hits() const { return hits_; }
  [[nodiscard]] Time measured_at() const { return measured_at_; }
  [[nodiscard]] double existence() const;
  [[nodiscard]] bool is_confirmed() const { return is_confirmed_; }
  void confirm() { is_confirmed_ = true; }
  [[nodiscard]] ObjectClass object_class() const;
  [[nodiscard]] Eigen::Vector2d position_m() const { return filter_.position_m(); }
  [[nodiscard]] const Eigen::Vector3d& size_m() const { return size_m_; }
  [[nodiscard]] double yaw_rad() const { return filter_.yaw_rad(); }

 private:
  struct Fit {  // a box seen as a measurement of this object
    Eigen::Vector2d centre_m;
    Eigen::Matrix2d R;
    double yaw_rad;
    double yaw_sigma_rad;
    bool is_quarter_turned;
    Eigen::Vector2d seen_m;  // length and width of the box in this object's axes
    std::array<bool, 2> is_seen;
  };

  [[nodiscard]] Fit fit(const Measurement& measurement) const;
  [[nodiscard]] bool is_vehicle() const;
  void update_heading(const Fit& fit);
  void update_size(const Fit& fit, const Box3& box);
  void update_class(const Box3& box);
  void mend_heading(bool moves_freely);

  std::uint32_t id_;
  MotionFilter filter_;
  double z_m_;
  Eigen::Vector3d size_m_;
  std::array<std::uint32_t, 2> sized_{};  // how often length and width were seen
  std::array<double, kObjectClasses> votes_{};
  double log_odds_ = 0.0;
  double quarter_turn_ = 0.0;  // share of late boxes that lay across
  Time time_;
  Time measured_at_;
  std::uint32_t age_ = 1;
  std::uint32_t hits_ = 1;
  std::uint32_t misses_ = 0;
  bool is_confirmed_ = false;
};

}  // namespace ocelli::perception
