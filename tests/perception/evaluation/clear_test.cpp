#include "ocelli/perception/evaluation/clear.hpp"

#include <gtest/gtest.h>

#include "ocelli/tests/perception/evaluation/rows.hpp"

namespace ocelli::evaluation {
namespace {

using test::row;

/// One object in `frames` frames, tracked perfectly with id 1.
Dataset followed(int frames) {
  Dataset data;
  data.sequences = {"0000"};
  for (int f = 0; f < frames; ++f) {
    data.truth.push_back(row(f, 7, 0.1 * f));
    data.results.push_back(row(f, 1, 0.1 * f));
  }
  return data;
}

Sweep sweep(const Dataset& data, Mode mode = Mode::kExact) {
  return sweep_recall(select_class(data, ObjectClass::kCar, mode), Overlap::kVolume, 0.25, mode);
}

TEST(Clear, GivesAPerfectTrackFullMarks) {
  const Sweep result = sweep(followed(80));
  EXPECT_DOUBLE_EQ(result.best.mota, 1.0);
  EXPECT_NEAR(result.best.motp, 1.0, 1e-9);
  EXPECT_EQ(result.best.matches, 80);
  EXPECT_EQ(result.curve.size(), 40U);
  EXPECT_EQ(result.best.switches + result.best.fragments + result.best.false_positives, 0);
}

TEST(Clear, CountsAHandOverAsSwitchAndFragment) {
  Dataset data = followed(20);
  for (LabelRow& result : data.results)
    if (result.frame >= 10) result.id = 2;
  const Sweep result = sweep(data);
  EXPECT_EQ(result.best.switches, 1);
  EXPECT_EQ(result.best.fragments, 1);
}

TEST(Clear, CountsAGapAsMissesAndFragmentButNotAsSwitch) {
  Dataset data = followed(20);
  std::erase_if(data.results, [](const LabelRow& r) { return r.frame >= 8 && r.frame < 11; });
  const Sweep result = sweep(data);
  EXPECT_EQ(result.best.false_negatives, 3);
  EXPECT_EQ(result.best.fragments, 1);
  EXPECT_EQ(result.best.switches, 0);
  EXPECT_DOUBLE_EQ(result.best.mota, 1.0 - 3.0 / 20.0);
}

TEST(Clear, NeverChargesForOccludedTruncatedOrNeighbouringTruth) {
  for (const int what : {0, 1, 2}) {
    Dataset data = followed(20);
    for (LabelRow& truth : data.truth) {
      if (truth.frame < 10) continue;
      if (what == 0) truth.occlusion = 3;
      if (what == 1) truth.truncation = 1;
      if (what == 2) truth.kind = Kind::kVan;
    }
    EXPECT_DOUBLE_EQ(sweep(data).best.mota, 1.0) << "matched, case " << what;
    std::erase_if(data.results, [](const LabelRow& r) { return r.frame >= 10; });
    const Sweep result = sweep(data);
    EXPECT_EQ(result.best.false_negatives, 0) << "unmatched, case " << what;
    EXPECT_EQ(result.truth_boxes, 10);
  }
}

TEST(Clear, ForgivesSmallBoxesAndThoseInDontCareAreas) {
  Dataset data = followed(20);
  LabelRow stray = row(3, 9, 30.0);
  data.results.push_back(stray);
  EXPECT_EQ(sweep(data).curve.back().false_positives, 1);
  data.results.back().image.bottom_px = data.results.back().image.top_px + 25.0;
  EXPECT_EQ(sweep(data).curve.back().false_positives, 0);
  data.results.back() = stray;
  LabelRow area = stray;
  area.id = -1;
  area.kind = Kind::kDontCare;
  data.truth.push_back(area);
  EXPECT_EQ(sweep(data).curve.back().false_positives, 0);
}

TEST(Clear, DropsWholeTracksByTheirMeanScore) {
  Dataset data = followed(20);
  for (int f = 0; f < 20; ++f) data.results.push_back(row(f, 2, 30.0, f % 2 == 0 ? 0.0 : 1.5));
  const Sweep result = sweep(data);  // id 2: mean 0.75, below the good track's 1
  EXPECT_EQ(result.best.false_positives, 0);
  EXPECT_DOUBLE_EQ(*result.best_threshold, 1.0);
}

TEST(Clear, PrefersMorePairsToLargerOverlap) {
  Dataset data;
  data.sequences = {"0000"};
  data.truth = {row(0, 1, 0.0), row(0, 2, 1.6)};
  data.results = {row(0, 5, 1.5), row(0, 6, 2.6)};  // 5 overlaps 2 best, but then 1 and 6 stay alone
  EXPECT_EQ(sweep(data).best.matches, 2);
}

TEST(Clear, CompatibleModeLosesATrackOnItsOwnThreshold) {
  Dataset data = followed(3);
  for (LabelRow& result : data.results) result.score = 0.1 + 0.2 * result.frame;
  const ClassRows exact = select_class(data, ObjectClass::kCar, Mode::kExact);
  const ClassRows compatible = select_class(data, ObjectClass::kCar, Mode::kCompatible);
  EXPECT_EQ(exact.level[0], exact.results[0].score);
  const double mean = compatible.results[0].score;
  EXPECT_EQ(compatible.level[0], (mean + mean + mean) / 3.0);
}

TEST(Clear, ScoresEmptyInputWithoutDividingByZero) {
  Dataset data;
  data.sequences = {"0000"};
  EXPECT_EQ(sweep(data).best.mota, 0.0);
  data = followed(5);
  data.results.clear();
  EXPECT_EQ(sweep(data).best.false_negatives, 5);
  data = followed(5);
  data.truth.clear();
  EXPECT_EQ(sweep(data).best.false_positives, 5);
}

}  // namespace
}  // namespace ocelli::evaluation
