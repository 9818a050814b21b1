// Who is excused from a rule, and why. A path ends where it stops mattering: a folder excuses all below it.
#include <algorithm>
#include <array>

#include "ocelli/tests/lint/rules.hpp"

namespace ocelli::lint {
namespace {

struct Allowance {
  std::string_view rule;
  std::string_view path;
  std::string_view why;
};

constexpr auto kAllowed = std::to_array<Allowance>({
    {"throw", "middleware/topics/topics.hpp", "stops a constant expression, never runs"},
    {"throw", "tests", "tests throw what third-party libraries would"},
    {"wall_clock", "middleware/core/live_clock.hpp", "is the clock of live processes"},
    {"wall_clock", "middleware/node", "executors wait and pace"},
    {"wall_clock", "middleware/bus/delay_line.cpp", "waits until an injected delay is over"},
    {"wall_clock", "middleware/bus/futex.cpp", "the kernel wants the absolute end of a sleep"},
    {"wall_clock", "middleware/dds", "time-outs of discovery"},
    {"wall_clock", "hal/accel/engine_worker.cpp", "an accelerator stamps its jobs"},
    {"wall_clock", "launch", "supervises processes, shows progress"},
    {"wall_clock", "tests", "wait with time-outs, benchmarks measure"},
    {"unfinished", "tests/lint", "names the words that it looks for"},
    {"machine", "tests/lint", "names the paths that it looks for"},
});

}  // namespace

bool is_allowed(std::string_view rule, const SourceFile& file) {
  return std::any_of(kAllowed.begin(), kAllowed.end(),
                     [&](const Allowance& row) { return row.rule == rule && file.is_in(row.path); });
}

}  // namespace ocelli::lint
