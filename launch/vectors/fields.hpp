#pragma once
// Typed access to the fields of a vector. nlohmann alone narrows in silence (2^32 + 1 to 1, 0.7 to 0) and does not name
// the field of the wrong type; here both are an error that names it. Must not know: kinds of vectors.

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::launch {

template <class T>
constexpr std::string_view kind_of_value() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, double>) return "a number";
  if constexpr (std::is_same_v<T, std::string>) return "text";
  return "a whole number";
}

/// A value is of type T when nothing of it is lost: whole numbers may be written as 5.0.
template <class T>
Result<T> value_of(const nlohmann::json& value, std::string_view name) {
  if constexpr (std::is_same_v<T, bool>) {
    if (value.is_boolean()) return value.get<bool>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (value.is_string()) return value.get<std::string>();
  } else if constexpr (std::is_same_v<T, double>) {
    if (value.is_number()) return value.get<double>();
  } else {
    using Limits = std::numeric_limits<T>;
    constexpr double kExact = 9007199254740992.0;  // 2^53: up to there a double is one whole number only
    const bool is_whole =
        value.is_number_integer() || (value.is_number_float() && std::abs(value.get<double>()) <= kExact &&
                                      value.get<double>() == std::round(value.get<double>()));
    if (is_whole) {
      const bool fits = value.is_number_unsigned() ? std::in_range<T>(value.get<std::uint64_t>())
                                                   : std::in_range<T>(value.get<std::int64_t>());
      if (fits) return value.get<T>();
      return error(ErrorCode::kInvalidArgument, "{}: {} is out of range: expected {} to {}", name, value.dump(),
                   Limits::min(), Limits::max());
    }
  }
  return error(ErrorCode::kInvalidArgument, "{}: {}: expected {}", name, value.dump(), kind_of_value<T>());
}

/// The field itself, of any type.
inline Result<const nlohmann::json*> member(const nlohmann::json& object, const std::string& key) {
  if (!object.is_object()) return error(ErrorCode::kInvalidArgument, "{}: expected a mapping", object.dump());
  const auto at = object.find(key);
  if (at == object.end()) return error(ErrorCode::kNotFound, "{}: is missing", key);
  return &*at;
}

template <class T>
Result<T> field_of(const nlohmann::json& object, const std::string& key) {
  OCELLI_ASSIGN(const nlohmann::json* value, member(object, key));
  return value_of<T>(*value, key);
}

template <class T>
Result<T> field_or(const nlohmann::json& object, const std::string& key, T otherwise) {
  if (!object.is_object() || object.contains(key)) return field_of<T>(object, key);
  return otherwise;
}

/// A list that is not empty.
inline Result<const nlohmann::json*> list_of(const nlohmann::json& object, const std::string& key) {
  OCELLI_ASSIGN(const nlohmann::json* list, member(object, key));
  if (list->is_array() && !list->empty()) return list;
  return error(ErrorCode::kInvalidArgument, "{}: {}: expected a list of one or more", key, list->dump());
}

template <class T>
Result<std::vector<T>> values_of(const nlohmann::json& list, const std::string& name) {
  if (!list.is_array()) return error(ErrorCode::kInvalidArgument, "{}: {}: expected a list", name, list.dump());
  std::vector<T> values;
  for (std::size_t i = 0; i < list.size(); ++i) {
    OCELLI_ASSIGN(T one, value_of<T>(list[i], fmt::format("{}[{}]", name, i)));
    values.push_back(std::move(one));
  }
  return values;
}

/// One or more.
template <class T>
Result<std::vector<T>> fields_of(const nlohmann::json& object, const std::string& key) {
  OCELLI_ASSIGN(const nlohmann::json* list, list_of(object, key));
  return values_of<T>(*list, key);
}

/// Several numbers of the vector's `inputs`, in the order of `keys`.
template <class T = double, class... Keys>
Result<std::array<T, sizeof...(Keys)>> inputs_of(const nlohmann::json& vector, const Keys&... keys) {
  OCELLI_ASSIGN(const nlohmann::json* inputs, member(vector, "inputs"));
  std::array<T, sizeof...(Keys)> values{};
  std::size_t at = 0;
  for (const char* key : {keys...}) {
    OCELLI_ASSIGN(values[at++], field_of<T>(*inputs, key));
  }
  return values;
}

}  // namespace ocelli::launch
