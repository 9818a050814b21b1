#include "ocelli/middleware/dds/seal.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string_view>

namespace ocelli::dds {
namespace {

using eprosima::fastrtps::rtps::GuidPrefix_t;
using eprosima::fastrtps::rtps::octet;
using Bytes = std::vector<octet>;

constexpr octet kInfoTimestamp = 0x09;
constexpr octet kInfoDestination = 0x0e;
constexpr octet kInfoSource = 0x0c;
constexpr octet kAcknowledgement = 0x06;
constexpr octet kPad = 0x01;
constexpr octet kData = 0x15;
constexpr octet kStatistics = 0x80;

GuidPrefix_t foreign_prefix() {
  GuidPrefix_t prefix;
  std::fill_n(prefix.value, GuidPrefix_t::size, 0x42);
  return prefix;
}

Bytes operator+(Bytes bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

Bytes bytes_of(const GuidPrefix_t& prefix) { return {prefix.value, prefix.value + GuidPrefix_t::size}; }

Bytes header(const GuidPrefix_t& prefix) { return Bytes{'R', 'T', 'P', 'S', 2, 3, 1, 15} + bytes_of(prefix); }

Bytes submessage(octet kind, const Bytes& body) {
  return Bytes{kind, 1, static_cast<octet>(body.size()), static_cast<octet>(body.size() >> 8U)} + body;
}

/// Data of a writer of discovery or of messages, with `payload` at its end.
Bytes data(octet writer_kind, const Bytes& payload) {
  return submessage(kData, Bytes{0, 0, 16, 0, 0, 1, 0, 0xc7, 0, 1, 0, writer_kind, 0, 0, 0, 0, 1, 0, 0, 0} + payload);
}
constexpr octet kBuiltInWriter = 0xc2;
constexpr octet kUserWriter = 0x03;

Bytes statistics() { return submessage(kStatistics, Bytes(56, 7)); }

Bytes sealed(const Bytes& packet) {
  Bytes bytes;
  seal(packet, bytes);
  return bytes;
}

/// How many bytes of it may be believed, 0 for none.
std::size_t believed(const Bytes& packet) { return believable(packet).value_or(Packet{}).size(); }

const GuidPrefix_t kOurs = new_marked_prefix();

TEST(Seal, ParticipantsOfAProcessHaveDifferentMarkedNames) {
  const GuidPrefix_t first = new_marked_prefix();
  const GuidPrefix_t second = new_marked_prefix();
  EXPECT_NE(first, second);
  EXPECT_TRUE(is_marked(first) && is_marked(second));
  EXPECT_TRUE(std::equal(first.value, first.value + 8, second.value)) << "one process, for Fast DDS";
  EXPECT_FALSE(is_marked(foreign_prefix()));
}

TEST(Seal, WhatWasSealedIsBelieved) {
  const Bytes packet = header(kOurs) + data(kBuiltInWriter, bytes_of(kOurs));
  EXPECT_EQ(sealed(packet).size(), packet.size() + kSealBytes);
  EXPECT_EQ(believed(sealed(packet)), packet.size() + kSealBytes);
}

TEST(Seal, StatisticsStayTheLastAndAreNotHandedOn) {
  const Bytes packet = header(kOurs) + data(kBuiltInWriter, {1, 2, 3, 4});
  Bytes with_statistics = sealed(packet + statistics());
  ASSERT_TRUE(std::equal(with_statistics.end() - 60, with_statistics.end(), statistics().begin()));
  with_statistics.back() = 99;  // the transport of Fast DDS fills it in
  EXPECT_EQ(believed(with_statistics), packet.size() + kSealBytes);
}

TEST(Seal, NoChangedByteOfASealedPacketIsBelieved) {
  const Bytes packet = sealed(header(kOurs) + data(kBuiltInWriter, bytes_of(kOurs)));
  for (std::size_t at = 0; at < packet.size(); ++at) {
    Bytes changed = packet;
    changed[at] ^= 0x10;
    EXPECT_EQ(believed(changed), 0U) << "byte " << at;
  }
  for (std::size_t size = 0; size < packet.size(); ++size)
    EXPECT_EQ(believed(Bytes(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size))), 0U) << size;
}

TEST(Seal, NobodyElseAnnouncesAParticipantOfOurs) {
  const Bytes announcement = data(kBuiltInWriter, Bytes{0x50, 0, 16, 0} + bytes_of(kOurs));
  EXPECT_EQ(believed(header(kOurs) + announcement), 0U);
  EXPECT_EQ(believed(header(foreign_prefix()) + announcement), 0U);
  EXPECT_EQ(believed(header(foreign_prefix()) + submessage(kInfoTimestamp, Bytes(8)) + announcement), 0U);
  EXPECT_EQ(believed(header(foreign_prefix()) + submessage(kPad, {}) + announcement), 0U);
  EXPECT_EQ(believed(header(foreign_prefix()) + submessage(kInfoSource, Bytes(8) + bytes_of(kOurs))), 0U);
}

TEST(Seal, OtherVendorsAreHeard) {
  const Bytes to_us = submessage(kInfoDestination, bytes_of(kOurs));
  const Bytes acknowledgement = header(foreign_prefix()) + to_us + submessage(kAcknowledgement, Bytes(24));
  EXPECT_EQ(believed(acknowledgement), acknowledgement.size());
  const Bytes announcement = header(foreign_prefix()) + data(kBuiltInWriter, bytes_of(foreign_prefix())) + statistics();
  EXPECT_EQ(believed(announcement), announcement.size());
  const Bytes message = header(foreign_prefix()) + to_us + data(kUserWriter, bytes_of(kOurs));
  EXPECT_EQ(believed(message), message.size()) << "a message may hold any bytes";
}

TEST(Seal, LengthsThatReadersMayTakeDifferentlyAreRefused) {
  const Bytes behind = submessage(kInfoTimestamp, Bytes(8));
  EXPECT_EQ(believed(header(foreign_prefix()) + submessage(kAcknowledgement, Bytes(23)) + behind), 0U);
  EXPECT_EQ(believed(header(foreign_prefix()) + Bytes{kAcknowledgement, 1, 200, 0} + Bytes(24)), 0U);
}

/// Fast DDS of Debian ends the process at such a packet (an assertion).
TEST(Seal, StatisticsElsewhereThanAtTheEndAreRefused) {
  const Bytes behind = submessage(kInfoTimestamp, Bytes(8));
  EXPECT_EQ(believed(header(foreign_prefix()) + statistics() + behind), 0U);
  for (const octet kind : {kPad, kInfoTimestamp})  // of these, length 0 does not mean: up to the end
    EXPECT_EQ(believed(header(foreign_prefix()) + submessage(kind, {}) + statistics() + behind), 0U);
  EXPECT_EQ(believed(header(foreign_prefix()) + submessage(kStatistics, Bytes(52))), 0U);
}

}  // namespace
}  // namespace ocelli::dds
