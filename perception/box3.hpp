#pragma once
// What detectors say and trackers read: an oriented box on the ground with a class.
// Must not know: messages, sensors, tracks.

#include <Eigen/Core>

#include <cstdint>
#include <string_view>

namespace ocelli::perception {

/// In the order of ocelli::msg::ObjectClass.
enum class ObjectClass : std::uint8_t { kUnknown, kCar, kPedestrian, kCyclist, kTruck };

inline constexpr std::size_t kObjectClasses = 5;

[[nodiscard]] constexpr std::string_view to_string(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kUnknown: return "unknown";
    case ObjectClass::kCar: return "car";
    case ObjectClass::kPedestrian: return "pedestrian";
    case ObjectClass::kCyclist: return "cyclist";
    case ObjectClass::kTruck: return "truck";
  }
  return "unknown";
}

/// The inverse of to_string; unknown for any other text.
[[nodiscard]] constexpr ObjectClass object_class_from(std::string_view name) {
  for (std::size_t i = 0; i < kObjectClasses; ++i)
    if (to_string(static_cast<ObjectClass>(i)) == name) return static_cast<ObjectClass>(i);
  return ObjectClass::kUnknown;
}

struct Box3 {
  ObjectClass object_class = ObjectClass::kUnknown;
  Eigen::Vector3d centre_m = Eigen::Vector3d::Zero();  // centre of the volume
  double yaw_rad = 0.0;                                // of the length axis; detectors may be wrong by 180 degrees
  Eigen::Vector3d size_m = Eigen::Vector3d::Zero();    // length, width, height
  double score = 0.0;                                  // 0..1: how sure of an object of this class
  std::uint32_t points = 0;                            // returns inside
  bool is_length_seen = false;                         // false: the length comes from the class, not from returns
  bool is_width_seen = false;
};

}  // namespace ocelli::perception
