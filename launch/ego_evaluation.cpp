#include "ocelli/launch/ego_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ocelli/middleware/core/vehicle_limits.hpp"
#include "ocelli/middleware/log/sources/npy.hpp"
#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/perception/ego_motion/ego_motion_node.hpp"

namespace ocelli::launch {
namespace {

using perception::EgoMotion;
using perception::EgoMotionConfig;

constexpr double kFarthest_m = 1e7;  // from the middle of the Earth
constexpr double kBand = 5.991;      // 95 % of chi-square with 2 degrees of freedom

struct TruePose {
  Time time;
  Eigen::Vector3d ecef_m;
  Eigen::Vector3d velocity_ecef_mps;
};

/// Everything that was measured, by stamp.
struct Recorded {
  std::vector<perception::WheelSample> wheels;
  std::vector<perception::GyroSample> gyro;
  std::vector<perception::GnssSample> fixes;
  std::vector<TruePose> truth;
  log::CommaCanCounts can;
};

/// What is compared with must be a number that can be.
Status check_numbers(const std::filesystem::path& file, const log::NpyArray<double>& array, double most) {
  const auto is_wrong = [&](double value) { return !is_within(value, most); };
  const auto bad = std::ranges::find_if(array.values, is_wrong);
  if (bad == array.values.end()) return ok();
  return error(ErrorCode::kCorrupt, "{}: frame {}: {}: expected a number, at most {:.0e}", file.string(),
               static_cast<std::size_t>(bad - array.values.begin()) / array.columns, *bad, most);
}

Status read_truth(const std::string& path, Duration log_offset, Recorded& out) {
  const std::filesystem::path folder = std::filesystem::path(path) / "global_pose";
  OCELLI_ASSIGN(const auto times, log::read_npy_times(folder / "frame_times"));
  OCELLI_ASSIGN(const auto positions, log::read_npy_doubles(folder / "frame_positions", 3));
  OCELLI_ASSIGN(const auto velocities, log::read_npy_doubles(folder / "frame_velocities", 3));
  if (positions.rows != times.rows || velocities.rows != times.rows || times.rows < 2)
    return error(ErrorCode::kCorrupt, "{}: {} times, {} positions, {} velocities", folder.string(), times.rows,
                 positions.rows, velocities.rows);
  OCELLI_TRY(check_numbers(folder / "frame_positions", positions, kFarthest_m));
  OCELLI_TRY(check_numbers(folder / "frame_velocities", velocities, kMostWheelSpeed_mps));
  for (std::size_t i = 1; i < times.rows; ++i)
    if (!(times.values[i] > times.values[i - 1]))
      return error(ErrorCode::kCorrupt, "{}: frame {} is at {} s, the one before at {} s: expected times that grow",
                   (folder / "frame_times").string(), i, times.values[i], times.values[i - 1]);
  for (std::size_t i = 0; i < times.rows; ++i)
    out.truth.push_back({Time{log_offset + from_seconds(times.values[i])},
                         Eigen::Map<const Eigen::Vector3d>(positions.row(i).data()),
                         Eigen::Map<const Eigen::Vector3d>(velocities.row(i).data())});
  return ok();
}

Result<Recorded> read(const log::Comma2k19Config& config) {
  OCELLI_ASSIGN(auto drive, log::open_comma2k19(config));
  Recorded out;
  out.can = drive.can;
  while (true) {
    OCELLI_ASSIGN(const auto message, drive.source->next());
    if (!message) break;
    if (message->problem) return error(*message->problem);
    const std::string_view kind = drive.source->topics()[message->topic].kind->name;
    if (kind == topics::VehicleState::kName) {
      ocelli::msg::VehicleState state;
      OCELLI_TRY(topics::decode(message->cdr->bytes(), state));
      out.wheels.push_back({message->sensed_at, state.wheel_speed_mps()});
      if (state.is_steering_valid()) out.wheels.back().steering_rad = state.steering_angle_rad();
    } else if (kind == topics::ImuData::kName) {
      sensor_msgs::msg::Imu imu;
      OCELLI_TRY(topics::decode(message->cdr->bytes(), imu));
      out.gyro.push_back({message->sensed_at, imu.angular_velocity().z()});
    } else {
      sensor_msgs::msg::NavSatFix fix;
      OCELLI_TRY(topics::decode(message->cdr->bytes(), fix));
      out.fixes.push_back(perception::EgoMotionNode::sample_of(fix, message->sensed_at));
    }
  }
  OCELLI_TRY(read_truth(config.path, drive.log_offset, out));
  return out;
}

/// Hands out the samples up to a time, in the order in which they would come.
class Feeder {
 public:
  Feeder(const Recorded& recorded, Duration fix_latency, Time fixes_until)
      : recorded_(recorded), fix_latency_(fix_latency), fixes_until_(fixes_until) {}

  void feed(EgoMotion& motion, Time until) {
    while (true) {
      const Time wheels = wheels_ < recorded_.wheels.size() ? recorded_.wheels[wheels_].stamp : Time::max();
      const Time gyro = gyro_ < recorded_.gyro.size() ? recorded_.gyro[gyro_].stamp : Time::max();
      const Time fix = fix_ < recorded_.fixes.size() ? recorded_.fixes[fix_].stamp + fix_latency_ : Time::max();
      const Time next = std::min({wheels, gyro, fix});
      if (next > until || next == Time::max()) return;
      if (next == gyro)
        motion.add(recorded_.gyro[gyro_++]);
      else if (next == wheels)
        motion.add(recorded_.wheels[wheels_++]);
      else if (const auto& sample = recorded_.fixes[fix_++]; sample.stamp < fixes_until_)
        motion.add(sample);
    }
  }

 private:
  const Recorded& recorded_;
  Duration fix_latency_;
  Time fixes_until_;
  std::size_t wheels_ = 0;
  std::size_t gyro_ = 0;
  std::size_t fix_ = 0;
};

/// Error of one pose and what the filter said of it.
struct Judged {
  Eigen::Vector2d error_m;
  Eigen::Matrix2d covariance;
};

double nees_of(const Eigen::Vector2d& error_m, const Eigen::Matrix2d& covariance) {
  return error_m.dot(covariance.inverse() * error_m);
}

/// Of the fixes alone: linear between true poses.
double fix_rmse_m(const Recorded& recorded, const perception::LocalPlane& plane) {
  std::vector<Eigen::Vector2d> errors;
  Eigen::Vector2d mean = Eigen::Vector2d::Zero();
  const auto& truth = recorded.truth;
  for (const auto& fix : recorded.fixes) {
    const auto after = std::ranges::lower_bound(truth, fix.stamp, {}, &TruePose::time);
    if (after == truth.begin() || after == truth.end()) continue;
    const TruePose& a = *std::prev(after);
    const double part = to_seconds(fix.stamp - a.time) / to_seconds(after->time - a.time);
    const Eigen::Vector3d true_m = a.ecef_m + part * (after->ecef_m - a.ecef_m);
    errors.push_back((plane.enu_of(fix.place) - plane.enu_of(true_m)).head<2>());
    mean += errors.back();
  }
  mean /= static_cast<double>(errors.size());
  double sum = 0.0;
  for (const Eigen::Vector2d& e : errors) sum += (e - mean).squaredNorm();
  return std::sqrt(sum / static_cast<double>(errors.size()));
}

void summarise(const std::vector<Judged>& judged, EgoAccuracy& out) {
  const auto count = static_cast<double>(judged.size());
  out.poses = judged.size();
  for (const Judged& j : judged) out.offset_m += j.error_m / count;
  for (const Judged& j : judged) {
    out.rmse_m += (j.error_m - out.offset_m).squaredNorm() / count;
    out.rmse_with_offset_m += j.error_m.squaredNorm() / count;
    const double nees = nees_of(j.error_m, j.covariance);
    out.mean_nees += nees / count;
    out.share_in_band += nees <= kBand ? 1.0 / count : 0.0;
    out.mean_sigma_m += std::sqrt(j.covariance.trace()) / count;
  }
  out.rmse_m = std::sqrt(out.rmse_m);
  out.rmse_with_offset_m = std::sqrt(out.rmse_with_offset_m);
}

EgoAccuracy judge(const Recorded& recorded, const EgoMotionConfig& config, Duration fix_latency) {
  EgoMotion motion(config);
  Feeder feeder(recorded, fix_latency, Time::max());
  std::vector<Judged> judged;
  std::vector<std::pair<perception::EgoState, std::size_t>> before;
  std::vector<std::size_t> before_samples;  // poses older than the first sample
  EgoAccuracy out;
  double speed_sum = 0.0;
  std::size_t speeds = 0;
  for (std::size_t i = 0; i < recorded.truth.size(); ++i) {
    const TruePose& truth = recorded.truth[i];
    feeder.feed(motion, truth.time);
    const auto state = motion.at(truth.time);
    const auto global = motion.global_at(truth.time);
    if (!state && speeds == 0) before_samples.push_back(i);
    if (state) {
      for (const std::size_t earlier : std::exchange(before_samples, {}))
        before.emplace_back(state->moved_to(recorded.truth[earlier].time), earlier);
      const double difference = state->speed_mps - truth.velocity_ecef_mps.norm();
      speed_sum += difference * difference;
      ++speeds;
      out.integral_share += state->is_integral ? 1.0 : 0.0;
    }
    if (!global) {
      if (state) before.emplace_back(*state, i);
      continue;
    }
    const Eigen::Vector2d true_m = motion.plane()->enu_of(truth.ecef_m).head<2>();
    // The world frame's place is known from now on: earlier poses are placed by it.
    for (const auto& [earlier, index] : before) {
      const auto now = motion.at(truth.time);
      const double geo_yaw = global->yaw_rad - now->yaw_rad;
      const Eigen::Vector2d way(earlier.x_m - now->x_m, earlier.y_m - now->y_m);
      const Eigen::Vector2d placed(global->east_m + std::cos(geo_yaw) * way.x() - std::sin(geo_yaw) * way.y(),
                                   global->north_m + std::sin(geo_yaw) * way.x() + std::cos(geo_yaw) * way.y());
      judged.push_back({placed - motion.plane()->enu_of(recorded.truth[index].ecef_m).head<2>(),
                        global->covariance.topLeftCorner<2, 2>()});
    }
    out.poses_before += before.size();
    before.clear();
    judged.push_back(
        {Eigen::Vector2d(global->east_m, global->north_m) - true_m, global->covariance.topLeftCorner<2, 2>()});
  }
  summarise(judged, out);
  out.speed_rmse_mps = std::sqrt(speed_sum / static_cast<double>(speeds));
  out.integral_share /= static_cast<double>(speeds);
  out.fix_rmse_m = fix_rmse_m(recorded, *motion.plane());
  out.speed_scale = motion.calibration().speed_scale;
  out.fix_delay_s = motion.fix_delay_s();
  return out;
}

/// The growth of an error and its covariance since the begin of an outage, pose by pose.
class Growth {
 public:
  void add(const Eigen::Vector2d& estimate_m, const Eigen::Vector2d& true_m, const Eigen::Matrix2d& covariance,
           Time time) {
    if (!begin_) begin_ = Begin{estimate_m - true_m, covariance, time};
    if (last_) out_.distance_m += (true_m - *last_).norm();
    last_ = true_m;
    const Eigen::Vector2d error_m = estimate_m - true_m - begin_->error_m;
    out_.end_error_m = error_m.norm();
    out_.worst_error_m = std::max(out_.worst_error_m, error_m.norm());
    out_.duration_s = to_seconds(time - begin_->time);
    const Eigen::Matrix2d grown = covariance - begin_->covariance;
    if (out_.duration_s > 1.0) out_.nees_end = nees_of(error_m, grown);
  }
  [[nodiscard]] const EgoOutage& outage() const { return out_; }

 private:
  struct Begin {
    Eigen::Vector2d error_m;
    Eigen::Matrix2d covariance;
    Time time;
  };
  std::optional<Begin> begin_;
  std::optional<Eigen::Vector2d> last_;
  EgoOutage out_;
};

EgoOutage judge_outage(const Recorded& recorded, const EgoMotionConfig& config, Duration fixes_for) {
  EgoMotion motion(config);
  const Time begin = recorded.truth.front().time + fixes_for;
  Feeder feeder(recorded, Duration{}, begin);
  Growth growth;
  for (const TruePose& truth : recorded.truth) {
    feeder.feed(motion, truth.time);
    const auto global = motion.global_at(truth.time);
    if (truth.time < begin || !global) continue;
    growth.add({global->east_m, global->north_m}, motion.plane()->enu_of(truth.ecef_m).head<2>(),
               global->covariance.topLeftCorner<2, 2>(), truth.time);
  }
  return growth.outage();
}

/// From the true first pose (its heading from the first second's way), with what an earlier run has learnt.
EgoOutage judge_whole(const Recorded& recorded, const EgoMotionConfig& config) {
  EgoMotion earlier(config);
  Feeder(recorded, Duration{}, Time::max()).feed(earlier, Time::max() - 1ns);
  EgoMotion motion(config, earlier.calibration());
  Feeder feeder(recorded, Duration{}, Time{});
  Growth growth;
  std::optional<double> turn_rad;
  const auto true_m = [&](const TruePose& truth) -> Eigen::Vector2d {
    return earlier.plane()->enu_of(truth.ecef_m).head<2>();
  };
  for (const TruePose& truth : recorded.truth) {
    feeder.feed(motion, truth.time);
    const auto state = motion.at(truth.time);
    if (!state) continue;
    if (!turn_rad) {
      constexpr std::size_t kFar = 20;  // poses: 1 s
      const TruePose& far = recorded.truth[std::min(kFar, recorded.truth.size() - 1)];
      const Eigen::Vector2d way = true_m(far) - true_m(recorded.truth[0]);
      turn_rad = std::atan2(way.y(), way.x()) - state->yaw_rad;
    }
    Eigen::Matrix2d R;
    R << std::cos(*turn_rad), -std::sin(*turn_rad), std::sin(*turn_rad), std::cos(*turn_rad);
    growth.add(R * Eigen::Vector2d(state->x_m, state->y_m), true_m(truth),
               R * state->covariance.topLeftCorner<2, 2>() * R.transpose(), truth.time);
  }
  return growth.outage();
}

}  // namespace

perception::EgoMotionConfig comma2k19_ego_config() {
  perception::EgoMotionConfig config;
  config.wheel_base_m = 2.66;
  config.track_width_m = 1.57;
  config.understeer_s2pm = 0.0025;
  config.fix_noise_m = 0.05;  // second differences of its own fixes: 7 mm, and some more
  return config;
}

Result<EgoEvaluation> evaluate_ego_motion(const log::Comma2k19Config& drive,
                                          const perception::EgoMotionConfig& config) {
  OCELLI_ASSIGN(const Recorded recorded, read(drive));
  if (recorded.fixes.empty())
    return error(ErrorCode::kUnsupported, "{}: no fixes to judge the ego motion with", drive.path);
  EgoEvaluation out;
  out.can = recorded.can;
  out.accuracy = judge(recorded, config, Duration{});
  if (out.accuracy.poses == 0)
    return error(ErrorCode::kUnsupported,
                 "{}: no pose to judge: {} true poses, {} wheel speeds and {} fixes do not meet in time", drive.path,
                 recorded.truth.size(), recorded.wheels.size(), recorded.fixes.size());
  out.late = judge(recorded, config, 200ms);
  for (const Duration fixes_for : {10s, 15s, 20s}) out.after.push_back(judge_outage(recorded, config, fixes_for));
  out.whole = judge_whole(recorded, config);
  return out;
}

std::string ego_table(const EgoEvaluation& evaluation) {
  std::string text;
  const auto line = [&](const std::string& what, const std::string& value) {
    text += fmt::format("{:<58} {}\n", what, value);
  };
  const auto accuracy = [&](const std::string& name, const EgoAccuracy& a) {
    line(name, fmt::format("{} poses ({} before the first alignment)", a.poses, a.poses_before));
    line("  horizontal RMSE, offset removed",
         fmt::format("{:.3f} m (the fixes alone: {:.3f} m)", a.rmse_m, a.fix_rmse_m));
    line("  horizontal RMSE with the offset", fmt::format("{:.3f} m (offset {:.2f} m east, {:.2f} m north)",
                                                          a.rmse_with_offset_m, a.offset_m.x(), a.offset_m.y()));
    line("  NEES, 2 axes, offset not removed",
         fmt::format("mean {:.2f}, {:.1f} % of the poses below 5.99 (95 % band); sigma {:.2f} m", a.mean_nees,
                     100.0 * a.share_in_band, a.mean_sigma_m));
    line("  speed RMSE", fmt::format("{:.3f} m/s", a.speed_rmse_mps));
    line("  learnt",
         fmt::format("speed scale {:.4f}, stamps of the fixes off by {:.0f} ms", a.speed_scale, 1e3 * a.fix_delay_s));
    line("  integrity flag", fmt::format("set in {:.1f} % of the poses", 100.0 * a.integral_share));
  };
  line("CAN frames read", fmt::format("{} ({} known, {} wheel speeds, {} steering angles)", evaluation.can.frames,
                                      evaluation.can.known, evaluation.can.vehicle, evaluation.can.steering));
  accuracy("fixes all along, each at its stamp", evaluation.accuracy);
  accuracy("fixes 200 ms late", evaluation.late);
  const auto outage = [&](const std::string& name, const EgoOutage& o) {
    line(name, fmt::format("{:.2f} % of {:.0f} m in {:.1f} s (end {:.2f} m, worst {:.2f} m, NEES {:.2f})",
                           o.end_percent(), o.distance_m, o.duration_s, o.end_error_m, o.worst_error_m, o.nees_end));
  };
  for (std::size_t i = 0; i < evaluation.after.size(); ++i)
    outage(fmt::format("no fixes after the first {} s", 10 + 5 * i), evaluation.after[i]);
  outage("no fix at all, calibrated by an earlier run", evaluation.whole);
  return text;
}

}  // namespace ocelli::launch
