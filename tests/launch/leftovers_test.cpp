#include "ocelli/launch/leftovers.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;

/// A small /dev/shm and a small /proc.
struct Host {
  Host() {
    fs::create_directories(shm);
    fs::create_directories(proc / "self");
  }
  ~Host() { fs::remove_all(root); }
  void file(const std::string& name, std::chrono::seconds age) const {
    std::ofstream(shm / name) << "1234";
    fs::last_write_time(shm / name, fs::file_time_type::clock::now() - age);
  }
  void process(const std::string& pid, const std::string& maps, const std::string& open) const {
    fs::create_directories(proc / pid / "fd");
    std::ofstream(proc / pid / "maps") << maps;
    if (!open.empty()) fs::create_symlink(open, proc / pid / "fd" / "3");
  }
  [[nodiscard]] std::vector<std::string> leftovers() const {
    std::vector<std::string> names;
    const auto found = find_leftovers(shm, proc, std::chrono::seconds(5));
    for (const auto& leftover : found->dead) names.push_back(leftover.path.filename());
    return names;
  }
  fs::path root = fs::temp_directory_path() / ("ocelli-leftovers-" + std::to_string(::getpid()));
  fs::path shm = root / "shm";
  fs::path proc = root / "proc";
};

TEST(Leftovers, OnlyOldFilesOfFastDdsThatNobodyUsesAreDead) {
  const Host host;
  for (const char* name : {"fast_datasharing_dead", "fast_datasharing_mapped", "fastrtps_dead", "fastrtps_open_el",
                           "sem.fastrtps_port7_mutex", "iceoryx_mgmt", "mine"})
    host.file(name, std::chrono::seconds(60));
  host.file("fastrtps_young", std::chrono::seconds(1));
  host.process("10", "7f00-7f01 rw-s 0 00:19 1  /dev/shm/fast_datasharing_mapped\n7f02-7f03 r--p 0 0 0 [heap]\n",
               "/dev/shm/fastrtps_open_el");
  EXPECT_EQ(host.leftovers(),
            (std::vector<std::string>{"fast_datasharing_dead", "fastrtps_dead", "sem.fastrtps_port7_mutex"}));
  const auto freed = remove_leftovers(find_leftovers(host.shm, host.proc, std::chrono::seconds(5))->dead);
  ASSERT_TRUE(freed);
  EXPECT_EQ(*freed, 12U);
  EXPECT_TRUE(host.leftovers().empty());
  EXPECT_TRUE(fs::exists(host.shm / "mine"));
}

TEST(Leftovers, ALockThatIsHeldMeansAlive) {
  const Host host;
  for (const char* name : {"fastrtps_alive", "fastrtps_alive_el", "fastrtps_port7", "fastrtps_port7_sl",
                           "sem.fastrtps_port7_mutex", "fastrtps_dead", "fastrtps_dead_el"})
    host.file(name, std::chrono::seconds(60));
  const int alive = ::open((host.shm / "fastrtps_alive_el").c_str(), O_RDONLY);
  const int listener = ::open((host.shm / "fastrtps_port7_sl").c_str(), O_RDONLY);
  ASSERT_EQ(::flock(alive, LOCK_EX | LOCK_NB), 0);
  ASSERT_EQ(::flock(listener, LOCK_SH | LOCK_NB), 0);
  EXPECT_EQ(host.leftovers(), (std::vector<std::string>{"fastrtps_dead", "fastrtps_dead_el"}));
  ::close(alive);
  ::close(listener);
  EXPECT_EQ(host.leftovers().size(), 7U);
}

TEST(Leftovers, ALockThatCannotBeAskedTellsNothing) {
  const Host host;
  host.file("fastrtps_port9", std::chrono::seconds(60));
  fs::create_symlink("fastrtps_port9_el", host.shm / "fastrtps_port9_el");  // opens for nobody, not even for root
  const auto found = find_leftovers(host.shm, host.proc, std::chrono::seconds(5));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->dead.empty());
  EXPECT_EQ(found->unknown, std::vector<fs::path>{host.shm / "fastrtps_port9"});
}

TEST(Leftovers, AProcessThatCannotBeLookedIntoKeepsWhatItMayHaveMade) {
  const Host host;
  fs::create_directories(host.proc / "65537");  // its low bits: 00.01
  for (const char* name : {"fast_datasharing_01.0f.78.fd.01.00.e2.62.00.00.00.00_0.0.1.4",
                           "fast_datasharing_01.0f.78.fd.02.00.e2.62.00.00.00.00_0.0.1.4", "fast_datasharing_odd",
                           "fastrtps_dead", "fastrtps_dead_el", "fastrtps_port8"})
    host.file(name, std::chrono::seconds(60));
  const auto found = find_leftovers(host.shm, host.proc, std::chrono::seconds(5));
  ASSERT_TRUE(found);
  EXPECT_EQ(host.leftovers(), (std::vector<std::string>{"fast_datasharing_01.0f.78.fd.02.00.e2.62.00.00.00.00_0.0.1.4",
                                                        "fastrtps_dead", "fastrtps_dead_el", "fastrtps_port8"}));
  EXPECT_EQ(found->unknown.size(), 2U);
  EXPECT_EQ(found->unseen, std::vector<std::string>{"65537"});
}

}  // namespace
}  // namespace ocelli::launch
