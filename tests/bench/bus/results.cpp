#include "ocelli/tests/bench/bus/results.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>

namespace ocelli::bench {
namespace {

struct Spread {
  double median = 0.0;
  double low = 0.0;
  double high = 0.0;
};

Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

/// Of the rounds in which anything came.
template <class Get>
Spread spread_of(const Series& series, Get get) {
  std::vector<double> values;
  for (const Round& round : series.rounds)
    if (round.has_come()) values.push_back(get(round));
  return spread(std::move(values));
}

nlohmann::json to_json(const Series& series, const Series& first) {
  std::vector<double> ratios_p50;
  std::vector<double> ratios_p99;
  for (std::size_t i = 0; i < series.rounds.size(); ++i) {
    if (!series.rounds[i].has_come() || !first.rounds[i].has_come()) continue;
    ratios_p50.push_back(first.rounds[i].p50 / series.rounds[i].p50);
    ratios_p99.push_back(first.rounds[i].p99 / series.rounds[i].p99);
  }
  const auto count = [&](auto is_counted) {
    return std::count_if(series.rounds.begin(), series.rounds.end(), is_counted);
  };
  const Spread p50 = spread_of(series, [](const Round& r) { return r.p50; });
  const Spread p99 = spread_of(series, [](const Round& r) { return r.p99; });
  const Spread p999 = spread_of(series, [](const Round& r) { return r.p999; });
  std::vector<double> lost;
  for (const Round& round : series.rounds) lost.push_back(static_cast<double>(round.lost));
  return {{"transport", series.name},
          {"p50_us", p50.median},
          {"p50_us_range", {p50.low, p50.high}},
          {"p99_us", p99.median},
          {"p99_us_range", {p99.low, p99.high}},
          {"p999_us", p999.median},
          {"p999_us_range", {p999.low, p999.high}},
          {"write_p50_us", spread_of(series, [](const Round& r) { return r.write_p50; }).median},
          {"publish_p50_us", spread_of(series, [](const Round& r) { return r.publish_p50; }).median},
          {"sent_per_s", spread_of(series, [](const Round& r) { return r.sent_per_s; }).median},
          {"received_per_s", spread_of(series, [](const Round& r) { return r.received_per_s; }).median},
          {"cpu_us_per_message", spread_of(series, [](const Round& r) { return r.cpu_per_message; }).median},
          {"lost", spread(std::move(lost)).median},
          {"first_to_this_p50", spread(std::move(ratios_p50)).median},
          {"first_to_this_p99", spread(std::move(ratios_p99)).median},
          {"rounds_without_a_message", count([](const Round& r) { return !r.has_come(); })},
          {"rounds_that_failed", count([](const Round& r) { return r.failed > 0; })}};
}

void print(const nlohmann::json& row) {
  fmt::print("{:<30} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>7.0f} {:>8.2f} {:>8.2f}",
             row["transport"].get<std::string>(), row["p50_us"].get<double>(), row["p99_us"].get<double>(),
             row["p999_us"].get<double>(), row["write_p50_us"].get<double>(), row["publish_p50_us"].get<double>(),
             row["cpu_us_per_message"].get<double>(), row["lost"].get<double>(), row["first_to_this_p50"].get<double>(),
             row["first_to_this_p99"].get<double>());
  fmt::print(" {:>11.0f} {:>11.0f}", row["sent_per_s"].get<double>(), row["received_per_s"].get<double>());
  if (const int silent = row["rounds_without_a_message"]; silent > 0) fmt::print("  nothing came in {} rounds", silent);
  if (const int failed = row["rounds_that_failed"]; failed > 0) fmt::print("  FAILED in {} rounds", failed);
  fmt::print("\n");
}

void print_head(const Case& one, int rounds) {
  fmt::print("\n{} bytes, {} reader{}, {} rounds of {} messages{}{}; times in us; last: first row : this row\n",
             one.size, one.readers, one.readers == 1 ? "" : "s", rounds, one.messages,
             one.is_throughput ? " without pause" : "",
             one.stress > 0 ? fmt::format(", {} busy processes beside", one.stress) : "");
  fmt::print("{:<30} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7} {:>8} {:>8} {:>11} {:>11}\n", "transport", "p50", "p99",
             "p99.9", "write", "publish", "CPU/msg", "lost", "p50", "p99", "sent/s", "received/s");
}

/// The value of the first line "KEY : value" of a file; empty when there is none.
std::string line_of(const char* path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key))
      if (const auto at = line.find(": "); at != std::string::npos) return line.substr(at + 2);
  return {};
}

}  // namespace

nlohmann::json report(const Case& one, int rounds, const std::vector<Series>& all) {
  print_head(one, rounds);
  nlohmann::json rows = nlohmann::json::array();
  for (const Series& series : all) {
    rows.push_back(to_json(series, all.front()));
    print(rows.back());
  }
  nlohmann::json bars = nlohmann::json::array();
  for (const Bar& bar : judge(all, one)) {
    fmt::print("{:<40} {:>6.3f} ({:.3f} to {:.3f}), to reach: {:.2f}{}\n", bar.what, bar.ratio, bar.low, bar.high,
               bar.most, bar.holds() ? "" : "  MISSED");
    bars.push_back({{"what", bar.what},
                    {"ratio", bar.ratio},
                    {"range", {bar.low, bar.high}},
                    {"most", bar.most},
                    {"holds", bar.holds()}});
  }
  std::fflush(stdout);
  return {{"size", one.size},
          {"readers", one.readers},
          {"rounds", rounds},
          {"messages", one.messages},
          {"period_us", period_of(one) / 1us},
          {"busy_processes", one.stress},
          {"rows", std::move(rows)},
          {"bars", std::move(bars)}};
}

nlohmann::json conditions(const Options& options, const std::vector<std::string>& skipped) {
  utsname system{};
  ::uname(&system);
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return {{"date", fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)))},
          {"machine",
           {{"processor", line_of("/proc/cpuinfo", "model name")},
            {"processors", std::thread::hardware_concurrency()},
            {"kernel", fmt::format("{} {} {}", system.sysname, system.release, system.machine)},
            {"compiler", __VERSION__}}},
          {"rounds", options.rounds},
          {"keeps_processors_awake", options.keeps_awake},
          {"only", options.only},
          {"skipped", skipped}};
}

}  // namespace ocelli::bench
