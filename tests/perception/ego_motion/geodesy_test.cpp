#include "ocelli/perception/ego_motion/geodesy.hpp"

#include <gtest/gtest.h>

namespace ocelli::perception {
namespace {

TEST(Geodesy, KnownPlacesHaveTheirEarthCentredCoordinates) {
  // On the equator and at the pole: the axes of WGS 84.
  EXPECT_NEAR((ecef_of({0.0, 0.0, 0.0}) - Eigen::Vector3d(6378137.0, 0.0, 0.0)).norm(), 0.0, 1e-6);
  EXPECT_NEAR((ecef_of({90.0, 0.0, 10.0}) - Eigen::Vector3d(0.0, 0.0, 6356762.3142)).norm(), 0.0, 1e-3);
}

TEST(Geodesy, TheLocalPlaneKeepsDistancesAndPointsEastNorthUp) {
  const Geodetic origin{37.72, -122.47, 8.0};
  const LocalPlane plane(origin);
  const Geodetic north{37.73, -122.47, 8.0};
  const Eigen::Vector3d enu = plane.enu_of(north);
  EXPECT_NEAR(enu.x(), 0.0, 1e-6);
  EXPECT_NEAR(enu.y(), 1109.9, 0.5);
  EXPECT_NEAR(enu.norm(), (ecef_of(north) - ecef_of(origin)).norm(), 1e-6);
  EXPECT_NEAR(plane.enu_of(Geodetic{37.72, -122.47, 18.0}).z(), 10.0, 1e-6);
  EXPECT_GT(plane.enu_of(Geodetic{37.72, -122.46, 8.0}).x(), 0.0);
}

}  // namespace
}  // namespace ocelli::perception
