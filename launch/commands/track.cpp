// `ocelli track kitti`: tracks foreign detections of KITTI sequences and writes KITTI tracking results.
#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "ocelli/launch/allocations.hpp"
#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/commands/eval_report.hpp"
#include "ocelli/perception/evaluation/text_table.hpp"
#include "ocelli/perception/kitti/track_drive.hpp"

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;
using tracking::ObjectClass;

constexpr std::size_t kWarmUpFrames = 100;  // of each sequence: buffers still grow

struct Options {
  kitti::Folders folders;
  std::vector<std::string> classes{"Car", "Pedestrian", "Cyclist"};
  std::vector<std::string> sequences;
  std::string out;
  std::string truth;
  std::string score = "track";
};

/// CPU time of this thread: other programs on the machine do not count.
Duration thread_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

struct Cost {
  std::vector<Duration> frames;
  std::uint64_t warm_frames = 0;
  std::optional<std::uint64_t> warm_allocations = 0;  // none: they are not counted in this build
};

ObjectClass class_of(evaluation::ObjectClass scored) {
  if (scored == evaluation::ObjectClass::kPedestrian) return ObjectClass::kPedestrian;
  return scored == evaluation::ObjectClass::kCyclist ? ObjectClass::kCyclist : ObjectClass::kCar;
}

Result<std::vector<ObjectClass>> classes_of(const Options& options) {
  std::vector<ObjectClass> classes;
  for (const std::string& name : options.classes) {
    const auto wanted = evaluation::class_from_name(name);
    if (!wanted)
      return error(ErrorCode::kInvalidArgument, "--classes: unknown class '{}', known: Car, Pedestrian, Cyclist", name);
    const ObjectClass object_class = class_of(*wanted);
    if (std::find(classes.begin(), classes.end(), object_class) != classes.end()) continue;
    const fs::path folder = options.folders.detections / kitti::label_of(object_class);
    if (fs::is_directory(folder))
      classes.push_back(object_class);
    else
      fmt::print(stderr, "note: {}: no such folder, no {} is tracked\n", folder.string(),
                 kitti::label_of(object_class));
  }
  if (classes.empty())
    return error(ErrorCode::kNotFound, "{}: no folder of any class; expected <Class>/<sequence>.txt",
                 options.folders.detections.string());
  return classes;
}

Result<std::vector<std::string>> sequences_of(const Options& options, const std::vector<ObjectClass>& classes) {
  if (!options.sequences.empty()) return evaluation::without_repeats(options.sequences);
  std::vector<std::string> all;
  for (const ObjectClass object_class : classes) {
    OCELLI_ASSIGN(const std::vector<std::string> names,
                  evaluation::sequence_names(options.folders.detections / kitti::label_of(object_class)));
    all.insert(all.end(), names.begin(), names.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// A camera that was asked for delivers for at least one sequence and class.
Status check_camera(const Options& options, const std::vector<std::string>& sequences,
                    const std::vector<ObjectClass>& classes) {
  const fs::path& camera = options.folders.camera;
  if (camera.empty()) return ok();
  for (const std::string& sequence : sequences)
    for (const ObjectClass object_class : classes)
      if (fs::exists(camera / kitti::label_of(object_class) / (sequence + ".txt"))) return ok();
  return error(ErrorCode::kNotFound, "--camera {}: no camera boxes of any sequence; expected <Class>/<sequence>.txt",
               camera.string());
}

/// Results of an earlier run on other sequences would be scored with those of this one.
void note_older_results(const Options& options, const std::vector<std::string>& sequences) {
  const auto present = evaluation::sequence_names(options.out);
  if (!present) return;
  for (const std::string& name : *present)
    if (std::find(sequences.begin(), sequences.end(), name) == sequences.end())
      fmt::print(stderr, "note: {}: of an earlier run, left alone\n",
                 (fs::path(options.out) / (name + ".txt")).string());
}

Status track_sequence(const Options& options, const std::string& sequence, const std::vector<ObjectClass>& classes,
                      Cost& cost) {
  const fs::path path = fs::path(options.out) / (sequence + ".txt");
  std::error_code none_before;
  fs::remove(path, none_before);  // what cannot be tracked now must not look as if it had been
  OCELLI_ASSIGN(const kitti::Drive drive, kitti::read_drive(options.folders, sequence, classes));
  for (const std::string& note : drive.notes) fmt::print(stderr, "note: sequence {}: {}\n", sequence, note);
  if (drive.skipped_rows > 0)
    fmt::print(stderr, "note: sequence {}: {} rows skipped, the first: {}\n", sequence, drive.skipped_rows,
               drive.first_skipped);
  Duration begin{};
  std::optional<std::uint64_t> allocations;
  std::size_t frame = 0;
  cost.frames.reserve(cost.frames.size() + drive.frames.size());
  const kitti::Probe probe{[&] {
                             allocations = allocations_of_thread();
                             begin = thread_time();
                           },
                           [&] {
                             cost.frames.push_back(thread_time() - begin);
                             if (++frame <= kWarmUpFrames) return;
                             ++cost.warm_frames;
                             const auto now = allocations_of_thread();
                             if (now && cost.warm_allocations) *cost.warm_allocations += *now - *allocations;
                             if (!now) cost.warm_allocations.reset();
                           }};
  const tracking::Config config =
      options.score == "track" ? tracking::Config{} : kitti::with_detection_scores(tracking::Config{});
  OCELLI_ASSIGN(const std::vector<evaluation::LabelRow> rows, kitti::track_drive(drive, config, 0, &probe));
  std::ofstream file(path, std::ios::binary);
  file << kitti::text_of(rows);
  file.close();
  if (!file) return error(ErrorCode::kUnavailable, "{}: cannot be written", path.string());
  return ok();
}

void print_cost(Cost& cost) {
  if (cost.frames.empty()) return;
  Duration sum{};
  for (const Duration frame : cost.frames) sum += frame;
  std::sort(cost.frames.begin(), cost.frames.end());
  const auto at = [&](double share) {
    return to_milliseconds(cost.frames[static_cast<std::size_t>(share * static_cast<double>(cost.frames.size() - 1))]);
  };
  fmt::print("tracker only, one thread: {} frames, {:.0f} frames/s, p50 {:.4f} ms, p99 {:.4f} ms, max {:.4f} ms, ",
             cost.frames.size(), static_cast<double>(cost.frames.size()) / std::max(to_seconds(sum), 1e-9), at(0.5),
             at(0.99), at(1.0));
  if (!cost.warm_allocations) return fmt::print("allocations not counted in this build\n");
  const auto warm_frames = static_cast<double>(std::max<std::uint64_t>(cost.warm_frames, 1));
  fmt::print("{:.3f} allocations per frame after {} frames of each sequence\n",
             static_cast<double>(*cost.warm_allocations) / warm_frames, kWarmUpFrames);
}

/// Tracks what can be tracked; the sequences that were.
std::vector<std::string> track_all(const Options& options, const std::vector<std::string>& sequences,
                                   const std::vector<ObjectClass>& classes) {
  Cost cost;
  std::vector<std::string> tracked;
  for (const std::string& sequence : sequences) {
    const Status status = track_sequence(options, sequence, classes, cost);
    if (status)
      tracked.push_back(sequence);
    else
      fmt::print(stderr, "sequence {} is not tracked: {}\n", sequence, status.error().message);
  }
  print_cost(cost);
  return tracked;
}

Status run(const Options& options) {
  OCELLI_ASSIGN(const std::vector<ObjectClass> classes, classes_of(options));
  OCELLI_ASSIGN(const std::vector<std::string> sequences, sequences_of(options, classes));
  OCELLI_TRY(check_camera(options, sequences, classes));
  std::error_code failure;
  fs::create_directories(options.out, failure);
  if (failure) return error(ErrorCode::kUnavailable, "{}: cannot be made: {}", options.out, failure.message());
  note_older_results(options, sequences);
  const std::vector<std::string> tracked = track_all(options, sequences, classes);
  if (!options.truth.empty() && !tracked.empty()) {
    evaluation::Request request;
    request.classes.clear();
    for (const ObjectClass object_class : classes)
      request.classes.push_back(*evaluation::class_from_name(kitti::label_of(object_class)));
    request.volume_ious = {0.25};
    request.with_hota = true;
    OCELLI_ASSIGN(const evaluation::Dataset data, evaluation::read_dataset(options.out, options.truth, tracked));
    fmt::print("{}", eval_tables(data, evaluation::evaluate(data, request)));
  }
  if (tracked.size() == sequences.size()) return ok();
  return error(ErrorCode::kCorrupt, "{} of {} sequences could not be tracked, see above",
               sequences.size() - tracked.size(), sequences.size());
}

}  // namespace

void declare_track(CLI::App& command, int& exit_status) {
  CLI::App& kitti = *command.add_subcommand("kitti", "track 3D detections (and camera boxes) of KITTI sequences");
  command.require_subcommand(1);
  auto options = std::make_shared<Options>();
  kitti.add_option("--detections", options->folders.detections, "folder of <Class>/<sequence>.txt: 3D detections")
      ->required();
  kitti.add_option("--calib", options->folders.calib, "folder of <sequence>.txt: KITTI calibration")->required();
  kitti.add_option("--ego", options->folders.ego, "folder of <sequence>.txt: 3x4 camera pose per frame")->required();
  kitti.add_option("--camera", options->folders.camera, "folder of <Class>/<sequence>.txt: camera boxes");
  kitti.add_option("--classes", options->classes, "Car, Pedestrian, Cyclist")->delimiter(',')->capture_default_str();
  kitti.add_option("--seqs", options->sequences, "sequences; default: all that have detections")->delimiter(',');
  kitti.add_option("--out", options->out, "folder for <sequence>.txt: KITTI tracking results")->required();
  kitti
      .add_option("--score", options->score,
                  "score written for a track in a frame. track: detector's score, averaged over its latest detections, "
                  "plus twice the log-odds of its existence. detection: score of its latest detection")
      ->check(CLI::IsMember({"track", "detection"}))
      ->capture_default_str();
  kitti.add_option("--truth", options->truth, "folder of labels: also print the scores");
  kitti.callback([options, &exit_status] {
    const Status status = run(*options);
    exit_status = status ? kExitOk : report_error(status.error());
  });
}

}  // namespace ocelli::launch
