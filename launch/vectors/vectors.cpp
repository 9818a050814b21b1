#include "ocelli/launch/vectors/vectors.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/launch/vectors/fields.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;

constexpr double kTolerance = 1e-9;

std::string number_difference(double actual, double expected, double tolerance) {
  const double allowed = expected == 0.0 ? 1e-12 : tolerance * std::abs(expected);
  if (std::abs(actual - expected) <= allowed) return "";
  return fmt::format("{:.17g}, expected {:.17g} (relative tolerance {:g})", actual, expected, tolerance);
}

std::string list_difference(const json& actual, const json& expected, double tolerance) {
  if (!actual.is_array() || actual.size() != expected.size())
    return fmt::format("{}, expected {}", actual.dump(), expected.dump());
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (const std::string text = difference(actual[i], expected[i], tolerance); !text.empty())
      return fmt::format("[{}]: {}", i, text);
  return "";
}

std::string object_difference(const json& actual, const json& expected, double tolerance) {
  for (const auto& [key, value] : expected.items()) {
    if (!actual.is_object() || !actual.contains(key)) return fmt::format("{}: nothing here computes it", key);
    if (const std::string text = difference(actual[key], value, tolerance); !text.empty())
      return fmt::format("{}: {}", key, text);
  }
  return "";
}

VectorResult by_kind(const std::vector<VectorKind>& kinds, const json& vector) {
  OCELLI_ASSIGN(const std::string name, field_of<std::string>(vector, "kind"));
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const VectorKind& k) { return k.name == name; });
  if (kind == kinds.end()) return error(ErrorCode::kUnsupported, "unknown kind '{}'", name);
  return kind->compute(vector);
}

std::string label_of(const json& vector) {
  std::string label;
  for (const char* key : {"kind", "profile", "crc", "name"})
    if (vector.is_object() && vector.contains(key) && vector[key].is_string())
      label += (label.empty() ? "" : " ") + vector[key].get<std::string>();
  return label;
}

class Run {
 public:
  explicit Run(std::string_view list) : list_(list) {}

  template <class Compute>
  void add(const json& vector, Compute compute) {
    const Result<std::string> problem = problem_of(vector, compute);
    const std::string text = problem ? *problem : problem.error().message;
    if (text.empty())
      ++report_.passed;
    else
      report_.failures.push_back(fmt::format("{}[{}] {}: {}", list_, index_, label_of(vector), text));
    ++index_;
  }
  [[nodiscard]] VectorReport report() && { return std::move(report_); }

 private:
  template <class Compute>
  static Result<std::string> problem_of(const json& vector, Compute compute) {
    OCELLI_ASSIGN(const json actual, compute(vector));
    OCELLI_ASSIGN(const json* expected, member(vector, "expected"));
    if (expected->is_structured() && expected->empty()) return "'expected' is empty: nothing is compared";
    OCELLI_ASSIGN(const double tolerance, field_or(vector, "rel_tol", kTolerance));
    return difference(actual, *expected, tolerance);
  }

  std::string_view list_;
  std::size_t index_ = 0;
  VectorReport report_;
};

}  // namespace

std::string difference(const json& actual, const json& expected, double relative_tolerance) {
  if (expected.is_object()) return object_difference(actual, expected, relative_tolerance);
  if (expected.is_array()) return list_difference(actual, expected, relative_tolerance);
  if (expected.is_number() && actual.is_number())
    return number_difference(actual.get<double>(), expected.get<double>(), relative_tolerance);
  if (actual == expected) return "";
  return fmt::format("{}, expected {}", actual.dump(), expected.dump());
}

Result<std::vector<std::byte>> bytes_of_hex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (hex.size() % 2 != 0)
    return error(ErrorCode::kInvalidArgument, "hex bytes: {} digits: expected an even number", hex.size());
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    if (digit(hex[i]) < 0 || digit(hex[i + 1]) < 0)
      return error(ErrorCode::kInvalidArgument, "hex bytes: '{}' at {} is no hex number", hex.substr(i, 2), i);
    bytes.push_back(static_cast<std::byte>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

std::string hex_of_bytes(const std::vector<std::byte>& bytes) {
  std::string hex;
  for (const std::byte byte : bytes) hex += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return hex;
}

Result<VectorReport> run_vectors(std::string_view suite, const json& file) {
  const bool is_e2e = suite == "e2e";
  const bool is_crc = suite == "crc";
  if (!is_e2e && !is_crc && suite != "state" && suite != "fit")
    return error(ErrorCode::kInvalidArgument, "suite '{}': expected e2e, crc, state or fit", suite);
  const char* list = is_e2e ? "e2e_vectors" : is_crc ? "crc_vectors" : "vectors";
  if (!file.is_object() || !file.contains(list) || !file[list].is_array() || file[list].empty())
    return error(ErrorCode::kCorrupt, "'{}': expected a list of vectors", list);
  const json models = is_crc && file.contains("crcs") && file["crcs"].is_array() ? file["crcs"] : json::array();
  const std::vector<VectorKind> kinds = suite == "fit" ? fit_vector_kinds() : state_vector_kinds();
  Run run(list);
  for (const json& vector : file[list])
    run.add(vector, [&](const json& v) {
      if (is_e2e) return compute_e2e_vector(v);
      return is_crc ? compute_crc_vector(v, models) : by_kind(kinds, v);
    });
  return std::move(run).report();
}

}  // namespace ocelli::launch
