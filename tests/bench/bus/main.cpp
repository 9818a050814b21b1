// `ocelli bench bus` runs this. Rounds are interleaved: every transport once, then all again, so that what disturbs the
// machine disturbs all alike; medians over the rounds, and medians of the ratios within a round.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "ocelli/tests/bench/bus/harness.hpp"

namespace ocelli::bench {
namespace {

struct Options {
  bool has_peers = false;
  int rounds = 7;
  std::vector<std::size_t> sizes = {64, 1024, 65536, 1 << 20, 6'220'800, 24'883'200};
  std::vector<int> readers = {1};
  std::uint64_t messages = 200;
  bool is_throughput = false;
  std::vector<std::string> only;
  std::string json;
};

/// iceoryx' daemon, for as long as the bench runs.
class Roudi {
 public:
  Roudi() {
    const auto config = std::filesystem::temp_directory_path() / ("ocelli-roudi-" + std::to_string(::getpid()));
    std::ofstream(config) << "[general]\nversion = 1\n[[segment]]\n"
                             "[[segment.mempool]]\nsize = 1024\ncount = 2000\n"
                             "[[segment.mempool]]\nsize = 65536\ncount = 200\n"
                             "[[segment.mempool]]\nsize = 1048576\ncount = 50\n"
                             "[[segment.mempool]]\nsize = 6291456\ncount = 24\n"
                             "[[segment.mempool]]\nsize = 25165824\ncount = 24\n";
    config_ = config;
    const std::string path = config.string();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      ::execlp("iox-roudi", "iox-roudi", "-c", path.c_str(), "-l", "off", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
    is_running_ = pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == 0;
  }
  ~Roudi() {
    std::error_code ignored;
    std::filesystem::remove(config_, ignored);
    if (!is_running_) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] bool is_running() const { return is_running_; }

 private:
  std::filesystem::path config_;
  pid_t pid_ = -1;
  bool is_running_ = false;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <class Get>
double median_of(const std::vector<Round>& results, Get get) {
  std::vector<double> values;
  for (const Round& result : results) values.push_back(get(result));
  return median(values);
}

Duration period_for(std::size_t size) {
  if (size >= 20'000'000) return 30ms;
  if (size >= 4'000'000) return 12ms;
  return size >= 1'000'000 ? 5ms : 2ms;
}

struct Series {
  std::string name;
  std::vector<Round> rounds;
};

nlohmann::json to_json(const Series& series, const Series& first) {
  std::vector<double> ratios_p50;
  std::vector<double> ratios_p99;
  for (std::size_t i = 0; i < series.rounds.size(); ++i) {
    if (series.rounds[i].p50 <= 0.0) continue;
    ratios_p50.push_back(first.rounds[i].p50 / series.rounds[i].p50);
    ratios_p99.push_back(first.rounds[i].p99 / series.rounds[i].p99);
  }
  return {{"transport", series.name},
          {"p50_us", median_of(series.rounds, [](const Round& r) { return r.p50; })},
          {"p99_us", median_of(series.rounds, [](const Round& r) { return r.p99; })},
          {"p999_us", median_of(series.rounds, [](const Round& r) { return r.p999; })},
          {"write_p50_us", median_of(series.rounds, [](const Round& r) { return r.write_p50; })},
          {"publish_p50_us", median_of(series.rounds, [](const Round& r) { return r.publish_p50; })},
          {"sent_per_s", median_of(series.rounds, [](const Round& r) { return r.sent_per_s; })},
          {"received_per_s", median_of(series.rounds, [](const Round& r) { return r.received_per_s; })},
          {"cpu_us_per_message", median_of(series.rounds, [](const Round& r) { return r.cpu_per_message; })},
          {"lost", median_of(series.rounds, [](const Round& r) { return static_cast<double>(r.lost); })},
          {"first_to_this_p50", median(ratios_p50)},
          {"first_to_this_p99", median(ratios_p99)}};
}

void print(const nlohmann::json& row) {
  fmt::print("{:<30} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>7.0f} {:>8.2f} {:>8.2f}",
             row["transport"].get<std::string>(), row["p50_us"].get<double>(), row["p99_us"].get<double>(),
             row["p999_us"].get<double>(), row["write_p50_us"].get<double>(), row["publish_p50_us"].get<double>(),
             row["cpu_us_per_message"].get<double>(), row["lost"].get<double>(), row["first_to_this_p50"].get<double>(),
             row["first_to_this_p99"].get<double>());
  fmt::print(" {:>11.0f} {:>11.0f}\n", row["sent_per_s"].get<double>(), row["received_per_s"].get<double>());
  std::fflush(stdout);
}

nlohmann::json run_case(const std::vector<std::unique_ptr<Transport>>& transports, const Options& options,
                        std::size_t size, int readers) {
  std::vector<Series> all;
  for (const auto& transport : transports) all.push_back({transport->name(), {}});
  static int channel = 0;
  for (int round = 0; round < options.rounds; ++round)
    for (std::size_t i = 0; i < transports.size(); ++i) {
      Job job;
      job.channel = std::to_string(::getpid()) + "c" + std::to_string(++channel);
      job.size = size;
      job.readers = readers;
      job.messages = options.messages;
      job.period = options.is_throughput ? Duration{} : period_for(size);
      all[i].rounds.push_back(run_round(*transports[i], job));
    }
  fmt::print("\n{} bytes, {} reader{}, {} rounds of {} messages{}; times in us; last: first row : this row\n", size,
             readers, readers == 1 ? "" : "s", options.rounds, options.messages,
             options.is_throughput ? " without pause" : "");
  fmt::print("{:<30} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7} {:>8} {:>8} {:>11} {:>11}\n", "transport", "p50", "p99",
             "p99.9", "write", "publish", "CPU/msg", "lost", "p50", "p99", "sent/s", "received/s");
  nlohmann::json rows = nlohmann::json::array();
  for (const Series& series : all) {
    rows.push_back(to_json(series, all.front()));
    print(rows.back());
  }
  return {{"size", size}, {"readers", readers}, {"rows", std::move(rows)}};
}

void add(std::vector<std::unique_ptr<Transport>>& to, std::vector<std::unique_ptr<Transport>> more,
         const std::vector<std::string>& only) {
  for (auto& transport : more) {
    const bool is_wanted = only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& part) {
                             return transport->name().find(part) != std::string::npos;
                           });
    if (is_wanted) to.push_back(std::move(transport));
  }
}

int run(const Options& options) {
  std::vector<std::unique_ptr<Transport>> transports;
  add(transports, own_transports(), options.only);
  add(transports, floor_transports(), options.only);
  std::optional<Roudi> roudi;
  if (options.has_peers) {
    add(transports, fast_dds_transports(), options.only);
#ifdef OCELLI_HAS_CYCLONE
    add(transports, cyclone_transports(), options.only);
#else
    fmt::print("skipped: Cyclone DDS (built without cyclonedds-dev and cyclonedds-tools)\n");
#endif
#ifdef OCELLI_HAS_ICEORYX
    roudi.emplace();
    if (roudi->is_running())
      add(transports, iceoryx_transports(), options.only);
    else
      fmt::print("skipped: iceoryx (iox-roudi does not run; Debian package iceoryx)\n");
#else
    fmt::print("skipped: iceoryx (built without libiceoryx-posh-dev)\n");
#endif
  }
  if (transports.empty()) {
    fmt::print(stderr, "--only: no transport has that in its name\n");
    return 2;
  }
  nlohmann::json cases = nlohmann::json::array();
  for (const std::size_t size : options.sizes)
    for (const int readers : options.readers) cases.push_back(run_case(transports, options, size, readers));
  if (options.json.empty()) return 0;
  std::ofstream file(options.json);
  file << nlohmann::json{{"cases", cases}}.dump(1) << '\n';
  return file ? 0 : 2;
}

}  // namespace
}  // namespace ocelli::bench

int main(int argc, char** argv) {
  ocelli::bench::Options options;
  CLI::App app{"Latency, throughput and cost of the lanes, and of peers doing the same work", "ocelli bench bus"};
  app.add_flag("--peers", options.has_peers, "also Fast DDS, Cyclone DDS and iceoryx, where they are installed");
  app.add_option("--rounds", options.rounds, "interleaved rounds")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--sizes", options.sizes, "payloads [bytes]")->delimiter(',')->check(CLI::Range(16, 33'000'000));
  app.add_option("--readers", options.readers, "readers of each writer")->delimiter(',')->check(CLI::Range(1, 16));
  app.add_option("--messages", options.messages, "in each round")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_flag("--throughput", options.is_throughput, "without a pause between messages");
  app.add_option("--only", options.only, "transports whose name contains one of these")->delimiter(',');
  app.add_option("--json", options.json, "also write the numbers to this file");
  CLI11_PARSE(app, argc, argv);
  return ocelli::bench::run(options);
}
