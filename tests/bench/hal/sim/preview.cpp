// sim_preview SCENARIO OUT_DIR [--seed S] SECONDS...: writes what the sensors of a scenario see at these times as PPM
// pictures: OUT_DIR/camera_T.ppm for the first camera, OUT_DIR/lidar_T.ppm for the first lidar from above (60 m each
// way, brighter = higher intensity, truth boxes in green).
#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "ocelli/hal/sim/sim.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace {

using namespace ocelli;

struct Picture {
  int width;
  int height;
  std::vector<unsigned char> rgb = std::vector<unsigned char>(static_cast<std::size_t>(3 * width * height), 0);

  void dot(int x, int y, unsigned char r, unsigned char g, unsigned char b) {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const auto at = static_cast<std::size_t>(3 * (y * width + x));
    rgb[at] = r, rgb[at + 1] = g, rgb[at + 2] = b;
  }
  void save(const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    file << "P6\n" << width << ' ' << height << "\n255\n";
    file.write(reinterpret_cast<const char*>(rgb.data()), static_cast<std::streamsize>(rgb.size()));
  }
};

Picture picture_of(const topics::ImageView& view) {
  Picture picture{static_cast<int>(view.width), static_cast<int>(view.height)};
  for (std::size_t i = 0; i < picture.rgb.size(); ++i)
    picture.rgb[i] = static_cast<unsigned char>(view.data[i - i % 3 + 2 - i % 3]);
  return picture;
}

constexpr int kSide = 1000;
constexpr double kPixelsPerMetre = kSide / 120.0;

void plot(Picture& picture, const Eigen::Vector3d& p_vehicle, unsigned char r, unsigned char g, unsigned char b) {
  picture.dot(static_cast<int>(kSide / 2.0 - p_vehicle.y() * kPixelsPerMetre),
              static_cast<int>(kSide / 2.0 - p_vehicle.x() * kPixelsPerMetre), r, g, b);
}

void plot_cloud(Picture& picture, const topics::PointCloudView& cloud, const Pose& T_vehicle_lidar) {
  for (const topics::PointXyzi& point : cloud.packed()) {
    if (std::isnan(point.x)) continue;
    const Eigen::Vector3d p = T_vehicle_lidar * Eigen::Vector3d(point.x, point.y, point.z);
    const auto bright = static_cast<unsigned char>(60 + 195 * point.intensity);
    if (p.z() < 0.2)
      plot(picture, p, 0, 0, bright);
    else
      plot(picture, p, bright, bright, bright);
  }
}

void plot_truth(Picture& picture, const msg::Tracks& truth) {
  const auto& q = truth.T_world_vehicle().orientation();
  const auto& t = truth.T_world_vehicle().position();
  Pose T_world_vehicle(Eigen::Quaterniond(q.w(), q.x(), q.y(), q.z()));
  T_world_vehicle.translation() = Eigen::Vector3d(t.x(), t.y(), t.z());
  for (const msg::Track& track : truth.tracks())
    for (int side = 0; side < 4; ++side)
      for (double u = -0.5; u <= 0.5; u += 0.01) {
        const double x = track.size().x() * (side < 2 ? u : (side == 2 ? 0.5 : -0.5));
        const double y = track.size().y() * (side < 2 ? (side == 0 ? 0.5 : -0.5) : u);
        const double c = std::cos(track.yaw_rad());
        const double s = std::sin(track.yaw_rad());
        const Eigen::Vector3d p_world(track.position().x() + c * x - s * y, track.position().y() + s * x + c * y, 0.0);
        plot(picture, T_world_vehicle.inverse() * p_world, track.lidar_points() > 0 ? 0 : 200, 200, 0);
      }
}

int run(const std::string& path, const std::string& out, std::uint64_t seed, const std::vector<double>& seconds) {
  const auto scenario = sim::load_scenario(path);
  if (!scenario) return fmt::print(stderr, "{}\n", scenario.error().message), 2;
  sim::SimOptions options;
  options.seed = seed;
  if (scenario->sensors.cameras.empty() || scenario->sensors.lidars.empty())
    return fmt::print(stderr, "needs a camera and a lidar\n"), 2;
  const std::string camera = scenario->sensors.cameras[0].name;
  const std::string lidar = scenario->sensors.lidars[0].name;
  options.topics = {camera, lidar, scenario->sensors.truth.tracks};
  auto source = sim::open_sim(*scenario, options);
  if (!source) return fmt::print(stderr, "{}\n", source.error().message), 2;
  const auto mountings = sim::mountings_of(*scenario);
  Picture above{kSide, kSide};
  while (true) {
    const auto message = (*source)->next();
    if (!message || !*message) break;
    const double t = to_seconds((*message)->sensed_at - options.begin);
    bool is_wanted = false;
    for (const double second : seconds) is_wanted |= std::abs(t - second) < 0.049;
    if (!is_wanted) continue;
    const std::string& topic = (*source)->topics()[(*message)->topic].name;
    const auto bytes = (*message)->cdr->bytes();
    if (topic == camera) picture_of(*topics::ImageView::parse(bytes)).save(fmt::format("{}/camera_{:.1f}.ppm", out, t));
    if (topic == lidar)
      plot_cloud(above = Picture{kSide, kSide}, *topics::PointCloudView::parse(bytes), mountings.at(lidar));
    if (topic != scenario->sensors.truth.tracks) continue;
    msg::Tracks truth;
    if (!topics::decode(bytes, truth)) return 1;
    plot_truth(above, truth);
    above.save(fmt::format("{}/lidar_{:.1f}.ppm", out, t));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return fmt::print(stderr, "usage: sim_preview SCENARIO OUT_DIR [--seed S] SECONDS...\n"), 2;
  std::uint64_t seed = 1;
  std::vector<double> seconds;
  for (int i = 3; i < argc; ++i) {
    if (std::string(argv[i]) == "--seed" && i + 1 < argc)
      seed = std::strtoull(argv[++i], nullptr, 10);
    else
      seconds.push_back(std::strtod(argv[i], nullptr));
  }
  return run(argv[1], argv[2], seed, seconds);
}
