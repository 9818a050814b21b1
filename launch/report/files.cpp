#include "ocelli/launch/report/files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace ocelli::report {

Result<std::string> read_text(const std::filesystem::path& file) {
  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(file, failure);
  if (!std::filesystem::exists(status)) return error(ErrorCode::kNotFound, "{}: no such file", file.string());
  if (!std::filesystem::is_regular_file(status))
    return error(ErrorCode::kInvalidArgument, "{}: is {}, expected a file", file.string(),
                 std::filesystem::is_directory(status) ? "a folder" : "a device or pipe");
  if (std::filesystem::is_empty(file, failure)) return std::string();
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in.good() || text.fail())
    return error(ErrorCode::kUnavailable, "{}: cannot be read: {}", file.string(), std::strerror(errno));
  return std::move(text).str();
}

Status replace_text(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::path draft = file;
  draft += ".part";
  {
    std::ofstream out(draft, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.flush();
    if (!out.good()) {
      const int cause = errno;
      std::error_code ignored;
      std::filesystem::remove(draft, ignored);
      return error(ErrorCode::kUnavailable, "{}: cannot be written: {}", file.string(), std::strerror(cause));
    }
  }
  std::error_code failure;
  std::filesystem::rename(draft, file, failure);
  if (failure) return error(ErrorCode::kUnavailable, "{}: cannot be replaced: {}", file.string(), failure.message());
  return ok();
}

}  // namespace ocelli::report
