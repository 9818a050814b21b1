// What each part of the tracker is worth, on KITTI tracking sequences (docs/tracking.md).
//   ablate_tracker parts DATA CLASS         each part off: what it costs
//   ablate_tracker constants DATA CLASS     each constant times 0.7 and 1.4: how flat the optimum is
//   ablate_tracker sequences DATA CLASS     each sequence alone
//   ablate_tracker births DATA CLASS        what objects born from a camera box alone would be worth
//   ablate_tracker scores DATA CLASS        detector scores shifted and scaled: how much rests on their unit
// What follows CLASS as NAME=VALUE changes constants; motion=turn_rate or motion=free_velocity the motion model.
// There are no Cyclist detections: those are simulated from the labels (seeded; misses, noise and false ones below);
// `scores` shows the mean of four seeds.
// Scores: 3D IoU 0.25, exact mode.
#include <algorithm>

#include "ocelli/tests/bench/perception/kitti_problem.hpp"

namespace ocelli::bench {
namespace {

using tracking::Config;
using Change = std::function<void(ClassConfig&)>;

constexpr double kUnreachable = 20.0;
constexpr std::uint64_t kSeed = 7;
constexpr int kSeeds = 4;

bool is_near_person(const evaluation::Dataset& truth, int sequence, int frame, const tracking::Detection3& seen) {
  using evaluation::Kind;
  return std::any_of(truth.truth.begin(), truth.truth.end(), [&](const evaluation::LabelRow& row) {
    const bool is_person = row.kind == Kind::kPedestrian || row.kind == Kind::kPerson ||
                           row.kind == Kind::kPersonSitting || row.kind == Kind::kCyclist;
    return is_person && row.sequence == sequence && row.frame == frame &&
           std::hypot(row.box.z_m - seen.p_vehicle.x(), -row.box.x_m - seen.p_vehicle.y()) < 2.0;
  });
}

/// Boxes of the labels with the flaws of a detector, and the false ones that the detector of pedestrians gives here.
void simulate_cyclists(std::uint64_t seed, const Problem& people, Problem& problem) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  Eigen::Matrix3d R_vehicle_camera;
  R_vehicle_camera << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  for (std::size_t s = 0; s < problem.lidar.size(); ++s) {
    kitti::Drive& drive = problem.lidar[s];
    for (const evaluation::LabelRow& row : problem.truth.truth) {
      if (row.sequence != static_cast<int>(s) || row.kind != evaluation::Kind::kCyclist || row.occlusion > 2) continue;
      if (static_cast<std::size_t>(row.frame) >= drive.frames.size()) continue;
      if (uniform(random) < 0.1 + 0.2 * row.occlusion) continue;
      tracking::Detection3 seen;
      seen.object_class = tracking::ObjectClass::kCyclist;
      seen.image = row.image;
      seen.p_vehicle = R_vehicle_camera * Eigen::Vector3d(row.box.x_m + 0.1 * normal(random),
                                                          row.box.y_m - 0.5 * row.box.height_m + 0.05 * normal(random),
                                                          row.box.z_m + 0.1 * normal(random));
      seen.yaw_rad = wrap_angle(-row.box.yaw_rad - M_PI_2 + 0.1 * normal(random) + (uniform(random) < 0.1 ? M_PI : 0));
      seen.length_m = row.box.length_m * (1.0 + 0.05 * normal(random));
      seen.width_m = row.box.width_m * (1.0 + 0.05 * normal(random));
      seen.height_m = row.box.height_m * (1.0 + 0.05 * normal(random));
      seen.score = 3.5 - row.occlusion + 1.5 * normal(random);
      drive.frames[static_cast<std::size_t>(row.frame)].detections.push_back(seen);
    }
    for (std::size_t f = 0; f < drive.frames.size(); ++f)
      for (tracking::Detection3 ghost : people.lidar[s].frames[f].detections) {
        if (is_near_person(problem.truth, static_cast<int>(s), static_cast<int>(f), ghost)) continue;
        ghost.object_class = tracking::ObjectClass::kCyclist;
        ghost.length_m = 1.8;
        drive.frames[f].detections.push_back(ghost);
      }
  }
  problem.both = problem.lidar;
}

void print_row(const std::string& name, const Marks& lidar, const Marks& both) {
  fmt::print("| {} | {:.2f} | {:.2f} | {:.2f} | {} | {} | {} | {} | {:.2f} | {:.2f} | {:.2f} | {} |\n", name,
             lidar.samota, lidar.mota, lidar.hota, lidar.switches, lidar.fragments, lidar.false_positives,
             lidar.false_negatives, both.samota, both.mota, both.hota, both.switches);
  std::fflush(stdout);
}

void print_head(std::string_view first) {
  fmt::print(
      "| {} | sAMOTA | MOTA | HOTA | IDS | FRAG | FP | FN | +camera: sAMOTA | MOTA | HOTA | IDS |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|\n",
      first);
}

void measure(const std::string& name, const Problem& problem, const Config& config, const Part& part = {}) {
  print_row(name, score(problem, problem.lidar, config, part), score(problem, problem.both, config, part));
}

void change_poses(Problem& problem, const std::function<Pose(const Pose&)>& change) {
  for (auto* drives : {&problem.lidar, &problem.both})
    for (kitti::Drive& drive : *drives)
      for (Pose& pose : drive.T_world_vehicle) pose = change(pose);
}

/// A pose that jumps to and fro every hundred frames, and one that stands still for three and catches up.
void measure_jumps(const Problem& problem, const Config& start) {
  for (const auto& [jump_m, jump_rad] :
       {std::pair{0.5, 0.0}, {0.7, 0.0}, {1.0, 0.0}, {1.4, 0.0}, {0.0, 0.017}, {0.0, 0.035}}) {
    Problem changed = problem;
    for (auto* drives : {&changed.lidar, &changed.both})
      for (kitti::Drive& drive : *drives)
        for (std::size_t f = 0; f < drive.T_world_vehicle.size(); ++f) {
          const double sign = f / 100 % 2 == 0 ? 0.5 : -0.5;
          drive.T_world_vehicle[f] =
              drive.T_world_vehicle[f] * pose_from_xyz_rpy(sign * jump_m, sign * jump_m, 0, 0, 0, sign * jump_rad);
        }
    measure(fmt::format("(pose jumps by {} m in x and y, {} rad every 100 frames)", jump_m, jump_rad), changed, start);
  }
  Problem changed = problem;
  for (auto* drives : {&changed.lidar, &changed.both})
    for (kitti::Drive& drive : *drives) {
      const std::vector<Pose> poses = drive.T_world_vehicle;
      for (std::size_t f = 0; f < poses.size(); ++f) drive.T_world_vehicle[f] = poses[f - f % 3];
    }
  measure("(pose known in every third frame only, held between)", changed, start);
}

void measure_poses(const Problem& problem, const Config& start) {
  Problem changed = problem;
  change_poses(changed, [](const Pose&) { return Pose::Identity(); });
  measure("ego motion", changed, start);
  changed = problem;
  change_poses(changed, [](const Pose& T) {
    return pose_from_xyz_rpy(T.translation().x(), T.translation().y(), 0, 0, 0, yaw_of(T));
  });
  measure("pitch, roll and height of it", changed, start);
  for (const double scale : {1.0, 3.0}) {
    changed = problem;
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    change_poses(changed, [&](const Pose& T) {
      const double turn = 0.001 * scale;
      return T * pose_from_xyz_rpy(0.03 * scale * normal(random), 0.03 * scale * normal(random),
                                   0.03 * scale * normal(random), turn * normal(random), turn * normal(random),
                                   turn * normal(random));
    });
    measure(fmt::format("(pose noise {:.2f} m, {:.3f} rad per frame)", 0.03 * scale, 0.001 * scale), changed, start);
  }
  measure_jumps(problem, start);
}

void measure_parts(const Problem& problem, const Config& start) {
  const std::vector<std::pair<std::string, Change>> parts{
      {"gaps filled by prediction", [](ClassConfig& c) { c.report_evidence = kUnreachable; }},
      {"tracks kept through gaps", [](ClassConfig& c) { c.coast_max_s = 0.0; }},
      {"motion model (turn rate <-> free velocity)",
       [](ClassConfig& c) {
         c.motion = c.motion == tracking::MotionModel::kTurnRate ? tracking::MotionModel::kFreeVelocity
                                                                 : tracking::MotionModel::kTurnRate;
       }},
      {"acceleration in the state", [](ClassConfig& c) { c.jerk_noise_mps3 = c.initial_acceleration_mps2 = 0.0; }},
      {"strong detections choose first", [](ClassConfig& c) { c.strong_score = -10.0; }},
      {"gate in sigmas", [](ClassConfig& c) { c.gate_sigmas = kUnreachable; }},
      {"size averaged", [](ClassConfig& c) { c.size_memory = 1.0; }},
      {"no two objects in one place", [](ClassConfig& c) { c.overlap_max = 1.0; }},
      {"visibility in the evidence of a miss", [](ClassConfig& c) { c.detection_share_hidden = c.detection_share; }},
      {"evidence in the confidence", [](ClassConfig& c) { c.confidence_evidence = 0.0; }},
      {"scores in the evidence", [](ClassConfig& c) { c.evidence_hit_low = c.evidence_hit_high = 1.0; }},
      {"camera confirms", [](ClassConfig& c) { c.camera_bonus = 0.0; }},
      {"camera contradicts", [](ClassConfig& c) { c.camera_malus = 0.0; }},
      {"camera keeps alive", [](ClassConfig& c) { c.camera_keep_iou = 1.0; }},
  };
  for (const auto& [name, change] : parts) {
    Config config = start;
    change(of(config, problem.object_class));
    measure(name, problem, config);
  }
}

void measure_constants(const Problem& problem, const Config& start) {
  std::apply(
      [&](const auto&... fields) {
        (..., [&](const auto& field) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(ClassConfig{}.*(field.member))>, double>) {
            for (const double factor : {0.7, 1.4}) {
              Config config = start;
              double& value = of(config, problem.object_class).*(field.member);
              const double next = std::clamp(value * factor, field.low, field.high);
              if (next == value) continue;
              value = next;
              measure(fmt::format("{} {:.3g}", field.name, next), problem, config);
            }
          }
        }(fields));
      },
      ClassConfig::fields());
}

Marks mean_of(const std::vector<Marks>& all) {
  Marks mean{};
  const auto share = 1.0 / static_cast<double>(all.size());
  for (const Marks& m : all) {
    mean.samota += share * m.samota;
    mean.mota += share * m.mota;
    mean.hota += share * m.hota;
    mean.switches += m.switches;  // a sum: one is one too many
    mean.fragments += m.fragments;
    mean.false_positives += m.false_positives;
    mean.false_negatives += m.false_negatives;
  }
  return mean;
}

void change_scores(double scale, double shift, std::vector<kitti::Drive>& drives) {
  for (kitti::Drive& drive : drives)
    for (kitti::Frame& frame : drive.frames)
      for (tracking::Detection3& detection : frame.detections) detection.score = scale * detection.score + shift;
}

void measure_scores(const Problem& given, const Problem& people, const Config& config) {
  std::vector<Problem> problems(given.object_class == tracking::ObjectClass::kCyclist ? kSeeds : 1, given);
  if (problems.size() > 1)
    for (std::size_t i = 0; i < problems.size(); ++i) simulate_cyclists(kSeed + i, people, problems[i]);
  for (const auto& [scale, shift] :
       {std::pair{1.0, 0.0}, {1.0, -2.0}, {1.0, 2.0}, {0.5, 0.0}, {0.2, 0.0}, {2.0, 0.0}}) {
    std::vector<Marks> lidar;
    std::vector<Marks> both;
    for (Problem changed : problems) {
      for (auto* drives : {&changed.lidar, &changed.both}) change_scores(scale, shift, *drives);
      lidar.push_back(score(changed, changed.lidar, config, {}));
      both.push_back(score(changed, changed.both, config, {}));
    }
    print_row(fmt::format("score * {} {:+}", scale, shift), mean_of(lidar), mean_of(both));
  }
}

/// Constants from the command line.
bool set_constants(int count, char** texts, ClassConfig& config) {
  for (int i = 0; i < count; ++i) {
    const std::string text = texts[i];
    if (text == "motion=turn_rate")
      config.motion = tracking::MotionModel::kTurnRate;
    else if (text == "motion=free_velocity")
      config.motion = tracking::MotionModel::kFreeVelocity;
    else if (!set_constant(text, config))
      return fmt::print(stderr, "ablate_tracker: '{}': no such constant\n", text), false;
  }
  return true;
}

/// A camera box without detection, put where its height says: how often is an object within reach of a match?
void count_births(const Problem& problem) {
  const bool is_car = problem.object_class == tracking::ObjectClass::kCar;
  evaluation::CameraBox box{is_car ? 1.53 : 1.75, is_car ? 1.63 : 0.65, is_car ? 3.9 : 0.8, 0, 0, 0, -M_PI_2};
  int free = 0;
  int labelled = 0;
  int reached = 0;
  for (std::size_t s = 0; s < problem.both.size(); ++s) {
    const kitti::Drive& drive = problem.both[s];
    const auto& P = drive.camera.P_image_vehicle;  // the optical axis is x
    for (std::size_t f = 0; f < drive.frames.size(); ++f) {
      for (const tracking::Detection2& seen : drive.frames[f].camera) {
        const auto is_detected = [&](const tracking::Detection3& d) {
          return d.image && image_iou(seen.image, *d.image) >= 0.3;
        };
        const auto& detections = drive.frames[f].detections;
        if (seen.score < 0.7 || std::any_of(detections.begin(), detections.end(), is_detected)) continue;
        ++free;
        const evaluation::LabelRow* nearest = nullptr;
        double most = 0.5;
        for (const evaluation::LabelRow& row : problem.truth.truth) {
          if (row.sequence != static_cast<int>(s) || row.frame != static_cast<int>(f)) continue;
          if (row.kind != (is_car ? evaluation::Kind::kCar : evaluation::Kind::kPedestrian)) continue;
          if (image_iou(seen.image, row.image) < most) continue;
          most = image_iou(seen.image, row.image);
          nearest = &row;
        }
        if (nearest == nullptr) continue;
        ++labelled;
        const double focal_px = std::abs(P(0, 1));
        box.z_m = focal_px * box.height_m / seen.image.height_px();
        box.x_m = (0.5 * (seen.image.left_px + seen.image.right_px) - P(0, 0)) * box.z_m / focal_px;
        box.y_m = nearest->box.y_m;
        reached += evaluation::volume_iou(box, nearest->box) >= 0.25 ? 1 : 0;
      }
    }
  }
  fmt::print("{} camera boxes without detection, {} of them on a labelled object, {} would match it at 3D IoU 0.25\n",
             free, labelled, reached);
}

}  // namespace
}  // namespace ocelli::bench

int main(int argc, char** argv) {
  using namespace ocelli;
  using namespace ocelli::bench;
  const std::string what = argc > 1 ? argv[1] : "";
  const std::initializer_list<std::string_view> known{"parts", "constants", "sequences", "births", "scores"};
  if (argc < 4 || std::find(known.begin(), known.end(), what) == known.end()) {
    fmt::print(stderr, "usage: ablate_tracker parts|constants|sequences|births|scores DATA CLASS [NAME=VALUE ...]\n");
    return 2;
  }
  Result<Problem> problem = load(argv[2], argv[3]);
  const Result<Problem> people = load(argv[2], "Pedestrian");
  if (!problem || !people) {
    fmt::print(stderr, "ablate_tracker: {}\n", problem.error().message);
    return 2;
  }
  tracking::Config start;
  if (!set_constants(argc - 4, argv + 4, of(start, problem->object_class))) return 2;
  if (what == "births") return count_births(*problem), 0;
  print_head(argv[3]);
  if (what == "scores") return measure_scores(*problem, *people, start), 0;
  if (problem->object_class == tracking::ObjectClass::kCyclist) simulate_cyclists(kSeed, *people, *problem);
  measure("all", *problem, start);
  if (what == "parts") {
    measure_poses(*problem, start);
    measure_parts(*problem, start);
  } else if (what == "constants") {
    measure_constants(*problem, start);
  } else {
    const int count = static_cast<int>(problem->lidar.size());
    for (int s = 0; s < count; ++s)
      measure(problem->truth.sequences[std::size_t(s)], *problem, start, {count, s, false});
  }
  return 0;
}
