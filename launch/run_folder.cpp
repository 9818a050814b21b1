#include "ocelli/launch/run_folder.hpp"

#include <fmt/chrono.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/report/report.hpp"
#include "ocelli/middleware/core/log.hpp"

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;

std::tm utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  return utc;
}

}  // namespace

Result<RunFolder> RunFolder::make(const std::string& wanted, const std::string& what) {
  const fs::path folder =
      wanted.empty() ? fs::path("out") / fmt::format("{}-{:%Y%m%d-%H%M%S}", what, utc_now()) : fs::path(wanted);
  std::error_code failure;
  if (fs::exists(folder, failure) && !fs::is_directory(folder, failure))
    return error(ErrorCode::kInvalidArgument, "--out {}: is a file, expected a folder", folder.string());
  const bool is_new = fs::create_directories(folder, failure);
  if (failure)
    return error(ErrorCode::kUnavailable, "--out {}: cannot be made: {}", folder.string(), failure.message());
  return RunFolder(fs::absolute(folder), is_new);
}

void replace_results(const fs::path& folder) {
  std::error_code failure;
  if (!fs::exists(folder / "run.json", failure)) return;
  spdlog::info("{}: the results of an earlier run are replaced", folder.string());
  for (const char* name : {"run.json", "report.html", "report.json"}) fs::remove(folder / name, failure);
}

RunFolder::~RunFolder() {
  std::error_code failure;
  if (is_new_ && fs::is_empty(path_, failure)) fs::remove(path_, failure);
}

report::RunInfo describe_run(const LaunchFile& launch, const std::string& kind, const std::string& executor) {
  report::RunInfo info;
  info.kind = kind;
  info.launch = launch.file;
  info.executor = executor;
  info.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc_now());
  info.version = OCELLI_VERSION;
  info.host = fmt::format("{} cores", std::thread::hardware_concurrency());
  for (const ChainEntry& chain : launch.chains)
    info.chains.push_back({chain.name, chain.from, chain.to, chain.reaction_budget, chain.age_budget});
  for (const TopicEntry& topic : launch.overrides)
    info.topics.push_back({topic.name, topic.rate_hz, topic.latency_budget});
  for (const SourceEntry& source : launch.sources) info.nodes.push_back(source.name);
  for (const NodeEntry& node : launch.nodes) info.nodes.push_back(node.name);
  return info;
}

int conclude_run(const report::RunInfo& info, const LaunchFile& launch, const fs::path& folder) {
  Status written = report::write_run_info(info, folder / "run.json");
  if (!written) return report_error(written.error());
  std::ofstream copy(folder / kLaunchCopy, std::ios::binary);
  copy << launch.text;
  if (!copy.flush()) spdlog::warn("{}: cannot be written", (folder / kLaunchCopy).string());
  const auto verdict = report::make_report(folder);
  if (!verdict) return report_error(verdict.error());
  fmt::print("{}\n", verdict->ok ? "as expected" : "NOT as expected");
  for (const std::string& reason : verdict->reasons) fmt::print("  {}\n", reason);
  for (const std::string& remark : verdict->remarks) fmt::print("  {}\n", remark);
  fmt::print("report: {}\n", (folder / "report.html").string());
  return verdict->ok ? kExitOk : kExitVerdictFailed;
}

}  // namespace ocelli::launch
