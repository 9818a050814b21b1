#pragma once
// Tracks against truth, frame by frame.
//
// Both are compared in the vehicle frame of their own message, so the tracker's world need not be the simulator's.
// Truth is taken at the stamp of the tracks (between two truth frames: interpolated). A track and a true object match
// when their centres, seen from above, are at most 2 m (car, truck) or 1 m (others) apart; a true
// object keeps its last track while that is within the gate, the others are paired nearest first (CLEAR MOT, Bernardin
// & Stiefelhagen 2008). Recall counts true cars, trucks, pedestrians and cyclists within 50 m that gave >= 10 lidar
// returns. Precision counts tracks within 50 m and ignores those on an object with 1..9 returns, of another class, or
// beyond 50 m. Must not know: how it is drawn.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/launch/report/latency.hpp"
#include "ocelli/launch/report/run_data.hpp"

namespace ocelli::report {

struct TrackingRules {
  double range_m = 50.0;
  double gate_vehicle_m = 2.0;
  double gate_other_m = 1.0;
  std::uint32_t returns_min = 10;  // fewer, but some: neither found nor missed
  Duration warm_up = 1s;           // from the first frame of truth
};

/// Error against the covariance that was promised with it: 2 axes, so that the mean NEES is 2 and 5 % lie beyond the
/// ellipse when the covariance is right (Bar-Shalom et al. 2001, 5.4.2).
struct Consistency {
  std::size_t pairs = 0;
  std::size_t beyond = 0;  // of the ellipse that holds 95 %
  double nees_sum = 0.0;

  void add(const Eigen::Vector2d& error, const Eigen::Matrix2d& covariance);
  Consistency& operator+=(const Consistency& other);
  [[nodiscard]] std::optional<double> nees() const;
  [[nodiscard]] std::optional<double> beyond_share() const;
};

struct Score {
  std::size_t truth = 0;  // true objects to be found
  std::size_t found = 0;
  std::size_t tracks = 0;  // tracks to be right
  std::size_t right = 0;
  std::size_t right_class = 0;  // of found
  std::size_t switches = 0;     // a true object got another id than last time
  std::size_t speeds = 0;       // pairs with comparable velocities
  double position_error2_m2 = 0.0;
  double velocity_error2_m2ps2 = 0.0;
  Consistency position;  // of tracks that say how sure they are
  Consistency velocity;

  /// Of several runs together.
  Score& operator+=(const Score& other);
  [[nodiscard]] std::optional<double> recall() const;
  [[nodiscard]] std::optional<double> precision() const;
  [[nodiscard]] std::optional<double> position_rmse_m() const;
  [[nodiscard]] std::optional<double> velocity_rmse_mps() const;
};

struct ClassScore {
  ObjectClass classification{};
  Score score;  // truth, found: objects of that class; tracks, right: tracks that say they are
};

struct TrackingReport {
  Score undisturbed;                // frames outside injections and their settle time
  Score whole;                      // all frames
  std::vector<ClassScore> classes;  // of `undisturbed`, in the order of kAllClasses
  std::size_t frames = 0;           // tracks messages compared
  std::size_t unanswered = 0;       // truth frames without tracks: all their objects count as missed
  std::size_t uncompared = 0;       // tracks messages without truth at their time
  std::size_t hidden = 0;           // wrong tracks that sit on an object without any return
  bool is_world = true;             // false: velocities cannot be compared
  std::string absent;               // why there are no numbers; "" when there are
};

/// One that counted, in the vehicle frame: found (both), missed (no track), or wrong (no true object, or a hidden one).
struct Outcome {
  Time stamp;
  const ObjectState* track = nullptr;
  const ObjectState* object = nullptr;
  const ObjectFrame* truth = nullptr;  // all true objects of that moment
  [[nodiscard]] bool is_found() const { return track != nullptr && object != nullptr && object->lidar_points != 0; }
};
using OnOutcome = std::function<void(const Outcome&)>;

/// `is_disturbed` says which times do not count for `undisturbed`; `on_outcome` hears of all that `whole` counts, frame
/// by frame.
[[nodiscard]] TrackingReport tracking_report(const std::vector<ObjectFrame>& tracks,
                                             const std::vector<ObjectFrame>& truth, const IsDisturbed& is_disturbed,
                                             const TrackingRules& rules = {}, const OnOutcome& on_outcome = {});

/// The same objects in the vehicle frame; velocities turned, not made relative.
[[nodiscard]] ObjectFrame to_vehicle(const ObjectFrame& frame);

/// Truth at `at`: the frame of that stamp, or objects and ego pose interpolated between its neighbours when these are
/// at most `gap_max` apart; nothing otherwise.
[[nodiscard]] std::optional<ObjectFrame> frame_at(const std::vector<ObjectFrame>& frames, Time at,
                                                  Duration gap_max = 250ms);

}  // namespace ocelli::report
