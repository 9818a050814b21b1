// Vehicle states from CAN frames made by hand: units signal by signal, and multiplexed signals.
#include "ocelli/middleware/log/sources/comma2k19_can.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace ocelli::log {
namespace {

using testing::HasSubstr;

/// Four wheels of one byte each, 1 per bit, in the units of `wheels`; steering of one byte in `angle`.
std::string dbc(const std::array<const char*, 4>& wheels, const char* angle, const char* multiplexers = "    ") {
  std::string text = "BO_ 170 WHEELS: 5 X\n";
  const bool has_mux = multiplexers[0] != ' ';
  if (has_mux) text += " SG_ PAGE M : 32|8@1+ (1,0) [0|255] \"\" X\n";
  for (int i = 0; i < 4; ++i)
    text += fmt::format(" SG_ W{} {}: {}|8@1+ (1,0) [0|255] \"{}\" X\n", i,
                        has_mux ? fmt::format("m{} ", multiplexers[i]) : "", 8 * i, wheels[static_cast<size_t>(i)]);
  return text + fmt::format("\nBO_ 37 STEER: 1 X\n SG_ ANGLE : 0|8@1+ (1,0) [0|255] \"{}\" X\n", angle);
}

Comma2k19Config config() {
  Comma2k19Config config;
  config.wheel_signals = {"WHEELS.W0", "WHEELS.W1", "WHEELS.W2", "WHEELS.W3"};
  config.steering_signals = {"STEER.ANGLE"};
  return config;
}

CommaCanLog log_of(const std::vector<std::pair<int, std::array<int, 8>>>& frames) {
  CommaCanLog log;
  log.data.columns = 8;
  for (const auto& [address, bytes] : frames) {
    log.log_time_s.push_back(0.01 * static_cast<double>(log.size()));
    log.bus.push_back(0);
    log.address.push_back(address);
    for (const int byte : bytes) log.data.values.push_back(static_cast<std::byte>(byte));
    ++log.data.rows;
  }
  return log;
}

Result<CommaVehicleStates> decode(const std::string& text,
                                  const std::vector<std::pair<int, std::array<int, 8>>>& frames) {
  OCELLI_ASSIGN(const auto database, can::parse_dbc(text, "car.dbc"));
  return decode_comma_can(log_of(frames), database, config());
}

TEST(Comma2k19Can, EachSignalHasAUnitOfItsOwn) {
  const auto states = decode(dbc({"m/s", "km/h", "kph", "m/s"}, "deg"), {{37, {90}}, {170, {36, 36, 36, 36}}});
  ASSERT_TRUE(states) << states.error().message;
  ASSERT_EQ(states->states.size(), 1U);
  EXPECT_THAT(states->states[0].wheel_speed_mps, testing::ElementsAre(36.0, 10.0, 10.0, 36.0));
  EXPECT_NEAR(states->states[0].steering_wheel_rad, M_PI_2, 1e-12);
  EXPECT_TRUE(states->states[0].has_steering);
  const auto radians = decode(dbc({"m/s", "m/s", "m/s", "m/s"}, "rad"), {{37, {1}}, {170, {}}});
  ASSERT_TRUE(radians);
  EXPECT_NEAR(radians->states[0].steering_wheel_rad, 1.0, 1e-12);
}

TEST(Comma2k19Can, AUnitThatIsNoSpeedOrNoAngleIsRefused) {
  EXPECT_THAT(decode(dbc({"m/s", "m/s", "deg", "m/s"}, "deg"), {}).error().message,
              HasSubstr("signal W2: unit 'deg': expected m/s or km/h or kph"));
  EXPECT_THAT(decode(dbc({"m/s", "m/s", "m/s", "m/s"}, "km/h"), {}).error().message,
              HasSubstr("signal ANGLE: unit 'km/h': expected deg or rad"));
}

TEST(Comma2k19Can, AMessageWithoutBytesHasNoSignals) {
  std::string text = dbc({"m/s", "m/s", "m/s", "m/s"}, "deg");
  text.replace(text.find("STEER: 1"), 8, "STEER: 0");
  EXPECT_THAT(decode(text, {}).error().message, HasSubstr("'STEER.ANGLE': the database gives its message no bytes"));
}

TEST(Comma2k19Can, AMultiplexedWheelIsReadOnlyWhereItIs) {
  const auto states =
      decode(dbc({"m/s", "m/s", "m/s", "m/s"}, "deg", "0011"), {{170, {1, 2, 3, 4, 0}}, {170, {5, 6, 7, 8, 1}}});
  ASSERT_TRUE(states) << states.error().message;
  ASSERT_EQ(states->states.size(), 2U);
  const auto& [first, second] = std::pair(states->states[0].wheel_speed_mps, states->states[1].wheel_speed_mps);
  EXPECT_EQ(first[0], 1.0);
  EXPECT_EQ(first[1], 2.0);
  EXPECT_TRUE(std::isnan(first[2]) && std::isnan(first[3])) << "another page: no number, not another's bits";
  EXPECT_TRUE(std::isnan(second[0]) && std::isnan(second[1]));
  EXPECT_EQ(second[2], 7.0);
  EXPECT_EQ(second[3], 8.0);
}

}  // namespace
}  // namespace ocelli::log
