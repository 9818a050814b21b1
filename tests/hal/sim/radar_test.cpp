// The simulated radar against the truth of the same instant.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "ocelli/hal/sim/sim.hpp"
#include "ocelli/middleware/topics/cdr.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::sim {
namespace {

struct Scan {
  Time at;
  msg::RadarDetections radar;
  msg::Tracks tracks;
  msg::EgoMotion ego;
};

Scenario street() {
  Scenario scenario = *load_scenario(OCELLI_SOURCE_DIR "/hal/sim/scenarios/urban.yaml");
  scenario.sensors.lidars.clear();
  scenario.sensors.cameras.clear();
  scenario.sensors.truth.ego_rate_hz = 10.0;
  scenario.sensors.truth.range_m = 200.0;  // farther than the radar sees
  scenario.sensors.radars[0].rate_hz = 10.0;
  return scenario;
}

RadarConfig without_noise(RadarConfig config) {
  config.range_sigma_m = config.azimuth_sigma_deg = config.range_rate_sigma_mps = 0.0;
  config.dropout = config.clutter_per_scan = config.scenery_share = 0.0;
  return config;
}

std::vector<Scan> scans(const Scenario& scenario, Duration duration, std::uint64_t seed = 1) {
  SimOptions options;
  options.seed = seed;
  options.topics = {"radar/front", "truth/tracks", "truth/ego_motion"};
  auto source = *open_sim(scenario, options);
  std::map<Time, Scan> all;
  while (true) {
    auto message = *source->next();
    if (!message || message->sensed_at >= options.begin + duration) break;
    const std::string& topic = source->topics()[message->topic].name;
    Scan& scan = all[message->sensed_at];
    scan.at = message->sensed_at;
    const auto bytes = message->cdr->bytes();
    EXPECT_TRUE(topic == "radar/front"    ? topics::decode(bytes, scan.radar)
                : topic == "truth/tracks" ? topics::decode(bytes, scan.tracks)
                                          : topics::decode(bytes, scan.ego));
  }
  std::vector<Scan> out;
  for (auto& [at, scan] : all) out.push_back(std::move(scan));
  return out;
}

double yaw_of(const geometry_msgs::msg::Quaternion& q) { return 2.0 * std::atan2(q.z(), q.w()); }

/// Where a detection is in the world.
Eigen::Vector2d place_of(const Scan& scan, const msg::RadarDetection& detection) {
  const auto& mounting = scan.radar.pose().position();
  const double yaw = yaw_of(scan.ego.pose().orientation());
  const double flat_m = detection.range_m() * std::cos(detection.elevation_rad());
  const Eigen::Vector2d p(mounting.x() + flat_m * std::cos(detection.azimuth_rad()),
                          mounting.y() + flat_m * std::sin(detection.azimuth_rad()));
  return Eigen::Vector2d(scan.ego.pose().position().x(), scan.ego.pose().position().y()) + Eigen::Rotation2Dd(yaw) * p;
}

/// The track whose box holds the place, 5 cm beside it included.
const msg::Track* body_at(const Scan& scan, const Eigen::Vector2d& place) {
  for (const msg::Track& track : scan.tracks.tracks()) {
    const Eigen::Vector2d way =
        Eigen::Rotation2Dd(-track.yaw_rad()) * (place - Eigen::Vector2d(track.position().x(), track.position().y()));
    if (std::abs(way.x()) <= 0.5 * track.size().x() + 0.05 && std::abs(way.y()) <= 0.5 * track.size().y() + 0.05)
      return &track;
  }
  return nullptr;
}

TEST(SimRadar, WithoutNoiseEveryDetectionLiesOnABodyAndHasItsRangeRate) {
  Scenario scenario = street();
  scenario.sensors.radars[0] = without_noise(scenario.sensors.radars[0]);
  std::size_t moving = 0;
  std::size_t all = 0;
  std::map<std::uint32_t, std::size_t> most_per_body;
  for (const Scan& scan : scans(scenario, 3s)) {
    std::map<std::uint32_t, std::size_t> per_body;
    for (const msg::RadarDetection& detection : scan.radar.detections()) {
      const Eigen::Vector2d place = place_of(scan, detection);
      const msg::Track* body = body_at(scan, place);
      ASSERT_NE(body, nullptr) << "a detection of nothing at " << place.transpose();
      const double yaw = yaw_of(scan.ego.pose().orientation());
      const auto& mounting = scan.radar.pose().position();
      const Eigen::Vector2d sensor = Eigen::Vector2d(scan.ego.pose().position().x(), scan.ego.pose().position().y()) +
                                     Eigen::Rotation2Dd(yaw) * Eigen::Vector2d(mounting.x(), mounting.y());
      const Eigen::Vector2d own =
          scan.ego.speed_mps() * Eigen::Vector2d(std::cos(yaw), std::sin(yaw)) +
          scan.ego.yaw_rate_rps() * mounting.x() * Eigen::Vector2d(-std::sin(yaw), std::cos(yaw));
      const Eigen::Vector2d direction = (place - sensor).normalized() * std::cos(detection.elevation_rad());
      const Eigen::Vector2d velocity(body->velocity().x(), body->velocity().y());
      const double spin_mps = std::abs(body->yaw_rate_rps()) * 0.5 * body->size().x();
      EXPECT_NEAR(detection.range_rate_mps(), direction.dot(velocity - own), 0.02 + spin_mps);
      moving += velocity.norm() > 1.0 ? 1 : 0;
      ++all;
      ++per_body[body->id()];
    }
    for (const auto& [id, count] : per_body) most_per_body[id] = std::max(most_per_body[id], count);
  }
  EXPECT_GT(all, 100U);
  EXPECT_GT(moving, 20U);
  std::size_t with_clusters = 0;
  for (const auto& [id, count] : most_per_body) with_clusters += count > 1 ? 1 : 0;
  EXPECT_GT(with_clusters, 1U) << "bodies give more than one detection";
}

TEST(SimRadar, TheSameSeedGivesTheSameDetections) {
  const auto radar_of = [](std::uint64_t seed) {
    std::vector<msg::RadarDetection> all;
    for (const Scan& scan : scans(street(), 500ms, seed))
      all.insert(all.end(), scan.radar.detections().begin(), scan.radar.detections().end());
    return all;
  };
  const auto one = radar_of(7);
  EXPECT_EQ(radar_of(7), one);
  EXPECT_NE(radar_of(8), one);
}

TEST(SimRadar, ClutterAndDropoutAreAsManyAsConfigured) {
  Scenario scenario = street();
  RadarConfig& radar = scenario.sensors.radars[0];
  const RadarConfig clean = without_noise(radar);
  const auto count = [&](const RadarConfig& config) {
    radar = config;
    std::size_t detections = 0;
    for (const Scan& scan : scans(scenario, 4s)) detections += scan.radar.detections().size();
    return static_cast<double>(detections);
  };
  const double without = count(clean);
  RadarConfig dropping = clean;
  dropping.dropout = 0.5;
  EXPECT_NEAR(count(dropping) / without, 0.5, 0.08);
  RadarConfig cluttered = clean;
  cluttered.clutter_per_scan = 10.0;
  EXPECT_NEAR(count(cluttered) - without, 400.0, 4.0 * std::sqrt(400.0));
}

}  // namespace
}  // namespace ocelli::sim
