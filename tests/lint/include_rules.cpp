// Which folder may include what: DESIGN's table of the house with docs/decisions/0001.
#include <algorithm>
#include <array>
#include <optional>

#include "ocelli/tests/lint/rules.hpp"

namespace ocelli::lint {
namespace {

struct FolderRow {
  std::string_view folder;
  std::array<std::string_view, 6> may_include;  // besides itself
};

constexpr auto kFolders = std::to_array<FolderRow>({
    {"middleware/core", {}},
    // Not all of core: no log, no clock, no buffers.
    {"middleware/e2e",
     {"middleware/core/expect.hpp", "middleware/core/fields.hpp", "middleware/core/result.hpp",
      "middleware/core/time.hpp"}},
    {"middleware/config", {"middleware/core"}},
    {"middleware/topics", {"middleware/core"}},
    {"middleware/bus", {"middleware/core", "middleware/topics", "middleware/e2e"}},
    {"middleware/dds", {"middleware/core", "middleware/topics", "middleware/bus", "middleware/e2e"}},
    {"middleware/node", {"middleware/core", "middleware/topics", "middleware/bus"}},
    {"middleware/log", {"middleware/core", "middleware/topics", "middleware/config", "hal"}},
    {"hal", {"middleware/core", "middleware/topics", "middleware/config"}},
    {"perception", {"middleware/core", "middleware/topics", "middleware/node/ports.hpp", "hal/accel"}},
    {"safety/monitor",
     {"middleware/core/expect.hpp", "middleware/core/fields.hpp", "middleware/core/ids.hpp",
      "middleware/core/observation.hpp", "middleware/core/result.hpp", "middleware/core/time.hpp"}},
    {"safety/analysis", {"middleware/core", "middleware/config", "safety/monitor"}},
    {"launch", {"middleware", "hal", "perception", "safety"}},
    {"tests", {"middleware", "hal", "perception", "safety", "launch"}},
});

struct LibraryRow {
  std::string_view prefix;  // of the path in <…>
  std::array<std::string_view, 7> folders;
};

constexpr auto kLibraries = std::to_array<LibraryRow>({
    {"fastdds/", {"middleware/dds", "tests/bench/bus"}},
    {"iceoryx_hoofs/", {"tests/bench/bus"}},
    {"iceoryx_posh/", {"tests/bench/bus"}},
    {"fastrtps/", {"middleware/dds"}},
    {"fastcdr/", {"middleware/topics/cdr.hpp"}},
    {"yaml-cpp/", {"middleware/config", "launch"}},
    {"opencv2/", {"middleware/log", "hal", "perception", "launch"}},
    {"embree3/", {"hal/sim"}},
    {"Eigen/", {"middleware/core", "middleware/log", "hal", "perception", "launch"}},
    {"spdlog/", {"middleware/core", "launch"}},
    {"tl/", {"middleware/core"}},
    {"fmt/", {"middleware", "hal", "perception", "safety", "launch", "tests"}},
    {"CLI/", {"launch", "tests/bench/bus"}},
    {"nlohmann/", {"tests/bench/bus", "middleware/log", "safety/analysis", "launch"}},
    {"boost/math/", {"safety/analysis", "launch"}},
    {"boost/", {"launch"}},
    {"sqlite3.h", {"safety/analysis", "launch"}},
    {"libdeflate.h", {"middleware/topics", "middleware/node", "middleware/log", "launch"}},
    {"lz4", {"middleware/log"}},
    {"zstd.h", {"middleware/log"}},
    {"openssl/", {"middleware/log", "hal", "safety/analysis", "launch"}},
    {"pcap", {"middleware/log", "hal"}},
    {"dlfcn.h", {"hal/accel", "launch"}},
    {"gtest/", {}},
    {"gmock/", {}},
    {"benchmark/", {}},
    // The compiler and the operating system.
    {"immintrin.h", {"middleware/core", "middleware/e2e", "perception", "hal"}},
    {"wmmintrin.h", {"middleware/e2e"}},
    {"nmmintrin.h", {"middleware/e2e"}},
    {"emmintrin.h", {"middleware/e2e"}},
    {"arm_", {"middleware/core", "middleware/e2e", "perception", "hal"}},
    {"sys/auxv.h", {"middleware/e2e"}},
    {"cpuid.h", {"middleware/e2e"}},
    {"sys/",
     {"middleware/core", "middleware/bus", "middleware/dds", "middleware/node", "middleware/log", "hal", "launch"}},
    {"linux/", {"middleware/bus", "middleware/node", "hal", "launch"}},
    {"unistd.h",
     {"middleware/core", "middleware/bus", "middleware/dds", "middleware/node", "middleware/log", "hal", "launch"}},
    {"fcntl.h", {"middleware/core", "middleware/bus", "middleware/log", "hal", "launch"}},
    {"pthread.h", {"middleware/bus", "middleware/node", "launch"}},
    {"sched.h", {"middleware/bus", "middleware/node", "launch"}},
    {"signal.h", {"launch"}},
    {"poll.h", {"middleware/bus", "middleware/node", "hal", "launch"}},
    {"spawn.h", {"launch"}},
    {"time.h", {"launch"}},
    {"cxxabi.h", {"middleware/core"}},
});

/// The monitor's tick and E2E do no I/O, block on nothing, know no clock and no exception: of the standard library they
/// may include these.
constexpr auto kAllowedInSafetyCore = std::to_array<std::string_view>(
    {"algorithm", "array",       "atomic", "bit",         "cmath",   "compare", "concepts", "cstddef",  "cstdint",
     "cstring",   "iterator",    "limits", "map",         "memory",  "numbers", "numeric",  "optional", "span",
     "string",    "string_view", "tuple",  "type_traits", "utility", "variant", "vector"});

/// Headers that fastddsgen makes from middleware/idl are included by their bare name.
bool is_generated_message(std::string_view name) { return name.starts_with("ocelli_") || name.starts_with("ros2_"); }

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

template <class List>
bool is_below_any(std::string_view path, const List& folders) {
  return std::any_of(folders.begin(), folders.end(),
                     [&](std::string_view f) { return !f.empty() && is_below(path, f); });
}

const FolderRow* row_of(std::string_view path) {
  const auto row =
      std::find_if(kFolders.begin(), kFolders.end(), [&](const auto& r) { return is_below(path, r.folder); });
  return row == kFolders.end() ? nullptr : &*row;
}

struct Include {
  int line;
  bool is_quoted;
  std::string_view name;
};

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  int number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    if (!line.starts_with("#include ") || line.size() < 12) continue;
    const char close = line[9] == '<' ? '>' : '"';
    const std::size_t end = line.find(close, 10);
    if (end != std::string_view::npos) includes.push_back({number, close == '"', line.substr(10, end - 10)});
  }
  return includes;
}

std::optional<std::string> folder_mistake(const SourceFile& file, const FolderRow& row, std::string_view name) {
  constexpr std::string_view kRoot = "ocelli/";
  if (is_generated_message(name)) {
    const bool may = row.folder == "middleware/topics" || is_below_any("middleware/topics", row.may_include);
    return may ? std::nullopt
               : std::optional(std::string(row.folder) + " must not know messages (" + std::string(name) + ")");
  }
  if (!name.starts_with(kRoot)) return "write \"ocelli/<folder>/" + std::string(name) + "\", from the root of the tree";
  const std::string_view target = name.substr(kRoot.size());
  if (is_below(target, row.folder) || is_below_any(target, row.may_include)) return std::nullopt;
  std::string may = "itself";
  for (const std::string_view folder : row.may_include)
    if (!folder.empty()) may.append(", ").append(folder);
  return std::string(row.folder) + " must not include " + std::string(target) + " (it may: " + may + ")" +
         (file.path.ends_with("_test.cpp") ? "; tests belong to tests/" : "");
}

std::optional<std::string> library_mistake(const SourceFile& file, std::string_view name) {
  const bool is_standard = name.find_first_of("./") == std::string_view::npos;
  if (is_standard) {
    const bool is_core = file.is_in("safety/monitor") || file.is_in("middleware/e2e");
    const bool is_allowed = std::count(kAllowedInSafetyCore.begin(), kAllowedInSafetyCore.end(), name) > 0;
    if (!is_core || is_allowed) return std::nullopt;
    return "<" + std::string(name) + ">: the safety core does no I/O, takes no lock, reads no clock and throws nothing";
  }
  if (file.is_in("tests")) return std::nullopt;
  const auto row =
      std::find_if(kLibraries.begin(), kLibraries.end(), [&](const auto& r) { return name.starts_with(r.prefix); });
  if (row == kLibraries.end())
    return "<" + std::string(name) + ">: no row in tests/lint/include_rules.cpp says who may use it";
  if (is_below_any(file.path, row->folders)) return std::nullopt;
  std::string owners;
  for (const std::string_view folder : row->folders)
    if (!folder.empty()) owners.append(owners.empty() ? "" : ", ").append(folder);
  return "<" + std::string(name) + "> belongs to " + (owners.empty() ? "tests" : owners);
}

}  // namespace

std::vector<Finding> check_folders(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    const FolderRow* row = file.is_cpp() ? row_of(file.path) : nullptr;
    if (row == nullptr) continue;
    for (const Include& include : includes_of(file)) {
      if (!include.is_quoted) continue;
      if (auto mistake = folder_mistake(file, *row, include.name))
        findings.push_back({file.path, include.line, std::move(*mistake)});
    }
  }
  return findings;
}

std::vector<Finding> check_libraries(const Tree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    for (const Include& include : includes_of(file)) {
      if (include.is_quoted) continue;
      if (auto mistake = library_mistake(file, include.name))
        findings.push_back({file.path, include.line, std::move(*mistake)});
    }
  }
  return findings;
}

}  // namespace ocelli::lint
