// One row per command, in the order of `ocelli --help`.
#include <fmt/core.h>

#include <array>
#include <cstdio>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"

namespace ocelli::launch {
namespace {

constexpr auto kCommands = std::to_array<Command>({
    {"eval", "score results against ground truth", &declare_eval},
    {"topics", "list the topic kinds (table 1)", &declare_topics},
});

}  // namespace

std::span<const Command> commands() { return kCommands; }

int report_error(const Error& failure) {
  fmt::print(stderr, "ocelli: {}\n", failure.message);
  return kExitBadUse;
}

}  // namespace ocelli::launch
