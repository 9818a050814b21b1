#include "ocelli/hal/accel/onnx_input.hpp"

#include <gtest/gtest.h>

namespace ocelli::accel {
namespace {

/// Protocol buffers by hand; everything is shorter than 128 bytes.
std::string field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}
std::string size(int value) { return field(1, std::string{8, static_cast<char>(value)}); }
std::string open_size(const std::string& name) { return field(1, field(2, name)); }
std::string value_info(const std::string& name, const std::string& dims) {
  return field(1, name) + field(2, field(1, std::string{8, 1} + field(2, dims)));
}
std::optional<EngineTensor> input_of(const std::string& graph) {
  const std::string model = std::string{8, 7} + field(7, graph);
  return onnx_input(std::as_bytes(std::span(model)));
}

TEST(OnnxInput, IsTheFirstThatIsNoWeightWithItsOpenSizes) {
  const std::string weight = field(5, field(8, "w"));
  const auto input = input_of(weight + field(11, value_info("w", size(9))) +
                              field(11, value_info("images", size(1) + size(3) + open_size("height") + size(64))));
  ASSERT_TRUE(input);
  EXPECT_EQ(input->name, "images");
  EXPECT_EQ(input->dims, (std::vector<std::int64_t>{1, 3, -1, 64}));
  EXPECT_TRUE(fits_input(*input, {1, 3, 32, 64}));
  EXPECT_FALSE(fits_input(*input, {1, 3, 32, 32}));
  EXPECT_FALSE(fits_input(*input, {1, 3, 32}));
  EXPECT_EQ(input_mistake(*input, {1, 3, 32, 32}), "input 'images' of the model is 1x3x?x64: expected 1x3x32x32");
}

TEST(OnnxInput, WhatIsCutOffOrSaysNothingIsNothing) {
  const std::string model = field(7, field(11, value_info("images", size(1) + size(3))));
  ASSERT_TRUE(onnx_input(std::as_bytes(std::span(model))));
  for (std::size_t length = 0; length < model.size(); ++length)
    EXPECT_FALSE(onnx_input(std::as_bytes(std::span(model).first(length)))) << length;
  EXPECT_FALSE(input_of(""));
  EXPECT_FALSE(input_of(field(11, field(1, "images"))));
}

}  // namespace
}  // namespace ocelli::accel
