#include "ocelli/perception/camera_objects/decoders.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace ocelli::perception {
namespace {

using accel::Decoder;
using testing::HasSubstr;

accel::ModelCard card_of(Decoder decoder, int width, int height) {
  accel::ModelCard card;
  card.name = "test";
  card.decoder = decoder;
  card.input.width_px = width;
  card.input.height_px = height;
  card.score_min = 0.5;
  card.classes = {"person", "dog", "bus"};
  card.road_users = {{"person", "pedestrian"}, {"bus", "truck"}};
  return card;
}

/// A tensor and its memory.
struct Made {
  std::vector<float> memory;
  accel::Tensor tensor;
};
Made make(std::vector<std::int64_t> dims, float value = 0.0F) {
  std::size_t count = 1;
  for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
  Made made{std::vector<float>(count, value), {"t", std::move(dims), {}}};
  made.tensor.data = made.memory;
  return made;
}

TEST(Decoders, DarknetRowsAreCentresAndSizesInSharesOfTheInput) {
  const auto card = card_of(Decoder::kDarknetYolo, 200, 100);
  Made made = make({2, 8});
  const float row[] = {0.5F, 0.5F, 0.2F, 0.4F, 0.9F, 0.1F, 0.0F, 0.8F};
  std::ranges::copy(row, made.memory.begin() + 8);
  std::vector<Candidate> found;
  ASSERT_TRUE(decode(card, {&made.tensor, 1}, found));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].model_class, 2);
  EXPECT_FLOAT_EQ(found[0].score, 0.8F);
  EXPECT_FLOAT_EQ(found[0].x_min, 80.0F);
  EXPECT_FLOAT_EQ(found[0].y_max, 70.0F);
}

TEST(Decoders, BoxesAreRowsOfCornersAndAScoreOfTheOnlyClass) {
  auto card = card_of(Decoder::kBoxes, 200, 100);
  Made made = make({1, 3, 5});
  const float rows[] = {10, 20, 30, 60, 0.9F, 40, 20, 60, 60, 0.4F, 0, 0, 0, 0, 0};
  std::ranges::copy(rows, made.memory.begin());
  EXPECT_THAT(check_outputs(card, {&made.tensor, 1}).error().message, HasSubstr("of one class"));
  card.classes = {"person"};
  ASSERT_TRUE(check_outputs(card, {&made.tensor, 1}));
  std::vector<Candidate> found;
  ASSERT_TRUE(decode(card, {&made.tensor, 1}, found));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FLOAT_EQ(found[0].x_min, 10.0F);
  EXPECT_FLOAT_EQ(found[0].y_max, 60.0F);
  const Made wide = make({1, 3, 6});
  EXPECT_THAT(check_outputs(card, {&wide.tensor, 1}).error().message, HasSubstr("1xROWSx5"));
}

TEST(Decoders, FastestDetOffsetsCentresWithinItsGrid) {
  const auto card = card_of(Decoder::kFastestDet, 64, 64);
  Made made = make({1, 8, 4, 4});
  const auto set = [&](std::size_t plane, float value) {
    made.memory[plane * 16 + 4 * 2 + 1] = value;
  };  // row 2, column 1
  set(0, 0.9F);
  set(1, std::atanh(0.5F));
  set(3, 0.0F);  // half the input wide
  set(5, 0.8F);
  std::vector<Candidate> found;
  ASSERT_TRUE(check_outputs(card, {&made.tensor, 1}));
  ASSERT_TRUE(decode(card, {&made.tensor, 1}, found));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].score, 0.72F, 1e-6);
  EXPECT_NEAR(found[0].x_min, (1.5 * 16) - 16, 1e-4);
  EXPECT_NEAR(found[0].y_min, (2.0 * 16) - 16, 1e-4);
}

TEST(Decoders, NanoDetDistancesAreMeansOfTheirDistribution) {
  const auto card = card_of(Decoder::kNanoDet, 64, 64);
  std::vector<Made> made;
  for (const int cells : {64, 16, 4}) {
    made.push_back(make({1, cells, 32}));  // even distributions: 3.5 strides each way
    made.push_back(make({1, cells, 3}));
  }
  made[1].memory[(3 * 8 + 4) * 3] = 0.7F;
  std::vector<accel::Tensor> outputs;
  for (const Made& one : made) outputs.push_back(one.tensor);
  std::ranges::reverse(outputs);  // back ends differ in the order
  std::vector<Candidate> found;
  ASSERT_TRUE(check_outputs(card, outputs));
  ASSERT_TRUE(decode(card, outputs, found));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].x_min, 4 * 8 + 3.5 - 28, 1e-4);
  EXPECT_NEAR(found[0].y_max, 3 * 8 + 3.5 + 28, 1e-4);
}

TEST(Decoders, OutputsOfAnotherShapeAreNamed) {
  for (const Decoder decoder : {Decoder::kDarknetYolo, Decoder::kFastestDet, Decoder::kNanoDet}) {
    const Made made = make({1, 5, 7});
    const Status status = check_outputs(card_of(decoder, 64, 64), {&made.tensor, 1});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(status.error().message, HasSubstr("1x5x7"));
    EXPECT_FALSE(check_outputs(card_of(decoder, 64, 64), {}));
  }
  EXPECT_FALSE(check_outputs(card_of(Decoder::kTwinLiteNet, 64, 64), {}));
}

TEST(Decoders, AFloodOfBoxesIsAnErrorAndNotSorted) {
  const Made made = make({100'000, 8}, 0.9F);
  std::vector<Candidate> found;
  const Status status = decode(card_of(Decoder::kDarknetYolo, 64, 64), {&made.tensor, 1}, found);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(status.error().message, HasSubstr("more than 2000 boxes"));
}

TEST(Decoders, AFloodIsMeasuredByTheNetworksOwnGrid) {
  std::vector<Candidate> found;
  const Made fastest = make({1, 8, 22, 22}, 1.0F);  // 484 places: never 2000
  const Status flooded = decode(card_of(Decoder::kFastestDet, 352, 352), {&fastest.tensor, 1}, found);
  ASSERT_FALSE(flooded);
  EXPECT_EQ(flooded.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(flooded.error().message, HasSubstr("484 of its 484 places hold a box"));
  Made yolo = make({1500, 8});
  const auto fill = [&](std::size_t boxes) {
    for (std::size_t i = 0; i < boxes; ++i) yolo.memory[i * 8 + 4] = yolo.memory[i * 8 + 5] = 0.9F;
    return decode(card_of(Decoder::kDarknetYolo, 320, 320), {&yolo.tensor, 1}, found);
  };
  EXPECT_TRUE(fill(375)) << "a quarter";
  EXPECT_EQ(found.size(), 375U);
  EXPECT_FALSE(fill(376));
}

TEST(Decoders, ScoresThatAreNoProbabilitiesAreAnError) {
  std::vector<Candidate> found;
  const auto message = [&](const accel::ModelCard& card, std::span<const accel::Tensor> outputs) {
    const Status status = decode(card, outputs, found);
    return status ? std::string("right") : status.error().message;
  };
  for (const float score : {1.5F, -0.5F, std::nanf("")}) {
    Made rows = make({2, 8});
    rows.memory[8 + 6] = score;  // a class
    EXPECT_THAT(message(card_of(Decoder::kDarknetYolo, 64, 64), {&rows.tensor, 1}), HasSubstr("scores outside 0..1"));
    Made weak = make({2, 8});
    weak.memory[4] = score;  // objectness
    EXPECT_THAT(message(card_of(Decoder::kDarknetYolo, 64, 64), {&weak.tensor, 1}), HasSubstr("scores outside 0..1"));
    Made grid = make({1, 8, 4, 4});
    grid.memory[7 * 16] = score;
    EXPECT_THAT(message(card_of(Decoder::kFastestDet, 64, 64), {&grid.tensor, 1}), HasSubstr("scores outside 0..1"));
    auto one_class = card_of(Decoder::kBoxes, 64, 64);
    one_class.classes = {"person"};
    Made boxes = make({1, 3, 5});
    boxes.memory[9] = score;
    EXPECT_THAT(message(one_class, {&boxes.tensor, 1}), HasSubstr("scores outside 0..1"));
    std::vector<Made> made;
    for (const int cells : {64, 16, 4}) {
      made.push_back(make({1, cells, 32}));
      made.push_back(make({1, cells, 3}));
    }
    made[3].memory[5] = score;
    std::vector<accel::Tensor> outputs;
    for (const Made& output : made) outputs.push_back(output.tensor);
    EXPECT_THAT(message(card_of(Decoder::kNanoDet, 64, 64), outputs), HasSubstr("scores outside 0..1"));
  }
}

TEST(Suppress, KeepsTheBestOfWhatOverlaps) {
  std::vector<Candidate> boxes = {
      {0, 0.6F, 0, 0, 10, 10}, {1, 0.9F, 1, 0, 11, 10}, {0, 0.7F, 40, 0, 50, 10}, {0, 0.65F, 45, 0, 55, 10}};
  suppress(boxes, 0.5);
  ASSERT_EQ(boxes.size(), 3U);
  EXPECT_FLOAT_EQ(boxes[0].score, 0.9F);
  EXPECT_FLOAT_EQ(boxes[1].score, 0.7F);
  EXPECT_FLOAT_EQ(boxes[2].score, 0.65F) << "a third overlaps, less than the limit";
}

TEST(ToBoxes, KeepsRoadUsersInPixelsOfThePicture) {
  const auto card = card_of(Decoder::kDarknetYolo, 100, 100);
  const Placement placement{2.0, 3.0, 0.0, 0.0, 200.0, 300.0};
  const std::vector<Candidate> candidates = {
      {0, 0.9F, 10, 10, 20, 20}, {1, 0.9F, 10, 10, 20, 20}, {2, 0.8F, 90, -5, 130, 20}, {2, 0.8F, 120, 0, 130, 20}};
  std::vector<Box2> boxes;
  to_boxes(card, candidates, placement, boxes);
  ASSERT_EQ(boxes.size(), 2U) << "a dog is none, and what lies outside is left out";
  EXPECT_EQ(boxes[0].object_class, ObjectClass::kPedestrian);
  EXPECT_EQ(boxes[0].x_max, 40.0);
  EXPECT_EQ(boxes[0].y_max, 60.0);
  EXPECT_EQ(boxes[1].object_class, ObjectClass::kTruck);
  EXPECT_EQ(boxes[1].x_max, 200.0);
  EXPECT_EQ(boxes[1].y_min, 0.0);
}

}  // namespace
}  // namespace ocelli::perception
