// `ocelli track kitti`: tracks foreign detections of KITTI sequences and writes KITTI tracking results.
#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

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
  std::uint64_t warm_allocations = 0;
};

Result<std::vector<ObjectClass>> classes_of(const Options& options) {
  std::vector<ObjectClass> classes;
  for (const std::string& name : options.classes) {
    const auto known = {ObjectClass::kCar, ObjectClass::kPedestrian, ObjectClass::kCyclist};
    const auto* found =
        std::find_if(known.begin(), known.end(), [&](ObjectClass c) { return kitti::label_of(c) == name; });
    if (found == known.end())
      return error(ErrorCode::kInvalidArgument, "--classes: unknown class '{}', known: Car, Pedestrian, Cyclist", name);
    if (!fs::is_directory(options.folders.detections / name)) {
      fmt::print(stderr, "note: {}: no such folder, no {} is tracked\n", (options.folders.detections / name).string(),
                 name);
      continue;
    }
    classes.push_back(*found);
  }
  if (classes.empty())
    return error(ErrorCode::kNotFound, "{}: no folder of any class; expected <Class>/<sequence>.txt",
                 options.folders.detections.string());
  return classes;
}

Result<std::vector<std::string>> sequences_of(const Options& options, const std::vector<ObjectClass>& classes) {
  if (!options.sequences.empty()) return options.sequences;
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

Status track_sequence(const Options& options, const std::string& sequence, const std::vector<ObjectClass>& classes,
                      Cost& cost) {
  OCELLI_ASSIGN(const kitti::Drive drive, kitti::read_drive(options.folders, sequence, classes));
  if (drive.skipped_rows > 0)
    fmt::print(stderr, "note: sequence {}: {} rows skipped, the first: {}\n", sequence, drive.skipped_rows,
               drive.first_skipped);
  Duration begin{};
  std::uint64_t allocations = 0;
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
                             cost.warm_allocations += allocations_of_thread() - allocations;
                           }};
  OCELLI_ASSIGN(const std::vector<evaluation::LabelRow> rows, kitti::track_drive(drive, tracking::Config{}, 0, &probe));
  const fs::path path = fs::path(options.out) / (sequence + ".txt");
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
  fmt::print(
      "{:.3f} allocations per frame after {} frames of each sequence\n",
      static_cast<double>(cost.warm_allocations) / static_cast<double>(std::max<std::uint64_t>(cost.warm_frames, 1)),
      kWarmUpFrames);
}

Status run(const Options& options) {
  OCELLI_ASSIGN(const std::vector<ObjectClass> classes, classes_of(options));
  OCELLI_ASSIGN(const std::vector<std::string> sequences, sequences_of(options, classes));
  std::error_code failure;
  fs::create_directories(options.out, failure);
  if (failure) return error(ErrorCode::kUnavailable, "{}: cannot be made: {}", options.out, failure.message());
  Cost cost;
  for (const std::string& sequence : sequences) OCELLI_TRY(track_sequence(options, sequence, classes, cost));
  print_cost(cost);
  if (options.truth.empty()) return ok();
  evaluation::Request request;
  request.classes.clear();
  for (const ObjectClass object_class : classes)
    request.classes.push_back(*evaluation::class_from_name(kitti::label_of(object_class)));
  request.volume_ious = {0.25};
  request.with_hota = true;
  OCELLI_ASSIGN(const evaluation::Dataset data, evaluation::read_dataset(options.out, options.truth, sequences));
  fmt::print("{}", eval_tables(data, evaluation::evaluate(data, request)));
  return ok();
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
  kitti.add_option("--truth", options->truth, "folder of labels: also print the scores");
  kitti.callback([options, &exit_status] {
    const Status status = run(*options);
    exit_status = status ? kExitOk : report_error(status.error());
  });
}

}  // namespace ocelli::launch
