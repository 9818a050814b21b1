// `ocelli vectors`: test vectors from a file through the safety core.
#include <algorithm>
#include <memory>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/report/files.hpp"
#include "ocelli/launch/vectors/vectors.hpp"

namespace ocelli::launch {
namespace {

struct Options {
  std::string suite;
  std::string file;
};

/// "LINE:COLUMN" of the `byte`-th byte, from 1.
std::string place_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  return fmt::format("{}:{}", line, before.size() - (before.rfind('\n') + 1) + 1);
}

Result<nlohmann::json> read_json(const std::string& path) {
  OCELLI_ASSIGN(const std::string text, report::read_text(path));
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& problem) {
    return error(ErrorCode::kCorrupt, "{}:{}: {}", path, place_of(text, problem.byte), problem.what());
  } catch (const nlohmann::json::exception& problem) {  // a number that is too large
    return error(ErrorCode::kCorrupt, "{}: {}", path, problem.what());
  }
}

Result<VectorReport> run(const Options& options) {
  OCELLI_ASSIGN(const nlohmann::json file, read_json(options.file));
  Result<VectorReport> report = run_vectors(options.suite, file);
  if (!report) return error(report.error().within(options.file));
  return report;
}

}  // namespace

void declare_vectors(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<Options>();
  command.add_option("SUITE", options->suite, "e2e, crc, state or fit")->required();
  command.add_option("FILE", options->file, "JSON; e2e.json holds both e2e_vectors and crc_vectors")->required();
  command.callback([options, &exit_status] {
    const Result<VectorReport> report = run(*options);
    if (!report) {
      exit_status = report_error(report.error());
      return;
    }
    for (const std::string& failure : report->failures) fmt::print("{}\n", failure);
    fmt::print("{} passed, {} failed\n", report->passed, report->failures.size());
    exit_status = report->failures.empty() ? kExitOk : kExitVerdictFailed;
  });
}

}  // namespace ocelli::launch
