// ocelli_lint [ROOT]: checks the house rules on every file of the tree that is tracked or could be. Exit 1 on a
// finding.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "ocelli/tests/lint/rules.hpp"

namespace {

namespace fs = std::filesystem;
using ocelli::lint::Tree;

/// What git knows or would add; empty outside of a repository.
std::vector<std::string> paths_from_git(const fs::path& root) {
  const std::string command = "git -C '" + root.string() + "' ls-files -z -co --exclude-standard 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::vector<std::string> paths;
  std::string path;
  for (int c = pipe ? std::fgetc(pipe.get()) : EOF; c != EOF; c = std::fgetc(pipe.get())) {
    if (c != 0) {
      path += static_cast<char>(c);
    } else {
      paths.push_back(std::exchange(path, {}));
    }
  }
  return paths;
}

/// For a tree without git: everything but build folders.
std::vector<std::string> paths_from_folder(const fs::path& root) {
  std::vector<std::string> paths;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator(); ++at) {
    const std::string name = at->path().filename().string();
    const bool is_left_out = name == ".git" || name == "out" || name == "node_modules" || name.starts_with("build");
    if (at->is_directory() && is_left_out) at.disable_recursion_pending();
    if (at->is_regular_file()) paths.push_back(fs::relative(at->path(), root).generic_string());
  }
  return paths;
}

Tree read_tree(const fs::path& root) {
  auto paths = paths_from_git(root);
  if (paths.empty()) paths = paths_from_folder(root);
  std::sort(paths.begin(), paths.end());
  Tree tree;
  for (const std::string& path : paths) {
    if (!fs::is_regular_file(root / path)) continue;
    std::ifstream file(root / path, std::ios::binary);
    tree.push_back(ocelli::lint::make_source(path, {std::istreambuf_iterator<char>(file), {}}));
  }
  return tree;
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path root = argc > 1 ? argv[1] : ".";
  if (!fs::is_regular_file(root / "CMakeLists.txt")) {
    std::fprintf(stderr, "ocelli_lint: %s is not the root of the tree\n", root.c_str());
    return 2;
  }
  const Tree tree = read_tree(root);
  const auto findings = ocelli::lint::check_all(tree);
  for (const auto& finding : findings) {
    const std::string line = finding.line > 0 ? ":" + std::to_string(finding.line) : "";
    std::printf("%s%s: %s\n", finding.path.c_str(), line.c_str(), finding.message.c_str());
  }
  std::printf("%zu files, %zu rules, %zu findings\n", tree.size(), ocelli::lint::rules().size(), findings.size());
  return findings.empty() ? 0 : 1;
}
