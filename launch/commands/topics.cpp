// `ocelli topics`: table 1 for people.
#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::launch {
namespace {

const char* name_of(topics::Qos qos) {
  switch (qos) {
    case topics::Qos::kSensor: return "sensor";
    case topics::Qos::kState: return "state";
    case topics::Qos::kEvent: return "event";
  }
  return "?";
}

void print_topics() {
  fmt::print("{:<22} {:<34} {:<7} {:>6} {:>8}  {}\n", "kind", "type", "QoS", "Hz", "budget", "meaning");
  for (const topics::TopicKind& kind : topics::kTable)
    fmt::print("{:<22} {:<34} {:<7} {:>6} {:>5.0f} ms  {}\n", kind.name, kind.codec().type_name, name_of(kind.qos),
               kind.rate_hz == 0.0 ? "-" : fmt::format("{:.0f}", kind.rate_hz), to_milliseconds(kind.latency_budget),
               kind.meaning);
}

}  // namespace

void declare_topics(CLI::App& command, int& exit_status) {
  command.callback([&exit_status] {
    print_topics();
    exit_status = kExitOk;
  });
}

}  // namespace ocelli::launch
