#include "ocelli/safety/monitor/modes.hpp"

#include <algorithm>
#include <bit>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::safety {
namespace {

template <class Visit>
void for_each_bit(std::uint64_t bits, Visit visit) {
  for (; bits != 0; bits &= bits - 1) visit(static_cast<std::size_t>(std::countr_zero(bits)));
}

}  // namespace

std::uint32_t ModeMachine::best(std::uint32_t at_least, std::uint64_t lost) const {
  std::uint32_t mode = at_least;
  while ((modes_[mode].needs & lost) != 0) ++mode;  // the last mode needs nothing
  return mode;
}

std::uint32_t ModeMachine::demanded() const {
  std::uint32_t at_least = 0;
  for (std::uint32_t i = 0; i < demands_.size(); ++i)
    if (demands_[i] > 0) at_least = i;
  return at_least;
}

std::uint64_t ModeMachine::lost() const {
  std::uint64_t lost = 0;
  std::uint64_t capability = 1;
  for (const std::uint32_t faults : losses_) {
    if (faults > 0) lost |= capability;
    capability <<= 1;
  }
  return lost;
}

/// Of the active faults that alone lead furthest down the one raised last.
std::uint32_t ModeMachine::cause() const {
  std::uint32_t cause = kNoFault;
  for (std::uint32_t fault = 0; fault < raised_.size(); ++fault) {
    if (raised_[fault].times == 0) continue;
    const auto rank = [&](std::uint32_t f) { return std::pair(mode_after(f), raised_[f].newest); };
    if (cause == kNoFault || rank(fault) > rank(cause)) cause = fault;
  }
  return cause;
}

std::uint32_t ModeMachine::mode_after(std::uint32_t fault) const {
  return best(effects_[fault].mode, effects_[fault].takes);
}

void ModeMachine::raise(std::uint32_t fault) {
  const Effect& effect = effects_[fault];
  ++demands_[effect.mode];
  for_each_bit(effect.takes, [&](std::size_t capability) { ++losses_[capability]; });
  ++raised_[fault].times;
  raised_[fault].newest = ++raises_;
}

void ModeMachine::clear(std::uint32_t fault) {
  const Effect& effect = effects_[fault];
  OCELLI_EXPECT(raised_[fault].times > 0);
  --raised_[fault].times;
  --demands_[effect.mode];
  for_each_bit(effect.takes, [&](std::size_t capability) { --losses_[capability]; });
}

void ModeMachine::resume(std::uint32_t mode, Time since) {
  if (is_held_ && modes_[mode].recovery == Recovery::kAutomatic) {
    floor_ = mode;
    floor_since_ = since;
    return;
  }
  mode_ = mode;
  since_ = stays_since_ = since;
  has_begun_ = true;
}

ModeChange ModeMachine::enter(std::uint32_t mode, Time now, std::uint32_t cause) {
  const ModeChange change{mode_, mode, now, cause};
  mode_ = mode;
  since_ = stays_since_ = now;
  is_requested_ = false;
  better_since_.reset();
  return change;
}

bool ModeMachine::may_recover(std::uint32_t target, Time now) {
  if (!better_since_ || target > better_) better_since_ = now;  // no better mode yet, or a cause came back
  better_ = target;
  if (now - *better_since_ < modes_[mode_].recover_after) return false;
  const Recovery recovery = modes_[mode_].recovery;
  return recovery == Recovery::kAutomatic || (recovery == Recovery::kOnRequest && is_requested_);
}

std::optional<ModeChange> ModeMachine::tick(Time now) {
  if (!has_begun_) {
    has_begun_ = true;
    since_ = stays_since_ = now;
  }
  const std::uint64_t gone = lost();
  const std::uint32_t wanted = best(demanded(), gone);
  if (mode_ == start()) {
    if (is_held_) return std::nullopt;
    const std::uint32_t first = best(std::max(demanded(), floor_), gone);
    const ModeChange change = enter(first, now, wanted == 0 ? kNoFault : cause());
    // What still leads there has done so since then; what does not must not end the stay before its recovery.
    if (first == floor_ && wanted == floor_ && floor_since_ != Time{}) stays_since_ = floor_since_;
    return change;
  }
  const std::uint32_t down = best(std::max(demanded(), mode_), gone);
  if (down > mode_) return enter(down, now, cause());  // at once, also out of a mode that has become impossible
  const Mode& mode = modes_[mode_];
  // Nobody may agree to what may only be for a while: that led here, and would again.
  const bool is_to_stay = mode.recovery == Recovery::kAutomatic || modes_[wanted].max_dwell == Duration::zero();
  if (wanted < mode_ && is_to_stay && !is_held_) {
    if (may_recover(wanted, now)) return enter(wanted, now, kNoFault);
  } else {
    better_since_.reset();
  }
  if (mode.max_dwell > Duration::zero() && now - stays_since_ >= mode.max_dwell)
    return enter(best(std::max(mode.then, demanded()), gone), now, kNoFault);
  return std::nullopt;
}

bool ModeMachine::has(std::string_view capability) const {
  const auto found = std::ranges::find(capabilities_, capability);
  return found == capabilities_.end() || losses_[static_cast<std::size_t>(found - capabilities_.begin())] == 0;
}

}  // namespace ocelli::safety
