// One row per command, in the order of `ocelli --help`.
#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"

namespace ocelli::launch {
namespace {

constexpr auto kCommands = std::to_array<Command>({
    {"demo", "drive a simulated vehicle, put in faults, show how they are caught", &declare_demo},
    {"run", "run a launch file live", &declare_run},
    {"replay", "run a recorded drive through the nodes", &declare_replay},
    {"report", "make report.html and report.json of a finished run", &declare_report},
    {"faults", "list the faults that live runs have stored", &declare_faults},
    {"eval", "score results against ground truth", &declare_eval},
    {"fmeda", "hardware metrics of an FMEDA sheet", &declare_fmeda},
    {"fit", "what failures and hours say about a failure rate", &declare_fit},
    {"e2e", "protect and check messages end to end, advise a profile", &declare_e2e},
    {"vectors", "run a file of test vectors", &declare_vectors},
    {"track", "track recorded detections", &declare_track},
    {"topics", "list the topic kinds (table 1)", &declare_topics},
    {"nodes", "list the nodes (table 4)", &declare_nodes},
    {"drivers", "list devices and recording formats (table 2)", &declare_drivers},
    {"models", "networks: list, check, fetch, show their cards; accelerators", &declare_models},
    {"detectors", "list the fault detectors (table 3)", &declare_detectors},
    {"topic", "look at live topics: list, info, echo, hz, bw, latency", &declare_topic},
    {"doctor", "what of this host would make messages late or lost, and the fixes", &declare_doctor},
    {"bench", "measure the lanes of the bus, and peers", &declare_bench},
    {"docs", "", &declare_docs},
    {"host", "", &declare_host},
});

}  // namespace

std::span<const Command> commands() { return kCommands; }

CLI::Validator whole_number() {
  return CLI::Validator(
      [](std::string& text) {
        std::uint64_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool is_good = failure == std::errc{} && end == text.data() + text.size();
        return is_good ? std::string() : fmt::format("{}: expected a whole number from 0 to 2^64-1", text);
      },
      "", "whole number");
}

int report_error(const Error& failure) {
  fmt::print(stderr, "ocelli: {}\n", failure.message);
  return kExitBadUse;
}

}  // namespace ocelli::launch
