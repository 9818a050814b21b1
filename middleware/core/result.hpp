#pragma once
// Errors as values. A function that can fail because of the world (a file, a peer, a message) returns
// Result<T> or Status; a broken contract of ours terminates (expect.hpp); a fault of the vehicle goes to safety.
// Must not know: anything outside std, fmt and tl::expected.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace ocelli {

enum class ErrorCode : std::uint8_t {
  kInvalidArgument,  // what was asked for makes no sense: bad configuration, bad command line
  kNotFound,         // a file, topic, device or name that is not there
  kCorrupt,          // data that breaks its own format
  kUnsupported,      // well formed, but nothing here can handle it
  kUnavailable,      // there, but cannot be used now: permission, busy, lost peer
  kExhausted,        // a bounded resource is full
  kTimeout,          // a bounded wait ended without the event
  kInternal,         // a third-party library failed in a way that we did not foresee
};

[[nodiscard]] constexpr std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid argument";
    case ErrorCode::kNotFound: return "not found";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kExhausted: return "exhausted";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kInternal: return "internal";
  }
  return "unknown";
}

/// A code for programs and a sentence for people: what, where, what was expected (values with their unit).
struct Error {
  ErrorCode code{};
  std::string message;

  /// The same error, seen from further out: "<where>: <message>".
  [[nodiscard]] Error within(std::string_view where) const { return {code, fmt::format("{}: {}", where, message)}; }
};

template <class T>
using Result = tl::expected<T, Error>;

/// [[nodiscard]] on tl::expected is not guaranteed, so Status is a type of its own that carries it.
struct [[nodiscard]] Status : tl::expected<void, Error> {
  using tl::expected<void, Error>::expected;
  Status() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): `return error(...)` must work for Status as for Result.
  Status(tl::unexpected<Error> failure) : tl::expected<void, Error>(std::move(failure)) {}
};

inline Status ok() { return {}; }

/// `return error(ErrorCode::kNotFound, "{}: no such folder", path);`
template <class... Args>
[[nodiscard]] tl::unexpected<Error> error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::make_unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

[[nodiscard]] inline tl::unexpected<Error> error(Error failure) { return tl::make_unexpected(std::move(failure)); }

}  // namespace ocelli

#define OCELLI_CONCAT_(a, b) a##b
#define OCELLI_CONCAT(a, b) OCELLI_CONCAT_(a, b)

/// Returns the error of a Status or Result to the caller; goes on when there is none.
#define OCELLI_TRY(expression)                                                 \
  do {                                                                         \
    if (auto ocelli_try_result = (expression); !ocelli_try_result.has_value()) \
      return ::tl::make_unexpected(std::move(ocelli_try_result).error());      \
  } while (false)

/// `OCELLI_ASSIGN(auto file, open(path));` binds the value or returns the error to the caller.
#define OCELLI_ASSIGN(declaration, expression) \
  OCELLI_ASSIGN_(OCELLI_CONCAT(ocelli_result_, __LINE__), declaration, expression)
#define OCELLI_ASSIGN_(name, declaration, expression)                           \
  auto name = (expression);                                                     \
  if (!name.has_value()) return ::tl::make_unexpected(std::move(name).error()); \
  declaration = std::move(*name)
