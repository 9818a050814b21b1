#include "ocelli/launch/message_text.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::launch {
namespace {

template <class Tag>
nlohmann::ordered_json json_of(const typename Tag::Type& message, std::size_t most_octets = kShownOctets) {
  std::vector<std::byte> cdr;
  topics::encode(message, cdr);
  const topics::Codec& codec = topics::kind_of<Tag>().codec();
  const auto type = topics::parse_schema(codec.schema, codec.type_name);
  auto json = message_json(**type, cdr, most_octets);
  EXPECT_TRUE(json);
  return json.value_or(nullptr);
}

TEST(MessageText, ShowsNamesNumbersAndListsAsTheyAre) {
  ocelli::msg::Tracks tracks;
  tracks.header().frame_id("world");
  tracks.is_world(true);
  ocelli::msg::Track track;
  track.id(7);
  track.classification(ocelli::msg::CLASS_CYCLIST);
  track.existence(std::numeric_limits<double>::quiet_NaN());
  track.position().x(1.5);
  tracks.tracks({track});
  const auto json = json_of<topics::Tracks>(tracks);
  EXPECT_EQ(json["header"]["frame_id"], "world");
  EXPECT_EQ(json["tracks"][0]["classification"], "CLASS_CYCLIST");
  EXPECT_EQ(json["tracks"][0]["existence"], "NaN");
  EXPECT_EQ(json["tracks"][0]["covariance"].size(), 36U);
  EXPECT_EQ(json.begin().key(), "header") << "in the order of the IDL";
  EXPECT_EQ(*select_field(json, "tracks[0].position.x"), 1.5);
}

TEST(MessageText, CutsLongRunsOfOctetsUnlessAllAreWanted) {
  sensor_msgs::msg::Image image;
  image.data(std::vector<std::uint8_t>(40, 0xAB));
  EXPECT_EQ(json_of<topics::CameraImage>(image, 2)["data"], "40 octets: abab…");
  EXPECT_EQ(json_of<topics::CameraImage>(image, 40)["data"].size(), 40U);
}

TEST(MessageText, AFieldThatIsNotThereIsNamedWithItsNeighbours) {
  const nlohmann::ordered_json json = {{"a", {{"b", 1}, {"c", {1, 2}}}}};
  EXPECT_EQ(select_field(json, "a.x").error().message, "--field a.x: 'x': expected one of b, c");
  EXPECT_EQ(select_field(json, "a.c[2]").error().message, "--field a.c[2]: [2]: expected an index below 2");
  EXPECT_EQ(select_field(json, "a[0]").error().message, "--field a[0]: [0]: expected the name of a member");
  EXPECT_EQ(select_field(json, "a.b.d").error().message, "--field a.b.d: 'd': there are no members here");
  EXPECT_EQ(*select_field(json, "a.c[1]"), 2);
}

TEST(MessageText, YamlKeepsPlainListsInOneLine) {
  const nlohmann::ordered_json json = {
      {"name", "a: b"}, {"none", nlohmann::ordered_json::array()}, {"v", {1, 2.5}}, {"list", {{{"x", 1}}, {{"x", 2}}}}};
  EXPECT_EQ(to_yaml(json),
            "name: \"a: b\"\n"
            "none: []\n"
            "v: [1,2.5]\n"
            "list:\n"
            "  -\n"
            "    x: 1\n"
            "  -\n"
            "    x: 2\n");
  EXPECT_EQ(to_yaml(3), "3\n");
}

}  // namespace
}  // namespace ocelli::launch
