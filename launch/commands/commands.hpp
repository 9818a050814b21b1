#pragma once
// Declarations of all command files.

namespace CLI {
class App;
}

namespace ocelli::launch {

void declare_eval(CLI::App& command, int& exit_status);
void declare_topics(CLI::App& command, int& exit_status);

}  // namespace ocelli::launch
