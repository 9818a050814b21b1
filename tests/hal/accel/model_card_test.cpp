#include "ocelli/hal/accel/model_card.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "ocelli/hal/accel/backends.hpp"
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
    if (!gives_lanes(card->decoder)) {
      EXPECT_EQ(card->classes.size(), card->backend.empty() ? 80U : 1U) << name;
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

TEST(ModelCard, AWrongFileGoesBeforeAMissingOne) {
  const test::Folder folder;
  const std::string two =
      with(kCard, "input:", R"(  - {name: b.onnx, role: onnx, sha256: )" + std::string(64, '0') + "}\ninput:");
  std::ofstream(folder.path() / "mine.yaml") << two;
  const auto card = find_card("mine", folder.path());
  ASSERT_TRUE(card) << card.error().message;
  EXPECT_THAT(read_parts(*card, folder.path()).error().message, HasSubstr("a.onnx: not there"));
  EXPECT_TRUE(choose_model({"mine", "pedestrians"}, {}, folder.path())) << "not installed";
  std::ofstream(folder.path() / "b.onnx") << "abc";
  const auto wrong = read_parts(*card, folder.path());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(wrong.error().message, HasSubstr("model 'mine': " + (folder.path() / "b.onnx").string() + ": SHA-256"));
  EXPECT_EQ(choose_model({"mine", "pedestrians"}, {}, folder.path()).error().code, ErrorCode::kCorrupt);
}

TEST(ModelCard, TheFirstFileThatIsMissingIsTold) {
  const test::Folder folder;
  const auto card = parse_card(kCard, "own.yaml");
  ASSERT_TRUE(card);
  EXPECT_EQ(missing_file(*card, folder.path()), folder.path() / "a.onnx");
  std::ofstream(folder.path() / "a.onnx") << "wrong, but there";
  EXPECT_EQ(missing_file(*card, folder.path()), std::nullopt);
  EXPECT_EQ(missing_file(*find_card("pedestrians", ""), folder.path()), std::nullopt) << "has no file";
}

TEST(ModelCard, WithoutFilesItNamesTheBackEndThatBringsTheModel) {
  const std::string none = with(kCard, R"(
  - {name: a.onnx, role: onnx, sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad})",
                                " []");
  EXPECT_THAT(parse_card(none, "own.yaml").error().message, HasSubstr("or a 'backend' that brings it along"));
  EXPECT_TRUE(parse_card(none + "backend: hog\n", "own.yaml"));
}

TEST(ChooseModel, TakesTheFirstThatIsThereAndNamesWhatIsMissing) {
  const test::Folder folder;
  std::ofstream(folder.path() / "mine.yaml") << kCard;
  std::ofstream(folder.path() / "a.onnx") << "abc";
  const AcceleratorConfig plain;
  const auto first = choose_model({"mine", "pedestrians"}, plain, folder.path());
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->sentence(), "model 'mine' on 'opencv'");
  const auto second = choose_model({"yolo_fastest", "mine"}, plain, folder.path());
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->sentence(), "model 'mine' on 'opencv' (not 'yolo_fastest': " +
                                    (folder.path() / "yolo-fastest-1.1.cfg").string() + " is not there)");
  std::ofstream(folder.path() / "a.onnx") << "abd";
  EXPECT_EQ(choose_model({"mine", "pedestrians"}, plain, folder.path()).error().code, ErrorCode::kCorrupt)
      << "a broken model is not passed over";
}

TEST(ChooseModel, AutoIsOnnxRuntimeOnlyWhereItCanBeUsedAndReadsTheModel) {
  const test::Folder folder;
  std::ofstream(folder.path() / "mine.yaml") << kCard;
  std::ofstream(folder.path() / "a.onnx") << "abc";
  const AcceleratorConfig automatic{"auto", "", 1};
  const auto row = std::ranges::find(backends(), std::string_view("onnxruntime"), &BackendRow::name);
  EXPECT_EQ(choose_model({"mine"}, automatic, folder.path())->accelerator.backend,
            version_of(*row) ? "onnxruntime" : "opencv");
  EXPECT_EQ(choose_model({"pedestrians"}, automatic, folder.path())->accelerator.backend, "hog");
}

TEST(ChooseModel, AnAcceleratorThatIsNoneIsRefusedAlsoWhereTheCardBringsItsOwn) {
  for (const char* name : {"pedestrians", "lane_markings"}) {
    const auto chosen = choose_model({name}, {"opencvv", "", 1}, "no such folder");
    ASSERT_FALSE(chosen) << name;
    EXPECT_EQ(chosen.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(chosen.error().message,
                HasSubstr("unknown accelerator 'opencvv': did you mean 'opencv'? (known: auto, "));
    const auto card = find_card(name, "no such folder");
    EXPECT_THAT(load_network(*card, {"opencvv", "", 1}, "no such folder").error().message, HasSubstr("'opencvv'"));
    EXPECT_TRUE(choose_model({name}, {"/a/library.so", "", 1}, "no such folder")) << "a path is no name";
  }
}

TEST(Hog, FindsNobodyInAnEmptyPictureAndRefusesBadOptions) {
  const auto card = find_card("pedestrians", "no such folder");
  ASSERT_TRUE(card) << card.error().message;
  auto network = load_network(*card, {"opencv", "", 1}, "no such folder");
  ASSERT_TRUE(network) << "the card's own back end runs it: " << network.error().message;
  std::ranges::fill(*network->begin_input(), 90.0F);
  ASSERT_TRUE(network->run(60s));
  ASSERT_EQ(network->outputs().size(), 1U);
  EXPECT_EQ(network->outputs()[0].dims, (std::vector<std::int64_t>{1, 100, 5}));
  EXPECT_THAT(network->outputs()[0].data, testing::Each(0.0F));
  EXPECT_THAT(load_network(*card, {"hog", "scale_step=1", 1}, "").error().message, HasSubstr("scale_step"));
  EXPECT_THAT(Network::load("flat", {}, {1, 1, 64, 64}, {"hog", "", 1}).error().message,
              HasSubstr("1 x 3 x height x width"));
}

TEST(ModelCard, LaneMarkingsNeedNoFileAndNoNetwork) {
  const auto card = find_card("lane_markings", "no such folder");
  ASSERT_TRUE(card) << card.error().message;
  auto network = load_network(*card, {"opencv", "", 1}, "no such folder");
  ASSERT_TRUE(network) << "the card's own back end runs it: " << network.error().message;
  const std::span<float> input = *network->begin_input();
  std::ranges::fill(input, 90.0F);
  const std::size_t plane = input.size() / 3;
  constexpr std::size_t kMiddle = 480;  // of the first row: five pixels of paint, one of them in only one colour
  for (std::size_t colour = 0; colour < 3; ++colour)
    std::fill_n(input.begin() + static_cast<std::ptrdiff_t>(colour * plane + kMiddle), 4, 170.0F);
  input[kMiddle + 4] = 120.0F;  // red alone
  ASSERT_TRUE(network->run(60s));
  ASSERT_EQ(network->outputs()[0].dims, (std::vector<std::int64_t>{1, 2, 288, 960}));
  const std::span<const float> off = network->outputs()[0].data.first(plane);
  const std::span<const float> on = network->outputs()[0].data.subspan(plane);
  for (std::size_t i = 0; i < plane; ++i) ASSERT_EQ(on[i] > off[i], i >= kMiddle && i < kMiddle + 4) << "pixel " << i;
  EXPECT_THAT(load_network(*card, {"markings", "contrast=0", 1}, "").error().message, HasSubstr("contrast"));
  EXPECT_THAT(load_network(*card, {"markings", "reach=1", 1}, "").error().message, HasSubstr("reach"));
  EXPECT_THAT(Network::load("flat", {}, {1, 1, 64, 64}, {"markings", "", 1}).error().message, HasSubstr("1x1x64x64"));
}

TEST(ModelCard, ACardOfTheFolderGoesBeforeTheBuiltInOne) {
  const test::Folder folder;
  std::ofstream(folder.path() / "fastestdet.yaml") << kCard;
  std::ofstream(folder.path() / "mine.yaml") << kCard;
  EXPECT_EQ(find_card("fastestdet", folder.path())->input.width_px, 64);
  EXPECT_THAT(card_names(folder.path()), testing::IsSupersetOf({"mine", "lane_markings", "pedestrians"}));
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
    if (std::string_view(backend) == "opencv") {
      EXPECT_THAT(network.error().message, HasSubstr("of the model is 1x3x352x352: expected 1x3x352x100"));
    }
  }
}

TEST(ModelCard, EveryModelRunsOnOpencv) {
  const auto folder = test::models();
  if (!folder) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  for (const std::string& name : card_names(*folder)) {
    const auto card = find_card(name, *folder);
    ASSERT_TRUE(card) << card.error().message;
    if (!card->backend.empty()) continue;
    auto plain = load_network(*card, {"opencv", "", 1}, *folder);
    ASSERT_TRUE(plain) << plain.error().message;
    test::fill_with_pattern(*plain->begin_input());
    ASSERT_TRUE(plain->run(60s)) << name;
    EXPECT_GT(plain->last_time(), Duration{});
  }
}

TEST(ModelCard, OnnxModelsGiveTheSameOnOnnxRuntimeAsOnOpencv) {
  const auto folder = test::models();
  if (!folder) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  int compared = 0;
  std::vector<std::string> left_out;
  for (const std::string& name : card_names(*folder)) {
    const auto card = find_card(name, *folder);
    ASSERT_TRUE(card) << card.error().message;
    if (card->files.empty() || card->files[0].role != "onnx") continue;
    auto quick = test::on_onnxruntime(*card, *folder);
    if (!quick) {
      left_out.push_back(name);
      continue;
    }
    auto plain = load_network(*card, {"opencv", "", 1}, *folder);
    ASSERT_TRUE(plain) << plain.error().message;
    for (Network* network : {&*plain, &*quick}) {
      test::fill_with_pattern(*network->begin_input());
      ASSERT_TRUE(network->run(60s)) << name;
    }
    test::expect_same_outputs(*plain, *quick, 1e-3F, name);
    ++compared;
  }
  if (compared == 0) GTEST_SKIP() << "skipped: no ONNX Runtime (see docs/accelerators.md)";
  EXPECT_THAT(left_out, testing::IsEmpty()) << "ONNX Runtime is there";
}

}  // namespace
}  // namespace ocelli::accel
