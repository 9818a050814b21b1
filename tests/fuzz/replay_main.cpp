// Stands in for libFuzzer in ordinary builds: runs a fuzz target over its corpus folder, over truncations of every
// file and over seeded mutations, always the same ones. `./dev fuzz NAME SECONDS` looks for new inputs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMostTruncations = 256;
constexpr int kMutationsPerFile = 300;
constexpr int kRandomInputs = 2000;

/// A copy of exactly this size on the heap, so that AddressSanitizer sees a read beyond it.
void run(const Bytes& input) {
  const Bytes exact(input.begin(), input.end());
  static_cast<void>(LLVMFuzzerTestOneInput(exact.data(), exact.size()));
}

std::vector<Bytes> corpus_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Bytes> corpus;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

/// Flips, overwrites with edge values, removes or doubles a few places.
Bytes mutated(Bytes input, std::mt19937& random) {
  constexpr std::uint8_t kEdges[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
  const auto changes = 1 + random() % 4;
  for (std::uint32_t i = 0; i < changes && !input.empty(); ++i) {
    const std::size_t at = random() % input.size();
    const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 4) {
      case 0: input[at] ^= static_cast<std::uint8_t>(1U << (random() % 8)); break;
      case 1: std::fill_n(place, std::min<std::size_t>(4, input.size() - at), kEdges[random() % 5]); break;
      case 2: input.erase(place); break;
      default: input.insert(place, input[at]); break;
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]), 2;
  std::mt19937 random(1);
  const std::vector<Bytes> corpus = corpus_of(argv[1]);
  for (const Bytes& input : corpus) {
    run(input);
    const std::size_t stride = std::max<std::size_t>(1, input.size() / kMostTruncations);
    for (std::size_t size = 0; size < input.size(); size += stride)
      run(Bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
    for (int i = 0; i < kMutationsPerFile; ++i) run(mutated(input, random));
  }
  for (int i = 0; i < kRandomInputs; ++i) {
    Bytes input(random() % 256);
    std::generate(input.begin(), input.end(), [&] { return static_cast<std::uint8_t>(random()); });
    run(input);
  }
  std::printf("%zu corpus files, all as expected\n", corpus.size());
  return 0;
}
