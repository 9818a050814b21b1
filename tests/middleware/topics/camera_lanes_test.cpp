#include <gtest/gtest.h>

#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::topics {
namespace {

TEST(CameraLanes, SurvivesEncodingAndIsFoundByItsName) {
  ASSERT_EQ(find_kind("camera/lanes"), &kind_of<CameraLanes>());
  const Codec& codec = kind_of<CameraLanes>().codec();
  EXPECT_EQ(codec.type_name, "ocelli::msg::CameraLanes");
  EXPECT_NE(codec.schema.find("struct CameraLanes"), std::string_view::npos);
  CameraLanes::Type sent;
  sent.lines().resize(1);
  sent.lines()[0].coefficients({1.75, 0.01, 0.0, 0.0});
  sent.area().resize(3);
  std::vector<std::byte> cdr;
  codec.encode(&sent, cdr);
  CameraLanes::Type received;
  ASSERT_TRUE(codec.decode(cdr, &received));
  EXPECT_EQ(received.lines().at(0).coefficients()[0], 1.75);
  EXPECT_EQ(received.area().size(), 3U);
}

}  // namespace
}  // namespace ocelli::topics
