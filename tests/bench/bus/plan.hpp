#pragma once
// What a run of the bench measures: its cases, in order.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/tests/bench/bus/harness.hpp"

namespace ocelli::bench {

struct Options {
  bool has_peers = false;
  int rounds = 7;
  std::vector<std::size_t> sizes;         // of these four, none given: the whole programme
  std::vector<int> readers;               //
  bool is_throughput = false;             //
  int stress = 0;                         //
  std::optional<std::uint64_t> messages;  // each kind of case has a number of its own
  bool keeps_awake = false;
  std::vector<std::string> only;
  std::string json;
};

struct Case {
  std::size_t size = 64;
  int readers = 1;
  std::uint64_t messages = 200;
  bool is_throughput = false;  // no pause between messages
  int stress = 0;              // processes that keep processors busy meanwhile
};

/// Everything that the bus promises numbers for, or what the options name.
[[nodiscard]] std::vector<Case> cases_of(const Options& options);

/// Long enough for the slowest transport worth comparing to deliver one message.
[[nodiscard]] Duration period_of(const Case& one);

}  // namespace ocelli::bench
