// What does not belong into the repository.
#include <algorithm>
#include <array>

#include "ocelli/tests/lint/rules.hpp"

namespace ocelli::lint {
namespace {

constexpr std::size_t kMostBytes = 500'000;
constexpr std::size_t kMostBinaryBytes = 64'000;

/// Small binary files may lie here: pictures of the docs, seeds of the fuzzers, fixtures of the tests.
constexpr auto kBinaryFolders = std::to_array<std::string_view>({"docs/images", "tests/fuzz/corpus", "tests/data"});

constexpr auto kGeneratedEndings =
    std::to_array<std::string_view>({".o", ".a", ".so", ".gcda", ".gcno", ".pyc", ".class", ".mcap", ".bag", ".onnx",
                                     ".weights", ".deb", ".orig", ".rej"});

constexpr auto kGeneratedFolders = std::to_array<std::string_view>({"build", "out", "node_modules", ".cache"});

bool is_generated(const SourceFile& file) {
  const bool is_in_folder =
      std::any_of(kGeneratedFolders.begin(), kGeneratedFolders.end(), [&](std::string_view folder) {
        return file.is_in(folder) || file.path.find("/" + std::string(folder) + "/") != std::string::npos;
      });
  const bool is_named = std::any_of(kGeneratedEndings.begin(), kGeneratedEndings.end(),
                                    [&](std::string_view ending) { return file.path.ends_with(ending); });
  const bool is_idl = file.path.find("PubSubTypes") != std::string::npos;
  return (is_in_folder || is_named || is_idl) && !file.is_in("tests/fuzz/corpus");
}

}  // namespace

std::vector<Finding> check_tracked(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    const bool is_binary = file.text.find('\0') != std::string::npos;
    const bool may_be_binary = std::any_of(kBinaryFolders.begin(), kBinaryFolders.end(),
                                           [&](std::string_view folder) { return file.is_in(folder); });
    const std::string size = std::to_string(file.text.size());
    if (is_generated(file)) {
      findings.push_back({file.path, 0, "made by a build or a run: leave it out"});
    } else if (file.text.size() > kMostBytes) {
      findings.push_back({file.path, 0, size + " bytes; at most " + std::to_string(kMostBytes)});
    } else if (is_binary && !may_be_binary) {
      findings.push_back({file.path, 0, "binary; only docs/images, tests/fuzz/corpus and tests/data may hold such"});
    } else if (is_binary && !file.is_in("docs/images") && file.text.size() > kMostBinaryBytes) {
      findings.push_back({file.path, 0, size + " binary bytes; at most " + std::to_string(kMostBinaryBytes)});
    }
  }
  return findings;
}

}  // namespace ocelli::lint
