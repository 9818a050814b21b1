#include "ocelli/middleware/dds/writer_verdicts.hpp"

#include <gmock/gmock.h>

namespace ocelli::dds {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

WriterVerdicts::Guid guid(std::uint8_t number) {
  WriterVerdicts::Guid guid;
  guid.guidPrefix.value[0] = number;
  return guid;
}

class Verdicts : public testing::Test {
 protected:
  void pass(std::uint8_t writer, std::uint64_t sequence) {
    NetworkFrame frame;
    frame.sequence = sequence;
    verdicts.pass(guid(writer), std::move(frame));
  }
  [[nodiscard]] std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> all;
    for (const NetworkFrame& frame : delivered) all.push_back(frame.sequence);
    return all;
  }

  std::vector<NetworkFrame> delivered;
  WriterVerdicts verdicts{[this](NetworkFrame frame) { delivered.push_back(std::move(frame)); }};
};

TEST_F(Verdicts, AFrameBeforeTheDecisionWaitsForItAndIsMarkedByIt) {
  pass(1, 10);
  EXPECT_THAT(sequences(), IsEmpty());
  verdicts.settle(guid(1), RingVerdict::kRead);
  pass(1, 11);
  ASSERT_THAT(sequences(), ElementsAre(10, 11));
  for (const NetworkFrame& frame : delivered) {
    EXPECT_TRUE(frame.is_from_ring_writer);
    EXPECT_FALSE(frame.is_foreign) << "one of ours: without a trailer it would be damaged, not unprotected";
  }
}

TEST_F(Verdicts, EachWriterHasItsOwn) {
  pass(1, 10);
  pass(2, 20);
  verdicts.settle(guid(2), RingVerdict::kForeign);
  ASSERT_THAT(sequences(), ElementsAre(20));
  EXPECT_TRUE(delivered.front().is_foreign);
  verdicts.settle(guid(1), RingVerdict::kElsewhere);
  ASSERT_THAT(sequences(), ElementsAre(20, 10));
  EXPECT_FALSE(delivered.back().is_foreign);
  EXPECT_FALSE(delivered.back().is_from_ring_writer);
}

TEST_F(Verdicts, OfAWriterThatHasGoneNothingWaits) {
  pass(1, 10);
  verdicts.forget(guid(1));
  verdicts.settle(guid(1), RingVerdict::kForeign);
  EXPECT_THAT(sequences(), IsEmpty());
  EXPECT_EQ(verdicts.size(), 1U);
  verdicts.forget(guid(1));
  EXPECT_EQ(verdicts.size(), 0U);
}

TEST_F(Verdicts, ALastFrameThatIsTakenAfterItsWriterHasGoneIsJudgedAsTheOthers) {
  verdicts.settle(guid(1), RingVerdict::kRead);
  verdicts.forget(guid(1));
  pass(1, 10);
  ASSERT_THAT(sequences(), ElementsAre(10));
  EXPECT_TRUE(delivered.front().is_from_ring_writer);
  EXPECT_FALSE(delivered.front().is_foreign);
  for (std::size_t i = 0; i < WriterVerdicts::kMostGone; ++i) {
    const auto other = guid(static_cast<std::uint8_t>(2 + i));
    verdicts.settle(other, RingVerdict::kForeign);
    verdicts.forget(other);
  }
  pass(1, 11);
  EXPECT_THAT(sequences(), ElementsAre(10)) << "so many gone are remembered, and no more";
}

TEST_F(Verdicts, AWriterThatComesAndGoesAgainIsJudgedByTheLastVerdict) {
  verdicts.settle(guid(1), RingVerdict::kRefused);
  verdicts.forget(guid(1));
  verdicts.settle(guid(1), RingVerdict::kRead);
  verdicts.forget(guid(1));
  pass(1, 10);
  ASSERT_THAT(sequences(), ElementsAre(10));
  EXPECT_TRUE(delivered.front().is_from_ring_writer);
}

TEST_F(Verdicts, TheNewestWait) {
  constexpr std::uint64_t kMore = WriterVerdicts::kMostWaiting + 3;
  for (std::uint64_t i = 1; i <= kMore; ++i) pass(1, i);
  verdicts.settle(guid(1), RingVerdict::kForeign);
  ASSERT_EQ(delivered.size(), WriterVerdicts::kMostWaiting);
  EXPECT_EQ(delivered.front().sequence, 4U);
  EXPECT_EQ(delivered.back().sequence, kMore);
}

}  // namespace
}  // namespace ocelli::dds
