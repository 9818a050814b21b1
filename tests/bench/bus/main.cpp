// `ocelli bench bus` runs this. Rounds are interleaved: every transport once, then all again, so that what disturbs the
// machine disturbs all alike; medians over the rounds, and medians of the ratios within a round.
#include <sched.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "ocelli/tests/bench/bus/bars.hpp"
#include "ocelli/tests/bench/bus/companion.hpp"
#include "ocelli/tests/bench/bus/harness.hpp"
#include "ocelli/tests/bench/bus/plan.hpp"
#include "ocelli/tests/bench/bus/results.hpp"

namespace ocelli::bench {
namespace {

constexpr int kFailed = 1;
constexpr int kBadUse = 2;

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

/// Every transport once, then all again.
std::vector<Series> measure(const std::vector<std::unique_ptr<Transport>>& transports, const Case& one, int rounds) {
  std::vector<Series> all;
  for (const auto& transport : transports) all.push_back({transport->name(), {}});
  static int channel = 0;
  Job job;
  job.size = one.size;
  job.readers = one.readers;
  job.messages = one.messages;
  job.period = period_of(one);
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < transports.size(); ++i) {
      job.channel = std::to_string(::getpid()) + "c" + std::to_string(++channel);
      all[i].rounds.push_back(run_round(*transports[i], job));
    }
  return all;
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

struct Field {
  std::vector<std::unique_ptr<Transport>> transports;
  std::optional<Roudi> roudi;
  std::vector<std::string> skipped;

  void skip(std::string what) {
    fmt::print("skipped: {}\n", what);
    skipped.push_back(std::move(what));
  }
};

void gather(Field& field, const Options& options) {
  add(field.transports, own_transports(), options.only);
  add(field.transports, floor_transports(), options.only);
  if (!options.has_peers) return;
  add(field.transports, fast_dds_transports(), options.only);
#ifdef OCELLI_HAS_CYCLONE
  add(field.transports, cyclone_transports(), options.only);
#else
  field.skip("Cyclone DDS (built without cyclonedds-dev and cyclonedds-tools)");
#endif
#ifdef OCELLI_HAS_ICEORYX
  field.roudi.emplace();
  if (field.roudi->is_running())
    add(field.transports, iceoryx_transports(), options.only);
  else
    field.skip("iceoryx (iox-roudi does not run; Debian package iceoryx)");
#else
  field.skip("iceoryx (built without libiceoryx-posh-dev)");
#endif
}

/// Runs a case, with its busy processes beside it, and reports it. Nothing when stress-ng is missing.
std::optional<nlohmann::json> run_case(const Field& field, const Case& one, const Options& options) {
  std::optional<Companion> stress;
  if (one.stress > 0) {
    stress.emplace(std::vector<std::string>{"stress-ng", "--cpu", std::to_string(one.stress), "--quiet"});
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    if (!stress->is_running()) return std::nullopt;
  }
  return report(one, options.rounds, measure(field.transports, one, options.rounds));
}

/// True when a process of Ocelli did not end well in any round.
bool has_failed(const nlohmann::json& result) {
  return std::any_of(result["rows"].begin(), result["rows"].end(), [](const nlohmann::json& row) {
    return row["transport"].get<std::string>().starts_with("ocelli") && row["rounds_that_failed"] > 0;
  });
}

int run(const Options& options) {
  std::ofstream file;
  if (!options.json.empty()) {
    file.open(options.json);
    if (!file) {
      fmt::print(stderr, "--json {}: {}\n", options.json, std::strerror(errno));
      return kBadUse;
    }
  }
  Field field;
  gather(field, options);
  if (field.transports.empty()) {
    fmt::print(stderr, "--only: no transport has that in its name\n");
    return kBadUse;
  }
  std::optional<Awake> awake;
  if (options.keeps_awake) awake.emplace();
  nlohmann::json cases = nlohmann::json::array();
  for (const Case& one : cases_of(options)) {
    auto result = run_case(field, one, options);
    if (result)
      cases.push_back(std::move(*result));
    else
      field.skip(fmt::format("{} bytes beside {} busy processes (Debian package stress-ng)", one.size, one.stress));
  }
  if (file.is_open()) {
    nlohmann::json all = conditions(options, field.skipped);
    all["cases"] = cases;
    file << all.dump(1) << '\n';
    file.close();
    if (!file) {
      fmt::print(stderr, "--json {}: {}\n", options.json, std::strerror(errno));
      return kFailed;
    }
  }
  return std::any_of(cases.begin(), cases.end(), has_failed) ? kFailed : 0;
}

}  // namespace
}  // namespace ocelli::bench

int main(int argc, char** argv) {
  ocelli::bench::Options options;
  CLI::App app{"Latency, throughput and cost of the lanes, and of peers doing the same work", "ocelli bench bus"};
  app.add_flag("--peers", options.has_peers, "also Fast DDS, Cyclone DDS and iceoryx, where they are installed");
  app.add_option("--rounds", options.rounds, "interleaved rounds")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--sizes", options.sizes, "payloads [bytes]; none of sizes, readers, throughput, stress: everything")
      ->delimiter(',')
      ->check(CLI::Range(16, 33'000'000));
  app.add_option("--readers", options.readers, "readers of each writer")->delimiter(',')->check(CLI::Range(1, 16));
  app.add_option("--messages", options.messages, "in each round; else 200, under stress 1000, for throughput 100000")
      ->check(CLI::Range(1, 10'000'000));
  app.add_flag("--throughput", options.is_throughput, "without a pause between messages");
  app.add_option("--stress", options.stress, "processors that stress-ng keeps busy meanwhile")
      ->check(CLI::Range(0, 64));
  app.add_flag("--awake", options.keeps_awake, "keep idle processors from halting, as a real-time system does");
  app.add_option("--only", options.only, "transports whose name contains one of these")->delimiter(',');
  app.add_option("--json", options.json, "also write the numbers to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : ocelli::bench::kBadUse;
  }
  return ocelli::bench::run(options);
}
