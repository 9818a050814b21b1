// `ocelli faults RUN…`: the faults that the stores of live runs hold.
#include <algorithm>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/faults/fault_store.hpp"
#include "ocelli/launch/live_faults.hpp"

namespace ocelli::launch {
namespace {

struct FaultsOptions {
  std::vector<std::string> runs;
  FaultQuery query;
  bool with_modes = false;
  bool is_json = false;
};

/// What one store holds.
struct Found {
  std::string file;
  std::vector<StoredRun> runs;
  std::vector<StoredFault> faults;
  std::vector<StoredMode> modes;
};

Result<Found> search(const std::string& path, const FaultsOptions& options) {
  std::error_code ignored;
  std::filesystem::path file = path;
  if (std::filesystem::is_directory(file, ignored)) file /= kFaultStoreFile;
  OCELLI_ASSIGN(const FaultStore store, FaultStore::open(file, FaultStore::Access::kRead));
  Found found;
  found.file = file.string();
  OCELLI_ASSIGN(found.runs, store.runs());
  OCELLI_ASSIGN(found.faults, store.faults(options.query));
  if (options.with_modes) {
    OCELLI_ASSIGN(found.modes, store.modes(options.query.run));
  }
  return found;
}

/// "2026-11-26T14:02:03.123Z".
std::string text_of(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t whole = seconds.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:03}Z", std::string_view(text, size),
                     std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count());
}

nlohmann::json number_of(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

nlohmann::json json_of(const Found& found, bool with_modes) {
  nlohmann::json out = {{"file", found.file}, {"runs", nlohmann::json::array()}, {"faults", nlohmann::json::array()}};
  for (const StoredRun& run : found.runs)
    out["runs"].push_back(
        {{"run", run.key}, {"begin", text_of(run.begin)}, {"launch", run.launch}, {"software", run.software}});
  for (const StoredFault& fault : found.faults)
    out["faults"].push_back({{"run", fault.run},
                             {"at", text_of(fault.at)},
                             {"at_ns", to_ns(fault.at)},
                             {"fault", fault.id},
                             {"state", fault.state},
                             {"detector", fault.detector},
                             {"entity", fault.entity},
                             {"asil", fault.asil},
                             {"evidence_ns", to_ns(fault.evidence_at)},
                             {"detected_ns", to_ns(fault.detected_at)},
                             {"value", number_of(fault.value)},
                             {"limit", number_of(fault.limit)},
                             {"unit", fault.unit},
                             {"detail", fault.detail}});
  if (!with_modes) return out;
  out["modes"] = nlohmann::json::array();
  for (const StoredMode& mode : found.modes)
    out["modes"].push_back(
        {{"run", mode.run}, {"at", text_of(mode.at)}, {"mode", mode.mode}, {"previous", mode.previous}});
  return out;
}

void print(const Found& found) {
  fmt::print("{}: {} runs, {} entries\n", found.file, found.runs.size(), found.faults.size());
  if (!found.faults.empty())
    fmt::print("{:<24} {:<10} {:<32} {:<4} {:>10} {:>10} {:<8} {}\n", "at", "state", "fault", "asil", "value", "limit",
               "unit", "detail");
  for (const StoredFault& fault : found.faults)
    fmt::print("{:<24} {:<10} {:<32} {:<4} {:>10.4g} {:>10.4g} {:<8} {}\n", text_of(fault.at), fault.state, fault.id,
               fault.asil, fault.value, fault.limit, fault.unit, fault.detail);
  for (const StoredMode& mode : found.modes)
    fmt::print("{:<24} mode       {}{}\n", text_of(mode.at), mode.mode,
               mode.previous.empty() || mode.previous == mode.mode ? "" : fmt::format(" (from {})", mode.previous));
}

Status list(const FaultsOptions& options) {
  nlohmann::json all = nlohmann::json::array();
  for (const std::string& run : options.runs) {
    OCELLI_ASSIGN(const Found found, search(run, options));
    if (options.is_json)
      all.push_back(json_of(found, options.with_modes));
    else
      print(found);
  }
  if (options.is_json) fmt::print("{}\n", all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  return ok();
}

}  // namespace

void declare_faults(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<FaultsOptions>();
  command.add_option("run", options->runs, "folders of live runs, or fault stores (faults.sqlite)")->required();
  command.add_option("--fault", options->query.id, "only faults of this name; * and ? stand for anything");
  command.add_option("--entity", options->query.entity, "only of this topic or node; * and ? as above");
  command.add_option("--detector", options->query.detector, "only found by this detector");
  command.add_option("--state", options->query.state, "only this state")
      ->check(CLI::IsMember({"passed", "pending", "confirmed", "healed"}));
  command.add_option("--asil", options->query.asil, "only of this level")
      ->check(CLI::IsMember({"QM", "A", "B", "C", "D"}));
  command.add_flag("--last", options->query.only_last, "only the last state of each fault in each run");
  command.add_flag("--modes", options->with_modes, "also the changes of mode");
  command.add_flag("--json", options->is_json, "for programs: one array, one object per store");
  command.callback([options, &exit_status] {
    const Status status = list(*options);
    exit_status = status ? kExitOk : report_error(status.error());
  });
}

}  // namespace ocelli::launch
