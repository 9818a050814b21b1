// `ocelli eval tracks`: scores tracking results in KITTI format against ground truth.
// `ocelli eval sensors`: what each sensor is worth on a simulated drive.
// `ocelli eval ego`: ego motion on a comma2k19 drive against its true poses.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/commands/eval_report.hpp"
#include "ocelli/launch/ego_evaluation.hpp"
#include "ocelli/launch/live_settings.hpp"
#include "ocelli/launch/run_folder.hpp"
#include "ocelli/launch/sensor_evaluation.hpp"
#include "ocelli/perception/evaluation/evaluation.hpp"
#include "ocelli/perception/kitti/drive.hpp"

namespace ocelli::launch {
namespace {

struct Options {
  std::string results;
  std::string truth;
  std::vector<std::string> classes{"Car", "Pedestrian", "Cyclist"};
  std::vector<std::string> sequences;
  std::vector<double> volume_ious{0.25, 0.5, 0.7};
  std::vector<double> image_ious;
  std::string detections;
  bool with_hota = false;
  bool with_errors = false;
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
    if (std::find(request.classes.begin(), request.classes.end(), *object_class) == request.classes.end())
      request.classes.push_back(*object_class);
  }
  request.volume_ious = options.volume_ious;
  request.image_ious = options.image_ious;
  request.with_hota = options.with_hota;
  request.with_errors = options.with_errors || !options.html_file.empty();
  request.mode = options.is_exact ? evaluation::Mode::kExact : evaluation::Mode::kCompatible;
  OCELLI_ASSIGN(evaluation::Dataset data, evaluation::read_dataset(options.results, options.truth, options.sequences));
  if (!options.detections.empty()) {
    const auto all = {tracking::ObjectClass::kCar, tracking::ObjectClass::kPedestrian, tracking::ObjectClass::kCyclist};
    OCELLI_TRY(kitti::read_detections(options.detections, all, data));
  }
  const evaluation::Scores scores = evaluation::evaluate(data, request);
  fmt::print("{}", eval_tables(data, scores));
  if (options.with_errors) fmt::print("{}", error_tables(data, scores));
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

struct SensorOptions {
  std::string launch = "demo";
  std::string duration = "0s";
  std::string out;
  bool with_errors = false;
  SensorEvaluationOptions evaluation;
};

Status run_sensors(SensorOptions& options) {
  const auto duration = parse_duration(options.duration);
  if (!duration || *duration < Duration{})
    return error(ErrorCode::kInvalidArgument, "--duration {}: expected a duration with a unit, such as 30s",
                 options.duration);
  options.evaluation.duration = *duration;
  OCELLI_ASSIGN(const LaunchFile launch, find_launch(options.launch));
  OCELLI_ASSIGN(const RunFolder folder, RunFolder::make(options.out, "sensors"));
  options.evaluation.out = folder.path();
  OCELLI_ASSIGN(const auto evaluations, evaluate_sensors(launch, options.evaluation));
  fmt::print("{}", sensor_table(evaluations));
  if (options.with_errors)
    for (const SensorEvaluation& e : evaluations)
      fmt::print("\nwithout {}:\n{}", e.silent.empty() ? "nothing" : e.silent, e.errors.table());
  return ok();
}

void declare_sensors(CLI::App& command, int& exit_status) {
  auto options = std::make_shared<SensorOptions>();
  command.add_option("launch", options->launch, "launch file with a simulated vehicle, or the name of a built-in one")
      ->capture_default_str();
  command.add_option("--seed", options->evaluation.seed, "of the simulated world")->capture_default_str();
  command.add_option("--duration", options->duration, "how long, such as 30s (0s: the whole drive)")
      ->capture_default_str();
  command.add_option("--threads", options->evaluation.threads, "worker threads; the result does not depend on them")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--range", options->evaluation.range_m, "objects nearer than this are judged [m]")
      ->check(CLI::Range(1.0, 500.0))
      ->capture_default_str();
  command.add_flag("--errors", options->with_errors, "what the errors of each run are made of");
  command.add_option("--out", options->out, "folder for the runs (default: a new one below out/)");
  command.callback([options, &exit_status] {
    const Status status = run_sensors(*options);
    exit_status = status ? kExitOk : report_error(status.error());
  });
}

}  // namespace

void declare_eval(CLI::App& command, int& exit_status) {
  CLI::App& tracks = *command.add_subcommand("tracks", "score KITTI tracking results: CLEAR MOT, sAMOTA, HOTA, IDF1");
  command.require_subcommand(1);
  declare_ego(*command.add_subcommand("ego", "ego motion on a comma2k19 drive against its true poses"), exit_status);
  declare_sensors(
      *command.add_subcommand("sensors", "tracks of a simulated drive with all sensors, and without each of them"),
      exit_status);
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
  tracks.add_flag("--errors", options->with_errors, "what the errors at the best threshold are made of");
  tracks.add_option("--detections", options->detections,
                    "folder of <Class>/<sequence>.txt that was tracked: tells errors of the detector from others");
  tracks.add_flag("--clean", options->is_exact, "the definitions without the quirks of the original evaluators");
  tracks.add_option("--json", options->json_file, "write all numbers to this file");
  tracks.add_option("--html", options->html_file, "write tables, plots and pictures of the worst frames to this file");
  tracks.callback([options, &exit_status] {
    const Status status = run(*options);
    exit_status = status ? kExitOk : report_error(status.error());
  });
}

}  // namespace ocelli::launch
