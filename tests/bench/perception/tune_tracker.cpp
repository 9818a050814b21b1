// Seeded search for the tracker's constants on KITTI tracking sequences, and what such a search is worth on sequences
// it has not seen (docs/tracking.md).
//   tune_tracker DATA CLASS SEED TRIALS [FOLDS [NAME=VALUE ...]]      (values of constants to start from)
// Hill climbing from the defaults: each trial changes one to three constants, and is kept when the objective grows.
// Objective: sAMOTA + MOTA (3D IoU 0.25, exact mode) [points] + HOTA - 0.15 per switch, lidar only plus with camera.
// FOLDS > 1: cross-validation by sequence. The search is repeated without each part of the sequences; each sequence is
// then tracked with the constants that were found without it, and all of them are scored together. Also printed: the
// spread of each constant over the parts. FOLDS = number of sequences leaves one out at a time.
#include <algorithm>
#include <vector>

#include "ocelli/tests/bench/perception/kitti_problem.hpp"

namespace ocelli::bench {
namespace {

double objective(const Problem& problem, const tracking::Config& config, const Part& part) {
  return score(problem, problem.lidar, config, part).objective() +
         score(problem, problem.both, config, part).objective();
}

void shake(ClassConfig& config, std::mt19937_64& random) {
  constexpr auto kCount = std::tuple_size_v<decltype(ClassConfig::fields())>;
  const int changes = 1 + static_cast<int>(random() % 3);
  for (int i = 0; i < changes; ++i) {
    const std::size_t chosen = random() % kCount;
    std::size_t at = 0;
    std::apply(
        [&](const auto&... fields) {
          (..., [&](const auto& field) {
            if (at++ != chosen) return;
            if constexpr (std::is_same_v<std::remove_reference_t<decltype(config.*(field.member))>, double>) {
              double& value = config.*(field.member);
              std::normal_distribution<double> normal(0.0, 1.0);
              const double step = normal(random);
              value = std::clamp(value * std::exp(0.35 * step) + (std::abs(value) < 1.0 ? 0.15 * normal(random) : 0.0),
                                 field.low, field.high);
            }
          }(fields));
        },
        ClassConfig::fields());
  }
}

tracking::Config search(const Problem& problem, const tracking::Config& start, const Part& part, std::uint64_t seed,
                        int trials) {
  std::mt19937_64 random(seed);
  tracking::Config best = start;
  double best_value = objective(problem, best, part);
  for (int trial = 0; trial < trials; ++trial) {
    tracking::Config next = best;
    shake(of(next, problem.object_class), random);
    const double value = objective(problem, next, part);
    if (value <= best_value) continue;
    best = next;
    best_value = value;
    fmt::print(stderr, "{:4d} {:.3f}\n", trial, value);
  }
  return best;
}

void print_marks(std::string_view name, std::string_view sensors, const Marks& m) {
  fmt::print(
      "{:24s} {:12s} sAMOTA {:.2f} MOTA {:.2f} HOTA {:.2f} IDS {} FRAG {} FP {} FN {} | IoU 0.5: sAMOTA {:.2f} | "
      "IoU 0.7: sAMOTA {:.2f} MOTA {:.2f}\n",
      name, sensors, m.samota, m.mota, m.hota, m.switches, m.fragments, m.false_positives, m.false_negatives,
      m.samota50, m.samota70, m.mota70);
  std::fflush(stdout);
}

void print_marks(std::string_view name, const Problem& problem, const tracking::Config& config, const Part& part) {
  print_marks(name, "lidar", score(problem, problem.lidar, config, part));
  print_marks(name, "lidar+camera", score(problem, problem.both, config, part));
}

/// Least, mean and greatest value of each constant over the parts, beside the default.
void print_spread(const std::vector<tracking::Config>& found, tracking::ObjectClass object_class) {
  fmt::print("\n| constant | default | least | mean | greatest |\n|---|---|---|---|---|\n");
  const tracking::Config start;
  std::apply(
      [&](const auto&... fields) {
        (..., [&](const auto& field) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(start.car.*(field.member))>, double>) {
            std::vector<double> values;
            double sum = 0.0;
            for (const tracking::Config& config : found) {
              values.push_back(config.of(object_class).*(field.member));
              sum += values.back();
            }
            const auto [low, high] = std::minmax_element(values.begin(), values.end());
            const double before = start.of(object_class).*(field.member);
            if (*low == before && *high == before) return;
            fmt::print("| {} | {:.3g} | {:.3g} | {:.3g} | {:.3g} |\n", field.name, before, *low,
                       sum / static_cast<double>(values.size()), *high);
          }
        }(fields));
      },
      ClassConfig::fields());
}

void cross_validate(const Problem& problem, const tracking::Config& start, std::uint64_t seed, int trials, int folds) {
  std::vector<tracking::Config> found;
  for (int fold = 0; fold < folds; ++fold) {
    found.push_back(search(problem, start, {folds, fold, true}, seed, trials));
    print_marks(fmt::format("part {}, start", fold), problem, start, {folds, fold, false});
    print_marks(fmt::format("part {}, found without", fold), problem, found.back(), {folds, fold, false});
  }
  const auto config_of = [&](int s) -> const tracking::Config& { return found[std::size_t(s % folds)]; };
  print_marks("all, start", problem, start, {});
  print_marks("all, cross-validated", "lidar", score_each(problem, problem.lidar, config_of, {}));
  print_marks("all, cross-validated", "lidar+camera", score_each(problem, problem.both, config_of, {}));
  print_spread(found, problem.object_class);
}

void print_config(const ClassConfig& config) {
  std::apply(
      [&](const auto&... fields) {
        (..., [&](const auto& field) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(config.*(field.member))>, double>)
            fmt::print("  .{} = {:.4g},\n", field.name, config.*(field.member));
        }(fields));
      },
      ClassConfig::fields());
}

}  // namespace
}  // namespace ocelli::bench

int main(int argc, char** argv) {
  using namespace ocelli;
  using namespace ocelli::bench;
  if (argc < 5) {
    fmt::print(stderr, "usage: tune_tracker DATA CLASS SEED TRIALS [FOLDS [NAME=VALUE ...]]\n");
    return 2;
  }
  const Result<Problem> problem = load(argv[1], argv[2]);
  if (!problem) {
    fmt::print(stderr, "tune_tracker: {}\n", problem.error().message);
    return 2;
  }
  const auto seed = static_cast<std::uint64_t>(std::atoll(argv[3]));
  const int trials = std::atoi(argv[4]);
  const int folds = argc > 5 ? std::atoi(argv[5]) : 1;
  tracking::Config start;
  for (int i = 6; i < argc; ++i) {
    if (set_constant(argv[i], of(start, problem->object_class))) continue;
    fmt::print(stderr, "tune_tracker: '{}': no such constant\n", argv[i]);
    return 2;
  }
  if (folds > 1) return cross_validate(*problem, start, seed, trials, folds), 0;
  print_marks("start", *problem, start, {});
  if (trials == 0) return 0;
  const tracking::Config found = search(*problem, start, {}, seed, trials);
  print_marks("found", *problem, found, {});
  print_config(found.of(problem->object_class));
  return 0;
}
