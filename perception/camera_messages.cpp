#include "ocelli/perception/camera_messages.hpp"

#include "ocelli/perception/messages.hpp"

namespace ocelli::perception {

vision_msgs::msg::Detection2DArray message_of(std::span<const Box2> boxes, Time stamp, std::string_view frame_id) {
  vision_msgs::msg::Detection2DArray message;
  message.header(header_of(stamp, frame_id));
  for (const Box2& box : boxes) {
    vision_msgs::msg::ObjectHypothesisWithPose result;
    result.hypothesis().class_id(std::string(to_string(box.object_class)));
    result.hypothesis().score(box.score);
    vision_msgs::msg::Detection2D detection;
    detection.header(message.header());
    detection.bbox().center().position().x(0.5 * (box.x_min + box.x_max));
    detection.bbox().center().position().y(0.5 * (box.y_min + box.y_max));
    detection.bbox().size_x(box.x_max - box.x_min);
    detection.bbox().size_y(box.y_max - box.y_min);
    detection.results().push_back(std::move(result));
    message.detections().push_back(std::move(detection));
  }
  return message;
}

Box2 box_of(const vision_msgs::msg::Detection2D& message) {
  Box2 box;
  const auto& bbox = message.bbox();
  box.x_min = bbox.center().position().x() - 0.5 * bbox.size_x();
  box.x_max = bbox.center().position().x() + 0.5 * bbox.size_x();
  box.y_min = bbox.center().position().y() - 0.5 * bbox.size_y();
  box.y_max = bbox.center().position().y() + 0.5 * bbox.size_y();
  if (message.results().empty()) return box;
  box.object_class = object_class_from(message.results().front().hypothesis().class_id());
  box.score = message.results().front().hypothesis().score();
  return box;
}

std::vector<Box2> boxes_of(const vision_msgs::msg::Detection2DArray& message) {
  std::vector<Box2> boxes;
  boxes.reserve(message.detections().size());
  for (const auto& detection : message.detections()) boxes.push_back(box_of(detection));
  return boxes;
}

}  // namespace ocelli::perception
