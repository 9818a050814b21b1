#include "ocelli/hal/sim/camera.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/hal/sim/random.hpp"
#include "ocelli/hal/sim/shading.hpp"
#include "ocelli/middleware/topics/image_view.hpp"

namespace ocelli::sim {
namespace {

constexpr std::size_t kToneSteps = 4096;

double focal_px(const CameraConfig& config) {
  return 0.5 * config.width_px / std::tan(0.5 * config.horizontal_fov_deg * M_PI / 180.0);
}

/// Linear light 0..1 to grey levels 0..255 (gamma 2.2).
std::array<float, kToneSteps> make_tone() {
  std::array<float, kToneSteps> tone{};
  for (std::size_t i = 0; i < kToneSteps; ++i)
    tone[i] = 255.0F * std::pow((static_cast<float>(i) + 0.5F) / kToneSteps, 1.0F / 2.2F);
  return tone;
}

class Camera final : public Device {
 public:
  Camera(CameraConfig config, const Light& light, World& world, std::uint64_t seed, int threads)
      : config_(std::move(config)),
        daylight_(light),
        world_(world),
        seed_(seed),
        threads_(threads),
        focal_px_(static_cast<float>(focal_px(config_))),
        tone_(make_tone()) {}

  Result<ConstBufferPtr> measure(const Instant& at) override {
    OCELLI_ASSIGN(const topics::ImageDraft draft,
                  topics::draft_image({.stamp = at.stamp,
                                       .frame_id = config_.name,
                                       .height = static_cast<std::uint32_t>(config_.height_px),
                                       .width = static_cast<std::uint32_t>(config_.width_px),
                                       .encoding = "bgr8"}));
    world_.move_to(at.scenario_time);
    const Random random(seed_, config_.name, at.frame);
    const Pose T_world_camera = world_.ego_at(at.scenario_time).T_world_body() * camera_pose(config_);
    const View view{T_world_camera.linear().cast<float>(), T_world_camera.translation().cast<float>(), &random};
    for_each_part(threads_, config_.height_px, [&](int row) {
      const std::size_t row_bytes = 3 * static_cast<std::size_t>(config_.width_px);
      draw_row(row, view, draft.data.subspan(static_cast<std::size_t>(row) * row_bytes, row_bytes));
    });
    return ConstBufferPtr(draft.cdr);
  }

 private:
  struct View {
    Eigen::Matrix3f R_world_camera;
    Eigen::Vector3f origin;
    const Random* random;
  };
  using Colours = std::array<Colour, kBundle>;

  void draw_row(int row, const View& view, std::span<std::byte> out) const {
    for (int first = 0; first < config_.width_px; first += static_cast<int>(kBundle)) {
      const int count = std::min(static_cast<int>(kBundle), config_.width_px - first);
      Colours sum;
      sum.fill(Colour::Zero());
      for (int sample = 0; sample < config_.samples; ++sample) add_light(row, first, count, sample, view, sum);
      for (int lane = 0; lane < count; ++lane) {
        const auto pixel = static_cast<std::size_t>(first + lane);
        const std::uint64_t index =
            static_cast<std::uint64_t>(row) * static_cast<std::uint64_t>(config_.width_px) + pixel;
        expose(sum[static_cast<std::size_t>(lane)] / static_cast<float>(config_.samples), *view.random, index,
               out.subspan(3 * pixel, 3));
      }
    }
  }

  /// Where in its pixel a sample looks: the middle, or spread evenly (R2 sequence, Roberts 2018).
  Eigen::Vector2f offset_of(int sample) const {
    if (config_.samples == 1) return Eigen::Vector2f::Zero();
    const auto part = [sample](double step) {
      const double x = 0.5 + step * sample;
      return x - std::floor(x) - 0.5;
    };
    return {static_cast<float>(part(0.7548776662466927)), static_cast<float>(part(0.5698402909980532))};
  }

  void aim(int row, int first, int count, int sample, const View& view, RayBundle& rays) const {
    const Eigen::Vector2f offset = offset_of(sample);
    const float down = static_cast<float>(row) - 0.5F * static_cast<float>(config_.height_px - 1) + offset.y();
    for (int lane = 0; lane < static_cast<int>(kBundle); ++lane) {
      const float right =
          static_cast<float>(first + lane) - 0.5F * static_cast<float>(config_.width_px - 1) + offset.x();
      const Eigen::Vector3f direction = view.R_world_camera * Eigen::Vector3f(right, down, focal_px_).normalized();
      const auto i = static_cast<std::size_t>(lane);
      rays.origin_x[i] = view.origin.x();
      rays.origin_y[i] = view.origin.y();
      rays.origin_z[i] = view.origin.z();
      rays.direction_x[i] = direction.x();
      rays.direction_y[i] = direction.y();
      rays.direction_z[i] = direction.z();
      rays.reach_m[i] = lane < count ? 3000.0F : -1.0F;
    }
  }

  void add_light(int row, int first, int count, int sample, const View& view, Colours& sum) const {
    RayBundle rays;
    HitBundle hits;
    aim(row, first, count, sample, view, rays);
    world_.scene().nearest(rays, hits);
    std::array<SeenSurface, kBundle> seen;
    std::array<Eigen::Vector3f, kBundle> place;
    RayBundle to_sun{};
    for (std::size_t i = 0; i < kBundle; ++i) {
      aim_at_sun(to_sun, i, view.origin, Eigen::Vector3f::Zero());
      if (hits.placed[i] == HitBundle::kNothing) continue;
      seen[i] = world_.seen(rays, hits, i);
      place[i] = view.origin + hits.range_m[i] * direction_of(rays, i);
      aim_at_sun(to_sun, i, place[i], seen[i].normal);
    }
    RayBundle lit = to_sun;
    world_.scene().block(lit);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const Eigen::Vector3f direction = direction_of(rays, i);
      if (hits.placed[i] == HitBundle::kNothing) {
        sum[i] += daylight_.sky(direction);
        continue;
      }
      const float facing = std::max(0.08F, -seen[i].normal.dot(direction));
      const float footprint = hits.range_m[i] / (focal_px_ * facing);
      const float sun = to_sun.reach_m[i] > 0.0F && lit.reach_m[i] > 0.0F ? 1.0F : 0.0F;
      sum[i] += daylight_.lit(seen[i], place[i], direction, hits.range_m[i], footprint, sun);
    }
  }

  static Eigen::Vector3f direction_of(const RayBundle& rays, std::size_t i) {
    return {rays.direction_x[i], rays.direction_y[i], rays.direction_z[i]};
  }

  /// Surfaces that do not face the sun need no ray.
  void aim_at_sun(RayBundle& rays, std::size_t i, const Eigen::Vector3f& place, const Eigen::Vector3f& normal) const {
    const Eigen::Vector3f& sun = daylight_.to_sun();
    const Eigen::Vector3f origin = place + 0.01F * normal;
    rays.origin_x[i] = origin.x();
    rays.origin_y[i] = origin.y();
    rays.origin_z[i] = origin.z();
    rays.direction_x[i] = sun.x();
    rays.direction_y[i] = sun.y();
    rays.direction_z[i] = sun.z();
    rays.reach_m[i] = normal.dot(sun) > 0.0F ? 150.0F : -1.0F;
  }

  void expose(const Colour& colour, const Random& random, std::uint64_t index, std::span<std::byte> bgr) const {
    const std::uint64_t bits = random.bits(index);
    for (int channel = 0; channel < 3; ++channel) {
      const float light = std::clamp(colour[2 - channel], 0.0F, 0.9999F);
      const float level = tone_[static_cast<std::size_t>(light * kToneSteps)] +
                          static_cast<float>(config_.noise_sigma) * random.normal_of(bits >> (12 * channel));
      bgr[static_cast<std::size_t>(channel)] = static_cast<std::byte>(std::clamp(level + 0.5F, 0.0F, 255.0F));
    }
  }

  CameraConfig config_;
  Daylight daylight_;
  World& world_;
  std::uint64_t seed_;
  int threads_;
  float focal_px_;
  std::array<float, kToneSteps> tone_;
};

class CameraCalibration final : public Device {
 public:
  explicit CameraCalibration(CameraConfig config) : config_(std::move(config)) {}

  Result<ConstBufferPtr> measure(const Instant& at) override {
    msg::CameraCalibration message;
    fill_header(message.header(), at.stamp, config_.name);
    message.width(static_cast<std::uint32_t>(config_.width_px));
    message.height(static_cast<std::uint32_t>(config_.height_px));
    message.projection(camera_projection(config_));
    fill_pose(message.pose(), camera_pose(config_));
    return encoded<topics::CameraInfo>(message);
  }

 private:
  CameraConfig config_;
};

}  // namespace

Pose camera_pose(const CameraConfig& config) {
  Pose T_body_camera = Pose::Identity();
  T_body_camera.linear() << 0.0, 0.0, 1.0,  //
      -1.0, 0.0, 0.0,                       //
      0.0, -1.0, 0.0;
  return config.mounting.pose() * T_body_camera;
}

std::array<double, 12> camera_projection(const CameraConfig& config) {
  const double focal = focal_px(config);
  return {focal, 0.0, 0.5 * (config.width_px - 1), 0.0, 0.0, focal, 0.5 * (config.height_px - 1), 0.0, 0.0, 0.0,
          1.0,   0.0};
}

std::unique_ptr<Device> make_camera(const CameraConfig& config, const Light& light, World& world, std::uint64_t seed,
                                    int threads) {
  return std::make_unique<Camera>(config, light, world, seed, threads);
}

std::unique_ptr<Device> make_camera_calibration(const CameraConfig& config) {
  return std::make_unique<CameraCalibration>(config);
}

}  // namespace ocelli::sim
