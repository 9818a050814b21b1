#include "ocelli/safety/analysis/sheet.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "ocelli/middleware/config/yaml.hpp"
#include "ocelli/safety/analysis/checks.hpp"
#include "ocelli/safety/analysis/temperature.hpp"

namespace ocelli::safety {
namespace {

constexpr double kShareTolerance = 1e-6;

/// The checks between the values of a sheet; each mistake at its place in the file.
class SheetCheck {
 public:
  SheetCheck(const Sheet& sheet, const YAML::Node& root, ConfigReader& reader)
      : sheet_(sheet), root_(root), reader_(reader) {}

  void run() {
    if (const Status confidence = check_confidence(sheet_.confidence); !confidence)
      reader_.mistake(at(root_, "confidence"), confidence.error().message);
    check_profile();
    each(sheet_.mechanisms, "mechanisms",
         [&](const Mechanism& m, const YAML::Node& node) { check_mechanism(m, node); });
    each(sheet_.parts, "parts", [&](const Part& part, const YAML::Node& node) { check_part(part, node); });
    each(sheet_.measurements, "measurements",
         [&](const Measurement& m, const YAML::Node& node) { check_measurement(m, node); });
    each(sheet_.mappings, "mappings", [&](const Mapping& m, const YAML::Node& node) { check_mapping(m, node); });
    check_repeated(sheet_.mechanisms, "mechanisms");
    check_repeated(sheet_.parts, "parts");
    check_total();
  }

 private:
  /// The value of `key`, or its mapping when it is left out.
  static YAML::Node at(const YAML::Node& node, const char* key) {
    if (!node.IsMap()) return node;
    const YAML::Node value = node[key];
    return value.IsDefined() ? value : node;
  }

  template <class Item, class Check>
  void each(const std::vector<Item>& items, const char* key, Check check) {
    for (std::size_t i = 0; i < items.size(); ++i) check(items[i], root_[key][i]);
  }

  template <class Item>
  void check_repeated(const std::vector<Item>& items, const char* key) {
    for (std::size_t i = 1; i < items.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (!items[i].id.empty() && items[i].id == items[k].id)
          return reader_.mistake(root_[key][i], fmt::format("{}: '{}' is there twice", key, items[i].id));
  }

  void check_profile() {
    if (sheet_.mission_profile.empty()) return;
    double total = 0.0;
    for (const ProfilePhase& phase : sheet_.mission_profile) total += phase.fraction;
    if (std::abs(total - 1.0) > kShareTolerance)
      reader_.mistake(at(root_, "mission_profile"),
                      fmt::format("'mission_profile': the fractions add up to {:.6g}: expected 1", total));
  }

  void check_mechanism(const Mechanism& mechanism, const YAML::Node& node) {
    if (mechanism.id.empty()) return;
    for (const Part& part : sheet_.parts)
      for (const FailureMode& mode : part.failure_modes)
        if (mode.disables == mechanism.id && part.fit * mode.share > 0.0) return;
    reader_.mistake(node, fmt::format("mechanism '{}': no failure mode of more than 0 FIT disables it: name those of "
                                      "the parts it runs on (disables: {}), it does not work on nothing",
                                      mechanism.id, mechanism.id));
  }

  void check_part(const Part& part, const YAML::Node& node) {
    if (part.reference_c.has_value() != part.activation_ev.has_value())
      reader_.mistake(node, fmt::format("part '{}': reference_c and activation_ev go together", part.id));
    if (part.reference_c && sheet_.mission_profile.empty())
      reader_.mistake(node, fmt::format("part '{}': reference_c needs the sheet's mission_profile", part.id));
    if (part.failure_modes.empty()) {
      if (part.is_safety_related)
        reader_.mistake(node, fmt::format("part '{}': no failure_modes: expected shares that add up to 1", part.id));
      return;
    }
    double total = 0.0;
    for (std::size_t i = 0; i < part.failure_modes.size(); ++i) {
      total += part.failure_modes[i].share;
      check_mode(part, part.failure_modes[i], node["failure_modes"][i]);
      for (std::size_t k = 0; k < i; ++k)
        if (part.failure_modes[i].id == part.failure_modes[k].id)
          reader_.mistake(node["failure_modes"][i], fmt::format("part '{}': failure mode '{}' is there twice", part.id,
                                                                part.failure_modes[i].id));
    }
    if (std::abs(total - 1.0) > kShareTolerance)
      reader_.mistake(
          node, fmt::format("part '{}': the shares of its failure modes add up to {:.6g}: expected 1", part.id, total));
  }

  void check_mode(const Part& part, const FailureMode& mode, const YAML::Node& node) {
    const std::string name = fmt::format("failure mode '{}/{}'", part.id, mode.id);
    if (!part.is_safety_related && mode.effect != Effect::kSafe)
      reader_.mistake(node, fmt::format("{}: the part is not safety-related: expected effect safe", name));
    if (mode.effect == Effect::kSafe && !mode.covered_by.empty())
      reader_.mistake(node, fmt::format("{}: a safe failure mode needs no mechanism", name));
    if (mode.effect == Effect::kIndirect && mode.disables.empty())
      reader_.mistake(node, fmt::format("{}: indirect: 'disables' is missing: the mechanism that is lost. (What "
                                        "violates the goal without it is direct, what never does is safe.)",
                                        name));
    if (!mode.disables.empty()) {
      if (mode.effect != Effect::kIndirect)
        reader_.mistake(node, fmt::format("{}: 'disables' is for effect indirect", name));
      expect_mechanism(mode.disables, at(node, "disables"));
    }
    if (mode.are_independent && mode.independence_rationale.empty())
      reader_.mistake(node, fmt::format("{}: independence needs an independence_rationale", name));
    for (std::size_t i = 0; i < mode.covered_by.size(); ++i) {
      check_cover(fmt::format("{}/{}", part.id, mode.id), mode, mode.covered_by[i], node["covered_by"][i]);
      for (std::size_t k = 0; k < i; ++k)
        if (mode.covered_by[i].mechanism == mode.covered_by[k].mechanism)
          reader_.mistake(node["covered_by"][i],
                          fmt::format("{}: mechanism '{}' is there twice", name, mode.covered_by[i].mechanism));
    }
  }

  /// Is the loss of `mechanism` found by `by`, or by one whose own loss is?
  bool is_found_by(const std::string& mechanism, const std::string& by, std::set<std::string>& visited) const {
    if (mechanism == by) return true;
    if (!visited.insert(mechanism).second) return false;
    for (const Part& part : sheet_.parts)
      for (const FailureMode& mode : part.failure_modes)
        if (mode.disables == mechanism)
          for (const Cover& cover : mode.covered_by)
            if (is_found_by(cover.mechanism, by, visited)) return true;
    return false;
  }

  /// Mechanisms that find each other's loss count as if none of them could be lost first.
  void check_circle(const std::string& id, const FailureMode& mode, const Cover& cover, const YAML::Node& node) {
    std::set<std::string> visited;
    if (mode.disables.empty() || !is_found_by(cover.mechanism, mode.disables, visited)) return;
    reader_.mistake(node, cover.mechanism == mode.disables
                              ? fmt::format("failure mode '{}': '{}' cannot find its own loss", id, cover.mechanism)
                              : fmt::format("failure mode '{}': '{}' finds the loss of '{}', and '{}' that of '{}': "
                                            "expected one that is found from outside the circle",
                                            id, cover.mechanism, mode.disables, mode.disables, cover.mechanism));
  }

  void check_cover(const std::string& id, const FailureMode& mode, const Cover& cover, const YAML::Node& node) {
    expect_mechanism(cover.mechanism, at(node, "mechanism"));
    check_circle(id, mode, cover, node);
    for (const Mechanism& mechanism : sheet_.mechanisms)
      if (mode.effect == Effect::kIndirect && mechanism.id == cover.mechanism && !mechanism.is_reporting)
        reader_.mistake(node, fmt::format("failure mode '{}': '{}' does not report, so it finds no latent fault", id,
                                          mechanism.id));
    if (!cover.coverage) return;
    if (cover.rationale.empty())
      reader_.mistake(node, fmt::format("failure mode '{}': a claimed coverage needs a rationale", id));
    for (const Mapping& mapping : sheet_.mappings)
      for (const Measurement& measured : sheet_.measurements)
        if (mapping.failure_mode == id && mapping.fault_model == measured.fault_model &&
            measured.mechanism == cover.mechanism)
          return reader_.mistake(node, fmt::format("failure mode '{}': coverage by '{}' is claimed and measured: leave "
                                                   "one out",
                                                   id, cover.mechanism));
  }

  void check_measurement(const Measurement& measured, const YAML::Node& node) {
    expect_mechanism(measured.mechanism, at(node, "mechanism"));
    if (measured.effective > measured.injected)
      reader_.mistake(at(node, "effective"), fmt::format("'effective': {}: expected at most the {} injected",
                                                         measured.effective, measured.injected));
    if (measured.detected > measured.effective)
      reader_.mistake(at(node, "detected"), fmt::format("'detected': {}: expected at most the {} effective",
                                                        measured.detected, measured.effective));
    for (const Measurement& other : sheet_.measurements) {
      if (&other == &measured) return;
      if (other.fault_model == measured.fault_model && other.mechanism == measured.mechanism)
        reader_.mistake(node, fmt::format("fault model '{}' of mechanism '{}' is measured twice", measured.fault_model,
                                          measured.mechanism));
    }
  }

  void check_mapping(const Mapping& mapping, const YAML::Node& node) {
    std::vector<std::string> modes;
    for (const Part& part : sheet_.parts)
      for (const FailureMode& mode : part.failure_modes) modes.push_back(part.id + "/" + mode.id);
    std::vector<std::string> models;
    for (const Measurement& measured : sheet_.measurements) models.push_back(measured.fault_model);
    expect_one_of(mapping.failure_mode, modes, "failure mode", at(node, "failure_mode"));
    expect_one_of(mapping.fault_model, models, "fault model", at(node, "fault_model"));
    if (mapping.rationale.empty()) reader_.mistake(node, "a mapping needs a rationale");
  }

  void check_total() {
    if (!sheet_.total_fit) return;
    double total = 0.0;
    for (const Part& part : sheet_.parts)
      if (part.is_safety_related) total += part.fit;
    if (std::abs(total - *sheet_.total_fit) > kShareTolerance * std::max(total, 1.0))
      reader_.mistake(at(root_, "total_fit"),
                      fmt::format("'total_fit': {:.6g} FIT, but the safety-related parts add up "
                                  "to {:.6g} FIT",
                                  *sheet_.total_fit, total));
  }

  void expect_mechanism(const std::string& id, const YAML::Node& node) {
    std::vector<std::string> known;
    for (const Mechanism& mechanism : sheet_.mechanisms) known.push_back(mechanism.id);
    expect_one_of(id, known, "mechanism", node);
  }

  void expect_one_of(const std::string& name, const std::vector<std::string>& known, std::string_view what,
                     const YAML::Node& node) {
    if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
    const std::string near = nearest(name, known);
    reader_.mistake(node, near.empty()
                              ? fmt::format("unknown {} '{}': known are {}", what, name, fmt::join(known, ", "))
                              : fmt::format("unknown {} '{}': did you mean '{}'?", what, name, near));
  }

  const Sheet& sheet_;
  const YAML::Node& root_;
  ConfigReader& reader_;
};

}  // namespace

Result<Sheet> load_sheet(const std::filesystem::path& path) {
  OCELLI_ASSIGN(const YamlFile file, YamlFile::load(path));
  return read_sheet(file);
}

Result<Sheet> read_sheet(const YamlFile& file) {
  ConfigReader reader(file.name());
  Sheet sheet;
  reader.read(file.root(), sheet);
  SheetCheck(sheet, file.root(), reader).run();
  OCELLI_TRY(reader.status());
  return sheet;
}

Result<double> part_fit(const Sheet& sheet, const Part& part) {
  if (!part.reference_c) return part.fit;
  std::vector<MissionPhase> phases;
  for (const ProfilePhase& phase : sheet.mission_profile) phases.push_back({phase.fraction, phase.celsius});
  return mission_profile_fit(part.fit, *part.reference_c, *part.activation_ev, phases);
}

}  // namespace ocelli::safety
