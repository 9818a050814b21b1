// A sensor that whoever fuses several expects and cannot use.
#include <gmock/gmock.h>

#include <limits>

#include "ocelli/tests/safety/monitor/watch.hpp"

namespace ocelli::safety {
namespace {

using namespace test;
using testing::HasSubstr;

Observation missing(double sensors) {
  Observation o = picture(1, 0, 0);
  o.quality[0] = sensors;
  return o;
}

TEST(MissingSensor, IsWhatTheFusedMessagesSayTheyMiss) {
  RecordProperty("verifies", "REQ-DET-016");
  Watch watch("missing_sensor");
  watch.topic.quality = QualityKind::kSensors;
  watch.with("sensors", 4).make();
  EXPECT_EQ(watch.observe(missing(3)), 'g') << "the other sensors are not judged";
  EXPECT_EQ(watch.last.value, 0.0);
  EXPECT_EQ(watch.last.limit, 0.0);
  EXPECT_EQ(watch.observe(missing(6)), 'b');
  EXPECT_DOUBLE_EQ(watch.last.value, 4.0);
  EXPECT_EQ(watch.last.limit, 0.0);
  EXPECT_EQ(watch.observe(missing(0)), 'g');
  EXPECT_EQ(watch.observe(missing(-1.0)), 'b') << "no set of sensors";
  EXPECT_EQ(watch.observe(missing(4294967296.0)), 'b');
  EXPECT_EQ(watch.observe(missing(std::numeric_limits<double>::quiet_NaN())), 'b');
  EXPECT_EQ(watch.observe(missing(4294967291.0)), 'g') << "all but this one";
  EXPECT_EQ(watch.observe(arrival(missing(4), 1)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.detector->observability().first, 400ms);
  EXPECT_EQ(watch.detector->observability().period, 100ms);
  EXPECT_TRUE(watch.detector->needs_period());
  EXPECT_TRUE(watch.detector->tells_presence());
  Watch cloud("missing_sensor");
  cloud.topic.quality = QualityKind::kCloud;
  EXPECT_THAT(cloud.refusal(), HasSubstr("needs a topic that says which sensors are missing"));
}

TEST(MissingSensor, OneThatWasNeverUsedIsMissingWhenTheStartIsOver) {
  RecordProperty("verifies", "REQ-DET-016");
  Watch watch("missing_sensor");
  watch.topic.quality = QualityKind::kSensors;
  watch.with("told_after_ms", 50).make();
  EXPECT_EQ(watch.observe(missing(2)), '-');
  watch.tick(0, 0, false);
  EXPECT_EQ(watch.observe(missing(2)), '-') << "it may still come";
  watch.tick(10, 10, true);
  EXPECT_EQ(watch.observe(missing(2)), 'b');
  watch.tick(20, 20, false);
  EXPECT_EQ(watch.observe(missing(2)), 'b') << "once over it stays over";
  EXPECT_EQ(watch.observe(missing(0)), 'g');
  EXPECT_EQ(watch.detector->observability().first, 150ms);
}

}  // namespace
}  // namespace ocelli::safety
