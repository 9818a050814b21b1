#include "ocelli/perception/lidar_objects/lidar_objects.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

#include "ocelli/perception/lidar_objects/corridor.hpp"
#include "ocelli/perception/tracking/rectangle.hpp"

namespace ocelli::perception {
namespace {

constexpr float kShows_m = 0.3F;  // what shows this much over an obstacle is seen

bool is_vehicle(ObjectClass c) { return c == ObjectClass::kCar || c == ObjectClass::kTruck; }

}  // namespace

LidarObjects::LidarObjects(const LidarObjectsConfig& config)
    : config_(config),
      ground_(config.ground, config.range_max_m),
      map_(config.cells, config.range_max_m),
      clusters_(config.clusters) {}

std::span<const Box3> LidarObjects::detect(const CloudSpan& cloud, const Pose& T_vehicle_lidar) {
  sensor_m_ = T_vehicle_lidar.translation().cast<float>();
  points_.clear();
  boxes_.clear();
  to_vehicle_frame(cloud, T_vehicle_lidar, config_.own_body, config_.range_min_m, config_.range_max_m, points_);
  ground_.measure(points_, sensor_m_.head<2>(), heights_m_);
  map_.fill(points_, heights_m_, sensor_m_);
  horizon_.fill(map_, sensor_m_.z());
  clusters_.find(map_, sensor_m_.z());
  gather();
  for (std::int32_t cluster = 0; cluster < clusters_.count(); ++cluster) {
    const auto c = static_cast<std::size_t>(cluster);
    if (begin_[c + 1] - begin_[c] < static_cast<std::uint32_t>(config_.boxes.points_min)) continue;
    const std::span members(member_.data() + begin_[c], begin_[c + 1] - begin_[c]);
    const Shape shape = measure(members);
    const std::optional<Judgement> judgement = judge(shape, config_.boxes);
    if (add_pieces(members, judgement ? judgement->score : 0.0) || add_parted(members, shape)) continue;
    if (judgement) add_box(shape, *judgement);
  }
  drop_doubles();
  return boxes_;
}

/// Point indices ordered by cluster (a counting sort), without what hangs above a cluster's cells.
void LidarObjects::gather() {
  const std::span<const std::int32_t> cell_of_point = map_.cell_of_point();
  const auto cluster_of = [&](std::size_t i) {
    const std::int32_t cell = cell_of_point[i];
    if (cell == CellMap::kNone) return Clusters::kNone;
    const bool hangs = heights_m_[i] > map_.cells()[static_cast<std::size_t>(cell)].top_m;
    return hangs ? Clusters::kNone : clusters_.cluster_of_cell()[static_cast<std::size_t>(cell)];
  };
  begin_.assign(static_cast<std::size_t>(clusters_.count()) + 1, 0U);
  for (std::size_t i = 0; i < points_.size(); ++i)
    if (const std::int32_t cluster = cluster_of(i); cluster != Clusters::kNone)
      ++begin_[static_cast<std::size_t>(cluster)];
  std::uint32_t sum = 0;
  for (std::uint32_t& begin : begin_) begin = (sum += begin);
  member_.resize(sum);
  for (std::size_t i = points_.size(); i-- > 0;)
    if (const std::int32_t cluster = cluster_of(i); cluster != Clusters::kNone)
      member_[--begin_[static_cast<std::size_t>(cluster)]] = static_cast<std::uint32_t>(i);
}

void LidarObjects::add_box(const Shape& shape, const Judgement& judgement) {
  boxes_.push_back(complete(shape, judgement, config_.boxes));
  boxes_.back().centre_m.head<2>() += sensor_m_.head<2>().cast<double>();
}

/// Who passes close to something is one cluster with it. When its pieces make better objects than the whole does, they
/// are the objects; false when they do not. Orders the members by piece.
bool LidarObjects::add_pieces(std::span<std::uint32_t> members, double whole_score) {
  constexpr double kBetter = 0.1;
  constexpr double kGood = 0.6;  // what nobody takes for anything as a whole has to be all the clearer in pieces
  const auto piece_of = [&](std::uint32_t i) {
    return clusters_.piece_of_cell()[static_cast<std::size_t>(map_.cell_of_point()[i])];
  };
  std::ranges::sort(members, {}, [&](std::uint32_t i) { return std::pair(piece_of(i), i); });
  if (piece_of(members.front()) == piece_of(members.back())) return false;
  pieces_.clear();
  double score = 0.0;
  for (auto first = members.begin(); first != members.end();) {
    const auto last =
        std::find_if(first, members.end(), [&](std::uint32_t i) { return piece_of(i) != piece_of(*first); });
    const Shape shape = measure({first, last});
    if (const auto judgement = judge(shape, config_.boxes)) {
      pieces_.emplace_back(shape, *judgement);
      score += judgement->score * static_cast<double>(last - first) / static_cast<double>(members.size());
    }
    first = last;
  }
  if (pieces_.size() < 2 || score < std::max(whole_score + kBetter, kGood)) return false;
  for (const auto& [shape, judgement] : pieces_) add_box(shape, judgement);
  return true;
}

/// Who rides or walks past a vehicle so close that no cell between them is empty is one piece with it. A corridor
/// without returns parts them; false when there is none, or when it parts something else. Orders the members by side.
bool LidarObjects::add_parted(std::span<std::uint32_t> members, const Shape& whole) {
  constexpr float kLeast_m = 0.15F;       // narrower, and
  constexpr float kLeastPer_m = 0.0045F;  // narrower than this per metre of range, beams miss the gap or make one
  constexpr float kShortest_m = 2.0F;     // shorter or thinner is not two objects
  constexpr float kThinnest_m = 0.8F;
  constexpr float kLongest_m = 9.0F;         // more than a vehicle and who is beside it
  constexpr std::size_t kMostReturns = 500;  // what is so near that it has more is parted by cells
  constexpr double kGood = 0.5;
  if (members.size() > kMostReturns || whole.longer_m() < kShortest_m || whole.longer_m() > kLongest_m) return false;
  if (whole.shorter_m() < kThinnest_m) return false;
  const auto flat = [&](std::uint32_t i) {
    return Eigen::Vector2f(points_[i].x - sensor_m_.x(), points_[i].y - sensor_m_.y());
  };
  surface_.clear();
  for (const std::uint32_t i : members) surface_.push_back({flat(i), heights_m_[i]});
  const auto corridor = find_corridor(surface_, whole.centre_m(), std::max(kLeast_m, kLeastPer_m * whole.range_m),
                                      static_cast<std::size_t>(config_.boxes.points_min));
  if (!corridor) return false;
  const auto is_left = [&](std::uint32_t i) { return corridor->is_left(flat(i)); };
  std::ranges::sort(members, {}, [&](std::uint32_t i) { return std::pair(is_left(i), i); });
  const auto middle = std::ranges::find_if(members, is_left);
  const Shape right = measure({members.begin(), middle});
  const Shape left = measure({middle, members.end()});
  const auto right_is = judge(right, config_.boxes);
  const auto left_is = judge(left, config_.boxes);
  if (!right_is || !left_is || std::min(right_is->score, left_is->score) < kGood) return false;
  if (is_vehicle(right_is->object_class) == is_vehicle(left_is->object_class)) return false;
  add_box(right, *right_is);
  add_box(left, *left_is);
  return true;
}

Shape LidarObjects::measure(std::span<const std::uint32_t> members) {
  Shape shape;
  shape.points = static_cast<std::uint32_t>(members.size());
  shape.bottom_m = std::numeric_limits<float>::max();
  float nearest2 = std::numeric_limits<float>::max();
  double ground_sum_m = 0.0;
  flat_.clear();
  for (const std::uint32_t i : members) {
    const VehiclePoint& p = points_[i];
    flat_.emplace_back(p.x - sensor_m_.x(), p.y - sensor_m_.y());
    nearest2 = std::min(nearest2, flat_.back().squaredNorm());
    shape.bottom_m = std::min(shape.bottom_m, heights_m_[i]);
    shape.top_m = std::max(shape.top_m, heights_m_[i]);
    ground_sum_m += static_cast<double>(p.z - heights_m_[i]);
  }
  shape.ground_m = static_cast<float>(ground_sum_m / static_cast<double>(members.size()));
  shape.range_m = std::sqrt(nearest2);
  shape.sight_m = clusters_.visible_height_m(shape.range_m);
  shape.rectangle = fitter_.fit(flat_);
  shape.on_faces = share_on_faces(members, shape.rectangle);
  if (shape.longer_m() < kWholeSide_m) shape.roughness_m = roughness_m(members);
  shape.is_hidden_beside = horizon_.hides_beside(flat_, shape.top_m - kShows_m);
  return shape;
}

float LidarObjects::roughness_m(std::span<const std::uint32_t> members) {
  surface_.clear();
  for (std::size_t k = 0; k < members.size(); ++k) surface_.push_back({flat_[k], heights_m_[members[k]]});
  return roughness_.measure_m(surface_, kBodyTop_m);
}

/// Of the lower returns, how many lie on the sides towards the sensor.
float LidarObjects::share_on_faces(std::span<const std::uint32_t> members, const Rectangle& rectangle) const {
  constexpr float kOnFace_m = 0.2F;
  std::uint32_t low = 0;
  std::uint32_t on_face = 0;
  for (std::size_t k = 0; k < members.size(); ++k) {
    if (heights_m_[members[k]] > kBodyTop_m) continue;
    ++low;
    bool is_on = false;
    for (int i = 0; i < 2; ++i) {
      const auto a = static_cast<std::size_t>(i);
      const float at_m = rectangle.axis(i).dot(flat_[k]);
      if (rectangle.low_m[a] > 0.0F) is_on = is_on || at_m < rectangle.low_m[a] + kOnFace_m;
      if (rectangle.high_m[a] < 0.0F) is_on = is_on || at_m > rectangle.high_m[a] - kOnFace_m;
    }
    on_face += is_on ? 1 : 0;
  }
  return low == 0 ? 1.0F : static_cast<float>(on_face) / static_cast<float>(low);
}

/// Two solid things do not stand in one place: boxes that share much of the smaller one are pieces of one object, seen
/// apart and completed into each other. The one with more evidence stays.
void LidarObjects::drop_doubles() {
  constexpr double kShared = 0.3;
  const auto footprint = [](const Box3& b) {
    return tracking::Rectangle{b.centre_m.x(),      b.centre_m.y(), std::cos(b.yaw_rad),
                               std::sin(b.yaw_rad), b.size_m.x(),   b.size_m.y()};
  };
  const auto evidence = [](const Box3& b) { return std::tuple(b.score * b.points, b.centre_m.x(), b.centre_m.y()); };
  std::ranges::sort(boxes_, std::greater(), evidence);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    const tracking::Rectangle own = footprint(boxes_[i]);
    const bool is_double =
        std::any_of(boxes_.begin(), boxes_.begin() + static_cast<std::ptrdiff_t>(kept), [&](const Box3& better) {
          const tracking::Rectangle other = footprint(better);
          const double smaller_m2 = std::min(own.length_m * own.width_m, other.length_m * other.width_m);
          return tracking::common_area(own, other) > kShared * smaller_m2;
        });
    if (!is_double) boxes_[kept++] = boxes_[i];
  }
  boxes_.resize(kept);
}

}  // namespace ocelli::perception
