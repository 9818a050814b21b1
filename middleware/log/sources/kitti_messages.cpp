#include "ocelli/middleware/log/sources/kitti_messages.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <opencv2/imgcodecs.hpp>

#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"
#include "ocelli/middleware/topics/source.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::log {
namespace {

constexpr std::uintmax_t kLargestCloud = 512ULL << 20U;  // 32 million points: more is no lidar turn

Status check_is_there(const std::filesystem::path& file) {
  std::error_code failure;
  if (std::filesystem::exists(file, failure)) return ok();
  return error(ErrorCode::kNotFound, "{}: this frame is missing: expected one per number", file.string());
}

Result<cv::Mat> read_picture(const std::filesystem::path& file) {
  OCELLI_TRY(check_is_there(file));
  cv::Mat picture;
  try {
    picture = cv::imread(file.string(), cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  } catch (const cv::Exception& failure) {
    return error(ErrorCode::kCorrupt, "{}: cannot be decoded: {}", file.string(), failure.what());
  }
  if (picture.empty()) return error(ErrorCode::kCorrupt, "{}: cannot be read or decoded as a picture", file.string());
  return picture;
}

}  // namespace

std::optional<ImageSize> png_size_of(const std::filesystem::path& file) {
  constexpr std::string_view kBegin("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  std::array<char, 24> head{};  // the signature, then width and height, most significant byte first
  std::ifstream in(file, std::ios::binary);
  if (!in.read(head.data(), head.size()) || std::string_view(head.data(), kBegin.size()) != kBegin) return std::nullopt;
  const auto number_at = [&](std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = at; i < at + 4; ++i) number = number << 8U | static_cast<std::uint8_t>(head[i]);
    return number;
  };
  return ImageSize{number_at(16), number_at(20)};
}

Result<BufferPtr> image_message(const std::filesystem::path& file, Time time, const std::string& frame_id,
                                ImageSize expected) {
  OCELLI_ASSIGN(const cv::Mat picture, read_picture(file));
  const ImageSize size{static_cast<std::uint32_t>(picture.cols), static_cast<std::uint32_t>(picture.rows)};
  if (size != expected)
    return error(ErrorCode::kCorrupt, "{}: {}x{} pixels: expected {}x{} as in the other pictures", file.string(),
                 size.width, size.height, expected.width, expected.height);
  OCELLI_ASSIGN(topics::ImageDraft draft, topics::draft_image({time, frame_id, size.height, size.width, "bgr8"}));
  const std::size_t row = std::size_t{size.width} * 3;
  for (std::uint32_t y = 0; y < size.height; ++y)
    std::memcpy(draft.data.data() + y * row, picture.ptr(static_cast<int>(y)), row);
  return draft.cdr;
}

Result<BufferPtr> cloud_message(const std::filesystem::path& file, Time time, const std::string& frame_id) {
  OCELLI_TRY(check_is_there(file));
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(file, failure);
  std::ifstream in(file, std::ios::binary);
  if (failure || !in) return error(ErrorCode::kUnavailable, "{}: cannot be read", file.string());
  if (size == 0) return error(ErrorCode::kCorrupt, "{}: is empty: expected points of 16 bytes", file.string());
  if (size % sizeof(topics::PointXyzi) != 0 || size > kLargestCloud)
    return error(ErrorCode::kCorrupt, "{}: {} bytes: expected a multiple of 16, at most {} (cut off?)", file.string(),
                 size, kLargestCloud);
  const topics::CloudShape shape{time, frame_id, 1, static_cast<std::uint32_t>(size / sizeof(topics::PointXyzi)), true};
  OCELLI_ASSIGN(topics::CloudDraft draft, topics::draft_cloud(shape));
  if (!in.read(reinterpret_cast<char*>(draft.points.data()), static_cast<std::streamsize>(size)))
    return error(ErrorCode::kUnavailable, "{}: ends early", file.string());
  const auto is_finite = [](const topics::PointXyzi& point) {
    return std::isfinite(point.x) && std::isfinite(point.y) && std::isfinite(point.z) && std::isfinite(point.intensity);
  };
  const auto good = std::ranges::count_if(draft.points, is_finite);
  if (good == std::ssize(draft.points)) return draft.cdr;
  const auto first = std::ranges::find_if_not(draft.points, is_finite) - draft.points.begin();
  return error(ErrorCode::kCorrupt,
               "{}: {} of {} points are not finite, the first is point {}: expected x y z intensity "
               "(beams without a return are left out)",
               file.string(), std::ssize(draft.points) - good, draft.points.size(), first);
}

ConstBufferPtr calibration_message(const KittiCalibration& calibration, const Pose& T_vehicle_camera, ImageSize size,
                                   Time time, const std::string& frame_id) {
  topics::CameraInfo::Type message;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  message.header().stamp().sec(static_cast<std::int32_t>(seconds.time_since_epoch().count()));
  message.header().stamp().nanosec(static_cast<std::uint32_t>((time - seconds).count()));
  message.header().frame_id(frame_id);
  message.width(size.width);
  message.height(size.height);
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 4; ++column)
      message.projection()[static_cast<std::size_t>(row * 4 + column)] = calibration.projection(row, column);
  const Eigen::Quaterniond q(T_vehicle_camera.linear());
  message.pose().position().x(T_vehicle_camera.translation().x());
  message.pose().position().y(T_vehicle_camera.translation().y());
  message.pose().position().z(T_vehicle_camera.translation().z());
  message.pose().orientation().x(q.x());
  message.pose().orientation().y(q.y());
  message.pose().orientation().z(q.z());
  message.pose().orientation().w(q.w());
  message.is_nominal(calibration.is_nominal);
  return encode_to_buffer(message, topics::kind_of<topics::CameraInfo>().codec());
}

}  // namespace ocelli::log
