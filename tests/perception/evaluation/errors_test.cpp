#include "ocelli/perception/evaluation/errors.hpp"

#include <gtest/gtest.h>

#include "ocelli/tests/perception/evaluation/rows.hpp"

namespace ocelli::evaluation {
namespace {

LabelRow row(int frame, int id, double x_m, double score = 5.0, Kind kind = Kind::kCar) {
  return test::row(frame, id, x_m, score, kind);
}

/// One object in frames 0 .. 19 at x = 0, tracked in the frames `from` .. `to`.
Dataset followed(int from, int to) {
  Dataset data;
  data.sequences = {"0000"};
  for (int f = 0; f < 20; ++f) data.truth.push_back(row(f, 7, 0.0));
  for (int f = from; f <= to; ++f) data.results.push_back(row(f, 1, 0.0));
  return data;
}

ClearRow evaluated(const Dataset& data) {
  Request request;
  request.classes = {ObjectClass::kCar};
  request.volume_ious = {0.25};
  request.with_errors = true;
  request.mode = Mode::kExact;
  return evaluate(data, request).clear.front();
}

ErrorCount missed(const ClearRow& row, MissReason reason) { return row.errors->missed[std::size_t(reason)]; }
ErrorCount falses(const ClearRow& row, FalseReason reason) { return row.errors->false_positives[std::size_t(reason)]; }

TEST(Errors, MissesAreBeforeInAndAfterTheMatchesOfAnObject) {
  Dataset data = followed(2, 16);
  std::erase_if(data.results, [](const LabelRow& r) { return r.frame >= 5 && r.frame < 9; });
  data.detections = {row(0, 0, 0.0), row(6, 0, 0.0), row(7, 0, 0.0), row(8, 0, 30.0)};
  const ClearRow scored = evaluated(data);
  EXPECT_EQ(missed(scored, MissReason::kBeforeFirst).boxes, 2);
  EXPECT_EQ(missed(scored, MissReason::kBeforeFirst).detected, 1);
  EXPECT_EQ(missed(scored, MissReason::kGap).boxes, 4);
  EXPECT_EQ(missed(scored, MissReason::kGap).detected, 2);
  EXPECT_EQ(missed(scored, MissReason::kAfterLast).boxes, 3);
  EXPECT_EQ(scored.errors->undetected_tracks, 0);
}

TEST(Errors, AnObjectWithoutTrackOrBelowTheThresholdIsToldApart) {
  Dataset data = followed(0, 19);
  for (int f = 0; f < 20; ++f) {
    data.truth.push_back(row(f, 8, 30.0));  // nobody sees it
    data.truth.push_back(row(f, 9, 60.0));  // seen, among ten false tracks of the same score
    data.results.push_back(row(f, 2, 60.0, 1.0));
    for (int i = 0; i < 10; ++i) data.results.push_back(row(f, 10 + i, 100.0 + 10.0 * i, 1.0));
  }
  data.detections = {row(0, 0, 0.0), row(0, 0, 60.0)};
  const ClearRow scored = evaluated(data);
  EXPECT_EQ(missed(scored, MissReason::kNeverSeen).boxes, 20);
  EXPECT_EQ(missed(scored, MissReason::kTrackDropped).boxes, 20);
  EXPECT_EQ(scored.errors->undetected_tracks, 1);
  EXPECT_EQ(scored.errors->counted_tracks, 3);
}

TEST(Errors, FalseBoxesAreToldApartByWhatTheyTouch) {
  Dataset data = followed(0, 19);
  LabelRow hidden = row(3, 8, 30.0);
  hidden.occlusion = 3.0;
  data.truth.push_back(hidden);
  data.truth.push_back(row(3, 9, 60.0, 0.0, Kind::kOther));
  data.results.push_back(row(3, 1, 0.5));
  data.results.erase(data.results.begin() + 3);  // frame 3: the box is moved, and one lies beside it,
  data.results.push_back(row(4, 2, 2.5));        // frame 4: beside an object that has its match
  data.results.push_back(row(3, 3, 33.0));       // on a hidden object, too little
  data.results.push_back(row(3, 4, 60.0));       // on a truck
  data.results.push_back(row(3, 5, 200.0));      // nowhere
  const ClearRow scored = evaluated(data);
  EXPECT_EQ(falses(scored, FalseReason::kDouble).boxes, 1);
  EXPECT_EQ(falses(scored, FalseReason::kIgnoredObject).boxes, 1);
  EXPECT_EQ(falses(scored, FalseReason::kOtherClass).boxes, 1);
  EXPECT_EQ(falses(scored, FalseReason::kNothing).boxes, 1);
  EXPECT_EQ(falses(scored, FalseReason::kOffTarget).boxes, 0);
}

TEST(Errors, ABoxThatOverlapsTooLittleIsMissedAndFalseAtOnce) {
  Dataset data = followed(0, 19);
  for (LabelRow& result : data.results)
    if (result.frame == 5) result.box.x_m = 3.0;
  const ClearRow scored = evaluated(data);
  EXPECT_EQ(missed(scored, MissReason::kOffTarget).boxes, 1);
  EXPECT_EQ(falses(scored, FalseReason::kOffTarget).boxes, 1);
}

TEST(Errors, CountsAddUpToTheScores) {
  Dataset data = followed(4, 12);
  data.results.push_back(row(6, 3, 90.0));
  const ClearRow scored = evaluated(data);
  int misses = 0;
  int falses = 0;
  for (const ErrorCount& count : scored.errors->missed) misses += count.boxes;
  for (const ErrorCount& count : scored.errors->false_positives) falses += count.boxes;
  EXPECT_EQ(misses, scored.sweep.best.false_negatives);
  EXPECT_EQ(falses, scored.sweep.best.false_positives);
}

TEST(Errors, PicturesShowTheWorstFramesNotTooNearToEachOther) {
  Dataset data = followed(5, 19);
  const ClearRow scored = evaluated(data);
  ASSERT_EQ(scored.pictures.size(), 1U);
  EXPECT_EQ(scored.pictures.front().errors.false_negatives, 1);
  ASSERT_EQ(scored.pictures.front().boxes.size(), 1U);
  EXPECT_EQ(scored.pictures.front().boxes.front().fate, Fate::kTruthMissed);
}

}  // namespace
}  // namespace ocelli::evaluation
