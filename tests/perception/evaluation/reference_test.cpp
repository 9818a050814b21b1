// The evaluator against published evaluators' output: AB3DMOT's tracks of ten KITTI sequences.
#include <gtest/gtest.h>

#include "ocelli/tests/perception/kitti_folder.hpp"
#include "ocelli/perception/evaluation/evaluation.hpp"

namespace ocelli::evaluation {
namespace {

struct Expected {
  double samota, amota, amotp, mota, motp;
  int ids, frag, fp, fn;
};

void expect_row(const ClearRow& row, const Expected& e) {
  SCOPED_TRACE(fmt::format("{} at {:g}", to_string(row.object_class), row.min_iou));
  EXPECT_NEAR(100 * row.sweep.samota, e.samota, 0.005001);
  EXPECT_NEAR(100 * row.sweep.amota, e.amota, 0.005001);
  EXPECT_NEAR(100 * row.sweep.amotp, e.amotp, 0.005001);
  EXPECT_NEAR(100 * row.sweep.best.mota, e.mota, 0.005001);
  EXPECT_NEAR(100 * row.sweep.best.motp, e.motp, 0.005001);
  EXPECT_EQ(row.sweep.best.switches, e.ids);
  EXPECT_EQ(row.sweep.best.fragments, e.frag);
  EXPECT_EQ(row.sweep.best.false_positives, e.fp);
  EXPECT_EQ(row.sweep.best.false_negatives, e.fn);
}

class Reference : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = testing::kitti_tracking();
    if (!folder) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
    auto read = read_dataset(*folder / "ab3dmot_results", *folder / "label_02", {});
    ASSERT_TRUE(read) << read.error().message;
    data_ = std::move(*read);
  }

  Dataset data_;
};

TEST_F(Reference, ClearScoresOfAb3dmotComeOutToThePrintedDigit) {
  Request request;
  request.classes = {ObjectClass::kCar, ObjectClass::kPedestrian};
  request.image_ious = {0.5};
  const Scores scores = evaluate(data_, request);
  ASSERT_EQ(scores.clear.size(), 8U);
  expect_row(scores.clear[0], {87.81, 40.43, 75.35, 78.85, 80.53, 0, 35, 700, 2618});
  expect_row(scores.clear[1], {87.08, 39.77, 75.53, 77.06, 81.05, 0, 68, 890, 2709});
  expect_row(scores.clear[2], {74.21, 29.47, 68.11, 62.44, 83.59, 0, 262, 1532, 4362});
  expect_row(scores.clear[3], {87.49, 40.12, 80.18, 78.13, 87.03, 0, 61, 777, 2654});
  expect_row(scores.clear[4], {55.31, -28.19, 44.75, 61.35, 56.36, 1, 11, 115, 395});
  expect_row(scores.clear[7], {40.23, -13.58, 42.23, 44.55, 63.99, 13, 69, 169, 551});
}

TEST_F(Reference, ExactModeDropsTheQuirksOfTheOriginals) {
  Request request;
  request.classes = {ObjectClass::kCar, ObjectClass::kPedestrian};
  request.volume_ious = {0.25};
  request.mode = Mode::kExact;
  const Scores scores = evaluate(data_, request);
  EXPECT_NEAR(100 * scores.clear[0].sweep.samota, 88.07, 0.005001);
  EXPECT_NEAR(100 * scores.clear[1].sweep.samota, 68.25, 0.005001);
}

TEST_F(Reference, HotaScoresOfAb3dmotComeOutToThePrintedDigit) {
  Request request;
  request.classes = {ObjectClass::kCar, ObjectClass::kPedestrian};
  request.volume_ious.clear();
  request.with_hota = true;
  const Scores scores = evaluate(data_, request);
  ASSERT_EQ(scores.hota.size(), 2U);
  struct Row {
    double threshold, hota, det_a, ass_a, loc_a, mota, idf1;
    int switches, fp, fn;
  };
  const Row expected[] = {{3.339469, 72.29, 69.17, 75.69, 88.86, 77.94, 85.51, 32, 776, 2654},
                          {3.633330, 42.00, 37.84, 46.86, 70.72, 44.78, 63.48, 8, 170, 552}};
  for (std::size_t i = 0; i < 2; ++i) {
    const HotaScores& s = scores.hota[i].scores;
    EXPECT_NEAR(*s.threshold, expected[i].threshold, 5e-7);
    EXPECT_NEAR(100 * s.hota, expected[i].hota, 0.005001);
    EXPECT_NEAR(100 * s.det_a, expected[i].det_a, 0.005001);
    EXPECT_NEAR(100 * s.ass_a, expected[i].ass_a, 0.005001);
    EXPECT_NEAR(100 * s.loc_a, expected[i].loc_a, 0.005001);
    EXPECT_NEAR(100 * s.mota, expected[i].mota, 0.005001);
    EXPECT_NEAR(100 * s.idf1, expected[i].idf1, 0.005001);
    EXPECT_EQ(s.switches, expected[i].switches);
    EXPECT_EQ(s.false_positives, expected[i].fp);
    EXPECT_EQ(s.false_negatives, expected[i].fn);
  }
}

}  // namespace
}  // namespace ocelli::evaluation
