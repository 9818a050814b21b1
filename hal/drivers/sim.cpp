// The simulated vehicle as a device: a scenario file, or the name of a built-in scenario.
#include "ocelli/hal/sim/sim.hpp"

#include "ocelli/hal/drivers/drivers.hpp"

namespace ocelli::sim {
std::string_view built_in_scenario(std::string_view name);  // generated from hal/sim/scenarios
}

namespace ocelli::hal {
namespace {

struct SimDriverConfig {
  std::string scenario = "urban";
  int threads = 1;
  std::vector<std::string> topics;
  static constexpr auto fields() {
    return std::tuple{field("scenario", &SimDriverConfig::scenario, "scenario file, or a built-in one: urban, tiny"),
                      field("threads", &SimDriverConfig::threads, "", 1, 64, "that draw pictures and clouds"),
                      field("topics", &SimDriverConfig::topics, "only these topics; empty: all")};
  }
};

Result<sim::Scenario> find_scenario(const std::string& name, const SourceContext& context) {
  std::error_code failure;
  const std::filesystem::path path = context.folder / name;
  if (std::filesystem::is_regular_file(path, failure)) return sim::load_scenario(path);
  const std::string_view text = sim::built_in_scenario(name);
  if (!text.empty()) return sim::parse_scenario(std::string(text), name + ".yaml (built in)");
  return error(
      context.at_place({ErrorCode::kNotFound,
                        fmt::format("scenario '{}': no such file, and no built-in one of that name", path.string())}));
}

}  // namespace

Result<OpenedSource> open_sim(const YAML::Node& node, const SourceContext& context);
Result<OpenedSource> open_sim(const YAML::Node& node, const SourceContext& context) {
  OCELLI_ASSIGN(const SimDriverConfig config, read_source_config<SimDriverConfig>(node, context));
  OCELLI_ASSIGN(const sim::Scenario scenario, find_scenario(config.scenario, context));
  OCELLI_ASSIGN(auto source, sim::open_sim(scenario, {context.seed, context.begin, config.threads, config.topics}));
  return OpenedSource{std::move(source), {}};
}

}  // namespace ocelli::hal
