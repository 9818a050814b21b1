#include "ocelli/middleware/log/output_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ocelli::log {

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
  // Not O_TRUNC: a file that another recorder is writing must survive our attempt.
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0)
    return error(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable, "{}: cannot be created: {}",
                 path.string(), std::strerror(errno));
  OutputFile file(descriptor, path);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return error(ErrorCode::kUnavailable, "{}: another writer has it open", path.string());
  if (::ftruncate(descriptor, 0) != 0 && errno != EINVAL)  // EINVAL: a device or pipe, which has no old content
    return error(file.failure("cannot be emptied"));
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      size_(other.size_),
      crc_(other.crc_) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status OutputFile::append(std::initializer_list<Bytes> parts) {
  for (const Bytes part : parts) {
    if (auto written = write_all(part); !written) {
      // Best effort: where it fails, readers recover the file instead.
      if (::ftruncate(descriptor_, static_cast<off_t>(size_)) == 0)
        ::lseek(descriptor_, static_cast<off_t>(size_), SEEK_SET);
      return written;
    }
  }
  for (const Bytes part : parts) {
    size_ += part.size();
    crc_ = crc32(crc_, part);
  }
  return ok();
}

Status OutputFile::write_all(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), 1U << 30U));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return error(failure("cannot be written"));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return ok();
}

Status OutputFile::sync() {
  if (::fdatasync(descriptor_) != 0 && errno != EINVAL) return error(failure("cannot be synced"));
  return ok();
}

Status OutputFile::close() {
  if (const int descriptor = std::exchange(descriptor_, -1); descriptor >= 0 && ::close(descriptor) != 0)
    return error(failure("cannot be closed"));
  return ok();
}

Error OutputFile::failure(const char* what) const {
  const int reason = errno;
  const bool is_full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  return {is_full ? ErrorCode::kExhausted : ErrorCode::kUnavailable,
          fmt::format("{}: {} at byte {}: {}", path_.string(), what, size_, std::strerror(reason))};
}

}  // namespace ocelli::log
