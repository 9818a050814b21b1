#include "ocelli/middleware/config/yaml.hpp"

#include <gmock/gmock.h>

namespace ocelli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Wheel {
  double radius_m = 0.3;
  static constexpr auto fields() { return std::tuple{field("radius_m", &Wheel::radius_m, "m", 0.1, 1.0, "rolling")}; }
};

enum class Fuel { kDiesel, kElectric };
constexpr auto enum_names(Fuel) {
  return std::array{std::pair{std::string_view("diesel"), Fuel::kDiesel},
                    std::pair{std::string_view("electric"), Fuel::kElectric}};
}

struct Car {
  std::string name;
  int seats = 5;
  Duration wiper = 500ms;
  Fuel fuel = Fuel::kDiesel;
  std::vector<Wheel> wheels;
  static constexpr auto fields() {
    return std::tuple{required(field("name", &Car::name, "what it is called")),
                      field("seats", &Car::seats, "", 1, 9, "people"),
                      field("wiper", &Car::wiper, "s", 0.1, 2.0, "one sweep"),
                      field("fuel", &Car::fuel, "what it drinks"), field("wheels", &Car::wheels, "front left first")};
  }
};

std::vector<std::string> mistakes_in(const std::string& text, Car& car) {
  const auto file = YamlFile::parse(text, "car.yaml");
  EXPECT_TRUE(file);
  ConfigReader reader(file->name());
  reader.read(file->root(), car);
  return reader.mistakes();
}

TEST(ConfigReader, FillsMembersAndKeepsDefaults) {
  Car car;
  EXPECT_THAT(mistakes_in("name: Beetle\nwiper: 250 ms\nfuel: electric\nwheels: [{radius_m: 0.4}, {}]\n", car),
              ElementsAre());
  EXPECT_EQ(car.name, "Beetle");
  EXPECT_EQ(car.seats, 5);
  EXPECT_EQ(car.wiper, 250ms);
  EXPECT_EQ(car.fuel, Fuel::kElectric);
  ASSERT_EQ(car.wheels.size(), 2U);
  EXPECT_DOUBLE_EQ(car.wheels[0].radius_m, 0.4);
}

TEST(ConfigReader, ReportsAllMistakesAtOnceWithTheirPlace) {
  RecordProperty("verifies", "REQ-CFG-001");
  Car car;
  EXPECT_THAT(mistakes_in("seets: 4\nseats: 12\nwiper: 3\nfuel: coal\nwheels: [{radius_m: 7}]\n", car),
              ElementsAre("car.yaml:1:1: unknown key 'seets': did you mean 'seats'?",
                          "car.yaml:1:1: 'name' is missing: what it is called",
                          "car.yaml:2:8: 'seats': 12 is out of range: expected 1 to 9",
                          "car.yaml:3:8: 'wiper': expected a duration with a unit, such as 50 ms",
                          "car.yaml:4:7: 'fuel': expected one of diesel, electric",
                          "car.yaml:5:21: 'radius_m': 7 m is out of range: expected 0.1 to 1 m"));
}

TEST(ConfigReader, RejectsFractionsForWholeNumbersNaNAndRepeatedKeys) {
  Car car;
  EXPECT_THAT(mistakes_in("name: a\nname: b\nseats: 2.5\nwheels: [{radius_m: .nan}]\n", car),
              ElementsAre(HasSubstr("2:1: key 'name' is there twice"), HasSubstr("3:8: 'seats': 2.5 is not a whole"),
                          HasSubstr("4:21: 'radius_m': expected a number in m")));
}

TEST(YamlFile, SyntaxErrorsAndMissingFilesSayWhere) {
  EXPECT_THAT(YamlFile::parse("a: [1, 2", "x.yaml").error().message, HasSubstr("x.yaml:"));
  EXPECT_THAT(YamlFile::load("/nonexistent.yaml").error().message, HasSubstr("/nonexistent.yaml: no such file"));
}

struct Limits {
  std::uint8_t small = 1;
  std::optional<double> ratio;
  std::vector<int> list = {7};
  bool is_on = false;
  Wheel spare;
  static constexpr auto fields() {
    return std::tuple{field("small", &Limits::small, "a byte"), field("ratio", &Limits::ratio, "", 0.0, 1.0, "share"),
                      field("list", &Limits::list, "", 0, 9, "digits"), field("is_on", &Limits::is_on, "switch"),
                      field("spare", &Limits::spare, "nested")};
  }
};

std::vector<std::string> read_limits(const std::string& text, Limits& limits) {
  const auto file = YamlFile::parse(text, "l.yaml");
  ConfigReader reader(file->name());
  reader.read(file->root(), limits);
  return reader.mistakes();
}

TEST(ConfigReader, BoundsAreInclusiveAndHoldForListsOptionalsAndNestedOnes) {
  Limits limits;
  EXPECT_THAT(read_limits("small: 255\nratio: 1\nlist: [0, 9]\nis_on: true\nspare: {radius_m: 1}\n", limits),
              ElementsAre());
  EXPECT_EQ(limits.small, 255);
  EXPECT_EQ(limits.ratio, 1.0);
  EXPECT_THAT(limits.list, ElementsAre(0, 9));
  EXPECT_THAT(
      read_limits("ratio: 1.01\nlist: [3, 10]\nspare: {radius_m: 0.09}\n", limits),
      ElementsAre(HasSubstr("1:8: 'ratio': 1.01 is out of range"), HasSubstr("2:11: 'list': 10 is out of range"),
                  HasSubstr("3:19: 'radius_m': 0.09 m is out of range")));
}

TEST(ConfigReader, AWholeNumberMustFitItsType) {
  Limits limits;
  EXPECT_THAT(read_limits("small: 256\n", limits), ElementsAre(HasSubstr("256 is out of range: expected 0 to 255")));
  EXPECT_THAT(read_limits("small: -1\n", limits), ElementsAre(HasSubstr("-1 is out of range")));
  EXPECT_THAT(read_limits("small: .inf\n", limits), ElementsAre(HasSubstr("out of range")));
  EXPECT_EQ(limits.small, 1) << "a wrong value changes nothing";
}

TEST(ConfigReader, SaysWhichKindOfValueWasExpected) {
  Limits limits;
  EXPECT_THAT(read_limits("small: few\nratio: [1]\nlist: 5\nis_on: perhaps\nspare: 3\n", limits),
              ElementsAre(HasSubstr("'small': expected a number"), HasSubstr("'ratio': expected a number"),
                          HasSubstr("'list': expected a list"), HasSubstr("'is_on': expected true or false"),
                          HasSubstr("expected a mapping")));
}

TEST(Nearest, IsTheOneWithTheFewestEditsOrNone) {
  EXPECT_EQ(nearest("trakcs", {"tracks", "truth", "imu"}), "tracks");
  EXPECT_EQ(nearest("zzzzzzzz", {"tracks", "imu"}), "");
  EXPECT_EQ(nearest("a", {}), "");
}

TEST(Duration, RefusesWhatIsNoFiniteTime) {
  EXPECT_EQ(parse_duration("2 min"), Duration(2min));
  EXPECT_EQ(parse_duration("1 h"), Duration(1h));
  EXPECT_EQ(parse_duration("7ns"), Duration(7ns));
  for (const char* text : {"", "inf s", "nan ms", "1e30 h", "5 s s", "5 S", "s 5"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, NeedsANumberAndAUnit) {
  EXPECT_EQ(parse_duration("1.5s"), Duration(1500ms));
  EXPECT_EQ(parse_duration("20 us"), Duration(20us));
  EXPECT_FALSE(parse_duration("5"));
  EXPECT_FALSE(parse_duration("ms"));
  EXPECT_FALSE(parse_duration("5 parsecs"));
}

}  // namespace
}  // namespace ocelli
