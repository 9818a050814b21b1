#pragma once
// The tracker on recorded KITTI sequences, scored: what the searches and tables of this folder share.

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>

#include "ocelli/perception/evaluation/evaluation.hpp"
#include "ocelli/perception/kitti/track_drive.hpp"

namespace ocelli::bench {

namespace fs = std::filesystem;
using tracking::ClassConfig;

struct Problem {
  evaluation::Dataset truth;
  std::vector<kitti::Drive> lidar;
  std::vector<kitti::Drive> both;
  tracking::ObjectClass object_class;
  evaluation::ObjectClass scored_class;
};

struct Marks {
  double samota, mota, hota, samota50, samota70, mota70;
  int switches, fragments, false_positives, false_negatives;
  [[nodiscard]] double objective() const { return samota + mota + hota - 0.15 * switches; }
};

inline ClassConfig& of(tracking::Config& config, tracking::ObjectClass object_class) {
  return const_cast<ClassConfig&>(config.of(object_class));
}

/// Which sequences count: those whose index modulo `folds` is `fold` (or is not, when `inverted`).
struct Part {
  int folds = 1, fold = 0;
  bool inverted = false;
  [[nodiscard]] bool has(int sequence) const { return ((sequence % folds) == fold) != inverted; }
};

/// Each sequence tracked with constants of its own.
inline Marks score_each(const Problem& problem, const std::vector<kitti::Drive>& drives,
                        const std::function<const tracking::Config&(int)>& config_of, const Part& part,
                        evaluation::Mode mode = evaluation::Mode::kExact) {
  evaluation::Dataset data;
  data.sequences = problem.truth.sequences;
  for (const auto& row : problem.truth.truth)
    if (part.has(row.sequence)) data.truth.push_back(row);
  for (int s = 0; s < static_cast<int>(drives.size()); ++s) {
    if (!part.has(s)) continue;
    auto rows = kitti::track_drive(drives[static_cast<std::size_t>(s)], config_of(s));
    if (!rows) std::abort();
    for (auto& row : *rows) {
      row.sequence = s;
      data.results.push_back(row);
    }
  }
  evaluation::Request request;
  request.classes = {problem.scored_class};
  request.volume_ious = {0.25, 0.5, 0.7};
  request.with_hota = true;
  request.mode = mode;
  const evaluation::Scores scores = evaluation::evaluate(data, request);
  const evaluation::Sweep& sweep = scores.clear.front().sweep;
  return {100 * sweep.samota,
          100 * sweep.best.mota,
          100 * scores.hota.front().scores.hota,
          100 * scores.clear[1].sweep.samota,
          100 * scores.clear[2].sweep.samota,
          100 * scores.clear[2].sweep.best.mota,
          sweep.best.switches,
          sweep.best.fragments,
          sweep.best.false_positives,
          sweep.best.false_negatives};
}

inline Marks score(const Problem& problem, const std::vector<kitti::Drive>& drives, const tracking::Config& config,
                   const Part& part, evaluation::Mode mode = evaluation::Mode::kExact) {
  return score_each(
      problem, drives, [&](int) -> const tracking::Config& { return config; }, part, mode);
}

/// "name=value"; false when there is no such constant.
inline bool set_constant(const std::string& text, ClassConfig& config) {
  const std::size_t equals = text.find('=');
  bool is_known = false;
  std::apply(
      [&](const auto&... fields) {
        (..., [&](const auto& field) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(config.*(field.member))>, double>) {
            if (field.name != text.substr(0, equals)) return;
            config.*(field.member) = std::atof(text.c_str() + equals + 1);
            is_known = true;
          }
        }(fields));
      },
      ClassConfig::fields());
  return is_known;
}

inline Result<Problem> load(const fs::path& data, const std::string& name) {
  Problem problem;
  problem.scored_class = *evaluation::class_from_name(name);
  switch (problem.scored_class) {
    case evaluation::ObjectClass::kPedestrian: problem.object_class = tracking::ObjectClass::kPedestrian; break;
    case evaluation::ObjectClass::kCyclist: problem.object_class = tracking::ObjectClass::kCyclist; break;
    default: problem.object_class = tracking::ObjectClass::kCar;
  }
  OCELLI_ASSIGN(problem.truth, evaluation::read_dataset(data / "ab3dmot_results", data / "label_02", {}));
  problem.truth.results.clear();
  kitti::Folders folders{data / "pointrcnn", data / "calib", data / "ego", {}};
  for (const std::string& sequence : problem.truth.sequences) {
    folders.camera.clear();
    OCELLI_ASSIGN(kitti::Drive lidar, kitti::read_drive(folders, sequence, {problem.object_class}));
    folders.camera = data / "rrc2d";
    OCELLI_ASSIGN(kitti::Drive both, kitti::read_drive(folders, sequence, {problem.object_class}));
    problem.lidar.push_back(std::move(lidar));
    problem.both.push_back(std::move(both));
  }
  return problem;
}

}  // namespace ocelli::bench
