#include "ocelli/perception/lanes/lane_model.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <random>

namespace ocelli::perception {
namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 192;

/// 1280 x 384, 1.5 m above the road, looking ahead, one degree down.
GroundCamera camera() {
  Eigen::Matrix<double, 3, 4> projection;
  projection << 700, 0, 640, 0, 0, 700, 150, 0, 0, 0, 1, 0;
  Pose T_vehicle_camera = Pose::Identity();
  Eigen::Matrix3d axes;  // camera x right, y down, z forward in the vehicle's x forward, y left, z up
  axes << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  T_vehicle_camera.linear() = Eigen::AngleAxisd(0.0175, Eigen::Vector3d::UnitY()) * axes;
  T_vehicle_camera.translation() = Eigen::Vector3d(1.2, 0.0, 1.5);
  return *GroundCamera::create(projection, T_vehicle_camera);
}

const Placement kPlacement{2.0, 2.0, 0.0, 0.0, 1280.0, 384.0};

struct Painted {
  std::vector<std::uint8_t> data = std::vector<std::uint8_t>(kWidth * kHeight, 0);
  [[nodiscard]] Mask mask() const { return {kWidth, kHeight, data}; }

  /// Everything on the ground where `is_on` says so; each row shifted by noise.
  template <class IsOn>
  void paint(IsOn is_on, double noise_px, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> shift(0.0, std::max(1e-9, noise_px));
    const GroundCamera eye = camera();
    for (int row = 0; row < kHeight; ++row) {
      const double shifted = noise_px > 0.0 ? shift(random) : 0.0;
      for (int column = 0; column < kWidth; ++column) {
        const auto p =
            eye.to_ground(2.0 * (column + 0.5 + shifted) - kPixelCentre_px, 2.0 * (row + 0.5) - kPixelCentre_px);
        if (p && p->x() < 60.0 && is_on(*p)) data[static_cast<std::size_t>(row * kWidth + column)] = 1;
      }
    }
  }
  void paint_line(const Eigen::Vector4d& c, double noise_px = 0.0, unsigned seed = 1) {
    paint([&](const Eigen::Vector2d& p) { return std::abs(p.y() - at(c, p.x())) < 0.12; }, noise_px, seed);
  }
  static double at(const Eigen::Vector4d& c, double x) { return c.dot(Eigen::Vector4d(1.0, x, x * x, x * x * x)); }
};

LaneModelConfig quiet() {
  LaneModelConfig config;
  config.pitch_sigma_rad = 0.0;
  return config;
}

TEST(GroundCamera, PixelsAndPlacesLeadBackToEachOther) {
  const GroundCamera eye = camera();
  const Eigen::Vector2d place(17.0, -3.0);
  const auto pixel = eye.to_pixel(place);
  ASSERT_TRUE(pixel);
  EXPECT_TRUE(eye.to_ground(pixel->x(), pixel->y())->isApprox(place, 1e-9));
  EXPECT_FALSE(eye.to_ground(640.0, 10.0)) << "the sky";
  EXPECT_FALSE(eye.to_pixel({-5.0, 0.0})) << "behind";
}

TEST(GroundCamera, RefusesAReflectedRotationAndASingularProjection) {
  Eigen::Matrix<double, 3, 4> projection;
  projection << 700, 0, 640, 0, 0, 700, 150, 0, 0, 0, 1, 0;
  Pose reflected = Pose::Identity();
  reflected.linear()(1, 1) = -1.0;
  EXPECT_FALSE(GroundCamera::create(projection, reflected));
  EXPECT_TRUE(GroundCamera::create(projection, Pose::Identity()));
  projection(0, 0) = -700;
  EXPECT_FALSE(GroundCamera::create(projection, Pose::Identity())) << "it would mirror the road";
  projection.row(0).setZero();
  EXPECT_FALSE(GroundCamera::create(projection, Pose::Identity()));
}

TEST(FindLines, GivesThePolynomialsThatWerePainted) {
  const Eigen::Vector4d left(1.8, 0.02, -0.0012, 0.0);
  const Eigen::Vector4d right(-1.7, 0.02, -0.0012, 0.0);
  Painted picture;
  picture.paint_line(left);
  picture.paint_line(right);
  const auto lines = find_lines(picture.mask(), kPlacement, camera(), quiet());
  ASSERT_EQ(lines.size(), 2U);
  for (double x = 6.0; x < 40.0; x += 2.0) {
    EXPECT_NEAR(lines[0].y_at(x), Painted::at(left, x), 0.12) << "at " << x << " m";
    EXPECT_NEAR(lines[1].y_at(x), Painted::at(right, x), 0.12) << "at " << x << " m";
  }
  EXPECT_GT(lines[0].x_max_m, 40.0);
}

TEST(FindLines, DropsWhatIsUnevenlyWideAndLeadsAwayFromThePaint) {
  Painted picture;
  picture.paint_line({1.8, 0.0, 0.0, 0.0});
  picture.paint_line({-1.8, 0.0, 0.0, 0.0});
  std::mt19937 random(3);
  std::uniform_real_distribution<double> ragged(0.05, 0.7);
  double left_m = 0.3;
  double last_x_m = 0.0;
  picture.paint(  // glints along a row of cars, which stand higher than the road
      [&](const Eigen::Vector2d& p) {
        if (std::abs(p.x() - last_x_m) > 0.2) left_m = ragged(random), last_x_m = p.x();
        const double off_m = p.y() + 2.6 + 0.12 * p.x();
        return p.x() > 8.0 && p.x() < 22.0 && off_m > 0.0 && off_m < left_m;
      },
      2.0, 5);
  LaneModelConfig all = quiet();
  all.existence_min = 0.0;
  const auto seen = find_lines(picture.mask(), kPlacement, camera(), all);
  const auto kept = find_lines(picture.mask(), kPlacement, camera(), quiet());
  ASSERT_GT(seen.size(), 2U);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_NEAR(kept[0].y_at(10.0), 1.8, 0.1);
  EXPECT_NEAR(kept[1].y_at(10.0), -1.8, 0.1);
  EXPECT_GT(kept[0].existence, 0.9);
  EXPECT_GT(kept[1].existence, 0.9);
  EXPECT_NEAR(kept[0].width_m, 0.24, 0.06);
}

TEST(Existence, FallsWithEachSignThatALineIsNotPaint) {
  LaneLine paint;
  paint.points = 60;
  paint.x_min_m = 7.0;
  paint.x_max_m = 30.0;
  paint.width_m = 0.12;
  paint.width_spread = 0.15;
  paint.scatter = 0.7;
  LaneLine other = paint;
  other.coefficients[0] = 3.5;
  const auto with = [&](auto change) {
    LaneLine line = paint;
    change(line);
    return existence_of(line, std::vector{line, other});
  };
  const double as_is = with([](LaneLine&) {});
  EXPECT_GT(as_is, 0.95);
  EXPECT_LT(with([](LaneLine& line) { line.points = 10; }), as_is);
  EXPECT_LT(with([](LaneLine& line) { line.width_m = 0.5; }), 0.1);
  EXPECT_LT(with([](LaneLine& line) { line.width_m = 0.0; }), as_is);
  EXPECT_LT(with([](LaneLine& line) { line.width_spread = 1.0; }), 0.8);
  EXPECT_LT(with([](LaneLine& line) { line.scatter = 4.0; }), as_is);
  EXPECT_LT(with([](LaneLine& line) { line.coefficients[1] = 0.3; }), as_is);
  EXPECT_LT(existence_of(paint, {}), as_is) << "nothing agrees with it";
}

TEST(FindLines, TheErrorIsWhatTheCovarianceSays) {
  const Eigen::Vector4d truth(1.8, 0.0, 0.0008, 0.0);
  double squares = 0.0;
  constexpr int kRuns = 60;
  for (unsigned seed = 1; seed <= kRuns; ++seed) {
    Painted picture;
    picture.paint_line(truth, 1.0, seed);
    const auto lines = find_lines(picture.mask(), kPlacement, camera(), quiet());
    ASSERT_EQ(lines.size(), 1U);
    const Eigen::Vector4d at(1.0, 15.0, 225.0, 3375.0);
    const double miss = lines[0].y_at(15.0) - Painted::at(truth, 15.0);
    squares += miss * miss / at.dot(lines[0].covariance * at);
  }
  EXPECT_GT(squares / kRuns, 0.3) << "not too careful";
  EXPECT_LT(squares / kRuns, 3.0) << "not too sure";
}

TEST(FindLines, AnUncertainPitchMakesFarPartsUncertain) {
  Painted picture;
  picture.paint_line({3.5, 0.0, 0.0, 0.0});
  LaneModelConfig pitching;
  const auto sure = find_lines(picture.mask(), kPlacement, camera(), quiet());
  const auto unsure = find_lines(picture.mask(), kPlacement, camera(), pitching);
  ASSERT_TRUE(sure.size() == 1 && unsure.size() == 1);
  const auto sigma = [](const LaneLine& line, double x) {
    const Eigen::Vector4d at(1.0, x, x * x, x * x * x);
    return std::sqrt(at.dot(line.covariance * at));
  };
  EXPECT_GT(sigma(unsure[0], 30.0), 2.0 * sigma(sure[0], 30.0));
  EXPECT_GT(sigma(unsure[0], 30.0), sigma(unsure[0], 10.0));
}

TEST(FindLines, DropsPatchesShortMarksAndNothing) {
  Painted picture;
  EXPECT_TRUE(find_lines(picture.mask(), kPlacement, camera(), {}).empty());
  picture.paint([](const Eigen::Vector2d& p) { return p.x() > 8.0 && p.x() < 20.0 && std::abs(p.y()) < 2.0; }, 0.0, 1);
  picture.paint([](const Eigen::Vector2d& p) { return p.x() > 8.0 && p.x() < 11.0 && std::abs(p.y() - 5.0) < 0.1; },
                0.0, 1);
  EXPECT_TRUE(find_lines(picture.mask(), kPlacement, camera(), {}).empty());
}

TEST(FindLines, WhatLeadsAwayFromTheVehicleIsNoLane) {
  Painted picture;
  picture.paint_line({-3.0, -0.3, 0.0, 0.0});  // a slip road
  picture.paint_line({2.0, 0.6, 0.0, 0.0});    // a post beside the road looks so
  const auto lines = find_lines(picture.mask(), kPlacement, camera(), quiet());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NEAR(lines[0].y_at(10.0), -6.0, 0.1);
}

TEST(FindLines, ALineThatTurnsAwayAtItsEndIsNone) {
  const Eigen::Vector4d turning(2.0, 0.0, 0.0, 0.00025);  // 0.2 rad from end to end, 0.6 at the far one
  Painted picture;
  picture.paint(
      [&](const Eigen::Vector2d& p) { return p.x() < 28.0 && std::abs(p.y() - Painted::at(turning, p.x())) < 0.12; },
      0.0, 1);
  LaneModelConfig config = quiet();
  EXPECT_TRUE(find_lines(picture.mask(), kPlacement, camera(), config).empty());
  config.heading_max_rad = 0.7;
  EXPECT_EQ(find_lines(picture.mask(), kPlacement, camera(), config).size(), 1U);
}

TEST(FindLines, ALineThatIsSureOfNothingIsNone) {
  Painted picture;
  picture.paint_line({-1.7, 0.0, 0.0, 0.0}, 1.0, 3);
  LaneModelConfig config = quiet();
  const auto lines = find_lines(picture.mask(), kPlacement, camera(), config);
  ASSERT_EQ(lines.size(), 1U);
  const double sigma_m = std::max(lines[0].sigma_at(lines[0].x_min_m), lines[0].sigma_at(lines[0].x_max_m));
  config.sigma_max_m = 0.9 * sigma_m;
  EXPECT_TRUE(find_lines(picture.mask(), kPlacement, camera(), config).empty());
}

TEST(FindLines, ADashedLineIsOneLine) {
  Painted picture;
  picture.paint([](const Eigen::Vector2d& p) { return std::abs(p.y() - 1.75) < 0.1 && std::fmod(p.x(), 9.0) < 4.0; },
                0.0, 1);
  EXPECT_EQ(find_lines(picture.mask(), kPlacement, camera(), {}).size(), 1U);
}

TEST(FindArea, IsThePolygonThatWasPainted) {
  Painted picture;
  picture.paint([](const Eigen::Vector2d& p) { return p.y() < 2.0 && p.y() > -4.0 && p.x() < 30.0; }, 0.0, 1);
  const auto area = find_area(picture.mask(), kPlacement, camera(), {});
  ASSERT_GE(area.size(), 10U);
  double twice = 0.0;
  for (std::size_t i = 0; i < area.size(); ++i) {
    const auto& a = area[i];
    const auto& b = area[(i + 1) % area.size()];
    twice += a.x() * b.y() - b.x() * a.y();
    EXPECT_TRUE(std::abs(a.y() - 2.0) < 0.2 || std::abs(a.y() + 4.0) < 0.2 || a.x() < 9.0) << a.transpose();
  }
  EXPECT_GT(twice, 0.0) << "counter-clockwise";
  EXPECT_TRUE(find_area(Painted{}.mask(), kPlacement, camera(), {}).empty());
}

TEST(FindLines, ANoisyMaskGivesNoMoreThanTheMostAndTellsTheRest) {
  Painted picture;
  std::mt19937 random(7);
  std::bernoulli_distribution is_on(0.3);
  for (auto& pixel : picture.data) pixel = is_on(random) ? 1 : 0;
  LaneModelConfig config = quiet();
  config.existence_min = 0.0;
  const LaneModelConfig limited = config;
  config.lines_max = 1'000'000;
  const std::size_t all = find_lines(picture.mask(), kPlacement, camera(), config).size();
  ASSERT_GT(all, 12U);
  std::uint64_t left_out = 0;
  const auto lines = find_lines(picture.mask(), kPlacement, camera(), limited, &left_out);
  EXPECT_EQ(lines.size(), 12U);
  EXPECT_EQ(left_out, all - 12U);
  std::uint64_t still_told = 0;
  EXPECT_TRUE(find_lines(picture.mask(), kPlacement, camera(), quiet(), &still_told).empty()) << "none is likely";
  EXPECT_EQ(still_told, all - 12U);
  std::uint32_t fewest = lines.front().points;
  for (const LaneLine& line : lines) fewest = std::min(fewest, line.points);
  EXPECT_GT(fewest, 8U) << "those of most points stay";
}

}  // namespace
}  // namespace ocelli::perception
