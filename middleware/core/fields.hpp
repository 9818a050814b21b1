#pragma once
// How a configuration describes itself: a struct with defaults and one fields():
//
//   struct Config {
//     double range_max_m = 80.0;
//     static constexpr auto fields() {
//       return std::tuple{field("range_max_m", &Config::range_max_m, "m", 1.0, 200.0, "points beyond are ignored")};
//     }
//   };
//
// Readers (middleware/config), --help, docs and defaults derive from it. Kinds of members: bool, integers, double,
// std::string, Duration (written "50 ms"), enums with an enum_names() overload, nested structs with fields(),
// std::optional and std::vector of these. Must not know: YAML.

#include <concepts>
#include <limits>
#include <string_view>
#include <tuple>

namespace ocelli {

template <class Owner, class Member>
struct Field {
  std::string_view name;
  Member Owner::*member;
  std::string_view unit;  // "" for pure numbers and names
  double low;             // inclusive, in `unit` (durations: seconds); checked for numbers and durations
  double high;
  std::string_view meaning;
  bool required = false;  // no default makes sense
};

/// A number or duration with its allowed range.
template <class Owner, class Member>
constexpr auto field(std::string_view name, Member Owner::*member, std::string_view unit, double low, double high,
                     std::string_view meaning) {
  return Field<Owner, Member>{name, member, unit, low, high, meaning};
}

/// A name, flag, list or nested configuration.
template <class Owner, class Member>
constexpr auto field(std::string_view name, Member Owner::*member, std::string_view meaning) {
  return Field<Owner, Member>{
      name, member, "", -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), meaning};
}

/// The same field, but leaving it out is a mistake.
template <class Owner, class Member>
constexpr auto required(Field<Owner, Member> field) {
  field.required = true;
  return field;
}

template <class T>
concept HasFields = requires {
  T::fields();
};

}  // namespace ocelli
