#include "ocelli/hal/sim/scenario.hpp"

#include <map>

#include "ocelli/hal/sim/path.hpp"
#include "ocelli/middleware/config/yaml.hpp"

namespace ocelli::sim {
namespace {

/// What fields() cannot say: rules between values. Mistakes go to the place in the file where the value stands.
class Checker {
 public:
  Checker(ConfigReader& reader, const Scenario& scenario, const YAML::Node& root)
      : reader_(reader), scenario_(scenario), root_(root) {}

  void check() {
    if (!check_road()) return;  // without a road nothing can be placed on it
    check_course(scenario_.ego.course, root_["ego"]["course"], "ego");
    check_movers();
    check_rows();
    check_sensors();
  }

 private:
  bool check_road() {
    const YAML::Node segments = root_["road"]["segments"];
    if (scenario_.road.segments.empty()) return reader_.mistake(segments, "'segments': expected at least one"), false;
    bool is_good = true;
    for (std::size_t i = 0; i < scenario_.road.segments.size(); ++i) {
      const RoadSegment& segment = scenario_.road.segments[i];
      if (segment.length_m <= 0.0) return false;  // reported as out of range already
      const double radius_m = segment.length_m / std::max(1e-9, std::abs(segment.turn_deg) * M_PI / 180.0);
      const double outer_m =
          std::max(scenario_.road.left_kerb_m(), scenario_.road.right_kerb_m()) + scenario_.road.sidewalk_m;
      if (radius_m > outer_m + 1.0) continue;
      reader_.mistake(segments[i],
                      fmt::format("bend of {:.1f} m radius: expected more than {:.1f} m, half the width of the "
                                  "road with its sidewalk",
                                  radius_m, outer_m + 1.0));
      is_good = false;
    }
    return is_good;
  }

  void check_course(const Course& course, const YAML::Node& node, const std::string& who) {
    if (!node.IsDefined() || !node.IsMap()) return;
    if (node["speed"].IsDefined() && course.speed.empty())
      reader_.mistake(node["speed"], fmt::format("'speed' of {}: expected at least one point", who));
    for (std::size_t i = 1; i < course.speed.size(); ++i)
      if (course.speed[i].at <= course.speed[i - 1].at)
        reader_.mistake(node["speed"][i],
                        fmt::format("'speed' of {}: times must increase, this one is {} s after {} s", who,
                                    to_seconds(course.speed[i].at), to_seconds(course.speed[i - 1].at)));
    if (node["waypoints"].IsDefined())
      check_waypoints(course, node, who);
    else if (course.start_m > scenario_.road.length_m())
      reader_.mistake(node["start_m"], fmt::format("'start_m' of {}: {} m is beyond the road's end at {} m", who,
                                                   course.start_m, scenario_.road.length_m()));
    if (course.waypoints.empty()) check_bends(course.lateral_m, node["lateral_m"], who);
  }

  void check_waypoints(const Course& course, const YAML::Node& node, const std::string& who) {
    if (course.waypoints.size() < 2)
      return reader_.mistake(node["waypoints"], fmt::format("'waypoints' of {}: expected at least two, got {}", who,
                                                            course.waypoints.size()));
    for (const char* key : {"lateral_m", "start_m", "direction"})
      if (node[key].IsDefined())
        reader_.mistake(node[key], fmt::format("'{}' of {}: has no meaning beside 'waypoints'", key, who));
    for (std::size_t i = 1; i < course.waypoints.size(); ++i) {
      const Waypoint& a = course.waypoints[i - 1];
      const Waypoint& b = course.waypoints[i];
      if (std::hypot(a.station_m - b.station_m, a.lateral_m - b.lateral_m) < 0.1)
        reader_.mistake(node["waypoints"][i],
                        fmt::format("'waypoints' of {}: this one is where the one before is", who));
    }
  }

  /// A path beside the road must not fold over itself on the inner side of a bend.
  void check_bends(double lateral_m, const YAML::Node& node, const std::string& who) {
    const double sharpest = Path::centre_line(scenario_.road).sharpest_curvature_1pm();
    if (lateral_m * sharpest >= 0.9)
      reader_.mistake(node, fmt::format("'lateral_m' of {}: {} m is beyond the middle of a bend of {:.1f} m radius",
                                        who, lateral_m, 1.0 / std::abs(sharpest)));
  }

  void check_movers() {
    std::map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < scenario_.movers.size(); ++i) {
      const Mover& mover = scenario_.movers[i];
      const YAML::Node node = root_["movers"][i];
      if (!node.IsMap()) continue;
      check_course(mover.course, node["course"], fmt::format("'{}'", mover.name));
      const auto [known, is_new] = first.emplace(mover.name, i);
      if (!is_new && node["name"].IsDefined())
        reader_.mistake(node["name"],
                        fmt::format("'name': '{}' is the name of mover {} already", mover.name, known->second + 1));
    }
  }

  void check_rows() {
    for (std::size_t i = 0; i < scenario_.rows.size(); ++i) {
      const Row& row = scenario_.rows[i];
      const YAML::Node node = root_["rows"][i];
      if (!node.IsMap()) continue;
      if (node["models"].IsDefined() && row.models.empty())
        reader_.mistake(node["models"], "'models': expected at least one");
      check_order(node, "from_m", row.from_m, "to_m", row.to_m);
    }
    for (std::size_t i = 0; i < scenario_.buildings.size(); ++i) {
      const BuildingRow& row = scenario_.buildings[i];
      const YAML::Node node = root_["buildings"][i];
      if (!node.IsMap()) continue;
      check_order(node, "from_m", row.from_m, "to_m", row.to_m);
      check_order(node, "width_min_m", row.width_min_m, "width_max_m", row.width_max_m);
      check_order(node, "height_min_m", row.height_min_m, "height_max_m", row.height_max_m);
    }
  }

  void check_order(const YAML::Node& node, const char* low_name, double low, const char* high_name, double high) {
    if (low <= high) return;
    reader_.mistake(node[high_name].IsDefined() ? node[high_name] : node[low_name],
                    fmt::format("'{}': {} is less than '{}', {}", high_name, high, low_name, low));
  }

  void check_sensors() {
    const Sensors& sensors = scenario_.sensors;
    const YAML::Node node = root_["sensors"];
    const YAML::Node none;
    const auto part = [&](const char* name) { return node.IsDefined() && node.IsMap() ? node[name] : none; };
    const auto child = [](const YAML::Node& at, const char* name) {
      return at.IsDefined() && at.IsMap() && at[name].IsDefined() ? at[name] : at;
    };
    for (std::size_t i = 0; i < sensors.lidars.size(); ++i) {
      const YAML::Node lidar = part("lidars").IsDefined() ? part("lidars")[i] : none;
      name_topic(sensors.lidars[i].name, child(lidar, "name"));
      if (!lidar.IsDefined()) continue;
      check_order(lidar, "elevation_min_deg", sensors.lidars[i].elevation_min_deg, "elevation_max_deg",
                  sensors.lidars[i].elevation_max_deg);
      check_order(lidar, "range_min_m", sensors.lidars[i].range_min_m, "range_max_m", sensors.lidars[i].range_max_m);
    }
    for (std::size_t i = 0; i < sensors.cameras.size(); ++i) {
      const YAML::Node camera = part("cameras").IsDefined() ? part("cameras")[i] : none;
      name_topic(sensors.cameras[i].name, child(camera, "name"));
      name_topic(sensors.cameras[i].name + "/calibration", child(camera, "name"));
    }
    for (std::size_t i = 0; i < sensors.radars.size(); ++i) {
      const YAML::Node radar = part("radars").IsDefined() ? part("radars")[i] : none;
      name_topic(sensors.radars[i].name, child(radar, "name"));
      if (!radar.IsDefined()) continue;
      check_order(radar, "range_min_m", sensors.radars[i].range_min_m, "range_max_m", sensors.radars[i].range_max_m);
    }
    name_topic(sensors.imu.name, child(part("imu"), "name"));
    name_topic(sensors.gnss.name, child(part("gnss"), "name"));
    name_topic(sensors.wheels.name, child(part("wheels"), "name"));
    name_topic(sensors.truth.tracks, child(part("truth"), "tracks"));
    name_topic(sensors.truth.ego_motion, child(part("truth"), "ego_motion"));
  }

  void name_topic(const std::string& name, const YAML::Node& node) {
    if (name.empty())
      reader_.mistake(node, "a sensor's topic name is empty");
    else if (!topics_.insert(name).second)
      reader_.mistake(node, fmt::format("two topics are named '{}'", name));
  }

  ConfigReader& reader_;
  const Scenario& scenario_;
  const YAML::Node& root_;
  std::set<std::string> topics_;
};

Result<Scenario> read(const YamlFile& file) {
  ConfigReader reader(file.name());
  Scenario scenario;
  reader.read(file.root(), scenario);
  if (file.root().IsMap()) Checker(reader, scenario, file.root()).check();
  OCELLI_TRY(reader.status());
  return scenario;
}

}  // namespace

double Road::length_m() const {
  double length = 0.0;
  for (const RoadSegment& segment : segments) length += segment.length_m;
  return length;
}

Result<Scenario> load_scenario(const std::filesystem::path& path) {
  OCELLI_ASSIGN(const YamlFile file, YamlFile::load(path));
  return read(file);
}

Result<Scenario> parse_scenario(const std::string& text, const std::string& name) {
  OCELLI_ASSIGN(const YamlFile file, YamlFile::parse(text, name));
  return read(file);
}

}  // namespace ocelli::sim
