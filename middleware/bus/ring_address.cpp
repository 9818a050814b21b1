#include "ocelli/middleware/bus/ring_address.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "ocelli/middleware/bus/ring_layout.hpp"

namespace ocelli {
namespace {

constexpr std::size_t kBytes = 48;

HostTag read_host() {
  HostTag tag{};
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::size_t nibble = 0;
  for (char c = 0; nibble < 32 && file.get(c);) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && !(c >= 'a' && c <= 'f')) continue;
    const auto value = static_cast<unsigned>(is_digit ? c - '0' : c - 'a' + 10);
    tag[nibble / 2] |= std::byte(nibble % 2 == 0 ? value << 4U : value);
    ++nibble;
  }
  struct stat status {};
  if (::stat("/proc/self/ns/pid", &status) == 0) {
    const std::uint64_t inode = status.st_ino;
    std::memcpy(tag.data() + 16, &inode, sizeof(inode));
  }
  return tag;
}

}  // namespace

const HostTag& this_host() {
  static const HostTag tag = read_host();
  return tag;
}

std::vector<std::byte> to_bytes(const RingAddress& address) {
  std::vector<std::byte> bytes(kBytes);
  std::memcpy(bytes.data(), &kRingMagic, 8);
  std::memcpy(bytes.data() + 8, address.host.data(), address.host.size());
  std::memcpy(bytes.data() + 32, &address.pid, 4);
  std::memcpy(bytes.data() + 36, &address.fd, 4);
  std::memcpy(bytes.data() + 40, &address.process_start, 8);
  return bytes;
}

std::optional<RingAddress> parse_ring_address(std::span<const std::byte> bytes) {
  if (bytes.size() != kBytes || std::memcmp(bytes.data(), &kRingMagic, 8) != 0) return std::nullopt;
  RingAddress address;
  std::memcpy(address.host.data(), bytes.data() + 8, address.host.size());
  std::memcpy(&address.pid, bytes.data() + 32, 4);
  std::memcpy(&address.fd, bytes.data() + 36, 4);
  std::memcpy(&address.process_start, bytes.data() + 40, 8);
  return address;
}

Result<std::uint64_t> process_start(std::uint32_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::size_t at = text.rfind(')');  // the name before it may hold anything
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
  if (at == std::string::npos) return error(ErrorCode::kNotFound, "no process {}", pid);
  return std::strtoull(text.c_str() + at, nullptr, 10);
}

}  // namespace ocelli
