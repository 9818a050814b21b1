#include "ocelli/launch/injection_plan.hpp"

#include <algorithm>
#include <utility>

#include "ocelli/middleware/config/yaml.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kShortestRun = 18s;
constexpr Duration kShortestSlot = 4600ms;  // a fault and its healing
constexpr std::size_t kFewest = 3;
constexpr Duration kSettle = 4s;  // until sources, nodes and tracks have started

/// splitmix64 (Steele, Lea, Flood 2014): the same numbers on every machine, unlike std distributions.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  Duration between(Duration low, Duration high) {
    const auto steps = static_cast<std::uint64_t>((high - low) / 1ms) + 1;
    return low + std::chrono::milliseconds(below(steps));
  }

 private:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  std::uint64_t state_;
};

struct Strike {
  InjectionKind kind;
  const std::vector<std::string>* targets;
};

/// What may be injected in one run: of each kind one, of losses each.
Result<std::vector<Strike>> strikes_of(const InjectionTargets& targets,
                                       const std::vector<std::vector<std::string>>& losses) {
  std::vector<Strike> strikes = {{InjectionKind::kFreeze, &targets.freeze},
                                 {InjectionKind::kStop, &targets.stop},
                                 {InjectionKind::kDelay, &targets.delay}};
  for (const auto& loss : losses) strikes.push_back({InjectionKind::kLose, &loss});
  if (!targets.slow.empty()) strikes.push_back({InjectionKind::kSlow, &targets.slow});
  for (const Strike& strike : strikes)
    if (strike.targets->empty())
      return error(ErrorCode::kInvalidArgument, "no target for the fault '{}' in this launch file",
                   to_string(strike.kind));
  return strikes;
}

}  // namespace

std::string_view to_string(InjectionKind kind) {
  switch (kind) {
    case InjectionKind::kFreeze: return "freeze";
    case InjectionKind::kStop: return "stop";
    case InjectionKind::kDelay: return "delay";
    case InjectionKind::kLose: return "lose";
    case InjectionKind::kSlow: return "slow";
  }
  return "?";
}

Result<std::vector<PlannedInjection>> plan_injections(std::uint64_t seed, Duration run,
                                                      const InjectionTargets& targets) {
  if (run < kShortestRun)
    return error(ErrorCode::kInvalidArgument, "a run of {:.0f} s is too short for three faults: expected {:.0f} s",
                 to_seconds(run), to_seconds(kShortestRun));
  std::vector<std::vector<std::string>> losses;
  for (const std::string& topic : targets.lose) losses.push_back({topic});
  OCELLI_ASSIGN(auto strikes, strikes_of(targets, losses));
  Draw draw(seed);
  for (std::size_t i = strikes.size() - 1; i > 0; --i) std::swap(strikes[i], strikes[draw.below(i + 1)]);
  const auto room = static_cast<std::size_t>((run - kSettle) / kShortestSlot);
  strikes.resize(std::min(strikes.size(), std::max(room, kFewest)));
  const Duration slot = (run - kSettle) / static_cast<int>(strikes.size());
  std::vector<PlannedInjection> plan;
  for (std::size_t i = 0; i < strikes.size(); ++i) {
    const auto& candidates = *strikes[i].targets;
    PlannedInjection injection;
    injection.kind = strikes[i].kind;
    injection.target = candidates[draw.below(candidates.size())];
    injection.duration = draw.between(1000ms, 1500ms);
    const Duration begin = kSettle + slot * static_cast<int>(i);
    injection.at = draw.between(begin, begin + slot - injection.duration - 2s);  // 2 s to heal
    if (injection.kind == InjectionKind::kDelay) injection.delay = draw.between(70ms, 100ms);
    if (injection.kind == InjectionKind::kSlow) injection.delay = draw.between(250ms, 400ms);
    plan.push_back(std::move(injection));
  }
  return plan;
}

Result<PlannedInjection> parse_injection(std::string_view text) {
  const auto bad = [&] {
    return error(ErrorCode::kInvalidArgument,
                 "injection '{}': expected KIND:TARGET@AT+DURATION[=DELAY], such as delay:lidar/objects@0s+60s=80ms",
                 text);
  };
  const std::size_t colon = text.find(':');
  const std::size_t at = text.rfind('@');
  const std::size_t plus = text.find('+', at == std::string_view::npos ? 0 : at);
  if (colon == std::string_view::npos || at == std::string_view::npos || plus == std::string_view::npos || at < colon)
    return bad();
  const std::size_t equals = std::min(text.find('=', plus), text.size());
  PlannedInjection injection;
  bool is_known = false;
  for (const auto kind : {InjectionKind::kFreeze, InjectionKind::kStop, InjectionKind::kDelay, InjectionKind::kLose,
                          InjectionKind::kSlow}) {
    if (text.substr(0, colon) != to_string(kind)) continue;
    injection.kind = kind;
    is_known = true;
  }
  const auto start = parse_duration(text.substr(at + 1, plus - at - 1));
  const auto length = parse_duration(text.substr(plus + 1, equals - plus - 1));
  const bool has_delay = equals < text.size();
  const auto delay = has_delay ? parse_duration(text.substr(equals + 1)) : Duration{};
  injection.target = text.substr(colon + 1, at - colon - 1);
  if (!is_known || !start || !length || !delay || injection.target.empty()) return bad();
  const bool takes_delay = injection.kind == InjectionKind::kDelay || injection.kind == InjectionKind::kSlow;
  if (has_delay != takes_delay) return bad();
  if (*start < Duration{} || *length <= Duration{} || (takes_delay && *delay <= Duration{})) return bad();
  injection.at = *start;
  injection.duration = *length;
  injection.delay = *delay;
  return injection;
}

}  // namespace ocelli::launch
