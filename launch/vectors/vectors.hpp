#pragma once
// Runs files of test vectors (format: docs/e2e.md and docs/fit.md) through the libraries. A vector of an unknown kind,
// profile or CRC is a failure, never a skip. Must not know: where the files come from, printing.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::launch {

struct VectorReport {
  std::size_t passed = 0;
  std::vector<std::string> failures;  // "fit[12] chi2_upper: fit: 3.1, expected 3.0"
};

/// `suite` is e2e, crc, state or fit. An error when the suite or the list of vectors is not there; what is wrong with
/// one vector is a failure of that vector.
[[nodiscard]] Result<VectorReport> run_vectors(std::string_view suite, const nlohmann::json& file);

/// What a vector's library call gave: its value in the shape of the vector's `expected`.
using VectorResult = Result<nlohmann::json>;

/// One kind of vector; `vector` is the whole case.
struct VectorKind {
  std::string_view name;
  VectorResult (*compute)(const nlohmann::json& vector);
};

/// rate_vector_kinds() are those of rates and coverage; fit_vector_kinds() has them too.
[[nodiscard]] std::vector<VectorKind> rate_vector_kinds();
[[nodiscard]] std::vector<VectorKind> fit_vector_kinds();
[[nodiscard]] std::vector<VectorKind> state_vector_kinds();
[[nodiscard]] VectorResult compute_e2e_vector(const nlohmann::json& vector);
/// `models` are the definitions of the file, by which a name is looked up first.
[[nodiscard]] VectorResult compute_crc_vector(const nlohmann::json& vector, const nlohmann::json& models);

/// Empty when `actual` has everything that is expected, numbers within the relative tolerance; else what differs.
[[nodiscard]] std::string difference(const nlohmann::json& actual, const nlohmann::json& expected,
                                     double relative_tolerance);

/// "0a1b" to bytes.
[[nodiscard]] Result<std::vector<std::byte>> bytes_of_hex(std::string_view hex);
[[nodiscard]] std::string hex_of_bytes(const std::vector<std::byte>& bytes);

}  // namespace ocelli::launch
