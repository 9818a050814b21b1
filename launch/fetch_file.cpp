#include "ocelli/launch/fetch_file.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "ocelli/hal/accel/model_card.hpp"

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;

Status run_curl(const std::string& url, const fs::path& out) {
  const std::string file = out.string();
  const auto arguments =
      std::to_array<const char*>({"curl", "--fail", "--location", "--silent", "--show-error", "--max-time", "1800",
                                  "--output", file.c_str(), "--", url.c_str(), nullptr});
  pid_t pid = 0;
  const int failure =
      ::posix_spawnp(&pid, "curl", nullptr, nullptr, const_cast<char* const*>(arguments.data()), ::environ);
  if (failure != 0)
    return error(ErrorCode::kUnavailable, "{}: the program curl is needed to fetch it (apt-get install curl)", url);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return error(ErrorCode::kUnavailable, "{}: curl failed with status {}", url,
                 WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return ok();
}

Status bring(const std::string& url, const fs::path& out) {
  constexpr std::string_view kFile = "file://";
  if (url.starts_with(kFile)) {
    std::error_code failure;
    fs::copy_file(url.substr(kFile.size()), out, fs::copy_options::overwrite_existing, failure);
    return failure ? error(ErrorCode::kNotFound, "{}: {}", url, failure.message()) : ok();
  }
  if (url.starts_with("http://") || url.starts_with("https://")) return run_curl(url, out);
  return error(ErrorCode::kInvalidArgument, "'{}': expected a URL that begins with https://, http:// or file://", url);
}

}  // namespace

Status fetch_file(const std::string& url, const fs::path& target,
                  const std::function<Status(std::span<const std::byte>)>& check) {
  std::error_code failure;
  fs::create_directories(target.parent_path(), failure);
  if (failure) return error(ErrorCode::kUnavailable, "{}: {}", target.parent_path().string(), failure.message());
  fs::path part = target;
  part += ".part";
  Status status = bring(url, part);
  if (status) {
    const auto bytes = accel::read_file(part);
    status = bytes ? check(*bytes) : Status(error(bytes.error()));
  }
  if (status) {
    fs::rename(part, target, failure);
    if (failure) status = error(ErrorCode::kUnavailable, "{}: {}", target.string(), failure.message());
  }
  if (!status) fs::remove(part, failure);
  return status;
}

}  // namespace ocelli::launch
