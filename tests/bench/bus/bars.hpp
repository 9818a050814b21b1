#pragma once
// What the bus promises against its peers, judged on what a run measured: the median over the rounds of the ratio
// within each round.

#include <string>
#include <vector>

#include "ocelli/tests/bench/bus/harness.hpp"
#include "ocelli/tests/bench/bus/plan.hpp"

namespace ocelli::bench {

struct Series {
  std::string name;
  std::vector<Round> rounds;
};

struct Bar {
  std::string what;
  double most = 0.0;   // allowed ratio
  double ratio = 0.0;  // median of the rounds; infinite when nothing of ours came in most of them
  double low = 0.0;    // its range over the rounds
  double high = 0.0;
  [[nodiscard]] bool holds() const { return ratio <= most; }
};

/// The bars that this case can show; peers that were not run give none.
[[nodiscard]] std::vector<Bar> judge(const std::vector<Series>& all, const Case& one);

}  // namespace ocelli::bench
