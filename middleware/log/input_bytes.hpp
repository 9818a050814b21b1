#pragma once
// Bytes that are read at any offset: a file, or memory in tests. Reads never map the file: one that another process
// cuts meanwhile gives an error, not a signal.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/log/mcap_format.hpp"

namespace ocelli::log {

class InputBytes {
 public:
  virtual ~InputBytes() = default;
  /// For messages: the path.
  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills `out` from `offset`. Errors: kUnavailable when fewer bytes are there or the device fails.
  [[nodiscard]] virtual Status read(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

/// Errors: kNotFound, kUnavailable (permission), kInvalidArgument (a folder).
[[nodiscard]] Result<std::shared_ptr<const InputBytes>> open_input(const std::filesystem::path& path);
[[nodiscard]] std::shared_ptr<const InputBytes> memory_input(ByteVector bytes, std::string name);

}  // namespace ocelli::log
