#include "ocelli/middleware/node/source_reader.hpp"

#include <gtest/gtest.h>

#include "ocelli/middleware/bus/message_protection.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::node {
namespace {

/// Gives out what it is given.
class ListSource final : public Source {
 public:
  explicit ListSource(std::vector<SourceMessage> messages) : messages_(std::move(messages)) {}
  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  [[nodiscard]] Result<std::optional<SourceMessage>> next() override {
    if (next_ == messages_.size()) return std::optional<SourceMessage>{};
    return std::optional(messages_[next_++]);
  }

 private:
  std::vector<SourceTopic> topics_ = {{"ego", &topics::kind_of<topics::EgoMotion>()}};
  std::vector<SourceMessage> messages_;
  std::size_t next_ = 0;
};

/// As a recording gives it back.
SourceMessage recorded(std::uint64_t sequence) {
  const topics::TopicKind& kind = topics::kind_of<topics::EgoMotion>();
  SourceMessage message;
  message.cdr = encode_to_buffer(ocelli::msg::EgoMotion{}, kind.codec());
  SampleHeader header;
  header.topic = topic_id("ego");
  header.sequence = sequence;
  EXPECT_TRUE(protect(header, kind, message.cdr->bytes()));
  message.recorded = header;
  return message;
}

TEST(SourceReader, ARecordedMessageThatIsNotWhatItsBusCarriedIsAProblem) {
  RecordProperty("verifies", "REQ-BUS-006");
  SourceMessage good = recorded(1);
  SourceMessage bad = recorded(2);
  bad.recorded->sensed_at_ns += 1;
  SourceMessage unprotected = recorded(3);
  unprotected.recorded->e2e_profile = 0;
  unprotected.recorded->sensed_at_ns += 1;
  SourceReader reader(std::make_unique<ListSource>(std::vector{good, bad, unprotected}), 2);
  const auto first = reader.next();
  ASSERT_TRUE(first && *first);
  EXPECT_FALSE((*first)->problem);
  const auto second = reader.next();
  ASSERT_TRUE(second && *second);
  ASSERT_TRUE((*second)->problem);
  EXPECT_EQ((*second)->problem->message, "recorded message 2: E2E check failed");
  EXPECT_EQ((*second)->cdr, nullptr);
  const auto third = reader.next();
  ASSERT_TRUE(third && *third);
  EXPECT_FALSE((*third)->problem) << "never left its process, or foreign";
  const auto end = reader.next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST(SourceReader, ARecordedDriveIsDrivenNow) {
  constexpr Time kThen = from_ns(1'530'000'000'000'000'000);
  constexpr Duration kLater = from_ns(1'900'000'000'123'456'789) - kThen;
  std::vector<SourceMessage> drive;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    SourceMessage message = recorded(i);
    message.sensed_at = kThen + static_cast<int>(i) * 20ms;
    message.recorded->sensed_at_ns = to_ns(message.sensed_at);
    message.recorded->published_at_ns = to_ns(message.sensed_at + 3ms);
    ASSERT_TRUE(protect(*message.recorded, topics::kind_of<topics::EgoMotion>(), message.cdr->bytes()));
    if (i == 4) message.recorded->sensed_at_ns += 1;
    drive.push_back(std::move(message));
  }
  SourceReader reader(std::make_unique<ListSource>(drive), 2, {kLater, kThen + kLater + 30ms});
  for (std::uint64_t i = 2; i <= 4; ++i) {  // the first one was before the time from which it is driven
    const auto message = reader.next();
    ASSERT_TRUE(message && *message);
    EXPECT_EQ((*message)->recorded->sequence, i);
    EXPECT_EQ((*message)->sensed_at, drive[i - 1].sensed_at + kLater);
    EXPECT_EQ((*message)->recorded->published_at(), drive[i - 1].sensed_at + 3ms + kLater);
    ASSERT_EQ((*message)->problem.has_value(), i == 4) << "protection is checked on what was recorded";
    if (i == 4) continue;
    ocelli::msg::EgoMotion ego;
    ASSERT_TRUE(topics::decode((*message)->cdr->bytes(), ego));
    const auto& stamp = ego.header().stamp();
    EXPECT_EQ(Time{std::chrono::seconds(stamp.sec()) + std::chrono::nanoseconds(stamp.nanosec())},
              (*message)->sensed_at);
  }
}

}  // namespace
}  // namespace ocelli::node
