#pragma once
// A small KITTI drive written by the test: pictures of 8x4 pixels, clouds of a few points.

#include <opencv2/imgcodecs.hpp>

#include <string>
#include <vector>

#include "ocelli/tests/middleware/log/support.hpp"
#include "ocelli/middleware/log/sources/kitti_raw.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"

namespace ocelli::log {

inline constexpr const char* kObjectCalibration =
    "P0: 700 0 600 0 0 700 180 0 0 0 1 0\n"
    "P1: 700 0 600 -380 0 700 180 0 0 0 1 0\n"
    "P2: 721.5 0 609.5 44.85 0 721.5 172.8 0.21 0 0 1 0.0027\n"
    "P3: 700 0 600 -340 0 700 180 2.2 0 0 1 0.0027\n"
    "R0_rect: 1 0 0 0 1 0 0 0 1\n"
    "Tr_velo_to_cam: 0 -1 0 0.01 0 0 -1 -0.07 1 0 0 -0.30\n"
    "Tr_imu_to_velo: 1 0 0 -0.81 0 1 0 0.32 0 0 1 -0.80\n";

class TestDrive {
 public:
  explicit TestDrive(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
  }

  void picture(int number, int width = 8, int height = 4, const std::string& folder = "image_02") {
    cv::Mat pixels(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        pixels.at<cv::Vec3b>(y, x) =
            cv::Vec3b(static_cast<uchar>(x), static_cast<uchar>(y), static_cast<uchar>(number));
    const auto file = name(folder, number, ".png");
    std::filesystem::create_directories(file.parent_path());
    ASSERT_TRUE(cv::imwrite(file.string(), pixels));
  }
  void cloud(int number, const std::vector<topics::PointXyzi>& points = {{10.0F, 1.0F, -1.0F, 0.5F}}) {
    write_file(name("velodyne_points", number, ".bin"), std::as_bytes(std::span(points)));
  }
  void oxts(int number, const std::string& text) { write_file(name("oxts", number, ".txt"), text); }
  void file(const std::string& relative, const std::string& text) { write_file(path_ / relative, text); }

  [[nodiscard]] std::filesystem::path name(const std::string& folder, int number, const char* extension) const {
    return path_ / folder / "data" / (fmt::format("{:010}", number) + extension);
  }
  [[nodiscard]] KittiRawConfig config() const {
    KittiRawConfig config;
    config.path = path_.string();
    return config;
  }

 private:
  std::filesystem::path path_;
};

inline std::vector<SourceMessage> drain(Source& source) {
  std::vector<SourceMessage> out;
  while (true) {
    auto message = source.next();
    EXPECT_TRUE(message);
    if (!message || !*message) return out;
    out.push_back(std::move(**message));
  }
}

/// Messages of one topic.
inline std::vector<SourceMessage> of_topic(Source& source, const std::string& topic) {
  std::vector<SourceMessage> out;
  for (SourceMessage& message : drain(source))
    if (source.topics()[message.topic].name == topic) out.push_back(std::move(message));
  return out;
}

}  // namespace ocelli::log
