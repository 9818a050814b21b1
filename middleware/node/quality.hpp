#pragma once
// Quality values of messages: pure functions of the content, computed once where they are published, so that the
// monitor can judge a frozen, blind or missing sensor without ever seeing a payload.

#include <array>
#include <cstdint>

#include "ocelli/middleware/bus/sample.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::node {

struct QualityValues {
  std::uint64_t content_hash = 0;  // of pixels, points or detections, without stamp; 0 = not computed
  std::array<double, 4> values{};
};

/// values: mean brightness 0..255, standard deviation, sharpness (mean squared Laplacian of every second pixel).
/// Brightness is the green channel of colour pictures.
[[nodiscard]] QualityValues image_quality(const topics::ImageView& image);

/// values: points with a return, share of points without one (NaN) 0..1, largest range [m].
[[nodiscard]] QualityValues cloud_quality(const topics::PointCloudView& cloud);

/// values: detections. A scan without any, as of an empty road, is the same as no other: its hash is that of its stamp.
[[nodiscard]] QualityValues scan_quality(const ocelli::msg::RadarDetections& scan);

/// values: bits of the sensors that are expected and missing; no hash, since tracks that repeat are no frozen sensor.
[[nodiscard]] QualityValues sensors_quality(const ocelli::msg::Tracks& tracks);

/// By the kind's Quality; the sample must be decoded.
[[nodiscard]] QualityValues quality_of(const Sample& sample);

}  // namespace ocelli::node
