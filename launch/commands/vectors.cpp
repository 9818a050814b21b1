// `ocelli vectors`: test vectors from a file through the safety core.
#include <filesystem>
#include <fstream>
#include <memory>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/vectors/vectors.hpp"

namespace ocelli::launch {
namespace {

struct Options {
  std::string suite;
  std::string file;
};

Result<nlohmann::json> read_json(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return error(ErrorCode::kNotFound, "{}: cannot be read", path);
  try {
    return nlohmann::json::parse(file);
  } catch (const nlohmann::json::exception& problem) {
    return error(ErrorCode::kCorrupt, "{}: {}", path, problem.what());
  }
}

Result<VectorReport> run(const Options& options) {
  OCELLI_ASSIGN(const nlohmann::json file, read_json(options.file));
  return run_vectors(options.suite, file);
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
