#include "ocelli/hal/sim/markings.hpp"

#include <gmock/gmock.h>

namespace ocelli::sim {
namespace {

std::vector<double> laterals_of(const Road& road, PaintedLine::Kind kind) {
  std::vector<double> laterals_m;
  for (const PaintedLine& line : painted_lines(road))
    if (line.kind == kind) laterals_m.push_back(line.lateral_m);
  return laterals_m;
}

TEST(PaintedLines, LieBetweenTheLanesAndBesideTheParkingPlaces) {
  Road road;
  road.lane_width_m = 3.0;
  road.lanes_forward = 2;
  road.lanes_backward = 1;
  EXPECT_THAT(laterals_of(road, PaintedLine::Kind::kLane), testing::ElementsAre(-3.0, 0.0));
  EXPECT_THAT(laterals_of(road, PaintedLine::Kind::kParking), testing::ElementsAre(-6.0, 3.0));
  for (const PaintedLine& line : painted_lines(road)) EXPECT_LT(line.dash_m, line.period_m);
}

TEST(PaintedLines, AOneWayRoadHasAnEdgeWithoutGapsAndNoParkingNoMarks) {
  Road road;
  road.lanes_backward = 0;
  road.parking_m = 0.0;
  const auto lines = painted_lines(road);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].period_m, 0.0);
  EXPECT_NEAR(lines[0].lateral_m, 0.15, 1e-9);
}

}  // namespace
}  // namespace ocelli::sim
