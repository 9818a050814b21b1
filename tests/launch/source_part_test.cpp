// Sources that are parts of others.
#include "ocelli/launch/source_part.hpp"

#include <gtest/gtest.h>

#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::launch {
namespace {

constexpr Time kThen = from_ns(1'530'000'000'000'000'000);

/// Wheel speeds, one in 20 ms.
class Drive final : public Source {
 public:
  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  Result<std::optional<SourceMessage>> next() override {
    if (index_ == 5) return std::optional<SourceMessage>{};
    SourceMessage message;
    message.sensed_at = kThen + index_++ * 20ms;
    return std::optional(std::move(message));
  }
  [[nodiscard]] std::optional<SourceRange> range() const override { return SourceRange{kThen, kThen + 80ms}; }

 private:
  const std::vector<SourceTopic> topics_ = {{"vehicle/state", &topics::kind_of<topics::VehicleState>()}};
  int index_ = 0;
};

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
