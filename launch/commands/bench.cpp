// `ocelli bench bus …`: the bench is a program of its own, which links the peers that are installed.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"

namespace ocelli::launch {
namespace {

/// Replaces this process; returns only when that is not possible.
int become_bench(const std::vector<std::string>& arguments) {
  std::error_code failure;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failure);
  const std::string program = (self.parent_path() / "ocelli_bus_bench").string();
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return report_error({ErrorCode::kNotFound,
                       fmt::format("{}: {} (build it: ./dev build ocelli_bus_bench)", program, std::strerror(errno))});
}

}  // namespace

void declare_bench(CLI::App& command, int& exit_status) {
  CLI::App* bus = command.add_subcommand("bus", "latency, throughput and cost of the lanes, and of peers (--peers)");
  command.require_subcommand(1);
  bus->prefix_command();  // everything behind it belongs to the bench
  bus->set_help_flag();
  bus->callback([bus, &exit_status] { exit_status = become_bench(bus->remaining()); });
}

}  // namespace ocelli::launch
