#pragma once
// Whole text files: read at once, replaced at once.

#include <filesystem>
#include <string>
#include <string_view>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::report {

[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& file);

/// Writes beside the file and renames: nobody sees half of it, and a failure leaves the old one.
Status replace_text(const std::filesystem::path& file, std::string_view text);

}  // namespace ocelli::report
