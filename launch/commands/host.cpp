// `ocelli host`: one child process of a live run. For the supervisor, not for people: it is left out of --help.
#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/live_host.hpp"

namespace ocelli::launch {

void declare_host(CLI::App& command, int& exit_status) {
  struct Options {
    LiveSettings settings;
    std::string process;
    std::string out;
    int ready_fd = -1;
    bool is_not_realtime = false;
  };
  const auto options = std::make_shared<Options>();
  command.group("");  // hidden
  command.add_option("--process", options->process)->required();
  command.add_option("--launch", options->settings.launch)->required();
  command.add_option("--seed", options->settings.seed)->required();
  command.add_option("--out", options->out)->required();
  command.add_option("--offset-ns", options->settings.clock_offset_ns)->required();
  command.add_option("--begin-ns", options->settings.begin_ns)->required();
  command.add_option("--drive-ns", options->settings.drive_ns)->required();
  command.add_option("--drive-begin-ns", options->settings.drive_begin_ns)->required();
  command.add_option("--mode-before", options->settings.mode_before);
  command.add_option("--mode-before-since-ns", options->settings.mode_before_since_ns);
  command.add_option("--run", options->settings.run)->required();
  command.add_option("--domain", options->settings.domain)->required();
  command.add_option("--partition", options->settings.partition);
  command.add_flag("!--all-hosts", options->settings.is_host_only);
  command.add_option("--ready-fd", options->ready_fd);
  command.add_flag("--no-realtime", options->is_not_realtime);
  command.callback([options, &exit_status] {
    options->settings.out = options->out;
    options->settings.is_realtime = !options->is_not_realtime;
    const Status status = run_host(options->settings, options->process, options->ready_fd);
    exit_status = status ? kExitOk : report_error(status.error());
  });
}

}  // namespace ocelli::launch
