// `ocelli bench bus` runs this. Rounds are interleaved: every transport once, then all again, so that what disturbs the
// machine disturbs all alike; medians over the rounds, and medians of the ratios within a round.
#include <sched.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <algorithm>
#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "ocelli/tests/bench/bus/bars.hpp"
#include "ocelli/tests/bench/bus/companion.hpp"
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
  int stress = 0;
  bool keeps_awake = false;
  std::vector<std::string> only;
  std::string json;
};

/// Keeps the processors from halting, at the lowest priority: waking a halted one costs tens of microseconds on a
/// virtual machine, the same for every transport, and hides what they cost themselves.
class Awake {
 public:
  Awake() {
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
      threads_.emplace_back([this] {
        const sched_param none{};
        ::sched_setscheduler(0, SCHED_IDLE, &none);
        while (!is_over_.load(std::memory_order_relaxed)) relax();
      });
  }
  ~Awake() {
    is_over_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Awake(const Awake&) = delete;
  Awake& operator=(const Awake&) = delete;

 private:
  static void relax() {
#ifdef __x86_64__
    __builtin_ia32_pause();
#else
    asm volatile("yield");
#endif
  }
  std::atomic<bool> is_over_ = false;
  std::vector<std::thread> threads_;
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
  Job job;
  for (int round = 0; round < options.rounds; ++round)
    for (std::size_t i = 0; i < transports.size(); ++i) {
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
  nlohmann::json bars = nlohmann::json::array();
  for (const Bar& bar : judge(all, job)) {
    fmt::print("{:<40} {:>6.3f} ({:.3f} to {:.3f}), to reach: {:.2f}{}\n", bar.what, bar.ratio, bar.low, bar.high,
               bar.most, bar.holds() ? "" : "  MISSED");
    bars.push_back({{"what", bar.what}, {"ratio", bar.ratio}, {"most", bar.most}, {"holds", bar.holds()}});
  }
  std::fflush(stdout);
  return {{"size", size}, {"readers", readers}, {"rows", std::move(rows)}, {"bars", std::move(bars)}};
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
  std::optional<Companion> stress;
  if (options.stress > 0) {
    stress.emplace(std::vector<std::string>{"stress-ng", "--cpu", std::to_string(options.stress), "--quiet"});
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    if (!stress->is_running()) {
      fmt::print(stderr, "--stress: stress-ng does not run (Debian package stress-ng)\n");
      return 2;
    }
  }
  std::optional<Awake> awake;
  if (options.keeps_awake) awake.emplace();
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
  app.add_option("--stress", options.stress, "processors that stress-ng keeps busy meanwhile")
      ->check(CLI::Range(0, 64));
  app.add_flag("--awake", options.keeps_awake, "keep idle processors from halting, as a real-time system does");
  app.add_option("--only", options.only, "transports whose name contains one of these")->delimiter(',');
  app.add_option("--json", options.json, "also write the numbers to this file");
  CLI11_PARSE(app, argc, argv);
  return ocelli::bench::run(options);
}
