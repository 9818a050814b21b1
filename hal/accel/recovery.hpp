#pragma once
// What becomes of an accelerator that stays busy with a computation that was dropped: after a while it is asked for its
// health and reset, on a thread of its own; when that brings no result, it hangs. Nothing here waits.
// Must not know: models, what is computed, clocks.

#include <memory>
#include <optional>
#include <string>

#include "ocelli/hal/accel/errand.hpp"
#include "ocelli/hal/accel/open_device.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::accel {

class Recovery {
 public:
  /// None: every device is fit.
  Recovery() = default;
  Recovery(std::shared_ptr<const OpenDevice> device, Duration reset_after);

  /// kUnavailable while the device must be left alone: it is being reset, or it hangs.
  [[nodiscard]] Status check(Time now);
  /// It refused, busy with a computation that was dropped. A reset begins when that has lasted for `reset_after`.
  void note_busy(Time now);
  /// It took the next computation.
  void note_accepted() { busy_since_.reset(); }
  /// It gave a result in time.
  void note_result() { was_reset_ = false; }
  /// Only a new process can help.
  void note_hang(std::string why);
  [[nodiscard]] bool has_hung() const { return hang_.has_value(); }
  /// Whether nobody is in a call of the device.
  [[nodiscard]] bool is_at_rest() { return reset_.has_ended(); }

 private:
  struct Outcome {
    bool is_good = false;
    std::string text;
  };
  void begin_reset(Time now);

  std::shared_ptr<const OpenDevice> device_;
  Duration reset_after_{};
  std::optional<Time> busy_since_;
  bool was_reset_ = false;  // and no result came since
  Errand reset_;
  std::optional<Time> reset_since_;
  std::shared_ptr<Outcome> outcome_;
  std::optional<std::string> hang_;  // why
};

}  // namespace ocelli::accel
