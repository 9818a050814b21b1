#pragma once
// Chooses the picture of the report: outside injections, with a calibration, with the most tracks in view. And encodes
// it. Must not know: HTML.

#include "ocelli/launch/report/message_collector.hpp"

namespace ocelli::report {

/// A picture without its pixels; `record` says where they are.
struct ChosenPicture {
  PictureRecord record;
  CameraShot shot;
};

/// Error: why there is none, for people.
[[nodiscard]] Result<ChosenPicture> choose_picture(const RunData& run, const std::vector<log::RecordedTopic>& topics,
                                                   const MessageCollector& collected);

/// Fills in size and pixels (JPEG) from a sensor_msgs/Image.
Status encode_picture(std::span<const std::byte> image_cdr, CameraShot& shot);

}  // namespace ocelli::report
