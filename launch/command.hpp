#pragma once
// The table of commands of `ocelli`. A command is one file in launch/commands and one row in launch/commands.cpp.
// Exit status: 0 as expected, 1 the verdict failed, 2 bad use (CLI11 parse errors included).

#include <CLI/CLI.hpp>

#include <span>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::launch {

inline constexpr int kExitOk = 0;
inline constexpr int kExitVerdictFailed = 1;
inline constexpr int kExitBadUse = 2;

struct Command {
  const char* name;
  const char* summary;
  /// Declares options on `command` and sets its callback, which stores the exit status.
  void (*declare)(CLI::App& command, int& exit_status);
};

[[nodiscard]] std::span<const Command> commands();

/// For options of 64 bits without sign: CLI11 alone would take -1 and wrap what is too large.
[[nodiscard]] CLI::Validator whole_number();

/// Prints "ocelli: <message>" to stderr and returns the exit status of bad use.
int report_error(const Error& failure);

/// Option --models: for this process and all that it starts.
void add_models_option(CLI::App& command);

}  // namespace ocelli::launch
