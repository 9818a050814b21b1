// `ocelli topic …`: live topics of a domain, and the numbers of one of them.
#include <algorithm>
#include <numeric>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/live_topic.hpp"
#include "ocelli/launch/process.hpp"
#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/core/log.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kIdleWait = 50ms;

struct TopicOptions {
  DdsConfig dds;
  std::string topic;
  double seconds = 5.0;
};

int list(const TopicOptions& options) {
  const auto topics = discover_topics(options.dds, kDiscoveryTime);
  if (!topics) return report_error(topics.error());
  fmt::print("{:<24} {:<44} {:<16} {:>7} {:>7}\n", "topic", "type", "partition", "writers", "readers");
  for (const DiscoveredTopic& topic : *topics) {
    fmt::print("{:<24} {:<44} {:<16} {:>7} {:>7}\n", topic.name, topic.type, topic.partition, topic.writers,
               topic.readers);
  }
  return kExitOk;
}

/// Who writes and reads one topic.
int info(const TopicOptions& options) {
  const auto topics = discover_topics(options.dds, kDiscoveryTime);
  if (!topics) return report_error(topics.error());
  bool has_any = false;
  for (const DiscoveredTopic& topic : *topics) {
    if (topic.name != options.topic && topic.wire_name != options.topic) continue;
    fmt::print("{}{}: {} writers, {} readers\n  type       {}{}\n  on DDS     {}, partition '{}'\n",
               has_any ? "\n" : "", topic.name, topic.writers, topic.readers, topic.type,
               topic.is_keyed ? " (with key)" : "", topic.wire_name, topic.partition);
    has_any = true;
    for (const DiscoveredEndpoint& endpoint : topic.endpoints)
      fmt::print("  {}     {}\n    process  {}\n    lane     {}\n    QoS      {}, {}\n    guid     {}\n",
                 endpoint.is_writer ? "writer" : "reader",
                 endpoint.participant.empty() ? "(participant without a name)" : endpoint.participant,
                 endpoint.process.empty() ? "(does not say)" : endpoint.process, endpoint.lane,
                 endpoint.is_reliable ? "reliable" : "best effort", endpoint.is_latched ? "latched" : "volatile",
                 endpoint.guid);
  }
  if (has_any) return kExitOk;
  return report_error({ErrorCode::kNotFound, fmt::format("topic '{}': nobody writes or reads it in domain {}",
                                                         options.topic, options.dds.domain)});
}

struct Measured {
  bool is_foreign = false;           // times are those that DDS gives
  std::vector<double> sent_s;        // published_at: the first messages arrive in one go
  std::vector<double> latencies_ms;  // published → received
  std::uint64_t bytes = 0;
  std::uint64_t lost = 0;
  std::uint64_t corrupt = 0;
};

void add(Measured& measured, const Received& received) {
  const SampleHeader& header = received.sample->header;
  measured.sent_s.push_back(to_seconds(header.published_at().time_since_epoch()));
  measured.latencies_ms.push_back(to_milliseconds(received.received_at - header.published_at()));
  measured.bytes += header.body_length;
  measured.lost += received.lost;
  if (received.integrity == Integrity::kCorrupt) ++measured.corrupt;
}

Result<Measured> measure(TopicOptions options) {
  OCELLI_ASSIGN(const DiscoveredTopic topic, find_written_topic(options.topic, options.dds));
  const auto known = kind_of_topic(topic);
  options.dds.has_wire_names = !known;  // then nothing needs decoding
  OCELLI_ASSIGN(const topics::TopicKind* const kind, known ? known : undecoded_kind(topic));
  const LiveClock clock{LiveClock::measure_offset()};
  OCELLI_ASSIGN(auto lane, open_dds_lane(options.dds));
  Bus bus(clock, std::move(lane));
  bus.on_problem([](const std::string& problem) { spdlog::warn("{}", problem); });
  Signal signal;
  OCELLI_ASSIGN(const auto subscription, bus.subscribe(*kind, known ? topic.name : topic.wire_name, &signal));
  Measured measured;
  measured.is_foreign = !known;
  const Duration wanted = from_seconds(options.seconds);
  Time end = clock.now() + kDiscoveryTime + wanted;
  while (clock.now() < end && !stop_requested()) {
    signal.wait_for(kIdleWait);
    while (const auto received = subscription->take()) {
      if (measured.sent_s.empty()) end = std::min(end, clock.now() + wanted);  // counts from the first one on
      add(measured, *received);
    }
  }
  std::ranges::sort(measured.sent_s);  // several writers
  if (measured.sent_s.size() < 2)
    return error(ErrorCode::kTimeout, "topic '{}': {} messages in {:.1f} s", options.topic, measured.sent_s.size(),
                 options.seconds);
  return measured;
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

double span_s(const Measured& measured) { return measured.sent_s.back() - measured.sent_s.front(); }

void print_rate(const Measured& measured) {
  std::vector<double> gaps_ms(measured.sent_s.size());
  std::adjacent_difference(measured.sent_s.begin(), measured.sent_s.end(), gaps_ms.begin(),
                           [](double now, double before) { return (now - before) * 1e3; });
  gaps_ms.erase(gaps_ms.begin());
  fmt::print("{:.1f} Hz: {} messages in {:.1f} s, gaps {:.1f} / {:.1f} / {:.1f} ms (least, median, most), {} lost\n",
             static_cast<double>(gaps_ms.size()) / span_s(measured), measured.sent_s.size(), span_s(measured),
             quantile(gaps_ms, 0.0), quantile(gaps_ms, 0.5), quantile(gaps_ms, 1.0), measured.lost);
}

void print_bandwidth(const Measured& measured) {
  const auto count = static_cast<double>(measured.sent_s.size());
  fmt::print("{:.3f} MB/s: {:.0f} bytes per message\n",
             static_cast<double>(measured.bytes) / span_s(measured) * (count - 1) / count / 1e6,
             static_cast<double>(measured.bytes) / count);
}

void print_latency(const Measured& measured) {
  fmt::print("published to received: {:.3f} / {:.3f} / {:.3f} ms (p50, p99, most), {} messages, {} corrupt\n",
             quantile(measured.latencies_ms, 0.5), quantile(measured.latencies_ms, 0.99),
             quantile(measured.latencies_ms, 1.0), measured.latencies_ms.size(), measured.corrupt);
  if (measured.is_foreign)
    fmt::print("published: the source time that the writer's DDS gives; of another host only as good as both clocks\n");
}

void declare_measurement(CLI::App& parent, const std::shared_ptr<TopicOptions>& options, int& exit_status,
                         const char* name, const char* summary, void (*print)(const Measured&)) {
  CLI::App* command = parent.add_subcommand(name, summary);
  command->add_option("topic", options->topic, "as in the launch file, such as lidar/top")->required();
  command->add_option("--seconds", options->seconds, "how long")->check(CLI::Range(0.1, 3600.0))->capture_default_str();
  command->callback([options, &exit_status, print] {
    handle_stop_signals();
    const auto measured = measure(*options);
    if (measured) print(*measured);
    exit_status = measured ? kExitOk : report_error(measured.error());
  });
}

}  // namespace

void add_dds_options(CLI::App& command, std::uint32_t& domain, bool& is_host_only) {
  command.add_option("--domain", domain, "DDS domain")->check(CLI::Range(0, 232))->capture_default_str();
  command.add_flag("!--all-hosts", is_host_only,
                   "hear and be heard on all network interfaces (default: this host alone)");
}

void declare_topic(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<TopicOptions>();
  options->dds.participant = "ocelli/topic";
  command.require_subcommand(1);
  command.fallthrough();
  add_dds_options(command, options->dds.domain, options->dds.is_host_only);
  CLI::App* all = command.add_subcommand("list", "every topic of the domain, with types, writers and readers");
  all->callback([options, &exit_status] { exit_status = list(*options); });
  CLI::App* one = command.add_subcommand("info", "who writes and reads one topic: process, lane, QoS, type");
  one->add_option("topic", options->topic, "as in the launch file, such as lidar/top")->required();
  one->callback([options, &exit_status] { exit_status = info(*options); });
  CLI::App* echo = command.add_subcommand("echo", "messages as YAML or JSON");
  declare_topic_echo(*echo, options->dds, exit_status);
  declare_measurement(command, options, exit_status, "hz", "rate, gaps and losses", &print_rate);
  declare_measurement(command, options, exit_status, "bw", "bytes per second and message", &print_bandwidth);
  declare_measurement(command, options, exit_status, "latency", "from publish to receive", &print_latency);
}

}  // namespace ocelli::launch
