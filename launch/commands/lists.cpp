// `ocelli nodes`, `ocelli drivers`, `ocelli detectors`: tables 4, 2 and 3 for people.
#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/launch_file.hpp"
#include "ocelli/safety/monitor/detectors/detectors.hpp"

namespace ocelli::launch {
namespace {

void print_nodes() {
  fmt::print("{:<16} {:>9}  {}\n", "node", "exec_time", "meaning");
  for (const NodeRow& row : node_table()) {
    fmt::print("{:<16} {:>6.1f} ms  {}\n", row.name, to_milliseconds(row.exec_time), row.meaning);
    const auto node = row.make(YAML::Node{}, "");
    if (!node) continue;
    for (const node::InputSpec& input : (*node)->inputs()) {
      const char* policy = input.policy == InputPolicy::kTrigger  ? "trigger"
                           : input.policy == InputPolicy::kLatest ? "latest"
                                                                  : "window";
      fmt::print("    in  {:<10} {:<20} {}", input.name, input.kind->name, policy);
      if (input.policy != InputPolicy::kTrigger) fmt::print(" {:.0f} ms", to_milliseconds(input.span));
      fmt::print("\n");
    }
    for (const node::OutputSpec& output : (*node)->outputs())
      fmt::print("    out {:<10} {}\n", output.name, output.kind->name);
  }
}

void print_sources() {
  for (const SourceRow* row : source_table()) fmt::print("{:<14} {}\n", row->name, row->meaning);
}

void print_detectors() {
  for (const safety::DetectorRow& row : safety::detectors()) {
    fmt::print("{:<16} {:<22} {}\n", row.name, row.failure_mode, row.watches);
    for (const safety::ParameterSpec& parameter : row.parameters)
      fmt::print("    {:<16} {}\n", parameter.name, parameter.meaning);
  }
}

}  // namespace

void declare_nodes(CLI::App& command, int& exit_status) {
  command.callback([&exit_status] {
    print_nodes();
    exit_status = kExitOk;
  });
}

void declare_drivers(CLI::App& command, int& exit_status) {
  command.callback([&exit_status] {
    print_sources();
    exit_status = kExitOk;
  });
}

void declare_detectors(CLI::App& command, int& exit_status) {
  command.callback([&exit_status] {
    print_detectors();
    exit_status = kExitOk;
  });
}

}  // namespace ocelli::launch
