// `ocelli report DIR`: the report of a finished run, again or for the first time.
#include "ocelli/launch/report/report.hpp"

#include <memory>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/progress.hpp"

namespace ocelli::launch {
namespace {

int run_report(const std::filesystem::path& folder) {
  Result<report::Verdict> verdict = [&] {
    Progress progress("report");
    return report::make_report(folder, [&](double done_s, double total_s) { progress.update(done_s, total_s); });
  }();
  if (!verdict.has_value()) return report_error(verdict.error());
  fmt::print("{}\n", verdict->ok ? "As expected:" : "Not as expected:");
  for (const std::string& reason : verdict->reasons) fmt::print("  {}\n", reason);
  for (const std::string& remark : verdict->remarks) fmt::print("  note: {}\n", remark);
  fmt::print("{}\n{}\n", (folder / report::kPageFile).string(), (folder / report::kJsonFile).string());
  return verdict->ok ? kExitOk : kExitVerdictFailed;
}

}  // namespace

void declare_report(CLI::App& command, int& exit_status) {
  const auto folder = std::make_shared<std::string>();
  command.add_option("folder", *folder, "folder of a finished run: run.json and recording.mcap")->required();
  command.callback([folder, &exit_status] { exit_status = run_report(*folder); });
}

}  // namespace ocelli::launch
