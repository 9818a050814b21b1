#include "ocelli/middleware/topics/header.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ocelli {
namespace {

std::vector<std::byte> frame_of(std::size_t body_length) {
  SampleHeader header;
  header.topic = topic_id("lidar/front");
  header.sequence = 7;
  header.body_length = static_cast<std::uint32_t>(body_length);
  std::vector<std::byte> frame(framed_size(body_length), std::byte{0xAB});
  write_trailer(header, frame);
  return frame;
}

TEST(Trailer, IsFoundFromTheEndForEveryBodyLengthAndTransportPadding) {
  for (std::size_t body = 4; body < 40; ++body) {
    auto frame = frame_of(body);
    for (std::size_t padding = 0; padding < 4; ++padding) {
      const auto header = read_trailer(frame);
      ASSERT_TRUE(header) << body << " + " << padding;
      EXPECT_EQ(header->body_length, body);
      EXPECT_EQ(header->sequence, 7U);
      frame.push_back(std::byte{0});
    }
  }
}

TEST(Trailer, IsAbsentInForeignOrCutFrames) {
  EXPECT_FALSE(read_trailer(std::vector<std::byte>(500)));
  auto frame = frame_of(20);
  frame.resize(frame.size() - 5);
  EXPECT_FALSE(read_trailer(frame));
  EXPECT_FALSE(read_trailer({}));
}

TEST(Trailer, OfAnotherVersionIsNotRead) {
  auto frame = frame_of(20);
  frame[frame.size() - 3] = std::byte{1};
  EXPECT_FALSE(read_trailer(frame));
}

}  // namespace
}  // namespace ocelli
