#include "ocelli/middleware/bus/message_protection.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "ocelli/middleware/e2e/protection.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli {
namespace {

const TopicId kTopic = topic_id("lidar/front");

SampleHeader header_of(std::uint64_t sequence) {
  SampleHeader header;
  header.topic = kTopic;
  header.writer = 5;
  header.sequence = sequence;
  header.sensed_at_ns = 17;
  return header;
}

std::vector<std::byte> body_of(std::size_t size) {
  std::vector<std::byte> body(size);
  for (std::size_t i = 0; i < size; ++i) body[i] = std::byte(i * 7);
  return body;
}

class Protection : public testing::TestWithParam<const topics::TopicKind*> {};

TEST_P(Protection, IsMadeAndCheckedAsTheKindSays) {
  RecordProperty("verifies", "REQ-BUS-006");
  const topics::TopicKind& kind = *GetParam();
  const auto body = body_of(100);
  SampleHeader header = header_of(70'000);
  ASSERT_TRUE(protect(header, kind, body));
  EXPECT_EQ(header.e2e_profile, static_cast<int>(kind.e2e));
  EXPECT_EQ(header.body_length, 100U);
  EXPECT_EQ(check_protection(header, kTopic, kind, body), Integrity::kTrusted);
}

TEST_P(Protection, NoticesEveryFlippedBitOfHeaderAndBody) {
  const topics::TopicKind& kind = *GetParam();
  const auto body = body_of(40);
  SampleHeader header = header_of(3);
  ASSERT_TRUE(protect(header, kind, body));
  for (std::size_t bit = 0; bit < (sizeof(header) + body.size()) * 8; ++bit) {
    SampleHeader other = header;
    auto bytes = body;
    if (bit / 8 < sizeof(header)) {
      std::byte raw[sizeof(header)];
      std::memcpy(raw, &header, sizeof(header));
      raw[bit / 8] ^= std::byte(1U << (bit % 8));
      std::memcpy(&other, raw, sizeof(other));
    } else {
      bytes[bit / 8 - sizeof(header)] ^= std::byte(1U << (bit % 8));
    }
    EXPECT_EQ(check_protection(other, kTopic, kind, bytes), Integrity::kCorrupt) << "bit " << bit;
  }
}

TEST_P(Protection, IsTheProfileOfAutosarOverHeaderThenBody) {
  const topics::TopicKind& kind = *GetParam();
  const auto body = body_of(33);
  SampleHeader header = header_of(9);
  ASSERT_TRUE(protect(header, kind, body));
  std::vector<std::byte> message(sizeof(header));
  std::memcpy(message.data(), &header, sizeof(header));
  message.insert(message.end(), body.begin(), body.end());
  e2e::Config config;
  config.profile = kind.e2e == topics::E2e::kP04 ? e2e::Profile::kP04 : e2e::Profile::kP07;
  config.data_id = static_cast<std::uint32_t>(kTopic);
  config.offset_bits = 88 * 8;
  config.shortest_bytes = config.longest_bytes = static_cast<std::uint32_t>(message.size());
  auto checker = e2e::Checker::create(config, 8);
  ASSERT_TRUE(checker) << checker.error().message;
  const e2e::Check check = checker->check(message);
  EXPECT_EQ(check.status, e2e::CheckStatus::kOk) << e2e::to_string(check.mistake);
  EXPECT_EQ(check.counter, 9U);
}

TEST_P(Protection, OfAnotherTopicOrProfileIsNotBelieved) {
  const topics::TopicKind& kind = *GetParam();
  const auto body = body_of(40);
  SampleHeader header = header_of(3);
  ASSERT_TRUE(protect(header, kind, body));
  EXPECT_EQ(check_protection(header, topic_id("lidar/rear"), kind, body), Integrity::kCorrupt);
  topics::TopicKind other = kind;
  other.e2e = kind.e2e == topics::E2e::kP04 ? topics::E2e::kP07 : topics::E2e::kP04;
  EXPECT_EQ(check_protection(header, kTopic, other, body), Integrity::kCorrupt);
  other.e2e = topics::E2e::kNone;
  EXPECT_EQ(check_protection(header, kTopic, other, body), Integrity::kUnprotected);
  ASSERT_TRUE(protect(header, other, body));
  EXPECT_EQ(check_protection(header, kTopic, kind, body), Integrity::kCorrupt) << "protection left out";
}

INSTANTIATE_TEST_SUITE_P(Profiles, Protection,
                         testing::Values(&topics::kind_of<topics::EgoMotion>(),
                                         &topics::kind_of<topics::LidarPoints>()),
                         [](const auto& kind) { return kind.param->e2e == topics::E2e::kP04 ? "P04" : "P07"; });

TEST(ProtectionOfLongMessages, RefusesWhatTheProfileCannotCarry) {
  const topics::TopicKind& small = topics::kind_of<topics::EgoMotion>();
  SampleHeader header = header_of(1);
  EXPECT_TRUE(protect(header, small, body_of(65535 - sizeof(SampleHeader))));
  EXPECT_FALSE(protect(header, small, body_of(65536 - sizeof(SampleHeader))));
  EXPECT_EQ(header.e2e_profile, 0);
  EXPECT_TRUE(protect(header, topics::kind_of<topics::LidarPoints>(), body_of(70'000)));
}

TEST(ProtectionOfTheTable, EveryKindHasOneAndBulkHasTheStrongest) {
  for (const topics::TopicKind& kind : topics::kTable) {
    EXPECT_NE(kind.e2e, topics::E2e::kNone) << kind.name;
    EXPECT_TRUE(!kind.is_bulk || kind.e2e == topics::E2e::kP07) << kind.name;
  }
}

}  // namespace
}  // namespace ocelli
