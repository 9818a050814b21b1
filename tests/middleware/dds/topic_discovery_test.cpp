#include "ocelli/middleware/dds/topic_discovery.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"

namespace ocelli {
namespace {

DdsConfig config() {
  DdsConfig config;
  config.domain = 58;
  config.partition = fmt::format("ocelli-test-{}", ::getpid());
  config.participant = "ocelli/discovery test";
  return config;
}

TEST(TopicDiscovery, ListsWritersAndReadersWithProcessLaneAndQos) {
  LiveClock clock{LiveClock::measure_offset()};
  Bus bus(clock, std::move(*open_dds_lane(config())));
  const auto publisher = bus.publish<topics::Tracks>("tracks/of test");
  const auto subscription = bus.subscribe<topics::Tracks>("tracks/of test");
  ASSERT_TRUE(publisher && subscription);
  DdsConfig plain = config();
  plain.has_wire_names = true;
  Bus foreign(clock, std::move(*open_dds_lane(plain)));
  const auto named_on_the_wire = foreign.publish<topics::Tracks>("Plain");
  ASSERT_TRUE(named_on_the_wire);
  const auto find = [&](const std::string& name) {
    for (int i = 0; i < 10; ++i) {
      const auto topics = discover_topics(config(), 1s);
      if (!topics) continue;
      for (const DiscoveredTopic& topic : *topics)
        if (topic.name == name && topic.writers == 1) return topic;
    }
    return DiscoveredTopic{};
  };
  const DiscoveredTopic topic = find("tracks/of test");
  EXPECT_EQ(topic.wire_name, "rt/tracks/of test");
  EXPECT_EQ(topic.readers, 1);
  ASSERT_EQ(topic.endpoints.size(), 2U);
  for (const DiscoveredEndpoint& endpoint : topic.endpoints) {
    EXPECT_EQ(endpoint.participant, "ocelli/discovery test");
    EXPECT_EQ(endpoint.lane, "ring and network");
    if (endpoint.is_writer) {
      EXPECT_EQ(endpoint.process, fmt::format("{} of this host", ::getpid()));
    }
  }
  const DiscoveredTopic wire = find("Plain");
  EXPECT_EQ(wire.wire_name, "Plain");
  EXPECT_EQ(wire.type, topics::kind_of<topics::Tracks>().codec().type_name);
}

TEST(TopicDiscovery, RandomUserDataOfAnEndpointSaysNothing) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> said(random() % 80);
    for (std::byte& value : said) value = std::byte(random());
    DiscoveredEndpoint endpoint;
    describe_endpoint(said, endpoint);
    EXPECT_EQ(endpoint.lane, "network");
    EXPECT_EQ(endpoint.process, "");
  }
}

}  // namespace
}  // namespace ocelli
