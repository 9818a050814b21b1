#include "ocelli/launch/track_errors.hpp"

#include <gmock/gmock.h>

namespace ocelli::launch {
namespace {

using report::ObjectFrame;
using report::ObjectState;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

ObjectState car(std::uint32_t id, double x_m, double y_m, std::uint32_t returns) {
  ObjectState state;
  state.id = id;
  state.classification = report::ObjectClass::kCar;
  state.position = {x_m, y_m, 0.0};
  state.size = {4.0, 1.8, 1.5};
  state.lidar_points = returns;
  return state;
}

/// Tracks against true objects at one moment per call.
class TrackErrorsOf : public testing::Test {
 protected:
  void compare(Duration after, std::vector<ObjectState> tracks, std::vector<ObjectState> truth) {
    for (auto [frames, objects] : {std::pair(&tracks_, &tracks), std::pair(&truth_, &truth)}) {
      ObjectFrame frame;
      frame.stamp = from_ns(1'000'000'000'000) + after;
      frame.is_world = true;
      frame.objects = *objects;
      frames->push_back(std::move(frame));
    }
  }
  std::string table() {
    TrackErrors errors;
    const report::TrackingRules rules{.warm_up = Duration{}};
    (void)report::tracking_report(
        tracks_, truth_, [](Time) { return false; }, rules, [&](const report::Outcome& o) { errors.add(o); });
    return errors.table();
  }
  std::vector<ObjectFrame> tracks_, truth_;
};

TEST_F(TrackErrorsOf, SaysWhatLiesInThePlaceOfAFalseTrack) {
  compare(0ms, {car(1, 10, 0, 0), car(2, 10, 3, 0), car(3, 30, 0, 0), car(4, 40, 9, 0), car(5, 20, -10, 0)},
          {car(11, 10.5, 0, 99), car(12, 30.5, 0, 0), car(13, 40, 6, 50)});
  const std::string said = table();
  EXPECT_THAT(said, ContainsRegex("place: beside an object that has its track +1\n"));
  EXPECT_THAT(said, ContainsRegex("place: an object without any return +1\n"));
  EXPECT_THAT(said, ContainsRegex("place: too far from the object that is missed there +1\n"));
  EXPECT_THAT(said, ContainsRegex("place: nothing that the truth lists \\(scenery\\) +1\n"));
}

TEST_F(TrackErrorsOf, TellsAnObjectThatIsNotYetFoundFromOneThatIsLost) {
  compare(0ms, {}, {car(11, 10, 0, 20)});
  compare(100ms, {car(1, 10, 0, 0)}, {car(11, 10, 0, 20)});
  compare(200ms, {}, {car(11, 10, 0, 40)});
  compare(300ms, {}, {car(11, 10, 0, 40)});
  const std::string said = table();
  EXPECT_THAT(said, ContainsRegex("all, before it was first found +1\n"));
  EXPECT_THAT(said, ContainsRegex("all, lost, or in a gap +2\n"));
  EXPECT_THAT(said, ContainsRegex("returns 10 to 29 +1\n"));
}

TEST_F(TrackErrorsOf, SplitsTheErrorAlongAndAcrossTheLineOfSight) {
  compare(0ms, {car(1, 10.3, 0.4, 0)}, {car(11, 10, 0, 20)});
  EXPECT_THAT(table(), ContainsRegex("all +1 +0.500 m +0.300 m +0.400 m +100 %"));
  EXPECT_THAT(table(), HasSubstr("standing, track younger than 1 s"));
  EXPECT_THAT(table(), Not(HasSubstr("standing, track older than 1 s")));
}

TEST_F(TrackErrorsOf, SaysWhoseCovarianceHolds) {
  ObjectState heard = car(1, 10.3, 0.0, 0);
  heard.covariance = Eigen::Vector4d(0.01, 0.01, 1.0, 1.0).asDiagonal();
  heard.sources = 5;
  ObjectState silent = car(2, 30.1, 0.0, 0);
  silent.covariance = heard.covariance;
  silent.sources = 1;
  compare(0ms, {heard, silent}, {car(11, 10, 0, 20), car(12, 30, 0, 20)});
  const std::string said = table();
  EXPECT_THAT(said, ContainsRegex("all +2 +5.00 +50.0 % +0.00 +0.0 %"));
  EXPECT_THAT(said, ContainsRegex("no radar hears it +1 +1.00 +0.0 %"));
  EXPECT_THAT(said, ContainsRegex("radar hears it +1 +9.00 +100.0 %"));
}

TEST_F(TrackErrorsOf, AddsUpToWhatTheReportCounts) {
  compare(0ms, {car(1, 10, 0, 0), car(2, 20, 20, 0)}, {car(11, 10, 0, 20), car(12, 30, 0, 20)});
  std::size_t found = 0, missed = 0, wrong = 0;
  const auto whole = report::tracking_report(
                         tracks_, truth_, [](Time) { return false; }, {.warm_up = Duration{}},
                         [&](const report::Outcome& o) {
                           found += o.is_found();
                           missed += o.track == nullptr;
                           wrong += o.track != nullptr && !o.is_found();
                         })
                         .whole;
  EXPECT_EQ(found, whole.found);
  EXPECT_EQ(missed, whole.truth - whole.found);
  EXPECT_EQ(wrong, whole.tracks - whole.right);
}

}  // namespace
}  // namespace ocelli::launch
