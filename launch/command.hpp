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

/// Makes every numeric option of `app` and its subcommands take numbers only, whole ones as decimal or 0x-hexadecimal.
/// CLI11 alone takes "" for 0, 010 for 8 and, with 64 bits, -1 for the largest number.
void take_numbers_strictly(CLI::App& app);

/// Prints "ocelli: <message>" to stderr and returns the exit status of bad use.
int report_error(const Error& failure);

/// Options --domain and --all-hosts.
void add_dds_options(CLI::App& command, std::uint32_t& domain, bool& is_host_only);

/// Option --models: for this process and all that it starts.
void add_models_option(CLI::App& command);

}  // namespace ocelli::launch
