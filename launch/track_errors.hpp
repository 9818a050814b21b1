#pragma once
// What the errors of tracks against truth are made of: false tracks by what lies in their place, missed objects by what
// was seen of them, the errors of place and velocity by direction, age of the track and class. Must not know: how the
// tracks were made.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ocelli/launch/report/tracking_metrics.hpp"

namespace ocelli::launch {

class TrackErrors {
 public:
  /// In the order of report::tracking_report. A stamp before the last one begins another run.
  void add(const report::Outcome& outcome);
  /// Each row: how many, or which share of the sum of squares.
  [[nodiscard]] std::string table() const;

 private:
  struct Squares {
    std::size_t pairs = 0;
    double along2 = 0.0;   // the line of sight
    double across2 = 0.0;  // it
    [[nodiscard]] double sum2() const { return along2 + across2; }
  };
  using Rows = std::map<std::string, std::size_t>;
  struct Promises {
    report::Consistency position;
    report::Consistency velocity;
  };
  using PromiseRows = std::map<std::string, Promises>;
  using SquareRows = std::map<std::string, Squares>;

  void begin(Time stamp);
  void find(const report::Outcome& outcome);
  void weigh_promise(const report::Outcome& outcome, const char* age, const char* moves);
  void miss(const report::Outcome& outcome);
  void be_wrong(const report::Outcome& outcome);

  Time stamp_ = kNoTime;
  std::map<std::uint32_t, Time> first_seen_;         // of each track
  std::map<std::uint32_t, Time> first_found_;        // of each true object
  std::map<std::uint32_t, std::uint32_t> found_by_;  // of this moment: true object → track
  Rows wrong_;
  Rows missed_;
  SquareRows place_;
  SquareRows velocity_;
  PromiseRows promises_;
};

}  // namespace ocelli::launch
