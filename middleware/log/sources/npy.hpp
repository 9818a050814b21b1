#pragma once
// NumPy arrays (.npy, format 1 to 3): little-endian doubles, 64-bit integers and fixed strings of bytes, one or two
// dimensions, handed out row by row whatever the order in the file. Must not know: what the numbers mean.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::log {

template <class T>
struct NpyArray {
  std::size_t rows = 0;
  std::size_t columns = 1;
  std::vector<T> values;  // row by row

  [[nodiscard]] std::span<const T> row(std::size_t index) const {
    return std::span(values).subspan(index * columns, columns);
  }
};

/// `columns`: 1 also fits an array of one dimension.
/// Errors: kNotFound, kUnavailable; kCorrupt for what is no .npy file, is cut off or has bytes too many; kUnsupported
/// for another type ("<f8" for doubles, "<i8" for integers) or shape.
[[nodiscard]] Result<NpyArray<double>> read_npy_doubles(const std::filesystem::path& file, std::size_t columns);
/// Seconds of a clock. Errors: also kCorrupt for a time that is not finite or beyond 1e10 s.
[[nodiscard]] Result<NpyArray<double>> read_npy_times(const std::filesystem::path& file);
[[nodiscard]] Result<NpyArray<std::int64_t>> read_npy_integers(const std::filesystem::path& file);
/// An array of strings of `width` bytes ("|S8") as one row each.
[[nodiscard]] Result<NpyArray<std::byte>> read_npy_bytes(const std::filesystem::path& file, std::size_t width);

}  // namespace ocelli::log
