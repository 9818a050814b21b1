// `ocelli eval tracks`: scores tracking results in KITTI format against ground truth.
// `ocelli eval ego`: ego motion on a comma2k19 drive against its true poses.
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/commands/eval_report.hpp"
#include "ocelli/launch/ego_evaluation.hpp"
#include "ocelli/perception/evaluation/evaluation.hpp"

namespace ocelli::launch {
namespace {

struct Options {
  std::string results;
  std::string truth;
  std::vector<std::string> classes{"Car", "Pedestrian", "Cyclist"};
  std::vector<std::string> sequences;
  std::vector<double> volume_ious{0.25, 0.5, 0.7};
  std::vector<double> image_ious;
  bool with_hota = false;
  bool is_exact = false;
  std::string json_file;
  std::string html_file;
};

Status write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return error(ErrorCode::kUnavailable, "{}: cannot be written", path);
  return ok();
}

Status run(const Options& options) {
  evaluation::Request request;
  request.classes.clear();
  for (const std::string& name : options.classes) {
    const auto object_class = evaluation::class_from_name(name);
    if (!object_class)
      return error(ErrorCode::kInvalidArgument, "--classes: unknown class '{}', known: Car, Pedestrian, Cyclist", name);
    request.classes.push_back(*object_class);
  }
  request.volume_ious = options.volume_ious;
  request.image_ious = options.image_ious;
  request.with_hota = options.with_hota;
  request.mode = options.is_exact ? evaluation::Mode::kExact : evaluation::Mode::kCompatible;
  OCELLI_ASSIGN(const evaluation::Dataset data,
                evaluation::read_dataset(options.results, options.truth, options.sequences));
  const evaluation::Scores scores = evaluation::evaluate(data, request);
  fmt::print("{}", eval_tables(data, scores));
  if (!options.json_file.empty()) OCELLI_TRY(write_file(options.json_file, eval_json(data, scores, request.mode)));
  if (!options.html_file.empty()) OCELLI_TRY(write_file(options.html_file, eval_html(data, scores, request.mode)));
  return ok();
}

void declare_ego(CLI::App& command, int& exit_status) {
  auto drive = std::make_shared<log::Comma2k19Config>();
  command.add_option("drive", drive->path, "folder of a comma2k19 drive, with processed_log and global_pose")
      ->required();
  command.add_option("--dbc", drive->dbc, "CAN database of the vehicle (.dbc)")->required();
  command.callback([drive, &exit_status] {
    const auto evaluation = evaluate_ego_motion(*drive, comma2k19_ego_config());
    if (evaluation) fmt::print("{}", ego_table(*evaluation));
    exit_status = evaluation ? kExitOk : report_error(evaluation.error());
  });
}

}  // namespace

void declare_eval(CLI::App& command, int& exit_status) {
  CLI::App& tracks = *command.add_subcommand("tracks", "score KITTI tracking results: CLEAR MOT, sAMOTA, HOTA, IDF1");
  command.require_subcommand(1);
  declare_ego(*command.add_subcommand("ego", "ego motion on a comma2k19 drive against its true poses"), exit_status);
  auto options = std::make_shared<Options>();
  tracks.add_option("--results", options->results, "folder of <sequence>.txt: tracks")->required();
  tracks.add_option("--truth", options->truth, "folder of <sequence>.txt: KITTI label_02")->required();
  tracks.add_option("--classes", options->classes, "Car, Pedestrian, Cyclist")->delimiter(',')->capture_default_str();
  tracks.add_option("--seqs", options->sequences, "sequences to score; default: all that have labels")->delimiter(',');
  tracks.add_option("--iou", options->volume_ious, "3D IoU that a match needs")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  tracks.add_option("--iou2d", options->image_ious, "also match image boxes, at these IoUs")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 1.0));
  tracks.add_flag("--hota", options->with_hota, "HOTA, DetA, AssA, LocA, IDF1 on image boxes");
  tracks.add_flag("--clean", options->is_exact, "the definitions without the quirks of the original evaluators");
  tracks.add_option("--json", options->json_file, "write all numbers to this file");
  tracks.add_option("--html", options->html_file, "write tables and plots to this file");
  tracks.callback([options, &exit_status] {
    const Status status = run(*options);
    exit_status = status ? kExitOk : report_error(status.error());
  });
}

}  // namespace ocelli::launch
