#pragma once
// For tests with model files: where they are, ONNX Runtime when it is there, comparison of outputs.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "ocelli/hal/accel/model_card.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::accel::test {

class Folder {
 public:
  Folder() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string("ocelli_") + info->test_suite_name() + "_" + info->name() + "_" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The models folder, when it is there.
inline std::optional<std::filesystem::path> models() {
  const std::filesystem::path folder = recorded_data("models");
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return std::nullopt;
  return folder;
}

/// Nothing for a model that is not ONNX, and where the library is missing.
inline std::optional<Network> on_onnxruntime(const ModelCard& card, const std::filesystem::path& folder) {
  if (card.files.empty() || card.files[0].role != "onnx") return std::nullopt;
  auto network = load_network(card, {"onnxruntime", "", 1}, folder);
  if (network) return std::move(*network);
  EXPECT_NE(network.error().message.find("not found"), std::string::npos) << network.error().message;
  return std::nullopt;
}

inline void fill_with_pattern(std::span<float> input) {
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = 0.5F + 0.5F * std::sin(0.001F * static_cast<float>(i));
}

inline float largest_difference(const Tensor& a, const Tensor& b) {
  float worst = 0.0F;
  for (std::size_t i = 0; i < a.data.size(); ++i) worst = std::max(worst, std::abs(a.data[i] - b.data[i]));
  return worst;
}

/// The order of outputs of different shapes is a back end's own.
inline void expect_same_outputs(const Network& a, const Network& b, float tolerance, const std::string& name) {
  ASSERT_EQ(a.outputs().size(), b.outputs().size()) << name;
  std::vector<bool> is_taken(b.outputs().size(), false);
  for (const Tensor& tensor : a.outputs()) {
    std::size_t k = 0;
    while (k < is_taken.size() && (is_taken[k] || b.outputs()[k].dims != tensor.dims)) ++k;
    ASSERT_LT(k, is_taken.size()) << name << ": no output of the shape of " << tensor.name;
    is_taken[k] = true;
    EXPECT_LE(largest_difference(tensor, b.outputs()[k]), tolerance)
        << name << ", output " << tensor.name << " against " << b.outputs()[k].name;
  }
}

}  // namespace ocelli::accel::test
