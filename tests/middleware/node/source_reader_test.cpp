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

}  // namespace
}  // namespace ocelli::node
