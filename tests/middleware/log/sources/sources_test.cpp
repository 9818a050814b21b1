#include "ocelli/middleware/log/sources/sources.hpp"

#include <gtest/gtest.h>

#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::log {
namespace {

TEST(Sources, TheRowsSayWhenTheirPathIsMissing) {
  SourceContext context;
  context.file = "launch.yaml";
  for (const SourceRow& row : sources()) {
    EXPECT_TRUE(row.name == "comma2k19" || row.name == "kitti_raw" || row.name == "mcap") << row.name;
    const auto opened = row.open(YAML::Node{}, context);
    ASSERT_FALSE(opened) << row.name;
    EXPECT_NE(opened.error().message.find("path"), std::string::npos) << opened.error().message;
  }
}

}  // namespace
}  // namespace ocelli::log
