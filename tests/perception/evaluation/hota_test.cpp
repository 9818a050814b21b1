#include "ocelli/perception/evaluation/hota.hpp"

#include <gtest/gtest.h>

namespace ocelli::evaluation {
namespace {

LabelRow row(int frame, int id, double left_px, Kind kind = Kind::kPedestrian) {
  LabelRow row;
  row.frame = frame;
  row.id = id;
  row.kind = kind;
  row.image = {left_px, 100.0, left_px + 50.0, 200.0};
  row.box = {1.7, 0.6, 0.8, left_px / 50.0, 1.6, 20.0, 0.0};
  row.score = 1.0;
  return row;
}

Dataset followed(int frames) {
  Dataset data;
  data.sequences = {"0000"};
  for (int f = 0; f < frames; ++f) {
    data.truth.push_back(row(f, 3, 2.0 * f));
    data.results.push_back(row(f, 1, 2.0 * f));
  }
  return data;
}

HotaScores score(const Dataset& data) { return score_hota(data, ObjectClass::kPedestrian, std::nullopt); }

TEST(Hota, IsOneForPerfectTracks) {
  const HotaScores scores = score(followed(10));
  EXPECT_NEAR(scores.hota, 1.0, 1e-12);
  EXPECT_NEAR(scores.idf1, 1.0, 1e-12);
  EXPECT_NEAR(scores.mota, 1.0, 1e-12);
}

TEST(Hota, HalvesTheAssociationOfATrackThatIsHandedOverHalfWay) {
  Dataset data = followed(10);
  for (LabelRow& result : data.results)
    if (result.frame >= 5) result.id = 2;
  const HotaScores scores = score(data);
  EXPECT_NEAR(scores.det_a, 1.0, 1e-12);
  EXPECT_NEAR(scores.ass_a, 0.5, 1e-12);
  EXPECT_NEAR(scores.hota, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(scores.idf1, 0.5, 1e-12);
  EXPECT_EQ(scores.switches, 1);
}

TEST(Hota, RemovesBoxesOnSittingPersonsUnderBothTheirNames) {
  for (const Kind kind : {Kind::kPerson, Kind::kPersonSitting}) {
    Dataset data = followed(10);
    for (int f = 0; f < 10; ++f) {
      data.truth.push_back(row(f, 8, 500.0, kind));
      data.results.push_back(row(f, 9, 500.0));
    }
    EXPECT_EQ(score(data).false_positives, 0);
  }
}

TEST(Hota, DropsTracksBelowTheThreshold) {
  Dataset data = followed(10);
  for (int f = 0; f < 10; ++f) {
    data.results.push_back(row(f, 9, 500.0));
    data.results.back().score = 0.5;
  }
  EXPECT_EQ(score(data).false_positives, 10);
  EXPECT_EQ(score_hota(data, ObjectClass::kPedestrian, 0.6).false_positives, 0);
}

TEST(Hota, PrintedThresholdHasSixDecimals) { EXPECT_EQ(printed_threshold(1.23456789), 1.234568); }

}  // namespace
}  // namespace ocelli::evaluation
