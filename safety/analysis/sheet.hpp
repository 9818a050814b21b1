#pragma once
// An FMEDA sheet: parts, their failure modes, the mechanisms against them, and what was measured about those.
// Read from YAML (format: docs/fit.md); every mistake of a sheet is reported at once, with its place. A sheet that does
// not add up is refused. Must not know: how the metrics are computed.

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/safety/monitor/config.hpp"

namespace ocelli {
class YamlFile;
}

namespace ocelli::safety {

/// What a failure mode does to the safety goal.
enum class Effect : std::uint8_t {
  kSafe,      // nothing; the part is safety-related all the same
  kDirect,    // violates it unless a mechanism prevents that
  kIndirect,  // only together with another fault, such as losing a mechanism
};
constexpr auto enum_names(Effect) {
  using P = std::pair<std::string_view, Effect>;
  return std::array{P{"safe", Effect::kSafe}, P{"direct", Effect::kDirect}, P{"indirect", Effect::kIndirect}};
}

/// One mechanism against one failure mode. Without `coverage` the coverage is the one measured for the fault models
/// that a mapping ties to the failure mode; without such a mapping it is 0.
struct Cover {
  std::string mechanism;
  std::optional<double> coverage;
  std::string rationale;  // of the number

  static constexpr auto fields() {
    return std::tuple{required(field("mechanism", &Cover::mechanism, "id of the mechanism")),
                      field("coverage", &Cover::coverage, "", 0.0, 1.0, "claimed share of the failures it handles"),
                      field("rationale", &Cover::rationale, "why the claimed coverage may be believed")};
  }
};

struct FailureMode {
  std::string id;
  double share = 0.0;
  Effect effect = Effect::kDirect;
  std::vector<Cover> covered_by;  // direct: prevents the violation; indirect: finds the fault before a second one
  bool are_independent = false;   // the mechanisms of covered_by
  std::string independence_rationale;
  std::string disables;  // the mechanism that is lost

  static constexpr auto fields() {
    using M = FailureMode;
    return std::tuple{required(field("id", &M::id, "name within the part")),
                      required(field("share", &M::share, "", 0.0, 1.0, "of the part's rate")),
                      required(field("effect", &M::effect, "safe, direct or indirect")),
                      field("covered_by", &M::covered_by, "mechanisms"),
                      field("are_independent", &M::are_independent, "the mechanisms fail independently"),
                      field("independence_rationale", &M::independence_rationale, "why they do"),
                      field("disables", &M::disables, "id of the mechanism that this failure takes away")};
  }
};

struct Part {
  std::string id;
  double fit = 0.0;
  std::string source;                 // where the rate comes from
  bool is_safety_related = true;      // false: QM, in no denominator
  std::optional<double> reference_c;  // temperature of `fit`; then the mission profile applies
  std::optional<double> activation_ev;
  std::vector<FailureMode> failure_modes;

  static constexpr auto fields() {
    return std::tuple{required(field("id", &Part::id, "name of the part")),
                      required(field("fit", &Part::fit, "FIT", 0.0, 1e9, "base failure rate")),
                      required(field("source", &Part::source, "where the rate comes from")),
                      field("is_safety_related", &Part::is_safety_related, "false: QM"),
                      field("reference_c", &Part::reference_c, "degC", -273.0, 500.0, "temperature of the rate"),
                      field("activation_ev", &Part::activation_ev, "eV", 0.01, 5.0, "Arrhenius activation energy"),
                      field("failure_modes", &Part::failure_modes, "shares add up to 1")};
  }
};

struct Mechanism {
  std::string id;
  std::string meaning;
  bool is_reporting = true;     // a handled fault is shown to someone; otherwise it stays latent
  double test_interval_h = 10;  // its own faults that are found are found within this

  static constexpr auto fields() {
    using M = Mechanism;
    return std::tuple{required(field("id", &M::id, "name")), required(field("meaning", &M::meaning, "what it does")),
                      required(field("is_reporting", &M::is_reporting, "a handled fault is shown to someone")),
                      field("test_interval_h", &M::test_interval_h, "h", 0.0, 1e6, "of its own test")};
  }
};

/// What a campaign counted for one fault model and one mechanism.
struct Measurement {
  std::string fault_model;
  std::string mechanism;
  std::uint64_t injected = 0;
  std::uint64_t effective = 0;  // outputs differed from the golden run
  std::uint64_t detected = 0;   // of the effective ones
  std::string source;           // campaign, seed, software version

  static constexpr auto fields() {
    using M = Measurement;
    return std::tuple{required(field("fault_model", &M::fault_model, "as the campaign names it")),
                      required(field("mechanism", &M::mechanism, "id of the mechanism that was judged")),
                      required(field("injected", &M::injected, "", 1.0, 1e12, "injections")),
                      required(field("effective", &M::effective, "", 1.0, 1e12, "those that changed the outputs")),
                      required(field("detected", &M::detected, "", 0.0, 1e12, "effective ones that were detected")),
                      required(field("source", &M::source, "campaign and software version"))};
  }
};

/// Why a fault model stands for a failure mode.
struct Mapping {
  std::string failure_mode;  // "part/mode"
  std::string fault_model;
  std::string rationale;

  static constexpr auto fields() {
    using M = Mapping;
    return std::tuple{required(field("failure_mode", &M::failure_mode, "part/mode")),
                      required(field("fault_model", &M::fault_model, "of a measurement")),
                      required(field("rationale", &M::rationale, "why the one stands for the other"))};
  }
};

struct ProfilePhase {
  double fraction = 0.0;
  double celsius = 25.0;

  static constexpr auto fields() {
    return std::tuple{required(field("fraction", &ProfilePhase::fraction, "", 0.0, 1.0, "of the lifetime")),
                      required(field("celsius", &ProfilePhase::celsius, "degC", -273.0, 500.0, "temperature"))};
  }
};

struct Sheet {
  std::string name;
  Asil asil = Asil::kD;
  double lifetime_h = 10'000;
  double confidence = 0.95;         // of measured coverages
  std::optional<double> total_fit;  // of the safety-related parts, to check the rows against
  std::vector<ProfilePhase> mission_profile;
  std::vector<Mechanism> mechanisms;
  std::vector<Part> parts;
  std::vector<Measurement> measurements;
  std::vector<Mapping> mappings;

  static constexpr auto fields() {
    using S = Sheet;
    return std::tuple{required(field("name", &S::name, "what the sheet is about")),
                      required(field("asil", &S::asil, "of the safety goal")),
                      required(field("lifetime_h", &S::lifetime_h, "h", 1.0, 1e7, "operating hours of a vehicle")),
                      field("confidence", &S::confidence, "", 0.0, 1.0, "of measured coverages"),
                      field("total_fit", &S::total_fit, "FIT", 0.0, 1e12, "sum of the safety-related parts"),
                      field("mission_profile", &S::mission_profile, "fractions add up to 1"),
                      field("mechanisms", &S::mechanisms, "safety mechanisms"),
                      required(field("parts", &S::parts, "rows of the sheet")),
                      field("measurements", &S::measurements, "from fault injection"),
                      field("mappings", &S::mappings, "failure mode to fault model")};
  }
};

[[nodiscard]] Result<Sheet> load_sheet(const std::filesystem::path& path);
[[nodiscard]] Result<Sheet> read_sheet(const YamlFile& file);

/// Temperature-corrected base rate of a part of a sheet that load_sheet() accepted.
[[nodiscard]] Result<double> part_fit(const Sheet& sheet, const Part& part);

}  // namespace ocelli::safety
