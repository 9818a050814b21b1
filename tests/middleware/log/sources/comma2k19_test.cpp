// The real minute of comma2k19: what comes out of the raw CAN equals what the data set's authors decoded.
#include "ocelli/middleware/log/sources/comma2k19.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <map>

#include "ocelli/middleware/log/sources/comma2k19_can.hpp"
#include "ocelli/middleware/log/sources/npy.hpp"
#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/tests/middleware/log/support.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::log {
namespace {

using ::testing::HasSubstr;

Comma2k19Config config_of(const std::filesystem::path& data) {
  Comma2k19Config config;
  config.path = (data / "comma2k19").string();
  config.dbc = (data / "dbc/_toyota_2017.dbc").string();
  return config;
}

class Comma2k19 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(data / "comma2k19"))
      GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  }
  std::filesystem::path data = recorded_data("");
};

TEST_F(Comma2k19, EveryCanFrameIsReadAndDecodedAsTheAuthorsDid) {
  const Comma2k19Config config = config_of(data);
  const auto database = can::load_dbc(config.dbc);
  ASSERT_TRUE(database) << database.error().message;
  const auto log = read_comma_can(config.path);
  ASSERT_TRUE(log) << log.error().message;
  const auto decoded = decode_comma_can(*log, *database, config);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->counts.frames, 135468U);
  const auto folder = data / "comma2k19/processed_log/CAN";
  const auto wheels = read_npy_doubles(folder / "wheel_speed/value", 4);
  const auto wheel_times = read_npy_times(folder / "wheel_speed/t");
  const auto angles = read_npy_doubles(folder / "steering_angle/value", 1);
  ASSERT_TRUE(wheels && wheel_times && angles);
  ASSERT_EQ(decoded->states.size(), wheels->rows);
  ASSERT_EQ(decoded->steering_wheel_deg.size(), angles->rows);
  for (std::size_t i = 0; i < wheels->rows; ++i) {
    EXPECT_EQ(decoded->states[i].log_time_s, wheel_times->values[i]);
    for (std::size_t wheel = 0; wheel < 4; ++wheel)
      ASSERT_NEAR(decoded->states[i].wheel_speed_mps[wheel], wheels->row(i)[wheel], 1e-12) << i;
    ASSERT_NEAR(decoded->steering_wheel_deg[i], angles->values[i], 1e-12) << i;
  }
}

TEST_F(Comma2k19, TheOtherToyotaDatabaseSaysTheSame) {
  Comma2k19Config config = config_of(data);
  const auto log = read_comma_can(config.path);
  ASSERT_TRUE(log) << log.error().message;
  const auto first = decode_comma_can(*log, *can::load_dbc(config.dbc), config);
  config.wheel_signals = {"VSC1F01.VXFL", "VSC1F01.VXFR", "VSC1F01.VXRL", "VSC1F01.VXRR"};
  config.steering_signals = {"STR1S01.SSA", "STR1S01.SSAS"};
  const auto second = decode_comma_can(*log, *can::load_dbc(data / "dbc/toyota_2017_ref_pt.dbc"), config);
  ASSERT_TRUE(first && second);
  ASSERT_EQ(first->states.size(), second->states.size());
  for (std::size_t i = 0; i < first->states.size(); ++i)
    ASSERT_EQ(first->states[i].wheel_speed_mps, second->states[i].wheel_speed_mps);
  EXPECT_EQ(first->steering_wheel_deg, second->steering_wheel_deg);
}

TEST_F(Comma2k19, MessagesComeInTheOrderOfTheLogWithTheStampsOfTheirMeasurement) {
  auto drive = open_comma2k19(config_of(data));
  ASSERT_TRUE(drive) << drive.error().message;
  std::map<std::string, std::size_t> counts;
  std::map<std::string, Time> stamps;  // newest
  Time last = kNoTime;
  Duration latest{};  // from measurement to log
  Duration soonest = 1s;
  double fastest_mps = 0.0;
  for (auto message = drive->source->next(); message && *message; message = drive->source->next()) {
    ASSERT_FALSE((*message)->problem) << (*message)->problem->message;
    const Time sensed_at = (*message)->sensed_at;
    ASSERT_TRUE((*message)->recorded);
    EXPECT_GE((*message)->recorded->published_at(), last);
    last = (*message)->recorded->published_at();
    const SourceTopic& topic = drive->source->topics()[(*message)->topic];
    EXPECT_GT(sensed_at, std::exchange(stamps[topic.name], sensed_at));
    if (topic.name == "gnss/fix") {
      latest = std::max(latest, last - sensed_at);
      soonest = std::min(soonest, last - sensed_at);
    } else {
      EXPECT_EQ(last, sensed_at) << topic.name;
    }
    ++counts[topic.name];
    if (topic.name != "vehicle/state") continue;
    ocelli::msg::VehicleState state;
    ASSERT_TRUE(topics::decode((*message)->cdr->bytes(), state));
    fastest_mps = std::max(fastest_mps, state.wheel_speed_mps()[2]);
    EXPECT_TRUE(state.is_steering_valid());
    EXPECT_LT(std::abs(state.steering_angle_rad()), 0.01);
  }
  EXPECT_EQ(counts["vehicle/state"], 4974U);
  EXPECT_EQ(counts["imu"], 6256U);
  EXPECT_EQ(counts["gnss/fix"], 579U);
  EXPECT_NEAR(fastest_mps, 19.9, 0.3);
  EXPECT_LT(soonest, 1us) << "the least delay is taken for none";
  EXPECT_LT(latest, 150ms);
  EXPECT_LT(last - stamps["gnss/fix"] - latest, 200ms) << "the fixes go on to the end of the log";
  const auto range = drive->source->range();
  ASSERT_TRUE(range);
  EXPECT_NEAR(to_seconds(range->end - range->begin), 60.2, 0.3);
}

TEST_F(Comma2k19, OneFixWithAWrongTimeDoesNotMoveTheDrive) {
  const auto right = open_comma2k19(config_of(data));
  ASSERT_TRUE(right) << right.error().message;
  const TempFolder folder;
  const auto drive = folder.path() / "drive";
  std::filesystem::copy(data / "comma2k19", drive, std::filesystem::copy_options::recursive);
  const auto values = drive / "processed_log/GNSS/live_gnss_ublox/value";
  const auto fixes = read_npy_doubles(values, 6);
  ASSERT_TRUE(fixes) << fixes.error().message;
  const double utc_ms = fixes->row(100)[3] + 3'600'000.0;
  std::fstream file(values, std::ios::in | std::ios::out | std::ios::binary);
  const auto bytes = static_cast<std::streamoff>(fixes->rows * 6 * sizeof(double));
  file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(values)) - bytes + (100 * 6 + 3) * 8);
  file.write(reinterpret_cast<const char*>(&utc_ms), sizeof(utc_ms));
  file.close();
  Comma2k19Config config = config_of(data);
  config.path = drive.string();
  const auto wrong = open_comma2k19(config);
  ASSERT_TRUE(wrong) << wrong.error().message;
  EXPECT_EQ(wrong->log_offset, right->log_offset);
}

TEST_F(Comma2k19, SignalsThatAreNotThereAreNamed) {
  Comma2k19Config config = config_of(data);
  config.wheel_signals[2] = "WHEEL_SPEEDS.REAR";
  EXPECT_THAT(open_comma2k19(config).error().message, HasSubstr("the database has no 'WHEEL_SPEEDS.REAR'"));
  config = config_of(data);
  config.wheel_signals[2] = "SPEED.SPEED";
  EXPECT_THAT(open_comma2k19(config).error().message, HasSubstr("'SPEED.SPEED' is not in the message of the others"));
}

TEST(Comma2k19Errors, AFolderWithoutALogIsSaidToBeNone) {
  const TempFolder folder;
  Comma2k19Config config;
  config.path = folder.path().string();
  EXPECT_THAT(open_comma2k19(config).error().message, HasSubstr("no comma2k19 drive: expected processed_log"));
}

}  // namespace
}  // namespace ocelli::log
