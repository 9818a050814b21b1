#include "ocelli/perception/tracks/sensor_watch.hpp"

#include <gtest/gtest.h>

namespace ocelli::perception {
namespace {

using tracking::kSourceCamera;
using tracking::kSourceLidar;
using tracking::kSourceRadar;

constexpr Time kStart = from_ns(1'000'000'000'000);

TEST(SensorWatch, ASensorIsMissedWhenTheOthersHaveGoneOn) {
  SensorWatch watch;
  EXPECT_EQ(watch.delivering(300ms), 0U);
  watch.deliver(kSourceLidar, kStart);
  watch.deliver(kSourceRadar, kStart + 300ms);
  EXPECT_EQ(watch.delivering(300ms), kSourceLidar | kSourceRadar);
  watch.deliver(kSourceRadar, kStart + 301ms);
  EXPECT_EQ(watch.delivering(300ms), kSourceRadar);
}

TEST(SensorWatch, ALateMessageDoesNotTurnTimeBack) {
  SensorWatch watch;
  watch.deliver(kSourceRadar, kStart + 100ms);
  watch.deliver(kSourceCamera, kStart);
  EXPECT_EQ(watch.now(), kStart + 100ms);
  EXPECT_EQ(watch.delivering(50ms), kSourceRadar);
}

TEST(SensorWatch, ATrackNamesTheSensorsThatSawItLately) {
  tracking::Track track;
  track.lidar_at = kStart;
  track.radar_at = kStart - 200ms;
  EXPECT_EQ(seen_lately(track, kStart, 250ms), kSourceLidar | kSourceRadar);
  EXPECT_EQ(seen_lately(track, kStart + 100ms, 250ms), kSourceLidar);
  EXPECT_EQ(seen_lately(track, kStart + 1s, 250ms), 0U);
}

}  // namespace
}  // namespace ocelli::perception
