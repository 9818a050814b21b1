#pragma once
// Quality values of sensor data: pure functions of the content, computed once at the source, so that the monitor can
// judge a frozen or blind sensor without ever seeing a payload.

#include <array>
#include <cstdint>

#include "ocelli/middleware/bus/sample.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"

namespace ocelli::node {

struct QualityValues {
  std::uint64_t content_hash = 0;  // of the pixels or points, without stamp; 0 = not computed
  std::array<double, 4> values{};
};

/// values: mean brightness 0..255, standard deviation, sharpness (mean squared Laplacian of every second pixel).
/// Brightness is the green channel of colour pictures.
[[nodiscard]] QualityValues image_quality(const topics::ImageView& image);

/// values: points with a return, share of points without one (NaN) 0..1, largest range [m].
[[nodiscard]] QualityValues cloud_quality(const topics::PointCloudView& cloud);

/// By the kind's Quality; the sample must be decoded.
[[nodiscard]] QualityValues quality_of(const Sample& sample);

}  // namespace ocelli::node
