#pragma once
// Collects everything that is wrong with a configuration, so that a person mends it all at once; checks numbers and
// durations against the ranges of fields().

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::safety {

class Mistakes {
 public:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format("{}{}", text_.empty() ? "" : "\n", fmt::format(format, std::forward<Args>(args)...));
    ++count_;
  }
  void add(const Error& failure, std::string_view where) { add("{}: {}", where, failure.message); }

  /// Every number and duration within the range that its field declares; NaN never is.
  template <HasFields T>
  void check_ranges(const T& config, const std::string& where) {
    std::apply([&](const auto&... f) { (check_value(config.*f.member, f, where), ...); }, T::fields());
  }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] Status status() const {
    if (count_ == 0) return ok();
    return ::ocelli::error(ErrorCode::kInvalidArgument, "{}", text_);
  }

 private:
  struct Range {
    std::string_view where;
    std::string_view name;
    std::string_view unit;
    double low;
    double high;
  };
  void check_number(double number, const Range& range) {
    if (number >= range.low && number <= range.high) return;
    add("{}: {}: {}{}{} is out of range, expected {} to {}", range.where, range.name, number,
        range.unit.empty() ? "" : " ", range.unit, range.low, range.high);
  }

  template <class Value, class F>
  void check_value(const Value& value, const F& f, const std::string& where) {
    if constexpr (std::is_same_v<Value, Duration>) {
      check_number(to_seconds(value), {where, f.name, f.unit, f.low, f.high});
    } else if constexpr (std::is_arithmetic_v<Value>) {
      check_number(static_cast<double>(value), {where, f.name, f.unit, f.low, f.high});
    } else if constexpr (HasFields<Value>) {
      check_ranges(value, where + ": " + std::string(f.name));
    } else if constexpr (requires {
                           value.begin();
                           typename Value::value_type;
                         }) {
      check_items(value, where, f.name);
    }
  }

  template <class Items>
  void check_items(const Items& items, const std::string& where, std::string_view name) {
    if constexpr (HasFields<typename Items::value_type>)
      for (const auto& item : items) check_ranges(item, fmt::format("{}: {} '{}'", where, name, label_of(item)));
  }

  template <class Item>
  static std::string label_of(const Item& item) {
    if constexpr (requires { item.id; })
      return item.id;
    else if constexpr (requires { item.name; })
      return item.name;
    else
      return item.node;
  }

  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace ocelli::safety
