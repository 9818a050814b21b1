#pragma once
// What is simulated: the road and what stands and moves on it, the ego vehicle's drive, and its sensors; read from YAML
// World frame: east, north, up at the origin; the ground is the plane z = 0.
// Road coordinates: station = metres along the centre line from the start of the road, lateral = metres left of it.
// Must not know: how anything is drawn or measured.

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "ocelli/hal/sim/model.hpp"
#include "ocelli/hal/sim/sensor_config.hpp"
#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::sim {

struct Origin {
  double latitude_deg = 49.0115;
  double longitude_deg = 8.4232;
  double altitude_m = 115.0;
  static constexpr auto fields() {
    return std::tuple{field("latitude_deg", &Origin::latitude_deg, "deg", -89.0, 89.0, "WGS 84"),
                      field("longitude_deg", &Origin::longitude_deg, "deg", -180.0, 180.0, "WGS 84"),
                      field("altitude_m", &Origin::altitude_m, "m", -500.0, 9000.0, "above the ellipsoid")};
  }
};

/// Clear day; azimuth counts from east to north.
struct Light {
  double sun_azimuth_deg = 125.0;
  double sun_elevation_deg = 42.0;
  double haze_m = 900.0;
  static constexpr auto fields() {
    return std::tuple{field("sun_azimuth_deg", &Light::sun_azimuth_deg, "deg", -180.0, 180.0, "0 = east, 90 = north"),
                      field("sun_elevation_deg", &Light::sun_elevation_deg, "deg", 2.0, 90.0, "above the horizon"),
                      field("haze_m", &Light::haze_m, "m", 20.0, 1e5, "distance at which haze takes a quarter")};
  }
};

struct RoadSegment {
  double length_m = 0.0;
  double turn_deg = 0.0;
  static constexpr auto fields() {
    using R = RoadSegment;
    return std::tuple{required(field("length_m", &R::length_m, "m", 1.0, 20000.0, "along the centre line")),
                      field("turn_deg", &R::turn_deg, "deg", -180.0, 180.0, "change of heading, left positive")};
  }
};

/// Centre line = border between the lanes of the two directions; traffic keeps right.
struct Road {
  double heading_deg = 0.0;
  double lane_width_m = 3.5;
  int lanes_forward = 1;
  int lanes_backward = 1;
  double parking_m = 2.4;
  double sidewalk_m = 3.0;
  double kerb_height_m = 0.12;
  double easing_m = 20.0;
  std::vector<RoadSegment> segments;
  std::vector<double> crossings_m;

  /// Distance of the kerb from the centre line, right or left of it.
  [[nodiscard]] double right_kerb_m() const { return lanes_forward * lane_width_m + parking_m; }
  [[nodiscard]] double left_kerb_m() const { return lanes_backward * lane_width_m + parking_m; }
  [[nodiscard]] double length_m() const;

  static constexpr auto fields() {
    return std::tuple{field("heading_deg", &Road::heading_deg, "deg", -180.0, 180.0, "at the start; 0 = east"),
                      field("lane_width_m", &Road::lane_width_m, "m", 2.0, 6.0, "of every lane"),
                      field("lanes_forward", &Road::lanes_forward, "", 1, 6, "right of the centre line"),
                      field("lanes_backward", &Road::lanes_backward, "", 0, 6, "left of the centre line"),
                      field("parking_m", &Road::parking_m, "m", 0.0, 10.0, "strip between lanes and kerb"),
                      field("sidewalk_m", &Road::sidewalk_m, "m", 0.5, 20.0, "raised, behind the kerb"),
                      field("kerb_height_m", &Road::kerb_height_m, "m", 0.0, 0.4, "step up to the sidewalk"),
                      field("easing_m", &Road::easing_m, "m", 1.0, 200.0, "length over which curvature changes"),
                      required(field("segments", &Road::segments, "straights and bends, one after the other")),
                      field("crossings_m", &Road::crossings_m, "m", 0.0, 20000.0, "stations of zebra crossings")};
  }
};

/// Speeds change along an S-curve between two points; constant before the first and after the last.
struct SpeedPoint {
  Duration at{};
  double speed_mps = 0.0;
  static constexpr auto fields() {
    return std::tuple{field("at", &SpeedPoint::at, "s", 0.0, 86400.0, "scenario time"),
                      required(field("speed_mps", &SpeedPoint::speed_mps, "m/s", 0.0, 70.0, "along the path"))};
  }
};

struct Waypoint {
  double station_m = 0.0;
  double lateral_m = 0.0;
  static constexpr auto fields() {
    using W = Waypoint;
    return std::tuple{required(field("station_m", &W::station_m, "m", -1000.0, 20000.0, "along the road")),
                      required(field("lateral_m", &W::lateral_m, "m", -500.0, 500.0, "left of the centre line"))};
  }
};

enum class Direction { kForward, kBackward };

constexpr auto enum_names(Direction) {
  using Entry = std::pair<std::string_view, Direction>;
  return std::array{Entry{"forward", Direction::kForward}, Entry{"backward", Direction::kBackward}};
}

/// A path and how fast it is travelled: along the road at a fixed lateral offset, or through waypoints.
struct Course {
  double lateral_m = 0.0;
  double start_m = 0.0;
  Direction direction = Direction::kForward;
  std::vector<Waypoint> waypoints;
  std::vector<SpeedPoint> speed;
  double jitter_m = 0.0;
  static constexpr auto fields() {
    return std::tuple{
        field("lateral_m", &Course::lateral_m, "m", -100.0, 100.0, "left of the centre line"),
        field("start_m", &Course::start_m, "m", 0.0, 20000.0, "station at time 0"),
        field("direction", &Course::direction, "with the stations or against them"),
        field("waypoints", &Course::waypoints, "instead of lateral_m, start_m and direction; stops at the last one"),
        required(field("speed", &Course::speed, "speed over time")),
        field("jitter_m", &Course::jitter_m, "m", 0.0, 50.0, "the seed moves the start forward by up to this")};
  }
};

struct Ego {
  Course course;
  double wheel_base_m = 2.71;
  double track_width_m = 1.6;
  static constexpr auto fields() {
    return std::tuple{required(field("course", &Ego::course, "of the rear axle's middle")),
                      field("wheel_base_m", &Ego::wheel_base_m, "m", 1.0, 10.0, "front to rear axle"),
                      field("track_width_m", &Ego::track_width_m, "m", 0.5, 4.0, "left to right wheel")};
  }
};

struct Mover {
  std::string name;
  Model model = Model::kSedan;
  Course course;
  static constexpr auto fields() {
    return std::tuple{required(field("name", &Mover::name, "unique")),
                      required(field("model", &Mover::model, "shape and class")),
                      required(field("course", &Mover::course, "where and how fast"))};
  }
};

/// Standing things at regular stations; the seed picks among the models, moves and turns each a little.
struct Row {
  std::vector<Model> models;
  double lateral_m = 0.0;
  double from_m = 0.0;
  double to_m = 0.0;
  double spacing_m = 10.0;
  double jitter_m = 0.0;
  double heading_deg = 0.0;
  double heading_jitter_deg = 0.0;
  static constexpr auto fields() {
    return std::tuple{required(field("models", &Row::models, "one of them each time")),
                      required(field("lateral_m", &Row::lateral_m, "m", -200.0, 200.0, "left of the centre line")),
                      required(field("from_m", &Row::from_m, "m", -100.0, 20000.0, "first station")),
                      required(field("to_m", &Row::to_m, "m", -100.0, 20000.0, "last station")),
                      field("spacing_m", &Row::spacing_m, "m", 0.5, 1000.0, "between two"),
                      field("jitter_m", &Row::jitter_m, "m", 0.0, 20.0, "along the road, either way"),
                      field("heading_deg", &Row::heading_deg, "deg", -180.0, 180.0, "against the road's"),
                      field("heading_jitter_deg", &Row::heading_jitter_deg, "deg", 0.0, 180.0, "either way")};
  }
};

/// Facades along the road, their sizes from the seed within the given bounds.
struct BuildingRow {
  double front_m = 12.0;
  double from_m = 0.0;
  double to_m = 0.0;
  double width_min_m = 10.0;
  double width_max_m = 22.0;
  double height_min_m = 6.0;
  double height_max_m = 18.0;
  double gap_max_m = 6.0;
  double depth_m = 12.0;
  static constexpr auto fields() {
    using B = BuildingRow;
    return std::tuple{required(field("front_m", &B::front_m, "m", -200.0, 200.0, "lateral of the facade; sign = side")),
                      required(field("from_m", &B::from_m, "m", -500.0, 20000.0, "first station")),
                      required(field("to_m", &B::to_m, "m", -500.0, 20000.0, "last station")),
                      field("width_min_m", &B::width_min_m, "m", 2.0, 200.0, "along the road"),
                      field("width_max_m", &B::width_max_m, "m", 2.0, 200.0, "along the road"),
                      field("height_min_m", &B::height_min_m, "m", 2.0, 300.0, "to the roof"),
                      field("height_max_m", &B::height_max_m, "m", 2.0, 300.0, "to the roof"),
                      field("gap_max_m", &B::gap_max_m, "m", 0.0, 100.0, "between two"),
                      field("depth_m", &B::depth_m, "m", 2.0, 100.0, "away from the road")};
  }
};

struct Sensors {
  std::vector<LidarConfig> lidars{LidarConfig{}};
  std::vector<CameraConfig> cameras{CameraConfig{}};
  std::vector<RadarConfig> radars;
  ImuConfig imu;
  GnssConfig gnss;
  WheelConfig wheels;
  TruthConfig truth;
  static constexpr auto fields() {
    return std::tuple{field("lidars", &Sensors::lidars, "any number; the truth counts the returns of the first"),
                      field("cameras", &Sensors::cameras, "any number"),
                      field("radars", &Sensors::radars, "any number; none when left out"),
                      field("imu", &Sensors::imu, "inertial unit"),
                      field("gnss", &Sensors::gnss, "satellite receiver"),
                      field("wheels", &Sensors::wheels, "wheel speeds and steering"),
                      field("truth", &Sensors::truth, "what really is")};
  }
};

struct Scenario {
  std::string name;
  Duration duration = 60s;
  Origin origin;
  Light light;
  Road road;
  Ego ego;
  std::vector<Mover> movers;
  std::vector<Row> rows;
  std::vector<BuildingRow> buildings;
  Sensors sensors;
  static constexpr auto fields() {
    using S = Scenario;
    return std::tuple{required(field("name", &S::name, "of the scenario")),
                      field("duration", &S::duration, "s", 0.1, 86400.0, "sensors measure before this time"),
                      field("origin", &S::origin, "where the world frame lies on Earth"),
                      field("light", &S::light, "sun and haze, for cameras"),
                      required(field("road", &S::road, "one road")),
                      required(field("ego", &S::ego, "the vehicle that carries the sensors")),
                      field("movers", &S::movers, "cars, pedestrians, cyclists on their way"),
                      field("rows", &S::rows, "parked cars, trees, lamps, signs"),
                      field("buildings", &S::buildings, "facades along the road"),
                      field("sensors", &S::sensors, "one of each when left out")};
  }
};

/// All mistakes of the file in one error, each with file, line and column.
[[nodiscard]] Result<Scenario> load_scenario(const std::filesystem::path& path);
/// `name` stands for the file in messages.
[[nodiscard]] Result<Scenario> parse_scenario(const std::string& text, const std::string& name);

}  // namespace ocelli::sim
