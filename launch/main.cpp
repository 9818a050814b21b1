// The `ocelli` command.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "ocelli/hal/accel/errand.hpp"
#include "ocelli/launch/command.hpp"
#include "ocelli/middleware/config/yaml.hpp"
#include "ocelli/middleware/core/log.hpp"

int main(int argc, char** argv) {
  using namespace ocelli::launch;
  ocelli::set_up_log("ocelli");
  CLI::App app{"Ocelli: AI perception middleware with functional-safety monitoring", "ocelli"};
  app.set_version_flag("--version", "ocelli " OCELLI_VERSION);
  app.require_subcommand(1);
  app.footer("`ocelli COMMAND --help` says more. Exit status: 0 as expected, 1 the verdict failed, 2 bad use.");
  int exit_status = kExitBadUse;
  for (const Command& command : commands())
    command.declare(*app.add_subcommand(command.name, command.summary), exit_status);
  take_numbers_strictly(app);
  if (const std::string word = argc > 1 ? argv[1] : ""; !word.empty() && word.front() != '-') {
    std::vector<std::string> names;
    for (const Command& command : commands()) names.emplace_back(command.name);
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      std::erase_if(names, [](const std::string& name) { return name == "host" || name == "docs"; });
      return report_error(
          {ocelli::ErrorCode::kInvalidArgument, ocelli::unknown_name("command", word, names) + " See ocelli --help."});
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? kExitOk : kExitBadUse;
  }
  if (ocelli::accel::has_left_threads()) {  // static objects of a library in which a thread hangs would not let us end
    spdlog::shutdown();
    std::fflush(nullptr);
    std::_Exit(exit_status);
  }
  return exit_status;
}
