#include "ocelli/middleware/node/quality.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cmath>

namespace ocelli::node {
namespace {

class Hash {
 public:
  Hash& add(std::span<const std::byte> data) {
    crc_ = libdeflate_crc32(crc_, data.data(), data.size());
    adler_ = libdeflate_adler32(adler_, data.data(), data.size());
    return *this;
  }
  [[nodiscard]] std::uint64_t value() const { return (std::uint64_t{crc_} << 32U | adler_) | 1U; }  // never 0

 private:
  std::uint32_t crc_ = 0;
  std::uint32_t adler_ = 1;
};

std::uint64_t hash_of(std::span<const std::byte> data) { return Hash().add(data).value(); }

}  // namespace

QualityValues image_quality(const topics::ImageView& image) {
  QualityValues quality;
  quality.content_hash = hash_of(image.data);
  const std::uint32_t channels = image.channels();
  const auto* pixels = reinterpret_cast<const std::uint8_t*>(image.data.data()) + (channels == 3 ? 1 : 0);
  const auto at = [&](std::uint32_t row, std::uint32_t column) -> int {
    return pixels[std::size_t{row} * image.step + std::size_t{column} * channels];
  };
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
  std::uint64_t edges = 0;
  std::uint64_t count = 0;
  for (std::uint32_t row = 1; row + 1 < image.height; row += 2) {
    for (std::uint32_t column = 1; column + 1 < image.width; column += 2) {
      const int value = at(row, column);
      const int laplacian =
          at(row - 1, column) + at(row + 1, column) + at(row, column - 1) + at(row, column + 1) - 4 * value;
      sum += static_cast<std::uint64_t>(value);
      squares += static_cast<std::uint64_t>(value * value);
      edges += static_cast<std::uint64_t>(laplacian * laplacian);
      ++count;
    }
  }
  if (count == 0) return quality;
  const double n = static_cast<double>(count);
  const double mean = static_cast<double>(sum) / n;
  const double variance = std::max(0.0, static_cast<double>(squares) / n - mean * mean);
  quality.values = {mean, std::sqrt(variance), static_cast<double>(edges) / n, 0.0};
  return quality;
}

QualityValues cloud_quality(const topics::PointCloudView& cloud) {
  QualityValues quality;
  quality.content_hash = hash_of(cloud.data);
  std::size_t returns = 0;
  float largest_squared = 0.0F;
  for (std::size_t i = 0; i < cloud.size(); ++i) {
    const topics::PointXyzi point = cloud.point(i);
    const float squared = point.x * point.x + point.y * point.y + point.z * point.z;
    if (!std::isfinite(squared)) continue;
    ++returns;
    largest_squared = std::max(largest_squared, squared);
  }
  const auto total = static_cast<double>(cloud.size());
  const double missing = total == 0.0 ? 1.0 : (total - static_cast<double>(returns)) / total;
  quality.values = {static_cast<double>(returns), missing, std::sqrt(static_cast<double>(largest_squared)), 0.0};
  return quality;
}

QualityValues scan_quality(const ocelli::msg::RadarDetections& scan) {
  QualityValues quality;
  quality.values[0] = static_cast<double>(scan.detections().size());
  Hash hash;
  for (const ocelli::msg::RadarDetection& seen : scan.detections()) {
    const std::array measured = {seen.range_m(),        seen.azimuth_rad(), seen.elevation_rad(),
                                 seen.range_rate_mps(), seen.rcs_dbsm(),    seen.snr_db()};
    hash.add(std::as_bytes(std::span(measured)));
  }
  if (scan.detections().empty()) {
    const std::array stamp = {static_cast<std::uint32_t>(scan.header().stamp().sec()), scan.header().stamp().nanosec()};
    hash.add(std::as_bytes(std::span(stamp)));
  }
  quality.content_hash = hash.value();
  return quality;
}

QualityValues sensors_quality(const ocelli::msg::Tracks& tracks) {
  QualityValues quality;
  quality.values[0] = tracks.sensors_missing();
  return quality;
}

QualityValues quality_of(const Sample& sample) {
  switch (sample.kind->quality) {
    case topics::Quality::kImage: return image_quality(*static_cast<const topics::ImageView*>(sample.value.get()));
    case topics::Quality::kCloud: return cloud_quality(*static_cast<const topics::PointCloudView*>(sample.value.get()));
    case topics::Quality::kScan:
      return scan_quality(*static_cast<const ocelli::msg::RadarDetections*>(sample.value.get()));
    case topics::Quality::kSensors:
      return sensors_quality(*static_cast<const ocelli::msg::Tracks*>(sample.value.get()));
    case topics::Quality::kNone: return {};
  }
  return {};
}

}  // namespace ocelli::node
