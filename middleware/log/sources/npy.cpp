#include "ocelli/middleware/log/sources/npy.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

namespace ocelli::log {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are read as they are stored");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLongestHeader = 65536;
constexpr std::uintmax_t kLargestFile = 4ULL << 30U;

struct Header {
  std::string descr;
  bool is_fortran = false;
  std::vector<std::size_t> shape;
  std::size_t data_begin = 0;
};

/// The value behind `'key':` in the header, up to the next comma outside brackets.
std::optional<std::string_view> entry(std::string_view header, std::string_view key) {
  const std::string quoted = fmt::format("'{}':", key);
  const std::size_t at = header.find(quoted);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view value = header.substr(at + quoted.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  const std::size_t end = value.starts_with('(') ? value.find(')') : value.find_first_of(",}");
  if (end == std::string_view::npos) return std::nullopt;
  return value.substr(0, value.starts_with('(') ? end + 1 : end);
}

std::optional<std::vector<std::size_t>> shape_of(std::string_view text) {
  std::vector<std::size_t> shape;
  text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    std::size_t size = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (failure != std::errc{}) return std::nullopt;
    shape.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (text.starts_with(',') || text.starts_with(' ')) text.remove_prefix(1);
  }
  return shape;
}

Result<Header> header_of(std::string_view bytes, const std::string& file) {
  if (!bytes.starts_with(kMagic) || bytes.size() < 12)
    return error(ErrorCode::kCorrupt, "{}: no .npy file: expected the mark \\x93NUMPY at its begin", file);
  const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(bytes[at])}; };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    return error(ErrorCode::kUnsupported, "{}: .npy format {}: expected 1 to 3", file, version);
  const std::size_t prefix = version == 1 ? 10 : 12;
  const std::size_t size =
      version == 1 ? byte(8) | byte(9) << 8U : byte(8) | byte(9) << 8U | byte(10) << 16U | byte(11) << 24U;
  if (size > kLongestHeader || bytes.size() < prefix + size)
    return error(ErrorCode::kCorrupt, "{}: cut off in its header of {} bytes", file, size);
  const std::string_view text = bytes.substr(prefix, size);
  const auto descr = entry(text, "descr");
  const auto order = entry(text, "fortran_order");
  const auto shape = entry(text, "shape");
  const auto sizes = shape && shape->starts_with('(') ? shape_of(*shape) : std::nullopt;
  if (!descr || !order || !sizes || descr->size() < 3)
    return error(ErrorCode::kCorrupt, "{}: header '{}': expected descr, fortran_order and shape", file, text);
  return Header{std::string(descr->substr(1, descr->size() - 2)), *order == "True", *sizes, prefix + size};
}

Result<std::string> bytes_of(const std::filesystem::path& file) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(file, failure))
    return error(ErrorCode::kNotFound, "{}: no such file: expected an array (.npy format)", file.string());
  const std::uintmax_t size = std::filesystem::file_size(file, failure);
  if (failure || size > kLargestFile)
    return error(ErrorCode::kUnavailable, "{}: {} bytes: expected at most {}", file.string(), size, kLargestFile);
  std::string bytes(size, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size)) && size > 0)
    return error(ErrorCode::kUnavailable, "{}: cannot be read", file.string());
  return bytes;
}

/// `cell` bytes per number or text; `columns` numbers per row.
template <class T>
Result<NpyArray<T>> read(const std::filesystem::path& path, std::string_view descr, std::size_t cell,
                         std::size_t columns) {
  const std::string file = path.string();
  OCELLI_ASSIGN(const std::string bytes, bytes_of(path));
  OCELLI_ASSIGN(const Header header, header_of(bytes, file));
  if (header.descr != descr)
    return error(ErrorCode::kUnsupported, "{}: numbers of type '{}': expected '{}'", file, header.descr, descr);
  const bool fits = header.shape.size() == 1 ? columns == 1 : header.shape.size() == 2 && header.shape[1] == columns;
  if (!fits)
    return error(ErrorCode::kUnsupported, "{}: shape ({}): expected rows of {}", file, fmt::join(header.shape, ", "),
                 columns);
  const std::size_t rows = header.shape[0];
  const std::size_t stored = bytes.size() - header.data_begin;
  if (rows > stored / (cell * columns) || stored != rows * cell * columns)
    return error(ErrorCode::kCorrupt, "{}: {} bytes of data: expected {} rows of {} bytes (cut off?)", file, stored,
                 rows, cell * columns);
  NpyArray<T> array{rows, columns * cell / sizeof(T), std::vector<T>(rows * columns * cell / sizeof(T))};
  if (stored > 0) std::memcpy(array.values.data(), bytes.data() + header.data_begin, stored);
  if (header.is_fortran && columns > 1) {
    const std::vector<T> by_column = array.values;
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column)
        array.values[row * columns + column] = by_column[column * rows + row];
  }
  return array;
}

}  // namespace

Result<NpyArray<double>> read_npy_doubles(const std::filesystem::path& file, std::size_t columns) {
  return read<double>(file, "<f8", sizeof(double), columns);
}

Result<NpyArray<double>> read_npy_times(const std::filesystem::path& file) {
  constexpr double kFarthest_s = 1e10;
  OCELLI_ASSIGN(auto times, read_npy_doubles(file, 1));
  for (std::size_t row = 0; row < times.rows; ++row)
    if (!(std::abs(times.values[row]) < kFarthest_s))
      return error(ErrorCode::kCorrupt, "{}: row {}: time {} s: expected less than {} s", file.string(), row,
                   times.values[row], kFarthest_s);
  return times;
}

Result<NpyArray<std::int64_t>> read_npy_integers(const std::filesystem::path& file) {
  return read<std::int64_t>(file, "<i8", sizeof(std::int64_t), 1);
}

Result<NpyArray<std::byte>> read_npy_bytes(const std::filesystem::path& file, std::size_t width) {
  return read<std::byte>(file, fmt::format("|S{}", width), width, 1);
}

}  // namespace ocelli::log
