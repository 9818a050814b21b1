#include "ocelli/middleware/topics/topics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace ocelli::topics {
namespace {

template <class Tag>
class EveryTopicKind : public testing::Test {};

/// A kind that is not here has a test file of its own.
using Tags = testing::Types<CameraImage, CameraCompressed, CameraInfo, LidarPoints, ImuData, GnssFix, VehicleState,
                            EgoMotion, CameraObjects, LidarObjects, RadarDetections, RadarObjects, Tracks, TruthTracks,
                            TruthEgo, Observations, Faults, SafetyState, RecoveryRequests, Injections>;
TYPED_TEST_SUITE(EveryTopicKind, Tags);

TYPED_TEST(EveryTopicKind, IsFoundByItsNameOnly) {
  const TopicKind& kind = kind_of<TypeParam>();
  EXPECT_EQ(find_kind(TypeParam::kName), &kind);
  EXPECT_EQ(find_kind(std::string(TypeParam::kName) + "/x"), nullptr);
}

TYPED_TEST(EveryTopicKind, EncodesAndDecodesToTheSameBytes) {
  const Codec& codec = kind_of<TypeParam>().codec();
  const typename TypeParam::Type message;
  std::vector<std::byte> cdr;
  codec.encode(&message, cdr);
  const auto decoded = codec.create();
  ASSERT_TRUE(codec.decode(cdr, decoded.get()));
  std::vector<std::byte> again;
  codec.encode(decoded.get(), again);
  EXPECT_EQ(cdr, again);
}

TYPED_TEST(EveryTopicKind, SaysWhenItsBytesAreCutShort) {
  const Codec& codec = kind_of<TypeParam>().codec();
  const typename TypeParam::Type message;
  std::vector<std::byte> cdr;
  codec.encode(&message, cdr);
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{4}, cdr.size() / 2}) {
    const auto decoded = codec.create();
    EXPECT_FALSE(codec.decode(std::span(cdr).first(size), decoded.get())) << size << " of " << cdr.size();
  }
}

TYPED_TEST(EveryTopicKind, HasASelfContainedSchemaOfItsType) {
  const Codec& codec = kind_of<TypeParam>().codec();
  const std::string_view name = codec.type_name.substr(codec.type_name.rfind(':') + 1);
  EXPECT_THAT(codec.schema, testing::HasSubstr("struct " + std::string(name)));
  EXPECT_THAT(codec.schema, testing::Not(testing::HasSubstr("#include")));
}

TEST(TopicTable, NamesAreUniqueAndEveryRowSaysWhatItMeans) {
  std::set<std::string_view> names;
  for (const TopicKind& kind : kTable) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_FALSE(kind.meaning.empty()) << kind.name;
    EXPECT_GT(kind.latency_budget, Duration::zero()) << kind.name;
    EXPECT_GT(kind.depth, 0U) << kind.name;
  }
}

TEST(TopicTable, WireNamesAreThoseOfRos2) {
  EXPECT_EQ(dds_type_name(kind_of<LidarPoints>().codec().type_name), "sensor_msgs::msg::dds_::PointCloud2_");
  EXPECT_EQ(dds_topic_name("lidar/front"), "rt/lidar/front");
}

}  // namespace
}  // namespace ocelli::topics
