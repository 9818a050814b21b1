#include "ocelli/safety/monitor/stamp_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace ocelli::safety {
namespace {

std::vector<Observation> observed(const std::vector<std::int64_t>& stamps_ns) {
  std::vector<Observation> observations(stamps_ns.size());
  for (std::size_t i = 0; i < stamps_ns.size(); ++i) observations[i].observed_at = Time(Duration(stamps_ns[i]));
  return observations;
}

std::vector<std::uint32_t> places(StampOrder& order, const std::vector<std::int64_t>& stamps_ns) {
  const auto observations = observed(stamps_ns);
  std::vector<std::uint32_t> result;
  for (const StampOrder::Item& item : order.sort(observations)) result.push_back(item.place);
  return result;
}

class StampOrderTest : public testing::Test {
 protected:
  StampOrderTest() { order.reserve(1000); }
  StampOrder order;
};

using Places = std::vector<std::uint32_t>;

TEST_F(StampOrderTest, LeavesWhatIsInOrder) {
  RecordProperty("verifies", "REQ-MON-002");
  EXPECT_EQ(places(order, {}), Places{});
  EXPECT_EQ(places(order, {7}), Places{0});
  EXPECT_EQ(places(order, {-5, 0, 0, 3}), (Places{0, 1, 2, 3}));
}

TEST_F(StampOrderTest, EqualStampsKeepTheOrderOfArrival) {
  RecordProperty("verifies", "REQ-MON-002");
  EXPECT_EQ(places(order, {5, 3, 5, 3, 5}), (Places{1, 3, 0, 2, 4}));
}

TEST_F(StampOrderTest, BearsTheWidestBelievableStamps) {
  RecordProperty("verifies", "REQ-MON-002");
  const std::int64_t far = std::int64_t{1} << 61;
  EXPECT_EQ(places(order, {far - 1, 0, 1 - far, 255, 256, -1}), (Places{2, 5, 1, 3, 4, 0}));
}

TEST_F(StampOrderTest, AgreesWithAStableSortOfAnyStamps) {
  RecordProperty("verifies", "REQ-MON-002");
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::int64_t> stamps(random() % 200);
    const int width = static_cast<int>(random() % 62);
    for (std::int64_t& stamp : stamps)
      stamp = static_cast<std::int64_t>(random() >> 3 >> (60 - std::min(width, 60))) - (std::int64_t{1} << width) / 2;
    Places expected(stamps.size());
    for (std::uint32_t i = 0; i < expected.size(); ++i) expected[i] = i;
    std::ranges::stable_sort(expected, {}, [&](std::uint32_t place) { return stamps[place]; });
    ASSERT_EQ(places(order, stamps), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace ocelli::safety
