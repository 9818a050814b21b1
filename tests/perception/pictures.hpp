#pragma once
// Pictures for tests: painted ones, and recorded ones where they are.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::perception::test {

/// A view over the pixels of an 8-bit picture, which must stay.
inline topics::ImageView view_of(const cv::Mat& picture, std::string_view encoding = "bgr8") {
  topics::ImageView view;
  view.frame_id = "camera";
  view.height = static_cast<std::uint32_t>(picture.rows);
  view.width = static_cast<std::uint32_t>(picture.cols);
  view.encoding = encoding;
  view.step = static_cast<std::uint32_t>(picture.step);
  view.data = {reinterpret_cast<const std::byte*>(picture.data), picture.step * static_cast<std::size_t>(picture.rows)};
  return view;
}

/// The three frames of kitti_object and every `step`th of the drive kitti_raw; empty when there are none.
inline std::vector<cv::Mat> kitti_pictures(std::size_t step) {
  std::vector<std::filesystem::path> files;
  for (const auto& [folder, stride] :
       {std::pair{"kitti_object/image_2", std::size_t{1}}, std::pair{"kitti_raw/image_02/data", step}}) {
    std::vector<std::filesystem::path> here;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(recorded_data(folder), ignored))
      if (entry.path().extension() == ".png") here.push_back(entry.path());
    std::ranges::sort(here);
    for (std::size_t i = 0; i < here.size(); i += stride) files.push_back(here[i]);
  }
  std::vector<cv::Mat> pictures;
  for (const auto& file : files) pictures.push_back(cv::imread(file.string(), cv::IMREAD_COLOR));
  return pictures;
}

}  // namespace ocelli::perception::test
