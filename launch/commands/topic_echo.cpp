// `ocelli topic echo`: the messages of a topic as text, of any type whose IDL is known.
#include <array>
#include <fstream>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/live_topic.hpp"
#include "ocelli/launch/message_text.hpp"
#include "ocelli/launch/process.hpp"
#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/core/log.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kIdleWait = 50ms;

struct EchoOptions {
  std::string topic;
  std::string field;
  std::string idl;
  std::uint64_t count = 0;
  double seconds = 0.0;
  bool is_json = false;
  bool has_header = false;
  bool is_full = false;
};

Result<const topics::TopicKind*> kind_for(const EchoOptions& options, const DiscoveredTopic& topic) {
  auto kind = kind_of_topic(topic);
  if (kind) return kind;
  if (options.idl.empty()) return error(ErrorCode::kUnsupported, "{}; --idl FILE describes it", kind.error().message);
  constexpr std::size_t kMostBytes = 4U << 20U;
  std::ifstream file(options.idl, std::ios::binary);
  std::string idl(kMostBytes + 1, '\0');
  file.read(idl.data(), static_cast<std::streamsize>(idl.size()));
  if (file.gcount() == 0) return error(ErrorCode::kNotFound, "{}: cannot be read, or is empty", options.idl);
  if (!file.eof()) return error(ErrorCode::kInvalidArgument, "{}: more than 4 MiB: no IDL", options.idl);
  idl.resize(static_cast<std::size_t>(file.gcount()));
  return foreign_kind(topic, idl);
}

nlohmann::ordered_json header_json(const Received& received) {
  constexpr std::array<const char*, 3> kIntegrity = {"trusted", "unprotected", "corrupt"};
  const SampleHeader& header = received.sample->header;
  return {{"sequence", header.sequence},
          {"writer", header.writer},
          {"sensed_at_ns", header.sensed_at_ns},
          {"published_at_ns", header.published_at_ns},
          {"received_at_ns", to_ns(received.received_at)},
          {"body_length", header.body_length},
          {"integrity", kIntegrity.at(static_cast<std::size_t>(received.integrity))},
          {"lost", received.lost}};
}

enum class Outcome : std::uint8_t { kShown, kOvertaken, kUndecodable };

Result<Outcome> print(const EchoOptions& options, const topics::SchemaType& type, const Received& received) {
  const auto decoded = message_json(type, received.sample->cdr->bytes(), options.is_full ? SIZE_MAX : kShownOctets);
  if (!received.sample->intact()) return Outcome::kOvertaken;  // while it was read: the next one says so
  if (!decoded) {
    spdlog::warn("#{}: {}", received.sample->header.sequence, decoded.error().message);
    return Outcome::kUndecodable;
  }
  nlohmann::ordered_json text = *decoded;
  if (!options.field.empty()) {
    OCELLI_ASSIGN(text, select_field(text, options.field));
  }
  if (options.has_header) text = {{"header", header_json(received)}, {"message", std::move(text)}};
  if (received.lost > 0) spdlog::warn("{} messages lost", received.lost);
  if (options.is_json)
    fmt::print("{}\n", text.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  else
    fmt::print("{}{}", to_yaml(text), options.field.empty() ? "---\n" : "");
  std::fflush(stdout);
  return Outcome::kShown;
}

Status echo(const EchoOptions& options, DdsConfig dds) {
  OCELLI_ASSIGN(const DiscoveredTopic topic, find_written_topic(options.topic, dds));
  OCELLI_ASSIGN(const topics::TopicKind* const kind, kind_for(options, topic));
  OCELLI_ASSIGN(const topics::SchemaTypePtr type, topics::parse_schema(kind->codec().schema, kind->codec().type_name));
  const LiveClock clock{LiveClock::measure_offset()};
  dds.has_wire_names = !kind_of_topic(topic) && !has_ros_names(topic);
  OCELLI_ASSIGN(auto lane, open_dds_lane(dds));
  Bus bus(clock, std::move(lane));
  bus.on_problem([](const std::string& problem) { spdlog::warn("{}", problem); });
  Signal signal;
  OCELLI_ASSIGN(const auto subscription,
                bus.subscribe(*kind, dds.has_wire_names ? topic.wire_name : topic.name, &signal));
  const Time end = clock.now() + from_seconds(options.seconds > 0.0 ? options.seconds : 1e9);
  std::uint64_t shown = 0;
  std::uint64_t undecodable = 0;
  const auto goes_on = [&] {
    return clock.now() < end && !stop_requested() && (options.count == 0 || shown < options.count);
  };
  while (goes_on()) {
    signal.wait_for(kIdleWait);
    for (std::optional<Received> received; goes_on() && (received = subscription->take());) {
      OCELLI_ASSIGN(const Outcome outcome, print(options, *type, *received));
      if (outcome == Outcome::kShown) ++shown;
      if (outcome == Outcome::kUndecodable) ++undecodable;
    }
  }
  if (undecodable > 0)
    return error(ErrorCode::kCorrupt, "topic '{}': {} messages are no {}", options.topic, undecodable,
                 kind->codec().type_name);
  if (shown > 0 || options.seconds <= 0.0) return ok();
  return error(ErrorCode::kTimeout, "topic '{}': no message in {:.1f} s", options.topic, options.seconds);
}

}  // namespace

void declare_topic_echo(CLI::App& command, const DdsConfig& dds, int& exit_status) {
  const auto options = std::make_shared<EchoOptions>();
  command.add_option("topic", options->topic, "as in the launch file, such as lidar/top")->required();
  command.add_flag("--json", options->is_json, "one line of JSON for each message instead of YAML");
  command.add_option("--field", options->field, "only this part, such as tracks[0].position.x");
  command.add_flag("--header", options->has_header, "also the sample header: times, sequence, integrity, losses");
  command.add_flag("--full", options->is_full, "every octet of pictures and clouds");
  command.add_option("--count", options->count, "end after so many messages; 0: never")->capture_default_str();
  command.add_option("--seconds", options->seconds, "end after so long; 0: never")->check(CLI::Range(0.0, 1e9));
  command.add_option("--idl", options->idl, "self-contained IDL of a type that no topic kind has");
  command.callback([options, &dds, &exit_status] {
    handle_stop_signals();
    const Status done = echo(*options, dds);
    exit_status = done ? kExitOk : report_error(done.error());
  });
}

}  // namespace ocelli::launch
