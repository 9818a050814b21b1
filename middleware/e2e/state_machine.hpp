#pragma once
// The E2E state machine: from single verdicts to "may this stream be used?". Behaviour of AUTOSAR release 4.3, with the
// window of each state set by itself (release 20-11): a state with a larger window than the one before starts with
// what that one looked back at, older results stay forgotten. Equal windows give 4.3 exactly.
// No heap, no lock, no exception; one step costs at most kWindowMost additions. Must not know: messages, time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/e2e/counter.hpp"

namespace ocelli::e2e {

inline constexpr std::size_t kWindowMost = 255;

/// Limits of one state, over the last `window` results. "ok" counts OK and OKSOMELOST, "error" counts ERROR; the rest
/// only pushes them out of the window.
struct StateLimits {
  std::uint32_t window = 10;
  std::uint32_t least_ok = 1;
  std::uint32_t most_errors = 0;

  static constexpr auto fields() {
    return std::tuple{field("window", &StateLimits::window, "", 1, kWindowMost, "results that are looked back at"),
                      field("least_ok", &StateLimits::least_ok, "", 0, kWindowMost, "OK results needed in the window"),
                      field("most_errors", &StateLimits::most_errors, "", 0, kWindowMost, "ERROR results tolerated")};
  }
};

struct StateMachineConfig {
  StateLimits init{.window = 5, .least_ok = 2, .most_errors = 1};
  StateLimits valid{.window = 5, .least_ok = 1, .most_errors = 1};
  StateLimits invalid{.window = 5, .least_ok = 3, .most_errors = 0};
  bool clear_to_invalid = false;  // forget the window when the stream becomes invalid

  static constexpr auto fields() {
    using C = StateMachineConfig;
    return std::tuple{field("init", &C::init, "before the stream was ever valid"),
                      field("valid", &C::valid, "while it is used"), field("invalid", &C::invalid, "to use it again"),
                      field("clear_to_invalid", &C::clear_to_invalid, "forget the window on entering INVALID")};
  }
};

/// Refuses limits that can hide a loss: with least_ok = 0 a stream that stopped or froze stays valid for ever.
[[nodiscard]] Status validate(const StateMachineConfig& config);

enum class StreamState : std::uint8_t { kNoData, kInit, kValid, kInvalid };

[[nodiscard]] std::string_view to_string(StreamState state);

class StateMachine {
 public:
  /// For a configuration that validate() accepts.
  static Result<StateMachine> create(const StateMachineConfig& config);
  /// For any configuration with windows of 1 to kWindowMost: to compare with other implementations.
  explicit StateMachine(const StateMachineConfig& config);

  /// One result per cycle, kNoNewData included.
  StreamState step(CheckStatus result);
  [[nodiscard]] StreamState state() const { return state_; }

 private:
  struct Counts {
    std::uint32_t ok = 0;
    std::uint32_t errors = 0;
  };
  void remember(CheckStatus result);
  void forget_beyond(std::uint32_t window);
  [[nodiscard]] const StateLimits& limits() const;
  [[nodiscard]] Counts count(std::uint32_t window) const;
  [[nodiscard]] bool holds(const StateLimits& limits) const;

  StateMachineConfig config_;
  StreamState state_ = StreamState::kNoData;
  std::array<CheckStatus, kWindowMost> results_{};
  std::uint32_t next_ = 0;
};

}  // namespace ocelli::e2e
