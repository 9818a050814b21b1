#pragma once
// Configuration from YAML. The only place that knows yaml-cpp. Every mistake of a file is collected with file, line and
// column, so that a person mends them all at once; an unknown key is a mistake and names the nearest known one.
//
//   OCELLI_ASSIGN(const YamlFile file, YamlFile::load(path));
//   ConfigReader reader(file.name());
//   Scenario scenario;
//   reader.read(file.root(), scenario);
//   OCELLI_TRY(reader.status());

#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

class YamlFile {
 public:
  static Result<YamlFile> load(const std::filesystem::path& path);
  /// `name` stands for the file in messages.
  static Result<YamlFile> parse(const std::string& text, std::string name);

  [[nodiscard]] const YAML::Node& root() const { return root_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// As it was written, comments included.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  YAML::Node root_;
  std::string text_;
  std::string name_;
};

/// "250 ms", "1.5s", "20 us", "2 min", "1 h"; nothing for anything else (a bare number has no unit).
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// The candidate with the smallest edit distance, "" when none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "unknown node 'x': did you mean 'y'?", or the list of what there is.
[[nodiscard]] std::string unknown_name(std::string_view what, std::string_view name,
                                       const std::vector<std::string>& known);

/// Enums are written by name: provide `constexpr auto enum_names(E) -> std::array<std::pair<std::string_view, E>, N>`
/// beside the enum.
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E value) {
  enum_names(value);
};

class ConfigReader {
 public:
  explicit ConfigReader(std::string file) : file_(std::move(file)) {}

  /// Fills `out` from a mapping by its fields(); members that are not written keep their value. A member `place` learns
  /// where it stands.
  template <HasFields T>
  void read(const YAML::Node& node, T& out) {
    if (!expect_mapping(node)) return;
    if constexpr (requires { out.place = std::string(); }) out.place = place_of(node);
    std::vector<std::string> known;
    std::apply([&](const auto&... f) { (known.emplace_back(f.name), ...); }, T::fields());
    check_keys(node, known);
    std::apply([&](const auto&... f) { (read_field(node, f, out), ...); }, T::fields());
  }

  /// For hand-written parts of a file: keys other than `known` (and repeated ones) are mistakes.
  void check_keys(const YAML::Node& mapping, const std::vector<std::string>& known);

  /// Reads one value of any supported kind; `what` names it in messages.
  template <class T>
  void read_value(const YAML::Node& node, std::string_view what, T& out) {
    read_ranged(node, what, "", -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), out);
  }

  /// "file:line:column"; without a mark just the file.
  [[nodiscard]] std::string place_of(const YAML::Node& node) const;

  /// Records a mistake at the node's place in the file.
  void mistake(const YAML::Node& node, std::string_view message);

  /// Records a mistake that names its place itself.
  void add_mistake(std::string message) { mistakes_.push_back(std::move(message)); }

  /// All mistakes in one error (one line each), or ok.
  [[nodiscard]] Status status() const;
  [[nodiscard]] const std::vector<std::string>& mistakes() const { return mistakes_; }

 private:
  bool expect_mapping(const YAML::Node& node);
  std::optional<double> number(const YAML::Node& node, std::string_view what, std::string_view unit);
  void check_range(const YAML::Node& node, std::string_view what, double value, double low, double high,
                   std::string_view unit);

  template <class Owner, class Member>
  void read_field(const YAML::Node& node, const Field<Owner, Member>& f, Owner& out) {
    const YAML::Node value = node[std::string(f.name)];
    if (value.IsDefined() && !value.IsNull()) return read_ranged(value, f.name, f.unit, f.low, f.high, out.*f.member);
    if (f.required) mistake(node, fmt::format("'{}' is missing: {}", f.name, f.meaning));
  }

  template <class T>
  void read_ranged(const YAML::Node& node, std::string_view what, std::string_view unit, double low, double high,
                   T& out);

  std::string file_;
  std::vector<std::string> mistakes_;
};

namespace detail {
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
}  // namespace detail

template <class T>
void ConfigReader::read_ranged(const YAML::Node& node, std::string_view what, std::string_view unit, double low,
                               double high, T& out) {
  if constexpr (HasFields<T>) {
    read(node, out);
  } else if constexpr (detail::IsVector<T>::value) {
    if (std::same_as<T, std::vector<std::string>> && node.IsScalar()) {  // one text is a list of one
      out.clear();
      return read_ranged(node, what, unit, low, high, out.emplace_back());
    }
    if (!node.IsSequence()) return mistake(node, fmt::format("'{}': expected a list", what));
    out.clear();
    for (const YAML::Node& item : node) read_ranged(item, what, unit, low, high, out.emplace_back());
  } else if constexpr (detail::IsOptional<T>::value) {
    read_ranged(node, what, unit, low, high, out.emplace());
  } else if constexpr (std::same_as<T, bool>) {
    if (!YAML::convert<bool>::decode(node, out)) mistake(node, fmt::format("'{}': expected true or false", what));
  } else if constexpr (std::same_as<T, std::string>) {
    if (!node.IsScalar()) return mistake(node, fmt::format("'{}': expected a text", what));
    out = node.Scalar();
  } else if constexpr (std::same_as<T, Duration>) {
    const auto duration = node.IsScalar() ? parse_duration(node.Scalar()) : std::nullopt;
    if (!duration) return mistake(node, fmt::format("'{}': expected a duration with a unit, such as 50 ms", what));
    out = *duration;
    check_range(node, what, to_seconds(*duration), low, high, "s");
  } else if constexpr (NamedEnum<T>) {
    std::vector<std::string> names;
    for (const auto& [name, value] : enum_names(T{})) {
      if (node.IsScalar() && node.Scalar() == name) return void(out = value);
      names.emplace_back(name);
    }
    mistake(node, fmt::format("'{}': expected one of {}", what, fmt::join(names, ", ")));
  } else {
    static_assert(std::is_arithmetic_v<T>, "a kind of member that ConfigReader does not know");
    const auto value = number(node, what, unit);
    if (!value) return;
    if (std::is_integral_v<T> && *value != std::floor(*value))
      return mistake(node, fmt::format("'{}': {} is not a whole number", what, *value));
    const double least = std::max(low, static_cast<double>(std::numeric_limits<T>::lowest()));
    const double most = std::min(high, static_cast<double>(std::numeric_limits<T>::max()));
    const std::size_t before = mistakes_.size();
    check_range(node, what, *value, least, most, unit);
    if (mistakes_.size() == before) out = static_cast<T>(*value);
  }
}

}  // namespace ocelli
