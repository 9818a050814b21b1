#pragma once
// What camera detectors say: an upright box in the picture with a class. Must not know: messages, networks.

#include <algorithm>
#include <cstdint>

#include "ocelli/perception/box3.hpp"

namespace ocelli::perception {

/// Pixels of the picture; pixel i covers [i, i + 1).
struct Box2 {
  ObjectClass object_class = ObjectClass::kUnknown;
  double score = 0.0;  // 0..1
  double x_min = 0.0;
  double y_min = 0.0;
  double x_max = 0.0;
  double y_max = 0.0;

  [[nodiscard]] double area() const { return std::max(0.0, x_max - x_min) * std::max(0.0, y_max - y_min); }
};

/// Intersection over union.
[[nodiscard]] inline double overlap(const Box2& a, const Box2& b) {
  const double width = std::min(a.x_max, b.x_max) - std::max(a.x_min, b.x_min);
  const double height = std::min(a.y_max, b.y_max) - std::max(a.y_min, b.y_min);
  if (width <= 0.0 || height <= 0.0) return 0.0;
  const double both = width * height;
  return both / (a.area() + b.area() - both);
}

}  // namespace ocelli::perception
