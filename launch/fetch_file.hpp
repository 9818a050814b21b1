#pragma once
// One file from a URL into a folder, checked before it gets its name. Must not know: what the file is for.

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::launch {

/// file:// is copied; http:// and https:// are left to the program curl. The file appears under `target` only when
/// `check` accepts its bytes; what was there before stays otherwise.
[[nodiscard]] Status fetch_file(const std::string& url, const std::filesystem::path& target,
                                const std::function<Status(std::span<const std::byte>)>& check);

}  // namespace ocelli::launch
