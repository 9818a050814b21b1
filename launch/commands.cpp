// One row per command, in the order of `ocelli --help`.
#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>

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
    {"mode", "the mode of a live run; consent to leave one that ends on request", &declare_mode},
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

/// Empty, or what was expected; `text` becomes what CLI11 cannot misread.
template <class Number>
std::string whole(std::string& text) {
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  Number value = 0;
  const auto [end, failure] =
      std::from_chars(text.data() + (is_hex ? 2 : 0), text.data() + text.size(), value, is_hex ? 16 : 10);
  using Limits = std::numeric_limits<Number>;
  if (failure != std::errc{} || end != text.data() + text.size())
    return fmt::format("'{}': expected a whole number from {} to {}", text, Limits::min(), Limits::max());
  text = fmt::format("{}", value);
  return "";
}

std::string finite(std::string& text) {
  double value = 0.0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = failure == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
  return is_number ? "" : fmt::format("'{}': expected a number", text);
}

/// Without a name: --help shows the type that CLI11 knows.
CLI::Validator number(std::string (*read)(std::string& text)) { return CLI::Validator(read, ""); }

}  // namespace

std::span<const Command> commands() { return kCommands; }

void take_numbers_strictly(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name();
    if (type.starts_with("UINT"))
      option->transform(number(&whole<std::uint64_t>));
    else if (type.starts_with("INT"))
      option->transform(number(&whole<std::int64_t>));
    else if (type.starts_with("FLOAT"))
      option->transform(number(&finite));
  }
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) take_numbers_strictly(*command);
}

int report_error(const Error& failure) {
  fmt::print(stderr, "ocelli: {}\n", failure.message);
  return kExitBadUse;
}

}  // namespace ocelli::launch
