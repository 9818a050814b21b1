#pragma once
// What no road vehicle does: beyond it a value is wrong, however finite it is. Shells refuse messages by it, filters
// samples. Must not know: messages, sensors.

#include <cmath>

namespace ocelli {

inline constexpr double kMostWheelSpeed_mps = 150.0;
inline constexpr double kMostSteering_rad = 1.6;       // of the road wheels
inline constexpr double kMostTurn_rps = 100.0;         // about any axis; gyros of the field end at 70
inline constexpr double kMostAcceleration_mps2 = 1e3;  // a crash
inline constexpr double kMostAltitude_m = 2e4;
inline constexpr double kMostPositionVariance_m2 = 1e12;  // of a fix somewhere on this continent
inline constexpr double kMostObjectPlace_m = 1e4;         // seen from the vehicle
inline constexpr double kMostObjectSize_m = 200.0;
inline constexpr double kMostPlace_m = 1e8;  // from where the drive began

/// False for NaN, too.
[[nodiscard]] inline bool is_within(double value, double most) { return std::abs(value) <= most; }

}  // namespace ocelli
