// `ocelli e2e advise`: what each profile would leave undetected on a topic, and which one suffices.
#include <memory>
#include <nlohmann/json.hpp>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/middleware/bus/ring_size.hpp"
#include "ocelli/middleware/e2e/residual.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;

struct Options {
  std::string topic;
  std::optional<double> rate_hz;
  std::optional<std::uint32_t> bytes;
  double longest_gap_s = 1.0;
  e2e::Need need;
  bool is_json = false;
};

Result<e2e::Need> need_of(const Options& options) {
  e2e::Need need = options.need;
  if (!(options.longest_gap_s >= 0.0 && options.longest_gap_s <= 1e9))
    return error(ErrorCode::kInvalidArgument, "longest_gap: {} s: expected 0.001 to 3600 s", options.longest_gap_s);
  need.longest_gap = from_seconds(options.longest_gap_s);
  if (!options.topic.empty()) {
    const topics::TopicKind* kind = topics::find_kind(options.topic);
    if (kind == nullptr)
      return error(ErrorCode::kNotFound, "--topic: no kind '{}' in table 1 (see `ocelli topics`)", options.topic);
    if (kind->rate_hz > 0.0) need.rate_hz = kind->rate_hz;
    if (kind->rate_hz == 0.0 && !options.rate_hz)
      return error(ErrorCode::kInvalidArgument, "--topic: '{}' is sent on change: give --rate-hz", options.topic);
    if (!kind->is_bulk && !options.bytes)
      return error(ErrorCode::kInvalidArgument, "--topic: messages of '{}' have no size of their own: give --bytes",
                   options.topic);
    OCELLI_ASSIGN(const RingGeometry ring, ring_geometry(options.topic, *kind, {}));
    need.longest_bytes = static_cast<std::uint32_t>(ring.capacity);
  }
  if (options.rate_hz) need.rate_hz = *options.rate_hz;
  if (options.bytes) need.longest_bytes = *options.bytes;
  return need;
}

void print_advice(const e2e::Need& need, const e2e::Advice& advice) {
  fmt::print("{:g} messages/s of at most {} bytes, P(corrupt) {:g}, budget {:g} FIT, outages up to {:g} s\n\n",
             need.rate_hz, need.longest_bytes, need.corrupt_probability, need.budget_fit, to_seconds(need.longest_gap));
  fmt::print("{:<8} {:>6} {:>8} {:>14} {:>14}  {}\n", "profile", "header", "CRC", "residual FIT", "counter wraps",
             "objection");
  for (const e2e::ProfileOption& option : advice.options) {
    const e2e::ProfileInfo& profile = e2e::info(option.profile);
    std::string remark(to_string(option.objection));
    if (remark.empty() && option.is_longer_than_usual)
      remark = fmt::format("longer than the usual {} bytes", profile.usual_longest);
    if (advice.best == option.profile) remark += remark.empty() ? "<- advised" : " <- advised";
    fmt::print("{:<8} {:>4} B {:>4} bit {:>14.4g} {:>12.4g} s  {}\n", profile.name, profile.header_bytes,
               e2e::crc_model(profile.crc).width_bits, option.residual_fit, option.wraps_after_s, remark);
  }
  if (!advice.best) fmt::print("\nno profile suffices\n");
}

json to_json(const e2e::Need& need, const e2e::Advice& advice) {
  json result = {{"rate_hz", need.rate_hz},
                 {"longest_bytes", need.longest_bytes},
                 {"corrupt_probability", need.corrupt_probability},
                 {"budget_fit", need.budget_fit},
                 {"best", advice.best ? json(e2e::info(*advice.best).name) : json(nullptr)},
                 {"profiles", json::array()}};
  for (const e2e::ProfileOption& option : advice.options)
    result["profiles"].push_back({{"profile", e2e::info(option.profile).name},
                                  {"header_bytes", e2e::info(option.profile).header_bytes},
                                  {"crc_bits", e2e::crc_model(e2e::info(option.profile).crc).width_bits},
                                  {"residual_fit", option.residual_fit},
                                  {"wraps_after_s", option.wraps_after_s},
                                  {"is_longer_than_usual", option.is_longer_than_usual},
                                  {"objection", to_string(option.objection)}});
  return result;
}

Result<bool> run(const Options& options) {
  OCELLI_ASSIGN(const e2e::Need need, need_of(options));
  OCELLI_ASSIGN(const e2e::Advice advice, e2e::advise(need));
  if (options.is_json)
    fmt::print("{}\n", to_json(need, advice).dump(2));
  else
    print_advice(need, advice);
  return advice.best.has_value();
}

}  // namespace

void declare_e2e_advise(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<Options>();
  e2e::Need& need = options->need;
  command.add_option("--topic", options->topic,
                     "kind of table 1: gives the rate, and for bulk data the size of its ring");
  command.add_option("--rate-hz", options->rate_hz, "messages per second (10, or the topic's)");
  command.add_option("--bytes", options->bytes, "longest message without protection (64, or the topic's)");
  command.add_flag("--fixed-length", need.is_length_fixed, "every message has the same length");
  command.add_flag("--method-call", need.is_method_call, "request and response");
  command.add_option("--p-corrupt", need.corrupt_probability, "of one message")->capture_default_str();
  command.add_option("--budget-fit", need.budget_fit, "allowed undetected corruptions")->capture_default_str();
  command.add_option("--longest-gap-s", options->longest_gap_s, "outage the counter must show")->capture_default_str();
  command.add_flag("--json", options->is_json, "as JSON");
  command.footer("Exit status: 0 a profile suffices, 1 none does, 2 bad use.");
  command.callback([options, &exit_status] {
    const Result<bool> is_found = run(*options);
    exit_status = is_found ? (*is_found ? kExitOk : kExitVerdictFailed) : report_error(is_found.error());
  });
}

}  // namespace ocelli::launch
