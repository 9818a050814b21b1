#include "ocelli/middleware/log/sources/npy.hpp"

#include <gmock/gmock.h>

#include <cstring>

#include "ocelli/tests/middleware/log/support.hpp"

namespace ocelli::log {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A file as numpy writes it, format 1.
std::string npy(const std::string& header, const std::string& data) {
  std::string text = header;
  while ((10 + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  std::string file = "\x93NUMPY";
  file += '\x01';
  file += '\x00';
  file += static_cast<char>(text.size() & 0xFFU);
  file += static_cast<char>(text.size() >> 8U);
  return file + text + data;
}

template <class T>
std::string raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

constexpr const char* kDoubles = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";

TEST(Npy, RowsComeRowByRowInEitherOrder) {
  const TempFolder folder;
  write_file(folder / "c", npy(kDoubles, raw<double>({1, 2, 3, 4, 5, 6})));
  write_file(folder / "f",
             npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", raw<double>({1, 4, 2, 5, 3, 6})));
  for (const char* name : {"c", "f"}) {
    const auto array = read_npy_doubles(folder / name, 3);
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->rows, 2U);
    EXPECT_THAT(array->row(0), ElementsAre(1, 2, 3)) << name;
    EXPECT_THAT(array->row(1), ElementsAre(4, 5, 6)) << name;
  }
}

TEST(Npy, IntegersAndFixedStringsKeepTheirBytes) {
  const TempFolder folder;
  write_file(folder / "i",
             npy("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", raw<std::int64_t>({-5, 1LL << 40})));
  write_file(folder / "s",
             npy("{'descr': '|S4', 'fortran_order': False, 'shape': (2,), }", std::string("ab\0\0cdef", 8)));
  const auto integers = read_npy_integers(folder / "i");
  ASSERT_TRUE(integers) << integers.error().message;
  EXPECT_THAT(integers->values, ElementsAre(-5, 1LL << 40));
  const auto bytes = read_npy_bytes(folder / "s", 4);
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_EQ(bytes->rows, 2U);
  EXPECT_THAT(bytes->row(0), ElementsAre(std::byte{'a'}, std::byte{'b'}, std::byte{0}, std::byte{0}));
}

TEST(Npy, WhatDoesNotFitIsToldWithTheFile) {
  const TempFolder folder;
  const std::string good = npy(kDoubles, raw<double>({1, 2, 3, 4, 5, 6}));
  const auto message = [&](const std::string& bytes, std::size_t columns = 3) {
    write_file(folder / "array", bytes);
    const auto array = read_npy_doubles(folder / "array", columns);
    return array ? "no error" : array.error().message;
  };
  EXPECT_THAT(message(good.substr(0, good.size() - 1)),
              HasSubstr("array: 47 bytes of data: expected 2 rows of 24 bytes (cut off?)"));
  EXPECT_THAT(message(good + "x"), HasSubstr("49 bytes of data"));
  EXPECT_THAT(message(good.substr(0, 40)), HasSubstr("cut off in its header"));
  EXPECT_THAT(message("PNG"), HasSubstr("no .npy file"));
  EXPECT_THAT(message(""), HasSubstr("no .npy file"));
  EXPECT_THAT(message(good, 2), HasSubstr("shape (2, 3): expected rows of 2"));
  EXPECT_THAT(message(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", "")),
              HasSubstr("type '<f4': expected '<f8'"));
  EXPECT_THAT(message(npy("{'descr': '<f8', 'shape': (2, 3), }", "")),
              HasSubstr("expected descr, fortran_order and shape"));
  EXPECT_THAT(message(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999999, 3), }", "")),
              HasSubstr("0 bytes of data"));
  EXPECT_EQ(read_npy_doubles(folder / "none", 3).error().code, ErrorCode::kNotFound);
}

TEST(Npy, EveryCutIsAnErrorAndNoByteCrashes) {
  const TempFolder folder;
  const std::string good = npy(kDoubles, raw<double>({1, 2, 3, 4, 5, 6}));
  for (std::size_t size = 0; size < good.size(); ++size) {
    write_file(folder / "cut", good.substr(0, size));
    EXPECT_FALSE(read_npy_doubles(folder / "cut", 3)) << size;
  }
  for (std::size_t at = 0; at < 128; ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    write_file(folder / "changed", changed);
    const auto array = read_npy_doubles(folder / "changed", 3);
    EXPECT_TRUE(!array || array->values.size() == 6U) << at;
  }
}

TEST(Npy, ATimeThatIsNoneIsAnError) {
  const TempFolder folder;
  write_file(folder / "t", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
                               raw<double>({1.0, std::numeric_limits<double>::quiet_NaN()})));
  const auto times = read_npy_times(folder / "t");
  ASSERT_FALSE(times);
  EXPECT_THAT(times.error().message, HasSubstr("row 1: time nan s"));
}

}  // namespace
}  // namespace ocelli::log
