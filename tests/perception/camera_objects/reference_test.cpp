// The node's boxes against a plain run of the same model with nothing but OpenCV, written from the models' own
// examples.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include "ocelli/middleware/node/any_node.hpp"
#include "ocelli/perception/camera_objects/camera_objects_node.hpp"
#include "ocelli/tests/perception/pictures.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::perception {
namespace {

struct Plain {
  std::vector<cv::Rect2d> rects;  // pixels of the picture
  std::vector<float> scores;
  std::vector<int> classes;
  void add(double x, double y, double w, double h, float score, int best) {
    rects.emplace_back(x, y, w, h);
    scores.push_back(score);
    classes.push_back(best);
  }
};

std::vector<cv::Mat> forward(cv::dnn::Net& net, const cv::Mat& blob) {
  net.setInput(blob);
  std::vector<cv::Mat> outputs;
  net.forward(outputs, net.getUnconnectedOutLayersNames());
  return outputs;
}

Plain plain_yolo(const std::string& base, const cv::Mat& picture) {
  cv::dnn::Net net = cv::dnn::readNetFromDarknet(base + ".cfg", base + ".weights");
  const auto outputs = forward(net, cv::dnn::blobFromImage(picture, 1.0 / 255.0, {960, 288}, {}, true));
  Plain found;
  for (const cv::Mat& output : outputs)
    for (int row = 0; row < output.rows; ++row) {
      const cv::Mat scores = output.row(row).colRange(5, output.cols);
      cv::Point best;
      double score = 0.0;
      cv::minMaxLoc(scores, nullptr, &score, nullptr, &best);
      const float* data = output.ptr<float>(row);
      found.add((data[0] - data[2] / 2) * picture.cols, (data[1] - data[3] / 2) * picture.rows, data[2] * picture.cols,
                data[3] * picture.rows, static_cast<float>(score), best.x);
    }
  return found;
}

Plain plain_fastestdet(const std::string& file, const cv::Mat& picture) {
  cv::dnn::Net net = cv::dnn::readNetFromONNX(file);
  const cv::Mat map = forward(net, cv::dnn::blobFromImage(picture, 1.0 / 255.0, {352, 352})).at(0);
  const int rows = map.size[2], columns = map.size[3];
  const auto at = [&](int channel, int y, int x) { return map.ptr<float>(0, channel)[y * columns + x]; };
  Plain found;
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      int best = 0;
      for (int k = 1; k < map.size[1] - 5; ++k)
        if (at(5 + k, y, x) > at(5 + best, y, x)) best = k;
      const double w = 1.0 / (1.0 + std::exp(-at(3, y, x))), h = 1.0 / (1.0 + std::exp(-at(4, y, x)));
      const double cx = (x + std::tanh(at(1, y, x))) / columns, cy = (y + std::tanh(at(2, y, x))) / rows;
      found.add((cx - w / 2) * picture.cols, (cy - h / 2) * picture.rows, w * picture.cols, h * picture.rows,
                at(0, y, x) * at(5 + best, y, x), best);
    }
  return found;
}

std::array<double, 4> nanodet_distances(const float* logits) {
  std::array<double, 4> bins{};
  for (std::size_t side = 0; side < 4; ++side) {
    double sum = 0.0, weighted = 0.0;
    for (int k = 0; k < 8; ++k) {
      sum += std::exp(logits[8 * side + k]);
      weighted += k * std::exp(logits[8 * side + k]);
    }
    bins[side] = weighted / sum;
  }
  return bins;
}

/// As the example beside the weights: resize by area to the width, black above and below, then normalise.
Plain plain_nanodet(const std::string& file, const cv::Mat& picture) {
  cv::dnn::Net net = cv::dnn::readNetFromONNX(file);
  const int height = static_cast<int>(416.0F * picture.rows / picture.cols), top = (416 - height) / 2;
  cv::Mat input;
  cv::resize(picture, input, {416, height}, 0, 0, cv::INTER_AREA);
  cv::copyMakeBorder(input, input, top, 416 - height - top, 0, 0, cv::BORDER_CONSTANT, cv::Scalar(0));
  input.convertTo(input, CV_32F);
  input -= cv::Scalar(103.53, 116.28, 123.675);
  cv::divide(input, cv::Scalar(57.375, 57.12, 58.395), input);
  net.setInput(cv::dnn::blobFromImage(input));
  const double ratio_x = picture.cols / 416.0, ratio_y = static_cast<double>(picture.rows) / height;
  std::vector<cv::Mat> outputs;
  net.forward(outputs, net.getUnconnectedOutLayersNames());
  Plain found;
  for (std::size_t level = 0; level < 3; ++level) {
    const int stride = 8 << level, columns = 416 / stride;
    for (int cell = 0; cell < columns * columns; ++cell) {
      const float* scores = outputs[2 * level].ptr<float>() + cell * 80;
      const float* best = std::max_element(scores, scores + 80);
      const auto sides = nanodet_distances(outputs[2 * level + 1].ptr<float>() + cell * 32);
      const double x = (cell % columns) * stride + 0.5 * (stride - 1),
                   y = (cell / columns) * stride + 0.5 * (stride - 1);
      const auto clip = [](double value) { return std::clamp(value, 0.0, 416.0); };
      const double left = clip(x - stride * sides[0]), right = clip(x + stride * sides[2]);
      const double upper = clip(y - stride * sides[1]), lower = clip(y + stride * sides[3]);
      found.add(left * ratio_x, (upper - top) * ratio_y, (right - left) * ratio_x, (lower - upper) * ratio_y, *best,
                static_cast<int>(best - scores));
    }
  }
  return found;
}

/// The road users among the boxes that the library's own suppression keeps.
std::vector<Box2> boxes_of(const Plain& plain, const accel::ModelCard& card, const cv::Mat& picture) {
  std::vector<int> kept;
  cv::dnn::NMSBoxes(plain.rects, plain.scores, static_cast<float>(card.score_min), static_cast<float>(card.overlap_max),
                    kept);
  std::vector<Box2> boxes;
  for (const int i : kept) {
    const auto index = static_cast<std::size_t>(i);
    for (const accel::CardClass& user : card.road_users) {
      if (card.classes.at(static_cast<std::size_t>(plain.classes[index])) != user.name) continue;
      const cv::Rect2d rect = plain.rects[index] & cv::Rect2d(0, 0, picture.cols, picture.rows);
      boxes.push_back(
          {object_class_from(user.as), plain.scores[index], rect.x, rect.y, rect.x + rect.width, rect.y + rect.height});
    }
  }
  return boxes;
}

void expect_same(std::vector<Box2> expected, const std::vector<Box2>& found, const std::string& where) {
  ASSERT_EQ(found.size(), expected.size()) << where;
  for (const Box2& box : found) {
    const auto best = std::ranges::max_element(expected, {}, [&](const Box2& other) { return overlap(box, other); });
    ASSERT_NE(best, expected.end());
    EXPECT_GE(overlap(box, *best), 0.99) << where;
    EXPECT_NEAR(box.score, best->score, 1e-3) << where;
    EXPECT_EQ(box.object_class, best->object_class) << where;
    expected.erase(best);
  }
}

std::vector<Box2> step(CameraObjectsNode& node, const cv::Mat& picture, int frame) {
  CameraObjectsNode::In in;
  CameraObjectsNode::Out out;
  const SamplePtr sample =
      input_sample<topics::CameraImage>(test::view_of(picture), from_ns(1'000'000'000LL * (frame + 1)));
  in.picture.bind({&sample, 1});
  const Status status = node.step(in, out);
  EXPECT_TRUE(status) << status.error().message;
  return out.objects.message() == nullptr ? std::vector<Box2>{} : perception::boxes_of(*out.objects.message());
}

class DetectorAgainstPlainOpencv : public testing::Test {
 protected:
  void compare(const std::string& model, const std::string& file, Plain (*plain)(const std::string&, const cv::Mat&)) {
    const auto folder = recorded_data("models");
    const std::vector<cv::Mat> pictures = test::kitti_pictures(8);
    if (pictures.empty() || !std::filesystem::is_directory(folder))
      GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
    accel::set_models_folder(folder.string());
    const auto card = accel::find_card(model, folder);
    ASSERT_TRUE(card) << card.error().message;
    CameraObjectsConfig config;
    config.model = {model};
    CameraObjectsNode node(config);
    const Status ready = node.prepare({.has_deadlines = false});
    ASSERT_TRUE(ready) << ready.error().message;
    std::size_t boxes = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const auto expected = boxes_of(plain((folder / file).string(), pictures[i]), *card, pictures[i]);
      expect_same(expected, step(node, pictures[i], static_cast<int>(i)), model + ", picture " + std::to_string(i));
      boxes += expected.size();
    }
    EXPECT_GT(boxes, pictures.size() / 2) << "there is something in these pictures";
    RecordProperty("boxes", static_cast<int>(boxes));
  }
};

TEST_F(DetectorAgainstPlainOpencv, YoloFastestXl) { compare("yolo_fastest_xl", "yolo-fastest-1.1-xl", &plain_yolo); }
TEST_F(DetectorAgainstPlainOpencv, YoloFastest) { compare("yolo_fastest", "yolo-fastest-1.1", &plain_yolo); }
TEST_F(DetectorAgainstPlainOpencv, NanoDet) { compare("nanodet_m", "nanodet_m.onnx", &plain_nanodet); }
TEST_F(DetectorAgainstPlainOpencv, FastestDet) { compare("fastestdet", "FastestDet.onnx", &plain_fastestdet); }

}  // namespace
}  // namespace ocelli::perception
