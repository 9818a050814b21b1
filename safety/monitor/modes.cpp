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

std::uint32_t ModeMachine::target() const {
  std::uint32_t at_least = 0;
  for (std::uint32_t i = 0; i < demands_.size(); ++i)
    if (demands_[i] > 0) at_least = i;
  std::uint64_t lost = 0;
  std::uint64_t capability = 1;
  for (const std::uint32_t faults : losses_) {
    if (faults > 0) lost |= capability;
    capability <<= 1;
  }
  return best(at_least, lost);
}

std::uint32_t ModeMachine::mode_after(std::uint32_t fault) const {
  return best(effects_[fault].mode, effects_[fault].takes);
}

void ModeMachine::raise(std::uint32_t fault) {
  const Effect& effect = effects_[fault];
  ++demands_[effect.mode];
  for_each_bit(effect.takes, [&](std::size_t capability) { ++losses_[capability]; });
  cause_ = fault;
}

void ModeMachine::clear(std::uint32_t fault) {
  const Effect& effect = effects_[fault];
  OCELLI_EXPECT(demands_[effect.mode] > 0);
  --demands_[effect.mode];
  for_each_bit(effect.takes, [&](std::size_t capability) { --losses_[capability]; });
}

ModeChange ModeMachine::enter(std::uint32_t mode, Time now, std::uint32_t cause) {
  const ModeChange change{mode_, mode, now, cause};
  mode_ = mode;
  since_ = now;
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
    since_ = now;
  }
  const std::uint32_t wanted = target();
  if (wanted > mode_) return enter(wanted, now, cause_);
  const Mode& mode = modes_[mode_];
  if (wanted < mode_) {
    if (may_recover(wanted, now)) return enter(wanted, now, kNoFault);
  } else {
    better_since_.reset();
  }
  if (mode.max_dwell > Duration::zero() && now - since_ >= mode.max_dwell) return enter(mode.then, now, kNoFault);
  return std::nullopt;
}

bool ModeMachine::has(std::string_view capability) const {
  const auto found = std::ranges::find(capabilities_, capability);
  return found == capabilities_.end() || losses_[static_cast<std::size_t>(found - capabilities_.begin())] == 0;
}

}  // namespace ocelli::safety
