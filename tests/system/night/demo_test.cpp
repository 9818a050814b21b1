// `ocelli demo` as its page promises: for several seeds all injected faults are found in time and nothing else is
// reported; without faults there is no alarm; a delay put on the bus is what the report says it is. Real processes on
// this host, 35 s each.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace ocelli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class Demo : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    out_ = fs::temp_directory_path() / ("ocelli_demo_" + std::to_string(::getpid()));
    shared_memory_ = shared_memory();
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(out_, ignored);
    for (const std::string& name : shared_memory())
      EXPECT_TRUE(shared_memory_.contains(name)) << "left behind in shared memory: " << name;
  }

  /// Exit status; the report is read into report_.
  int run(const std::string& arguments) {
    fs::remove_all(out_);
    const std::string command =
        std::string(OCELLI_COMMAND) + " " + arguments + " --out " + out_.string() + " > " + out_.string() + ".log 2>&1";
    const int status = std::system(command.c_str());
    std::ifstream log(out_.string() + ".log");
    log_.assign(std::istreambuf_iterator<char>(log), {});
    fs::remove(out_.string() + ".log");
    std::ifstream file(out_ / "report.json");
    report_ = file ? Json::parse(file) : Json{};
    return WEXITSTATUS(status);
  }

  /// Fast DDS segments that no living process maps: left behind by somebody who died.
  static std::set<std::string> shared_memory() {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator("/dev/shm")) {
      const std::string name = entry.path().filename();
      if (name.starts_with("fastrtps_") && name.find("port") == std::string::npos) names.insert(name);
    }
    for (const auto& process : fs::directory_iterator("/proc")) {
      std::ifstream maps(process.path() / "maps");
      for (std::string line; std::getline(maps, line);)
        if (const std::size_t at = line.find("/dev/shm/"); at != std::string::npos) names.erase(line.substr(at + 9));
    }
    return names;
  }

  /// Median reaction time of a chain [ms].
  double reaction_ms(const std::string& chain) const {
    for (const Json& row : report_["chains"])
      if (row["name"] == chain) return row["reaction"]["p50_ms"];
    ADD_FAILURE() << "no chain " << chain;
    return 0.0;
  }

  fs::path out_;
  std::string log_;
  Json report_;
  std::set<std::string> shared_memory_;
};

TEST_P(Demo, FindsAllInjectedFaultsInTimeAndNothingElse) {
  RecordProperty("verifies", "REQ-RUN-001");
  EXPECT_EQ(run("demo --seed " + std::to_string(GetParam())), 0) << log_;
  ASSERT_TRUE(report_.is_object()) << log_;
  const Json& injections = report_["faults"]["injections"];
  ASSERT_EQ(injections.size(), 6U) << report_["faults"];
  for (const Json& injection : injections) EXPECT_EQ(injection["verdict"], "as expected") << injection;
  EXPECT_GE(report_["tracking"]["undisturbed"]["recall"], 0.90);
  EXPECT_GE(report_["tracking"]["undisturbed"]["precision"], 0.95);
}
INSTANTIATE_TEST_SUITE_P(Seeds, Demo, ::testing::Values(1, 2, 3));

TEST_F(Demo, RaisesNoAlarmWithoutFaults) {
  RecordProperty("verifies", "REQ-RUN-001");
  EXPECT_EQ(run("demo --no-faults"), 0) << log_;
  EXPECT_NE(log_.find("false alarms per hour (95 % upper bound)"), std::string::npos) << log_;
}

TEST_F(Demo, ReportsADelayOnTheBusAsItIs) {
  constexpr double kDelayMs = 80.0;
  run("run demo --duration 15s");
  const double without_ms = reaction_ms("lidar to tracks");
  run("run demo --duration 15s --inject delay:lidar/objects@0s+60s=80ms");
  EXPECT_NEAR(reaction_ms("lidar to tracks") - without_ms, kDelayMs, 0.1 * kDelayMs);
}

}  // namespace
}  // namespace ocelli
