#include <gtest/gtest.h>

#include "ocelli/middleware/bus/subscription.hpp"

namespace ocelli {
namespace {

TEST(LossCounter, CountsGapsPerWriterAndStartsAnewWithARestart) {
  LossCounter losses;
  SampleHeader header;
  const auto count = [&](std::uint32_t writer, std::uint64_t sequence) {
    header.writer = writer;
    header.sequence = sequence;
    return losses.count(header);
  };
  EXPECT_EQ(count(1, 5), 0U);
  EXPECT_EQ(count(1, 6), 0U);
  EXPECT_EQ(count(1, 9), 2U);
  EXPECT_EQ(count(2, 1), 0U) << "a new life of the writer";
  EXPECT_EQ(count(1, 9), 0U) << "a repetition is no loss";
  EXPECT_EQ(count(2, 4), 2U);
}

SampleHeader header_of(std::uint32_t writer, std::uint64_t sequence) {
  SampleHeader header;
  header.writer = writer;
  header.sequence = sequence;
  return header;
}

TEST(LossCounter, OfAForgottenWriterBeginsAnewWithoutALoss) {
  LossCounter losses;
  for (std::uint32_t writer = 1; writer <= kMostWriters; ++writer) EXPECT_EQ(losses.count(header_of(writer, 1)), 0U);
  EXPECT_EQ(losses.count(header_of(1, 2)), 0U);
  EXPECT_EQ(losses.count(header_of(9999, 1)), 0U);
  EXPECT_EQ(losses.count(header_of(1, 5)), 2U) << "the first to come, but heard a moment ago";
  EXPECT_EQ(losses.count(header_of(2, 500)), 0U) << "heard longest ago: what it sent meanwhile nobody can know";
}

}  // namespace
}  // namespace ocelli
