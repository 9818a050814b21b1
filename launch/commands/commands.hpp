#pragma once
// Declarations of all command files.

namespace CLI {
class App;
}

namespace ocelli {
struct DdsConfig;
}

namespace ocelli::launch {

void declare_bench(CLI::App& command, int& exit_status);
void declare_demo(CLI::App& command, int& exit_status);
void declare_detectors(CLI::App& command, int& exit_status);
void declare_doctor(CLI::App& command, int& exit_status);
void declare_docs(CLI::App& command, int& exit_status);
void declare_drivers(CLI::App& command, int& exit_status);
void declare_host(CLI::App& command, int& exit_status);
void declare_mode(CLI::App& command, int& exit_status);
void declare_models(CLI::App& command, int& exit_status);
void declare_nodes(CLI::App& command, int& exit_status);
void declare_replay(CLI::App& command, int& exit_status);
void declare_run(CLI::App& command, int& exit_status);
void declare_report(CLI::App& command, int& exit_status);
void declare_e2e(CLI::App& command, int& exit_status);
void declare_e2e_advise(CLI::App& command, int& exit_status);
void declare_eval(CLI::App& command, int& exit_status);
void declare_topic(CLI::App& command, int& exit_status);
void declare_faults(CLI::App& command, int& exit_status);
/// Part of declare_topic(): `dds` holds what its options say and lives as long as the command.
void declare_topic_echo(CLI::App& command, const DdsConfig& dds, int& exit_status);
void declare_fit(CLI::App& command, int& exit_status);
void declare_fmeda(CLI::App& command, int& exit_status);
void declare_track(CLI::App& command, int& exit_status);
void declare_topics(CLI::App& command, int& exit_status);
void declare_vectors(CLI::App& command, int& exit_status);

}  // namespace ocelli::launch
