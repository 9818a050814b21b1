#include "ocelli/safety/monitor/timing.hpp"

#include <fmt/format.h>

#include "ocelli/safety/monitor/debounce.hpp"

namespace ocelli::safety {
namespace {

/// Beyond this nothing is a budget any more (116 days); keeps the sums inside 64 bit.
constexpr Duration kEndless = std::chrono::hours(24 * 116);

Duration bounded(Duration duration) { return std::min(duration, kEndless); }

}  // namespace

Duration TimingBudget::fdti() const {
  const bool is_endless = period > Duration::zero() && tolerance > kEndless / period;
  const Duration further = is_endless ? kEndless : period * tolerance;
  return bounded(bounded(first) + further + bounded(debounce) + bounded(transport) + bounded(tick) + bounded(jitter));
}

Duration TimingBudget::margin() const { return ftti - fdti() - frti; }

std::string TimingBudget::explain() const {
  const auto ms = [](Duration duration) { return to_milliseconds(duration); };
  return fmt::format(
      "FDTI = {} ms observation + {} ms × {} + {} ms debounce + {} ms transport + {} ms tick + {} ms jitter = {} ms; "
      "FDTI + FRTI = {} ms + {} ms = {} ms {} assumed FTTI {} ms{} (margin {} ms, {:.0f} %)",
      ms(first), ms(period), tolerance, ms(debounce), ms(transport), ms(tick), ms(jitter), ms(fdti()), ms(fdti()),
      ms(frti), ms(fdti() + frti), holds() ? "<" : "is not <", ms(ftti),
      least_margin > 0.0 ? fmt::format(" less {:.0f} % to stay free", 100.0 * least_margin) : "", ms(margin()),
      100.0 * to_seconds(margin()) / to_seconds(ftti));
}

TimingBudget timing_budget(const MonitorConfig& monitor, const FaultConfig& fault, const Observability& observability) {
  const bool is_by_time = fault.debounce.kind == DebounceKind::kTime;
  return {observability.first,
          observability.period,
          debounce_tolerance(fault.debounce),
          is_by_time ? fault.debounce.failed_after : Duration::zero(),
          monitor.observation_delay,
          monitor.tick_period,
          monitor.jitter,
          fault.frti,
          fault.assumed_ftti,
          monitor.least_margin};
}

}  // namespace ocelli::safety
