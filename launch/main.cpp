// The `ocelli` command.
#include "ocelli/launch/command.hpp"
#include "ocelli/middleware/core/log.hpp"

int main(int argc, char** argv) {
  using namespace ocelli::launch;
  ocelli::set_up_log("ocelli");
  CLI::App app{"Ocelli: AI perception middleware with functional-safety monitoring", "ocelli"};
  app.set_version_flag("--version", "ocelli " OCELLI_VERSION);
  app.require_subcommand(1);
  int exit_status = kExitBadUse;
  for (const Command& command : commands())
    command.declare(*app.add_subcommand(command.name, command.summary), exit_status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? kExitOk : kExitBadUse;
  }
  return exit_status;
}
