#include "ocelli/hal/accel/recovery.hpp"

#include "ocelli/hal/accel/engine.hpp"

namespace ocelli::accel {
namespace {

constexpr Duration kResetTimeout = 1s;   // what the device is given
constexpr Duration kResetPatience = 2s;  // for a device that does not keep to that

}  // namespace

Recovery::Recovery(std::shared_ptr<const OpenDevice> device, Duration reset_after)
    : device_(std::move(device)), reset_after_(reset_after) {}

Status Recovery::check(Time now) {
  if (reset_since_ && !hang_) {
    if (reset_.has_ended()) {
      reset_since_.reset();
      if (!outcome_->is_good) note_hang(outcome_->text);
    } else if (now - *reset_since_ > kResetPatience) {
      note_hang(fmt::format("a reset did not return within {:.1f} s", to_seconds(kResetPatience)));
    } else {
      return error(ErrorCode::kUnavailable, "busy with a late computation: being reset");
    }
  }
  if (hang_) return error(ErrorCode::kUnavailable, "device hangs, given up: {}", *hang_);
  return ok();
}

void Recovery::note_busy(Time now) {
  if (!busy_since_) busy_since_ = now;
  if (now - *busy_since_ < reset_after_ || reset_since_ || hang_ || device_ == nullptr) return;
  if (was_reset_)
    note_hang(fmt::format("busy for {:.1f} s again after a reset, without a result", to_seconds(now - *busy_since_)));
  else
    begin_reset(now);
}

void Recovery::begin_reset(Time now) {
  outcome_ = std::make_shared<Outcome>();
  reset_ = Errand([device = device_, outcome = outcome_, busy = now - *busy_since_] {
    ocelli_accel_health health{};
    health.size = sizeof health;
    const EngineStatus done = guarded(OCELLI_ACCEL_DEVICE_LOST, [&]() -> EngineStatus {
      const bool is_told = device->api->health(device->device, &health) == OCELLI_ACCEL_OK;
      if (is_told && health.is_hung != 0) return {OCELLI_ACCEL_HANG, "it says so itself"};
      const auto timeout_ns = static_cast<std::uint64_t>(kResetTimeout.count());
      const ocelli_accel_status status = device->api->reset(device->device, timeout_ns);
      return {status, status == OCELLI_ACCEL_OK ? "" : last_error_of(*device->api)};
    });
    outcome->is_good = done.is_ok();
    outcome->text = fmt::format("busy for {:.1f} s with a late computation, and a reset did not help: {}",
                                to_seconds(busy), done.message);
  });
  was_reset_ = true;
  busy_since_.reset();
  reset_since_ = now;
}

void Recovery::note_hang(std::string why) {
  if (!hang_) hang_ = std::move(why);
}

}  // namespace ocelli::accel
