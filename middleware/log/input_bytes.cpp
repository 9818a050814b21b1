#include "ocelli/middleware/log/input_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ocelli::log {
namespace {

class FileInput final : public InputBytes {
 public:
  FileInput(int descriptor, std::uint64_t size, std::string name)
      : descriptor_(descriptor), size_(size), name_(std::move(name)) {}
  FileInput(const FileInput&) = delete;
  FileInput& operator=(const FileInput&) = delete;
  ~FileInput() override { ::close(descriptor_); }

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] Status read(std::uint64_t offset, std::span<std::byte> out) const override {
    while (!out.empty()) {
      const std::size_t want = std::min<std::size_t>(out.size(), 1U << 30U);
      const ssize_t got = ::pread(descriptor_, out.data(), want, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0)
        return error(ErrorCode::kUnavailable, "{}: cannot be read at byte {}: {}", name_, offset, std::strerror(errno));
      if (got == 0)
        return error(ErrorCode::kUnavailable, "{}: ends at byte {}: expected {} more", name_, offset, out.size());
      offset += static_cast<std::uint64_t>(got);
      out = out.subspan(static_cast<std::size_t>(got));
    }
    return ok();
  }

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string name_;
};

class MemoryInput final : public InputBytes {
 public:
  MemoryInput(ByteVector bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {}
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] Status read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset)
      return error(ErrorCode::kUnavailable, "{}: ends at byte {}: expected {} at {}", name_, bytes_.size(), out.size(),
                   offset);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return ok();
  }

 private:
  ByteVector bytes_;
  std::string name_;
};

}  // namespace

Result<std::shared_ptr<const InputBytes>> open_input(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return error(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable, "{}: cannot be opened: {}",
                 path.string(), std::strerror(errno));
  struct stat status {};
  const bool is_known = ::fstat(descriptor, &status) == 0;
  if (!is_known || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return error(ErrorCode::kInvalidArgument, "{}: is not a file", path.string());
  }
  return std::make_shared<FileInput>(descriptor, static_cast<std::uint64_t>(status.st_size), path.string());
}

std::shared_ptr<const InputBytes> memory_input(ByteVector bytes, std::string name) {
  return std::make_shared<MemoryInput>(std::move(bytes), std::move(name));
}

}  // namespace ocelli::log
