#include "ocelli/launch/leftovers.hpp"

#include <gtest/gtest.h>
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
    for (const auto& leftover : *found) names.push_back(leftover.path.filename());
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
  const auto freed = remove_leftovers(*find_leftovers(host.shm, host.proc, std::chrono::seconds(5)));
  ASSERT_TRUE(freed);
  EXPECT_EQ(*freed, 12U);
  EXPECT_TRUE(host.leftovers().empty());
  EXPECT_TRUE(fs::exists(host.shm / "mine"));
}

TEST(Leftovers, AProcessThatCannotBeLookedIntoMakesNothingDead) {
  const Host host;
  host.file("fastrtps_dead", std::chrono::seconds(60));
  fs::create_directories(host.proc / "11");
  const auto leftovers = find_leftovers(host.shm, host.proc, std::chrono::seconds(5));
  ASSERT_FALSE(leftovers);
  EXPECT_NE(leftovers.error().message.find("run as root"), std::string::npos);
}

}  // namespace
}  // namespace ocelli::launch
