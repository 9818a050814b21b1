// What OpenCV itself does not notice in a model's files.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <cstring>

#include "ocelli/hal/accel/network.hpp"
#include "ocelli/tests/hal/accel/models.hpp"

namespace ocelli::accel {
namespace {

using testing::HasSubstr;

// By Darknet's definition: 2 x (bias, scale, mean, variance) + 2 x 3 x 3 x 3 weights, then 6 biases + 6 x (2 / 2)
// weights in two groups: 74 floats. The anchors of the last layer stand in this file alone.
constexpr std::string_view kLayers = R"([net]
width=8
height=8
channels=3

[convolutional]
batch_normalize=1
filters=2
size=3
stride=1
pad=1
activation=leaky

[convolutional]
filters=6
groups=2
size=1
stride=1
pad=1
activation=linear

[yolo]
mask=0
anchors=4,4
classes=1
num=1
)";
constexpr std::size_t kFloats = 74;

std::vector<std::byte> weights(std::int32_t minor_version, std::size_t bytes) {
  const std::array<std::int32_t, 3> version = {0, minor_version, 0};
  std::vector<std::byte> all(std::max(bytes, sizeof version));
  for (std::size_t at = 20; at + sizeof(float) <= all.size(); at += sizeof(float)) {
    constexpr float kValue = 0.1F;
    std::memcpy(&all[at], &kValue, sizeof kValue);
  }
  std::memcpy(all.data(), version.data(), sizeof version);
  all.resize(bytes);
  return all;
}

Result<Network> darknet(std::vector<std::byte> weights) {
  const auto* layers = reinterpret_cast<const std::byte*>(kLayers.data());
  return Network::load("small",
                       {{"darknet.cfg", {layers, layers + kLayers.size()}}, {"darknet.weights", std::move(weights)}},
                       {1, 3, 8, 8}, {"opencv", "", 1});
}

TEST(Opencv, DarknetWeightsOfTheSizeThatTheLayersNeedAreTaken) {
  const auto now = darknet(weights(2, 20 + kFloats * sizeof(float)));
  EXPECT_TRUE(now) << now.error().message;
  const auto old = darknet(weights(1, 16 + kFloats * sizeof(float)));
  EXPECT_TRUE(old) << "fewer bytes for the pictures seen: " << old.error().message;
}

TEST(Opencv, DarknetWeightsOfAnotherSizeAreRefusedWithBothSizes) {
  constexpr std::size_t kWhole = 20 + kFloats * sizeof(float);
  for (const std::size_t bytes : {std::size_t{12}, std::size_t{20}, kWhole / 2, kWhole - 4, kWhole - 1, kWhole + 4}) {
    const auto network = darknet(weights(2, bytes));
    ASSERT_FALSE(network) << bytes;
    EXPECT_EQ(network.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(
        network.error().message,
        HasSubstr(fmt::format("darknet.weights has {} bytes, the layers of darknet.cfg need {}", bytes, kWhole)));
  }
  EXPECT_FALSE(darknet({}));
}

TEST(Opencv, ARealDarknetModelThatIsCutIsRefused) {
  const auto folder = test::models();
  if (!folder) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  for (const char* name : {"yolo_fastest", "yolo_fastest_xl"}) {
    const auto card = find_card(name, *folder);
    ASSERT_TRUE(card) << card.error().message;
    auto parts = read_parts(*card, *folder);
    ASSERT_TRUE(parts) << parts.error().message;
    const std::size_t whole = parts->back().data.size();
    const std::vector<std::int64_t> dims = {1, 3, card->input.height_px, card->input.width_px};
    EXPECT_TRUE(Network::load(name, *parts, dims, {"opencv", "", 1}));
    parts->back().data.resize(500'000);
    EXPECT_THAT(Network::load(name, *parts, dims, {"opencv", "", 1}).error().message,
                HasSubstr(fmt::format("has 500000 bytes, the layers of darknet.cfg need {}", whole)));
  }
}

}  // namespace
}  // namespace ocelli::accel
