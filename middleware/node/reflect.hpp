#pragma once
// The members of a node's In and Out: how many, references to them, and their names, so that a node lists its ports
// once. Works for aggregates of 1 to 8 members. Name extraction follows the known trick of printing a pointer to a
// member of an external object (as in Boost.PFR 2.2).

#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

namespace ocelli::node {
namespace detail {

struct Anything {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor): stands for any member when counting them
};

template <class T, class... Args>
consteval std::size_t count_members() {
  if constexpr (requires { T{Args{}..., Anything{}}; })
    return count_members<T, Args..., Anything>();
  else
    return sizeof...(Args);
}

template <class T>
struct Holder {
  T value;
};
template <class T>
extern const Holder<T> kNowhere;  // never defined: only addresses of its members are named

}  // namespace detail

template <class T>
inline constexpr std::size_t kMemberCount = detail::count_members<T>();

/// References to all members, in order.
template <class T>
constexpr auto members_of(T& object) {
  constexpr std::size_t kCount = kMemberCount<std::remove_const_t<T>>;
  static_assert(kCount >= 1 && kCount <= 8, "In and Out have 1 to 8 ports");
  if constexpr (kCount == 1) {
    auto& [a] = object;
    return std::tie(a);
  } else if constexpr (kCount == 2) {
    auto& [a, b] = object;
    return std::tie(a, b);
  } else if constexpr (kCount == 3) {
    auto& [a, b, c] = object;
    return std::tie(a, b, c);
  } else if constexpr (kCount == 4) {
    auto& [a, b, c, d] = object;
    return std::tie(a, b, c, d);
  } else if constexpr (kCount == 5) {
    auto& [a, b, c, d, e] = object;
    return std::tie(a, b, c, d, e);
  } else if constexpr (kCount == 6) {
    auto& [a, b, c, d, e, f] = object;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (kCount == 7) {
    auto& [a, b, c, d, e, f, g] = object;
    return std::tie(a, b, c, d, e, f, g);
  } else {
    auto& [a, b, c, d, e, f, g, h] = object;
    return std::tie(a, b, c, d, e, f, g, h);
  }
}

namespace detail {

template <auto kPointer>
consteval std::string_view name_of_pointer() {
  constexpr std::string_view text =
      __PRETTY_FUNCTION__;  // "… kPointer = (& kNowhere<In>.Holder<In>::value.In::cloud); …"
  const std::size_t end = text.find(");");
  const std::size_t begin = text.rfind(':', end) + 1;
  return text.substr(begin, end - begin);
}

}  // namespace detail

/// Name of the I-th member as written in the source.
template <class T, std::size_t I>
consteval std::string_view member_name() {
  return detail::name_of_pointer<&std::get<I>(members_of(detail::kNowhere<T>.value))>();
}

}  // namespace ocelli::node
