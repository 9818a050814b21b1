// `ocelli doctor`: what of this host would make messages late or lost, each with its fix.
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>
#include <thread>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/dds_exchange.hpp"
#include "ocelli/launch/leftovers.hpp"
#include "ocelli/middleware/bus/futex.hpp"
#include "ocelli/middleware/bus/scheduling.hpp"

namespace ocelli::launch {
namespace {

constexpr std::uint64_t kSocketBytes = 4U << 20U;    // what the network lane asks for
constexpr std::uint64_t kShmBytes = 512U << 20U;     // eight processes with a 64 MiB segment each
constexpr std::uint64_t kLockedBytes = 256U << 20U;  // rings of a vehicle with two cameras and a lidar
constexpr int kPriority = 20;                        // of the monitor
constexpr std::chrono::seconds kLeftoverAge{5};

struct Finding {
  bool is_good;
  std::string what;
  std::string fix;  // shown when it is not good
};

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

Finding check_socket_buffer() {
  const std::string text = first_line("/proc/sys/net/core/rmem_max");
  const std::uint64_t bytes = std::strtoull(text.c_str(), nullptr, 10);
  return {bytes >= kSocketBytes, fmt::format("socket buffers up to {} bytes", text),
          fmt::format("sysctl -w net.core.rmem_max={0} net.core.wmem_max={0}", kSocketBytes)};
}

Finding check_realtime() {
  const bool is_permitted = try_realtime(kPriority);
  if (is_permitted) leave_realtime();
  return {is_permitted, fmt::format("real-time priority {}", kPriority),
          fmt::format("a line '* - rtprio {}' in /etc/security/limits.d/ocelli.conf", kPriority)};
}

Finding check_memory_lock() {
  rlimit limit{};
  ::getrlimit(RLIMIT_MEMLOCK, &limit);
  const bool is_good = ::geteuid() == 0 || limit.rlim_cur >= kLockedBytes;
  return {is_good, fmt::format("{} MiB may be locked in memory", kLockedBytes >> 20U),
          "a line '* - memlock unlimited' in /etc/security/limits.d/ocelli.conf"};
}

Finding check_shm() {
  struct statvfs space {};
  if (::statvfs("/dev/shm", &space) != 0) return {false, "/dev/shm is not there", "mount -t tmpfs tmpfs /dev/shm"};
  const std::uint64_t bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
  return {bytes >= kShmBytes,
          fmt::format("{} MiB free in /dev/shm, for DDS programs of others: Ocelli needs none", bytes >> 20U),
          "mount -o remount,size=2G /dev/shm, or ocelli doctor --clean"};
}

Finding check_futex() {
  const futex::Word word = 0;
  const futex::Watch watch{&word, 1, futex::Scope::kProcess};
  return {futex::wait_any({&watch, 1}, 0s), "waiting for many rings in one call (futex_waitv)",
          "Linux 5.16 or later, or allow system call 449 in the container; until then one thread per ring waits"};
}

Finding check_turns() {
  bool has_changed = false;
  std::thread([&] { has_changed = take_turns(kShortTurn); }).join();  // a thread of its own: nothing to undo
  return {has_changed, "threads that wait for rings are let in at once on a busy core (short turns)",
          "Linux 6.12 or later; until then real-time priority does it"};
}

Finding check_governor() {
  const std::string governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  const bool is_good = governor.empty() || governor == "performance";
  return {is_good, fmt::format("CPU frequency governor: {}", governor.empty() ? "none (fixed frequency)" : governor),
          "cpupower frequency-set -g performance"};
}

Finding check_clock() {
  const std::string source = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  const bool is_slow = source == "hpet" || source == "acpi_pm";
  return {!is_slow, fmt::format("clock source: {}", source.empty() ? "unknown" : source),
          "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource"};
}

Finding check_dds(const DdsConfig& dds) {
  constexpr Duration kLimit = 2500ms;
  const std::string where = fmt::format("two processes exchange messages over DDS in domain {}", dds.domain);
  if (!is_loopback_up()) return {false, where + ": the loopback interface is down", "ip link set lo up"};
  const auto exchange = exchange_over_dds(dds, kLimit);
  if (!exchange) return {false, where, exchange.error().message};
  if (exchange->has_arrived) return {true, where, {}};
  if (!exchange->has_met)
    return {false, where + ": they do not find each other",
            "let UDP packets pass on loopback, ports 7400 to 65535 (iptables -L, nft list ruleset)"};
  return {false, where + ": they find each other, and no message arrives",
          "let UDP packets pass on loopback in both directions, ports 7400 to 65535"};
}

Finding check_leftovers(bool is_cleaning) {
  const auto leftovers = find_leftovers("/dev/shm", "/proc", kLeftoverAge);
  if (!leftovers) return {false, "leftovers of killed programs: not known", leftovers.error().message};
  std::uintmax_t bytes = 0;
  for (const Leftover& leftover : leftovers->dead) bytes += leftover.bytes;
  std::string what = fmt::format("{} files, {} MiB", leftovers->dead.size(), bytes >> 20U);
  const bool is_all_known = leftovers->unknown.empty();
  if (!is_all_known)
    what += fmt::format("; {} files may belong to one of {} processes that may not be looked into",
                        leftovers->unknown.size(), leftovers->unseen.size());
  const std::string as_root = "for those: as root, with CAP_SYS_PTRACE";
  if (!is_cleaning)
    return {leftovers->dead.empty() && is_all_known, "leftovers of killed programs in /dev/shm: " + what,
            is_all_known ? "ocelli doctor --clean" : "ocelli doctor --clean; " + as_root};
  const auto removed = remove_leftovers(leftovers->dead);
  if (!removed) return {false, "leftovers of killed programs: " + what, removed.error().message};
  return {is_all_known, "removed leftovers of killed programs: " + what, as_root};
}

int examine(bool is_cleaning, const DdsConfig& dds) {
  const auto findings = std::to_array<Finding>({
      check_futex(),
      check_turns(),
      check_realtime(),
      check_memory_lock(),
      check_shm(),
      check_socket_buffer(),
      check_governor(),
      check_clock(),
      check_dds(dds),
      check_leftovers(is_cleaning),
  });
  bool is_good = true;
  for (const Finding& finding : findings) {
    fmt::print("{:<5} {}\n", finding.is_good ? "ok" : "FIX", finding.what);
    if (!finding.is_good) fmt::print("      {}\n", finding.fix);
    is_good = is_good && finding.is_good;
  }
  return is_good ? kExitOk : kExitVerdictFailed;
}

}  // namespace

void declare_doctor(CLI::App& command, int& exit_status) {
  const auto is_cleaning = std::make_shared<bool>(false);
  command.add_flag("--clean", *is_cleaning, "remove shared-memory files of Fast DDS that no process uses");
  const auto dds = std::make_shared<DdsConfig>();
  dds->participant = "ocelli/doctor";
  add_dds_options(command, dds->domain, dds->is_host_only);
  command.callback([is_cleaning, dds, &exit_status] { exit_status = examine(*is_cleaning, *dds); });
}

}  // namespace ocelli::launch
