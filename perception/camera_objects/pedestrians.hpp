#pragma once
// Pedestrians without any model file: histograms of oriented gradients and the linear classifier that OpenCV carries
// (Dalal and Triggs 2005). Much weaker than a network, but always there. Must not know: messages, accelerators.

#include <opencv2/objdetect.hpp>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/perception/camera_objects/box2.hpp"

namespace ocelli::perception {

struct PedestriansConfig {
  double enlarge = 1.0;
  double scale_step = 1.05;
  double score_min = 0.6;
  static constexpr auto fields() {
    return std::tuple{field("enlarge", &PedestriansConfig::enlarge, "", 0.25, 4.0,
                            "the picture first: a person is found from 96 px of height on"),
                      field("scale_step", &PedestriansConfig::scale_step, "", 1.02, 2.0, "between sizes of a person"),
                      field("score_min", &PedestriansConfig::score_min, "", 0.0, 1.0, "detections below are dropped")};
  }
};

class Pedestrians {
 public:
  explicit Pedestrians(const PedestriansConfig& config);
  /// In pixels of the picture; empty for pictures smaller than a person.
  void detect(const topics::ImageView& picture, std::vector<Box2>& out);

 private:
  PedestriansConfig config_;
  cv::HOGDescriptor descriptor_;
  cv::Mat grey_;
  cv::Mat enlarged_;
  std::vector<cv::Rect> places_;
  std::vector<double> distances_;
};

}  // namespace ocelli::perception
