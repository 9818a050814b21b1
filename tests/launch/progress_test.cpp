#include "ocelli/launch/progress.hpp"

#include <gtest/gtest.h>

namespace ocelli::launch {
namespace {

TEST(WorkRate, DoesNotCountTheStartUp) {
  WorkRate rate;
  for (int i = 0; i <= 20; ++i) rate.update(i * 100ms, 0.0);  // 2 s in which nothing happens
  EXPECT_FALSE(rate.rate());
  rate.update(2100ms, 0.1);
  rate.update(2200ms, 0.2);
  EXPECT_FALSE(rate.rate()) << "a tenth of a second of work says nothing yet";
  rate.update(4100ms, 2.1);
  ASSERT_TRUE(rate.rate());
  EXPECT_NEAR(*rate.rate(), 1.0, 1e-9);
}

TEST(WorkRate, IsWorkPerTime) {
  WorkRate rate;
  rate.update(1s, 10.0);
  rate.update(3s, 50.0);
  EXPECT_NEAR(*rate.rate(), 20.0, 1e-9);
}

TEST(ProgressText, SaysShareRateAndTimeLeft) {
  EXPECT_EQ(progress_text("demo", 5.0, 30.0, 0.5, "3 faults"),
            "demo: 5.0 s of 30.0 s (17 %), 0.50x real time, 50 s left, 3 faults");
}

TEST(ProgressText, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(progress_text("demo", 0.0, 30.0, std::nullopt, ""), "demo: starting");
  EXPECT_EQ(progress_text("demo", 0.3, 30.0, std::nullopt, ""), "demo: 0.3 s of 30.0 s (1 %)");
  EXPECT_EQ(progress_text("run", 5.0, 0.0, 1.0, ""), "run: 5.0 s, 1.00x real time");
  EXPECT_EQ(progress_text("run", 5.0, 9.0, 0.0, ""), "run: 5.0 s of 9.0 s (56 %), 0.00x real time")
      << "standing still has no time left";
}

}  // namespace
}  // namespace ocelli::launch
