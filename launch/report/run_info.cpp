#include "ocelli/launch/report/run_info.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "ocelli/launch/report/files.hpp"

namespace ocelli::report {
namespace {

using Json = nlohmann::ordered_json;

double to_ms(Duration duration) { return to_milliseconds(duration); }

/// Reads members of one object and collects what is wrong with them.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string path, std::vector<std::string>& mistakes)
      : object_(object), path_(std::move(path)), mistakes_(mistakes) {
    if (!object.is_object()) mistakes_.push_back((path_.empty() ? "the file" : path_) + ": expected an object");
  }

  void text(const char* key, std::string& out, bool is_required = false) {
    const Json* value = find(key, is_required);
    if (value == nullptr) return;
    if (!value->is_string()) return complain(key, "expected text");
    out = value->get<std::string>();
  }
  void flag(const char* key, bool& out) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_boolean()) return complain(key, "expected true or false");
    out = value->get<bool>();
  }
  void number(const char* key, double& out, double high, bool is_required = false) {
    const Json* value = find(key, is_required);
    if (value == nullptr) return;
    const bool is_good = value->is_number() && value->get<double>() >= 0.0 && value->get<double>() <= high;
    if (!is_good) return complain(key, fmt::format("expected a number from 0 to {}", high));
    out = value->get<double>();
  }
  /// A time of up to 30 days, written as a number of `unit_s` seconds.
  void time(const char* key, Duration& out, double unit_s, bool is_required = false) {
    double value = to_seconds(out) / unit_s;
    number(key, value, 30.0 * 86400.0 / unit_s, is_required);
    out = Duration{std::llround(value * unit_s * 1e9)};
  }
  void seed(const char* key, std::optional<std::uint64_t>& out) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number_unsigned()) return complain(key, "expected a whole number >= 0");
    out = value->get<std::uint64_t>();
  }
  void texts(const char* key, std::vector<std::string>& out) {
    each(key, [&](const Json& item, const std::string& where) {
      if (item.is_string())
        out.push_back(item.get<std::string>());
      else
        mistakes_.push_back(where + ": expected text");
    });
  }
  template <class Visit>
  void each(const char* key, const Visit& visit) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_array()) return complain(key, "expected a list");
    for (std::size_t i = 0; i < value->size(); ++i) visit((*value)[i], fmt::format("{}{}[{}]", prefix(), key, i));
  }
  /// The member as a nested object; null when absent.
  const Json* find(const char* key, bool is_required = false) {
    if (!object_.is_object()) return nullptr;
    const auto at = object_.find(key);
    if (at != object_.end() && !at->is_null()) return &*at;
    if (is_required) complain(key, "missing");
    return nullptr;
  }

 private:
  [[nodiscard]] std::string prefix() const { return path_.empty() ? "" : path_ + "."; }
  void complain(const char* key, const std::string& what) { mistakes_.push_back(prefix() + key + ": " + what); }

  const Json& object_;
  std::string path_;
  std::vector<std::string>& mistakes_;
};

ChainInfo read_chain(const Json& item, const std::string& where, std::vector<std::string>& mistakes) {
  ObjectReader in(item, where, mistakes);
  ChainInfo chain;
  in.text("name", chain.name, true);
  in.text("from", chain.from, true);
  in.text("to", chain.to, true);
  in.time("reaction_budget_ms", chain.reaction_budget, 1e-3);
  in.time("age_budget_ms", chain.age_budget, 1e-3);
  return chain;
}

TopicInfo read_topic(const Json& item, const std::string& where, std::vector<std::string>& mistakes) {
  ObjectReader in(item, where, mistakes);
  TopicInfo topic;
  in.text("name", topic.name, true);
  if (in.find("rate_hz") != nullptr) in.number("rate_hz", topic.rate_hz.emplace(), 1e4);
  if (in.find("transport_budget_ms") != nullptr) in.time("transport_budget_ms", topic.transport_budget.emplace(), 1e-3);
  return topic;
}

ExpectedFault read_expected(const Json& item, const std::string& where, std::vector<std::string>& mistakes) {
  ObjectReader in(item, where, mistakes);
  ExpectedFault expected;
  in.text("injection", expected.injection, true);
  in.text("target", expected.target);
  in.text("fault", expected.fault, true);
  in.time("limit_ms", expected.limit, 1e-3, true);
  in.text("mode", expected.mode);
  in.texts("also", expected.also);
  return expected;
}

RunInfo read_members(const Json& root, std::vector<std::string>& mistakes) {
  ObjectReader in(root, "", mistakes);
  RunInfo info;
  in.text("kind", info.kind, true);
  in.text("launch", info.launch);
  in.seed("seed", info.seed);
  in.text("executor", info.executor, true);
  in.text("started", info.started);
  in.time("duration_s", info.duration, 1.0);
  in.text("version", info.version);
  in.text("host", info.host);
  in.each("chains", [&](const Json& item, const std::string& where) {
    info.chains.push_back(read_chain(item, where, mistakes));
  });
  in.each("topics", [&](const Json& item, const std::string& where) {
    info.topics.push_back(read_topic(item, where, mistakes));
  });
  in.each("expected", [&](const Json& item, const std::string& where) {
    info.expected.push_back(read_expected(item, where, mistakes));
  });
  in.texts("tolerated", info.tolerated);
  in.texts("nodes", info.nodes);
  in.texts("modes", info.modes);
  in.texts("mode_table", info.mode_table);
  in.flag("is_monitored", info.is_monitored);
  in.texts("incidents", info.incidents);
  in.texts("notes", info.notes);
  if (const Json* targets = in.find("targets")) {
    ObjectReader of_targets(*targets, "targets", mistakes);
    info.targets.emplace();
    of_targets.number("precision_min", info.targets->precision_min, 1.0);
    of_targets.number("recall_min", info.targets->recall_min, 1.0);
  }
  return info;
}

Json to_members(const RunInfo& info) {
  Json out;
  out["kind"] = info.kind;
  out["launch"] = info.launch;
  if (info.seed) out["seed"] = *info.seed;
  out["executor"] = info.executor;
  out["started"] = info.started;
  out["duration_s"] = to_seconds(info.duration);
  out["version"] = info.version;
  if (!info.host.empty()) out["host"] = info.host;
  out["chains"] = Json::array();
  for (const ChainInfo& chain : info.chains)
    out["chains"].push_back({{"name", chain.name},
                             {"from", chain.from},
                             {"to", chain.to},
                             {"reaction_budget_ms", to_ms(chain.reaction_budget)},
                             {"age_budget_ms", to_ms(chain.age_budget)}});
  out["topics"] = Json::array();
  for (const TopicInfo& topic : info.topics) {
    Json& item = out["topics"].emplace_back(Json{{"name", topic.name}});
    if (topic.rate_hz) item["rate_hz"] = *topic.rate_hz;
    if (topic.transport_budget) item["transport_budget_ms"] = to_ms(*topic.transport_budget);
  }
  out["expected"] = Json::array();
  for (const ExpectedFault& expected : info.expected)
    out["expected"].push_back({{"injection", expected.injection},
                               {"target", expected.target},
                               {"fault", expected.fault},
                               {"limit_ms", to_ms(expected.limit)},
                               {"mode", expected.mode},
                               {"also", expected.also}});
  out["tolerated"] = info.tolerated;
  out["nodes"] = info.nodes;
  out["modes"] = info.modes;
  out["mode_table"] = info.mode_table;
  if (info.targets)
    out["targets"] = {{"precision_min", info.targets->precision_min}, {"recall_min", info.targets->recall_min}};
  out["is_monitored"] = info.is_monitored;
  out["incidents"] = info.incidents;
  out["notes"] = info.notes;
  return out;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return matches(p, text); });
}

Result<RunInfo> parse_run_info(const std::string& json, const std::string& file_name) {
  Json root;
  try {
    root = Json::parse(json);
  } catch (const Json::exception& problem) {
    return error(ErrorCode::kCorrupt, "{}: not JSON: {}", file_name, problem.what());
  }
  std::vector<std::string> mistakes;
  RunInfo info = read_members(root, mistakes);
  if (!mistakes.empty()) return error(ErrorCode::kInvalidArgument, "{}: {}", file_name, fmt::join(mistakes, "; "));
  return info;
}

Result<RunInfo> read_run_info(const std::filesystem::path& file) {
  OCELLI_ASSIGN(const std::string json, read_text(file));
  return parse_run_info(json, file.string());
}

std::string to_json(const RunInfo& info) {
  return to_members(info).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Status write_run_info(const RunInfo& info, const std::filesystem::path& file) {
  return replace_text(file, to_json(info));
}

}  // namespace ocelli::report
