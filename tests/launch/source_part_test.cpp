// Sources that are parts of others, or others at another time.
#include "ocelli/launch/source_part.hpp"

#include <gtest/gtest.h>

#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::launch {
namespace {

constexpr Time kThen = from_ns(1'530'000'000'000'000'000);
constexpr Time kNow = from_ns(1'900'000'000'123'456'789);

/// Wheel speeds, one in 20 ms, recorded at kThen; each was published 3 ms after it was sensed.
class Drive final : public Source {
 public:
  explicit Drive(bool has_range = true) : has_range_(has_range) {}
  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  Result<std::optional<SourceMessage>> next() override {
    if (index_ == 5) return std::optional<SourceMessage>{};
    SourceMessage message;
    message.sensed_at = kThen + index_++ * 20ms;
    if (index_ == 3) {
      message.problem = Error{ErrorCode::kCorrupt, "cut off"};
      return std::optional(std::move(message));
    }
    ocelli::msg::VehicleState state;
    state.header().stamp().sec(1'530'000'000);
    state.steering_angle_rad(0.01 * index_);
    message.cdr = encode_to_buffer(state, topics_[0].kind->codec());
    message.recorded.emplace();
    message.recorded->published_at_ns = to_ns(message.sensed_at + 3ms);
    return std::optional(std::move(message));
  }
  [[nodiscard]] std::optional<SourceRange> range() const override {
    return has_range_ ? std::optional(SourceRange{kThen, kThen + 80ms}) : std::nullopt;
  }

 private:
  const std::vector<SourceTopic> topics_ = {{"vehicle/state", &topics::kind_of<topics::VehicleState>()}};
  bool has_range_;
  int index_ = 0;
};

Time stamp_of(const SourceMessage& message) {
  ocelli::msg::VehicleState state;
  EXPECT_TRUE(topics::decode(message.cdr->bytes(), state));
  const auto& stamp = state.header().stamp();
  return Time{std::chrono::seconds(stamp.sec()) + std::chrono::nanoseconds(stamp.nanosec())};
}

TEST(ReplayedSource, ARecordedDriveIsDrivenNow) {
  const auto source = replayed_from(std::make_unique<Drive>(), kNow);
  EXPECT_EQ(source->range()->begin, kNow);
  EXPECT_EQ(source->range()->end, kNow + 80ms);
  for (int i = 0; i < 5; ++i) {
    const auto message = source->next();
    ASSERT_TRUE(message && *message);
    EXPECT_EQ((*message)->sensed_at, kNow + i * 20ms);
    if ((*message)->problem) continue;
    EXPECT_EQ(stamp_of(**message), kNow + i * 20ms) << "inside the message, too";
    EXPECT_EQ((*message)->recorded->published_at(), kNow + i * 20ms + 3ms);
  }
  const auto end = source->next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->has_value());
}

TEST(ReplayedSource, ADeviceKeepsItsTime) {
  EXPECT_EQ((*replayed_from(std::make_unique<Drive>(), kThen)->next())->sensed_at, kThen) << "begins there already";
  EXPECT_EQ((*replayed_from(std::make_unique<Drive>(false), kNow)->next())->sensed_at, kThen) << "nobody knows";
}

TEST(SourcePart, EndsAfterItsDurationAndLeavesTopicsOut) {
  const auto source = until(std::make_unique<Drive>(), 40ms);
  EXPECT_EQ(source->range()->end, kThen + 40ms);
  int messages = 0;
  for (auto message = source->next(); message && *message; message = source->next()) ++messages;
  EXPECT_EQ(messages, 2);
  EXPECT_FALSE(*without(std::make_unique<Drive>(), {"vehicle/state"})->next());
}

}  // namespace
}  // namespace ocelli::launch
