// Seeded search for the tracker's constants on KITTI tracking sequences (docs/tracking.md).
//   tune_tracker DATA CLASS SEED TRIALS [FOLDS [NAME=VALUE ...]]      (values of constants to start from)
// Hill climbing from the defaults: each trial changes one to three constants, and is kept when the objective grows.
// Objective: sAMOTA + MOTA (3D IoU 0.25, exact mode) [points] + HOTA - 0.15 per switch, lidar only plus with camera.
// FOLDS > 1: also searches without each part of the sequences and reports the scores on that part.
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

void print_marks(std::string_view name, const Problem& problem, const tracking::Config& config, const Part& part) {
  for (const bool with_camera : {false, true}) {
    const auto& drives = with_camera ? problem.both : problem.lidar;
    const Marks m = score(problem, drives, config, part, evaluation::Mode::kExact);
    const Marks c = score(problem, drives, config, part, evaluation::Mode::kCompatible);
    fmt::print(
        "{:20s} {:12s} sAMOTA {:.2f} MOTA {:.2f} HOTA {:.2f} IDS {} FRAG {} FP {} FN {}"
        "   compatible: sAMOTA {:.2f} MOTA {:.2f}\n",
        name, with_camera ? "lidar+camera" : "lidar", m.samota, m.mota, m.hota, m.switches, m.fragments,
        m.false_positives, m.false_negatives, c.samota, c.mota);
  }
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
  print_marks("start", *problem, start, {});
  for (int fold = 0; folds > 1 && fold < folds; ++fold) {
    print_marks(fmt::format("start, part {}", fold), *problem, start, {folds, fold, false});
    const tracking::Config found = search(*problem, start, {folds, fold, true}, seed, trials);
    print_marks(fmt::format("left out part {}", fold), *problem, found, {folds, fold, false});
  }
  if (folds > 1 || trials == 0) return 0;
  const tracking::Config found = search(*problem, start, {}, seed, trials);
  print_marks("found", *problem, found, {});
  print_config(found.of(problem->object_class));
  return 0;
}
