#include "ocelli/hal/drivers/drivers.hpp"

#include <gtest/gtest.h>

#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::hal {
namespace {

TEST(Drivers, TheRowSimOpensABuiltInScenarioAndGivesItsFirstMessage) {
  ASSERT_EQ(drivers().front().name, "sim");
  SourceContext context;
  context.file = "test.yaml";
  auto opened = drivers().front().open(YAML::Load("{scenario: tiny}"), context);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE(opened->source->topics().empty());
  const auto first = opened->source->next();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->has_value());
}

TEST(Drivers, AnUnknownScenarioIsNamed) {
  SourceContext context;
  context.file = "test.yaml";
  const auto opened = drivers().front().open(YAML::Load("{scenario: nowhere}"), context);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace ocelli::hal
