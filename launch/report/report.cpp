#include "ocelli/launch/report/report.hpp"

#include "ocelli/launch/report/files.hpp"
#include "ocelli/launch/report/page.hpp"
#include "ocelli/launch/report/report_json.hpp"

namespace ocelli::report {

Result<Verdict> make_report(const std::filesystem::path& folder, const LoadProgress& progress) {
  OCELLI_ASSIGN(const RunData run, load_run(folder, progress));
  Results results = compute_results(run);
  OCELLI_TRY(replace_text(folder / kPageFile, html_page(run, results)));
  OCELLI_TRY(replace_text(folder / kJsonFile, json_report(run, results)));
  return std::move(results.verdict);
}

}  // namespace ocelli::report
