#include "ocelli/hal/accel/model_card.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "ocelli/tests/hal/accel/models.hpp"

namespace ocelli::accel {
namespace {

using testing::HasSubstr;

constexpr const char* kCard = R"(licence: MIT
decoder: nanodet
files:
  - {name: a.onnx, role: onnx, sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}
input: {width_px: 64, height_px: 32}
classes: [person, dog]
road_users: [{name: person, as: pedestrian}]
)";

std::string with(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST(ModelCard, ReadsACard) {
  const auto card = parse_card(kCard, "own.yaml");
  ASSERT_TRUE(card) << card.error().message;
  EXPECT_EQ(card->name, "own");
  EXPECT_EQ(card->decoder, Decoder::kNanoDet);
  EXPECT_EQ(card->input.height_px, 32);
  EXPECT_EQ(card->road_users[0].as, "pedestrian");
}

TEST(ModelCard, EveryBuiltInCardIsRight) {
  for (const std::string& name : card_names("no such folder")) {
    const auto card = find_card(name, "no such folder");
    ASSERT_TRUE(card) << card.error().message;
    EXPECT_EQ(card->name, name);
    if (card->decoder != Decoder::kTwinLiteNet) {
      EXPECT_EQ(card->classes.size(), 80U) << name;
    }
  }
}

TEST(ModelCard, NamesEveryMistakeWithItsPlace) {
  std::string text = with(kCard, "ba7816bf", "zz");
  text = with(text, "role: onnx", "role: tflite");
  text = with(text, "name: person, as: pedestrian", "name: cat, as: animal");
  const auto card = parse_card(text, "own.yaml");
  ASSERT_FALSE(card);
  EXPECT_THAT(card.error().message, HasSubstr("own.yaml:4:"));
  EXPECT_THAT(card.error().message, HasSubstr("64 hexadecimal digits"));
  EXPECT_THAT(card.error().message, HasSubstr("role 'tflite'"));
  EXPECT_THAT(card.error().message, HasSubstr("'cat' is none of the model's classes"));
  EXPECT_THAT(card.error().message, HasSubstr("as 'animal'"));
  EXPECT_THAT(parse_card(with(kCard, "licence", "license"), "own.yaml").error().message,
              HasSubstr("did you mean 'licence'"));
}

TEST(ModelCard, AFileThatIsMissingOrAnotherIsNamed) {
  const test::Folder folder;
  const auto card = parse_card(kCard, "own.yaml");
  ASSERT_TRUE(card);
  const auto missing = read_parts(*card, folder.path());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("a.onnx: not there"));
  std::ofstream(folder.path() / "a.onnx") << "abd";
  const auto wrong = read_parts(*card, folder.path());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(wrong.error().message, HasSubstr("the card says ba7816bf"));
  std::ofstream(folder.path() / "a.onnx") << "abc";
  const auto right = read_parts(*card, folder.path());
  ASSERT_TRUE(right) << right.error().message;
  EXPECT_EQ(right->front().data.size(), 3U);
}

TEST(ModelCard, ACardOfTheFolderGoesBeforeTheBuiltInOne) {
  const test::Folder folder;
  std::ofstream(folder.path() / "fastestdet.yaml") << kCard;
  std::ofstream(folder.path() / "mine.yaml") << kCard;
  EXPECT_EQ(find_card("fastestdet", folder.path())->input.width_px, 64);
  EXPECT_THAT(card_names(folder.path()), testing::Contains("mine"));
  EXPECT_THAT(find_card("nanodet", folder.path()).error().message, HasSubstr("did you mean 'nanodet_m'"));
}

TEST(ModelCard, AModelWithAnotherInputIsRefusedByBothBackEnds) {
  const auto folder = test::models();
  if (!folder) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  auto card = find_card("fastestdet", *folder);
  ASSERT_TRUE(card) << card.error().message;
  card->input.width_px = 100;
  for (const char* backend : {"opencv", "onnxruntime"}) {
    const auto network = load_network(*card, {backend, "", 1}, *folder);
    ASSERT_FALSE(network) << backend;
    EXPECT_THAT(network.error().message, HasSubstr("model 'fastestdet' on"));
  }
}

TEST(ModelCard, EveryModelRunsOnOpencvAndTheOnnxOnesAlikeOnOnnxRuntime) {
  const auto folder = test::models();
  if (!folder) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  for (const std::string& name : card_names(*folder)) {
    const auto card = find_card(name, *folder);
    ASSERT_TRUE(card) << card.error().message;
    auto plain = load_network(*card, {"opencv", "", 1}, *folder);
    ASSERT_TRUE(plain) << plain.error().message;
    test::fill_with_pattern(*plain->begin_input());
    ASSERT_TRUE(plain->run(60s)) << name;
    EXPECT_GT(plain->last_time(), Duration{});
    auto quick = test::on_onnxruntime(*card, *folder);
    if (!quick) continue;
    test::fill_with_pattern(*quick->begin_input());
    ASSERT_TRUE(quick->run(60s)) << name;
    test::expect_same_outputs(*plain, *quick, 1e-3F, name);
  }
}

}  // namespace
}  // namespace ocelli::accel
