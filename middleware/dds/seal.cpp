#include "ocelli/middleware/dds/seal.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <random>
#include <utility>

#include "ocelli/middleware/e2e/crc.hpp"

namespace ocelli::dds {
namespace {

namespace rtps = eprosima::fastrtps::rtps;
using rtps::octet;

constexpr std::size_t kHeaderBytes = 20;      // "RTPS", version, vendor, prefix
constexpr std::size_t kPrefixAt = 8;          // in the header
constexpr std::size_t kSubmessageBytes = 4;   // kind, flags, length
constexpr std::size_t kStatisticsBytes = 60;  // as Fast DDS 2.9 adds it
constexpr octet kStatistics = 0x80;
constexpr octet kPad = 0x01;
constexpr octet kInfoTimestamp = 0x09;
constexpr octet kInfoDestination = 0x0e;
constexpr octet kData = 0x15;
constexpr octet kDataFragment = 0x16;

/// Kind (of vendors), flags (little-endian), length, and four bytes that no other vendor's submessage has there.
constexpr std::array<octet, 8> kSealHead = {0x9c, 0x01, 12, 0, 'O', 'c', 's', 1};

// RTPS wants the vendor in front, Fast DDS takes participants whose first eight bytes are equal for one process.
constexpr std::array<octet, 4> kMarkInFront = {0x01, 0x0f, 'O', 'c'};
constexpr std::array<octet, 2> kMarkBehind = {'e', 'l'};
constexpr std::size_t kMarkBehindAt = rtps::GuidPrefix_t::size - kMarkBehind.size();

bool is_marked(const octet* prefix) {
  return std::equal(kMarkInFront.begin(), kMarkInFront.end(), prefix) &&
         std::equal(kMarkBehind.begin(), kMarkBehind.end(), prefix + kMarkBehindAt);
}

bool names_marked(Packet bytes) {
  for (std::size_t at = 0; at + rtps::GuidPrefix_t::size <= bytes.size(); ++at)
    if (is_marked(bytes.data() + at)) return true;
  return false;
}

/// Without the submessage of Fast DDS' statistics, which is the last where there is one.
Packet without_statistics(Packet packet) {
  if (packet.size() < kHeaderBytes + kStatisticsBytes) return packet;
  const octet* last = &packet[packet.size() - kStatisticsBytes];
  const bool is_there = last[0] == kStatistics && last[2] == kStatisticsBytes - kSubmessageBytes && last[3] == 0;
  return is_there ? packet.first(packet.size() - kStatisticsBytes) : packet;
}

std::uint64_t checksum(Packet packet) { return e2e::crc(e2e::CrcKind::kCrc64, std::as_bytes(packet)); }

std::optional<Packet> sealed_part(Packet packet) {
  const Packet all = without_statistics(packet);
  if (all.size() < kHeaderBytes + kSealBytes) return std::nullopt;
  const Packet content = all.first(all.size() - kSealBytes);
  const octet* seal = &all[content.size()];
  if (!std::equal(kSealHead.begin(), kSealHead.end(), seal)) return std::nullopt;
  std::uint64_t said = 0;
  std::memcpy(&said, seal + kSealHead.size(), sizeof(said));
  return said == checksum(content) ? std::optional(all) : std::nullopt;
}

/// Messages may hold any bytes, and what is read of them is protected end to end.
bool is_message(octet kind, Packet body) {
  constexpr std::size_t kWriterKindAt = 11;  // the last byte of the writer's entity id
  constexpr octet kBuiltIn = 0xc0;
  if (kind != kData && kind != kDataFragment) return false;
  return body.size() > kWriterKindAt && (body[kWriterKindAt] & kBuiltIn) != kBuiltIn;
}

struct Submessage {
  octet kind;
  Packet body;
  bool is_last;
};

/// Nothing when it is not as RTPS has it: then readers do not agree on where the next one begins.
std::optional<Submessage> submessage_at(Packet packet, std::size_t at) {
  const Packet rest = packet.subspan(at);
  if (rest.size() < kSubmessageBytes) return std::nullopt;
  const bool is_little_endian = (rest[1] & 1U) != 0;
  const std::size_t claimed = rest[is_little_endian ? 2 : 3] | (std::size_t{rest[is_little_endian ? 3 : 2]} << 8U);
  const octet kind = rest[0];
  const std::size_t most = rest.size() - kSubmessageBytes;
  const bool goes_to_end = claimed == 0 && kind != kPad && kind != kInfoTimestamp;
  const std::size_t length = goes_to_end ? most : claimed;
  const bool is_last = length == most;
  if (length > most || (length % 4 != 0 && !is_last)) return std::nullopt;
  return Submessage{kind, rest.subspan(kSubmessageBytes, length), is_last};
}

/// Other vendors' programs name participants of ours as receivers only. Fast DDS as Debian builds it ends the process
/// when it meets its statistics anywhere but at the end.
bool is_of_others(Packet packet) {
  if (is_marked(&packet[kPrefixAt])) return false;
  for (std::size_t at = kHeaderBytes; at < packet.size();) {
    const auto submessage = submessage_at(packet, at);
    if (!submessage) return false;
    const Packet body = submessage->body;
    if (submessage->kind == kStatistics && body.size() != kStatisticsBytes - kSubmessageBytes) return false;
    if (submessage->kind == kStatistics && !submessage->is_last) return false;
    const bool is_receiver = submessage->kind == kInfoDestination && body.size() == rtps::GuidPrefix_t::size;
    if (!is_receiver && !is_message(submessage->kind, body) && names_marked(body)) return false;
    at += kSubmessageBytes + body.size();
  }
  return true;
}

/// Four random bytes of this process, others after a fork.
std::array<octet, 4> process_bytes() {
  static std::mutex mutex;
  static pid_t pid = 0;
  static std::array<octet, 4> bytes{};
  const std::lock_guard lock(mutex);
  if (std::exchange(pid, ::getpid()) != ::getpid()) {
    const std::uint32_t random = std::random_device()();
    std::memcpy(bytes.data(), &random, bytes.size());
  }
  return bytes;
}

}  // namespace

rtps::GuidPrefix_t new_marked_prefix() {
  static std::atomic<std::uint16_t> count = 0;
  const std::uint16_t number = ++count;
  const auto process = process_bytes();
  rtps::GuidPrefix_t prefix;
  octet* at = std::copy(kMarkInFront.begin(), kMarkInFront.end(), prefix.value);
  at = std::copy(process.begin(), process.end(), at);
  *at++ = static_cast<octet>(number >> 8U);
  *at++ = static_cast<octet>(number);
  std::copy(kMarkBehind.begin(), kMarkBehind.end(), at);
  return prefix;
}

bool is_marked(const rtps::GuidPrefix_t& prefix) { return is_marked(prefix.value); }

void seal(Packet packet, std::vector<octet>& sealed) {
  const Packet content = without_statistics(packet);
  const std::uint64_t sum = checksum(content);
  sealed.resize(packet.size() + kSealBytes);
  octet* at = std::copy(content.begin(), content.end(), sealed.data());
  at = std::copy(kSealHead.begin(), kSealHead.end(), at);
  std::memcpy(at, &sum, sizeof(sum));
  std::copy(packet.begin() + static_cast<std::ptrdiff_t>(content.size()), packet.end(), at + sizeof(sum));
}

std::optional<Packet> believable(Packet packet) {
  if (packet.size() < kHeaderBytes) return std::nullopt;
  if (const auto sealed = sealed_part(packet)) return sealed;
  return is_of_others(packet) ? std::optional(packet) : std::nullopt;
}

}  // namespace ocelli::dds
