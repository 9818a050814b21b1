#include "ocelli/hal/sim/sim.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "ocelli/middleware/topics/cdr.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::sim {
namespace {

Scenario urban() { return *load_scenario(OCELLI_SOURCE_DIR "/hal/sim/scenarios/urban.yaml"); }

struct Taken {
  std::string topic;
  Time at;
  std::vector<std::byte> cdr;
  bool operator==(const Taken&) const = default;
};

std::vector<Taken> take(const Scenario& scenario, const SimOptions& options, Duration duration) {
  auto source = *open_sim(scenario, options);
  std::vector<Taken> all;
  while (true) {
    auto message = *source->next();
    if (!message || message->sensed_at >= options.begin + duration) return all;
    const auto bytes = message->cdr->bytes();
    all.push_back({source->topics()[message->topic].name, message->sensed_at, {bytes.begin(), bytes.end()}});
  }
}

TEST(Sim, GivesTheSameBytesForTheSameSeedAndAnyThreads) {
  SimOptions options;
  options.seed = 3;
  const auto one = take(urban(), options, 200ms);
  options.threads = 2;
  EXPECT_EQ(take(urban(), options, 200ms), one);
  options.seed = 4;
  EXPECT_NE(take(urban(), options, 200ms), one);
}

TEST(Sim, GivesEverySensorAtItsRateInOrderOfTime) {
  SimOptions options;
  options.topics = {"imu", "gnss/fix", "vehicle/state", "truth/ego_motion"};
  const auto all = take(urban(), options, 2s);
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    ++counts[all[i].topic];
    EXPECT_GE(all[i].at, all[i > 0 ? i - 1 : 0].at);
  }
  EXPECT_EQ(counts["imu"], 200);
  EXPECT_EQ(counts["gnss/fix"], 20);
  EXPECT_EQ(counts["vehicle/state"], 100);
  EXPECT_EQ(counts["truth/ego_motion"], 100);
}

TEST(Sim, ScansSixtyFourBeamsTenTimesASecondWithNoiseDropOutAndIntensity) {
  SimOptions options;
  options.topics = {"lidar/top"};
  const auto turns = take(urban(), options, 300ms);
  ASSERT_EQ(turns.size(), 3U);
  EXPECT_NE(turns[0].cdr, turns[1].cdr);
  const auto cloud = *topics::PointCloudView::parse(turns[0].cdr);
  EXPECT_EQ(cloud.height, 64U);
  EXPECT_EQ(cloud.width, 1800U);
  std::size_t lost = 0;
  std::size_t beyond = 0;
  for (const topics::PointXyzi& p : cloud.packed()) {
    if (std::isnan(p.x)) {
      ++lost;
      continue;
    }
    const double range_m = std::hypot(p.x, p.y, p.z);
    beyond += range_m > 120.0 || range_m < 0.9 || p.intensity < 0.0F || p.intensity > 1.0F;
  }
  EXPECT_EQ(beyond, 0U);
  EXPECT_GT(lost, cloud.size() / 100);
  EXPECT_LT(lost, cloud.size() / 2);
}

TEST(Sim, DrawsPicturesOfTheConfiguredSizeThatAreNeverTheSameTwice) {
  Scenario scenario = urban();
  SimOptions options;
  options.topics = {"camera/front"};
  const auto live = take(scenario, options, 200ms);
  ASSERT_EQ(live.size(), 2U);
  const auto picture = *topics::ImageView::parse(live[0].cdr);
  EXPECT_EQ(picture.width, 621U);
  EXPECT_EQ(picture.height, 188U);
  EXPECT_NE(live[0].cdr, live[1].cdr);
  scenario.sensors.cameras[0].width_px = 100;
  scenario.sensors.cameras[0].height_px = 50;
  const auto small = take(scenario, options, 100ms);
  ASSERT_EQ(small.size(), 1U);
  EXPECT_EQ(topics::ImageView::parse(small[0].cdr)->width, 100U);
}

TEST(Sim, TellsTheTruthAboutWhatTheLidarHits) {
  SimOptions options;
  options.topics = {"truth/tracks"};
  const auto truth = take(urban(), options, 100ms);
  ASSERT_EQ(truth.size(), 1U);
  topics::TruthTracks::Type tracks;
  ASSERT_TRUE(topics::decode(truth[0].cdr, tracks));
  std::size_t seen = 0;
  std::size_t hidden = 0;
  for (const auto& track : tracks.tracks()) (track.lidar_points() > 0 ? seen : hidden) += 1;
  EXPECT_GT(seen, 5U);
  EXPECT_GT(hidden, 0U) << "objects behind others are listed, with no return";
  EXPECT_TRUE(tracks.is_world());
}

TEST(Sim, NamesTheTopicsThatAScenarioHasWhenAskedForAnother) {
  SimOptions options;
  options.topics = {"lidar/rear"};
  const auto source = open_sim(urban(), options);
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().message.find("lidar/top"), std::string::npos) << source.error().message;
}

TEST(Scenario, ReportsAllMistakesAtOnceWithTheirPlaces) {
  const auto scenario = parse_scenario(
      "name: bad\n"
      "duration: 10 s\n"
      "road:\n"
      "  lane_widht_m: 3.5\n"
      "  segments: [{length_m: -5}]\n"
      "sensors:\n"
      "  lidars: [{beams: 0}]\n",
      "bad.yaml");
  ASSERT_FALSE(scenario);
  const std::string& message = scenario.error().message;
  EXPECT_NE(message.find("bad.yaml:4:3"), std::string::npos) << message;
  EXPECT_NE(message.find("lane_width_m"), std::string::npos) << message;
  EXPECT_NE(message.find("bad.yaml:5:"), std::string::npos) << message;
  EXPECT_NE(message.find("bad.yaml:7:"), std::string::npos) << message;
}

}  // namespace
}  // namespace ocelli::sim
