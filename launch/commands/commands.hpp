#pragma once
// Declarations of all command files.

namespace CLI {
class App;
}

namespace ocelli::launch {

void declare_report(CLI::App& command, int& exit_status);
void declare_topics(CLI::App& command, int& exit_status);

}  // namespace ocelli::launch
