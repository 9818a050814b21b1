#pragma once
// A file that only grows, locked against a second writer. Each append is all or nothing as far as the file system
// allows: after a failed one the file is cut back to where it was, so that it ends with a whole record.

#include <cstdint>
#include <filesystem>
#include <initializer_list>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/log/mcap_format.hpp"

namespace ocelli::log {

class OutputFile {
 public:
  /// Replaces an existing file. Errors: kNotFound (folder), kUnavailable (permission, another writer has it open).
  static Result<OutputFile> create(const std::filesystem::path& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// Errors: kExhausted (disk full, quota, size limit), kUnavailable.
  [[nodiscard]] Status append(std::initializer_list<Bytes> parts);
  /// Waits until the content is on the device.
  [[nodiscard]] Status sync();
  [[nodiscard]] Status close();

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// CRC-32 of everything appended.
  [[nodiscard]] std::uint32_t crc() const { return crc_; }

 private:
  OutputFile(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}
  [[nodiscard]] Status write_all(Bytes bytes);
  [[nodiscard]] Error failure(const char* what) const;

  int descriptor_ = -1;
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace ocelli::log
