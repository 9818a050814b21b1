#include "ocelli/perception/tracking/standing.hpp"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace ocelli::tracking {
namespace {

constexpr double kPrior = 1.5;        // log-odds that a vehicle of which nothing else is known stands
constexpr double kFade = 0.95;        // of what measurements said, with each place
constexpr double kOneSays = 2.0;      // most that one says: errors of boxes have heavy tails
constexpr double kAllSay = 5.0;       // most that all of them say: some that stand leave
constexpr double kNoise_m2ps = 0.02;  // of a place that stands: what is seen of it changes
constexpr double kRest_mps = 0.15;    // sigma of "it stands"

/// -log of the likelihood of an innovation, but for a constant.
double surprise(const Eigen::Vector2d& away_m, const Eigen::Matrix2d& covariance) {
  return 0.5 * (away_m.dot(covariance.inverse() * away_m) + std::log(covariance.determinant()));
}

void favour(double log_ratio, Rest& rest) {
  rest.log_odds = std::clamp(rest.log_odds + std::clamp(log_ratio, -kOneSays, kOneSays), -kAllSay, kAllSay);
}

}  // namespace

bool Rest::is_likelier() const { return kPrior + log_odds > 0.0; }

Rest rest_at(const MotionState& motion) {
  const MotionReport report = report_motion(motion);
  const Eigen::Matrix2d covariance =
      report.covariance.block<2, 2>(3, 3) + kRest_mps * kRest_mps * Eigen::Matrix2d::Identity();
  const double sigmas2 = report.velocity.dot(covariance.inverse() * report.velocity);
  return {motion.mean.head<2>(), motion.covariance.topLeftCorner<2, 2>(), -std::min(0.5 * sigmas2, kAllSay)};
}

void predict(double step_s, Rest& rest) { rest.covariance.diagonal().array() += kNoise_m2ps * step_s; }

void weigh_place(const Eigen::Vector2d& place_m, const Eigen::Matrix2d& covariance, const MotionState& motion,
                 Rest& rest) {
  rest.log_odds *= kFade;
  favour(surprise(place_m - motion.mean.head<2>(), motion.covariance.topLeftCorner<2, 2>() + covariance) -
             surprise(place_m - rest.place_m, rest.covariance + covariance),
         rest);
  const Eigen::Matrix2d K = rest.covariance * (rest.covariance + covariance).inverse();
  rest.place_m += K * (place_m - rest.place_m);
  rest.covariance -= K * rest.covariance;
}

void weigh_speed(double speed_mps, double sigma_mps, double off_mps, double variance_m2ps2, Rest& rest) {
  const double variance = sigma_mps * sigma_mps + kRest_mps * kRest_mps;
  favour(0.5 * (off_mps * off_mps / variance_m2ps2 + std::log(variance_m2ps2) - speed_mps * speed_mps / variance -
                std::log(variance)),
         rest);
}

void report_rest(const Rest& rest, const Eigen::Vector2d& place_m, MotionReport& report) {
  const double moves = 1.0 / (1.0 + std::exp(kPrior + rest.log_odds));
  Vector6 apart = Vector6::Zero();
  apart.head<2>() = place_m - rest.place_m;
  apart.segment<2>(3) = report.velocity;
  apart[5] = report.turn_rate_rps;
  Matrix6 stands = Matrix6::Zero();
  stands.topLeftCorner<2, 2>() = rest.covariance;
  stands(2, 2) = report.covariance(2, 2);
  stands(3, 3) = stands(4, 4) = kRest_mps * kRest_mps;
  report.covariance = (1.0 - moves) * stands + moves * (report.covariance + apart * apart.transpose());
  report.velocity.setZero();
  report.acceleration.setZero();
  report.turn_rate_rps = 0.0;
}

}  // namespace ocelli::tracking
