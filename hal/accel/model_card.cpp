#include "ocelli/hal/accel/model_card.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <span>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/middleware/config/yaml.hpp"

namespace ocelli::accel {

// Generated from hal/accel/cards.
std::string_view built_in_card(std::string_view name);
std::span<const std::string_view> built_in_card_names();

namespace {

namespace fs = std::filesystem;

constexpr auto kRoadUsers = std::to_array<std::string_view>({"car", "pedestrian", "cyclist", "truck"});
constexpr auto kRoles = std::to_array<std::string_view>({"onnx", "darknet.cfg", "darknet.weights"});

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

void check_file(const CardFile& file, const YAML::Node& place, ConfigReader& reader) {
  const auto is_hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
  if (file.sha256.size() != 64 || !std::ranges::all_of(file.sha256, is_hex))
    reader.mistake(place, fmt::format("file '{}': 'sha256' has {} characters: expected 64 hexadecimal digits",
                                      file.name, file.sha256.size()));
  if (!contains(kRoles, file.role))
    reader.mistake(place,
                   fmt::format("file '{}': role '{}': expected {}", file.name, file.role, fmt::join(kRoles, ", ")));
  if (file.name.empty() || file.name.find('/') != std::string::npos)
    reader.mistake(place, fmt::format("file '{}': expected a plain name in the models folder", file.name));
}

void check_card(const ModelCard& card, const YAML::Node& root, ConfigReader& reader) {
  for (const CardFile& file : card.files) check_file(file, root["files"], reader);
  if (card.files.empty() && card.backend.empty())
    reader.mistake(root["files"], "a model has at least one file, or a 'backend' that brings it along");
  if (card.input.mean.size() != 3 || card.input.deviation.size() != 3)
    reader.mistake(root["input"], "'mean' and 'deviation' have three values, one per channel");
  for (const CardClass& user : card.road_users) {
    if (!contains(card.classes, user.name))
      reader.mistake(root["road_users"], fmt::format("'{}' is none of the model's classes", user.name));
    if (!contains(kRoadUsers, user.as))
      reader.mistake(root["road_users"], fmt::format("as '{}': expected {}", user.as, fmt::join(kRoadUsers, ", ")));
  }
  if (!gives_lanes(card.decoder) && card.classes.empty())
    reader.mistake(root, "'classes' is missing: a detector has classes");
}

}  // namespace

Result<ModelCard> parse_card(const std::string& text, const std::string& file) {
  OCELLI_ASSIGN(const YamlFile yaml, YamlFile::parse(text, file));
  ConfigReader reader(file);
  ModelCard card;
  card.name = fs::path(file).stem().string();
  reader.read(yaml.root(), card);
  if (reader.mistakes().empty()) check_card(card, yaml.root(), reader);
  OCELLI_TRY(reader.status());
  return card;
}

fs::path models_folder() {
  if (const char* set = std::getenv("OCELLI_MODELS"); set != nullptr && *set != '\0') return set;
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0')
    return fs::path(data) / "ocelli/models";
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : ".") / ".local/share/ocelli/models";
}

void set_models_folder(const std::string& folder) { ::setenv("OCELLI_MODELS", folder.c_str(), 1); }

std::vector<std::string> card_names(const fs::path& folder) {
  const auto built_in = built_in_card_names();
  std::set<std::string> names(built_in.begin(), built_in.end());
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure))
    if (entry.path().extension() == ".yaml") names.insert(entry.path().stem().string());
  return {names.begin(), names.end()};
}

Result<CardText> find_card_text(const std::string& name, const fs::path& folder) {
  const fs::path own = folder / (name + ".yaml");
  std::error_code failure;
  if (name.find('/') == std::string::npos && fs::is_regular_file(own, failure)) {
    OCELLI_ASSIGN(const std::vector<std::byte> bytes, read_file(own));
    return CardText{own.string(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
  }
  if (const std::string_view text = built_in_card(name); !text.empty())
    return CardText{name + ".yaml (built in)", std::string(text)};
  return error(ErrorCode::kNotFound, "{} (models folder: {})", unknown_name("model", name, card_names(folder)),
               folder.string());
}

Result<ModelCard> find_card(const std::string& name, const fs::path& folder) {
  OCELLI_ASSIGN(const CardText found, find_card_text(name, folder));
  OCELLI_ASSIGN(ModelCard card, parse_card(found.text, found.file));
  card.name = name;
  return card;
}

std::string sha256_of(std::span<const std::byte> data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

Result<std::vector<std::byte>> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code failure;
  if (!in && fs::exists(file, failure)) return error(ErrorCode::kUnavailable, "{}: cannot be read", file.string());
  if (!in) return error(ErrorCode::kNotFound, "{}: no such file", file.string());
  const std::vector<char> chars{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return error(ErrorCode::kUnavailable, "{}: reading failed", file.string());
  const auto* bytes = reinterpret_cast<const std::byte*>(chars.data());
  return std::vector<std::byte>(bytes, bytes + chars.size());
}

Status check_hash(const CardFile& file, std::span<const std::byte> bytes, const std::string& where) {
  std::string wanted = file.sha256;
  std::ranges::transform(wanted, wanted.begin(), [](unsigned char c) { return std::tolower(c); });
  if (const std::string hash = sha256_of(bytes); hash != wanted)
    return error(ErrorCode::kCorrupt, "{}: SHA-256 is {}, the card says {}: not the model that the card describes",
                 where, hash, wanted);
  return ok();
}

Result<std::vector<std::byte>> read_checked(const CardFile& file, const fs::path& folder) {
  const fs::path path = folder / file.name;
  std::error_code failure;
  if (!fs::is_regular_file(path, failure))
    return error(ErrorCode::kNotFound,
                 "{}: not there. Put it there (ocelli models fetch), or name its folder with --models or OCELLI_MODELS",
                 path.string());
  OCELLI_ASSIGN(std::vector<std::byte> bytes, read_file(path));
  OCELLI_TRY(check_hash(file, bytes, path.string()));
  return bytes;
}

std::optional<fs::path> missing_file(const ModelCard& card, const fs::path& folder) {
  std::error_code failure;
  for (const CardFile& file : card.files)
    if (!fs::is_regular_file(folder / file.name, failure)) return folder / file.name;
  return std::nullopt;
}

Result<std::vector<NetworkPart>> read_parts(const ModelCard& card, const fs::path& folder) {
  std::vector<NetworkPart> parts;
  std::optional<Error> missing;
  for (const CardFile& file : card.files) {
    auto bytes = read_checked(file, folder);
    if (bytes) {
      parts.push_back({file.role, std::move(*bytes)});
      continue;
    }
    Error failure = bytes.error().within(fmt::format("model '{}'", card.name));
    if (failure.code != ErrorCode::kNotFound) return error(std::move(failure));
    if (!missing) missing = std::move(failure);
  }
  if (missing) return error(*std::move(missing));
  return parts;
}

Result<AcceleratorConfig> accelerator_of(const ModelCard& card, const AcceleratorConfig& config) {
  OCELLI_TRY(check_backend_name(config.backend));
  AcceleratorConfig used = config;
  if (!card.backend.empty()) {
    used.backend = card.backend;
  } else if (config.backend == kAutoBackend) {
    const auto row = std::ranges::find(backends(), std::string_view("onnxruntime"), &BackendRow::name);
    const bool is_onnx = card.files.size() == 1 && card.files[0].role == "onnx";
    used.backend = is_onnx && row != backends().end() && version_of(*row) ? "onnxruntime" : "opencv";
  }
  return used;
}

std::string ChosenModel::sentence() const {
  const std::string chosen = fmt::format("model '{}' on '{}'", card.name, accelerator.backend);
  return passed_over.empty() ? chosen : fmt::format("{} ({})", chosen, fmt::join(passed_over, "; "));
}

Result<ChosenModel> choose_model(const std::vector<std::string>& names, const AcceleratorConfig& accelerator,
                                 const fs::path& folder) {
  if (names.empty()) return error(ErrorCode::kInvalidArgument, "'model': expected at least one name");
  std::vector<ModelCard> cards;  // all names are checked, whichever is taken
  for (const std::string& name : names) {
    OCELLI_ASSIGN(cards.emplace_back(), find_card(name, folder));
  }
  ChosenModel chosen;
  std::string last;
  for (ModelCard& card : cards) {
    const auto parts = read_parts(card, folder);
    if (parts) {
      OCELLI_ASSIGN(chosen.accelerator, accelerator_of(card, accelerator));
      chosen.card = std::move(card);
      return chosen;
    }
    if (parts.error().code != ErrorCode::kNotFound) return error(parts.error());
    last = parts.error().message;
    chosen.passed_over.push_back(
        fmt::format("not '{}': {} is not there", card.name, missing_file(card, folder).value_or(folder).string()));
  }
  if (names.size() == 1) return error(ErrorCode::kNotFound, "{}", last);
  return error(ErrorCode::kNotFound, "none of these models is there: {}", fmt::join(chosen.passed_over, "; "));
}

Result<Network> load_network(const ModelCard& card, const AcceleratorConfig& config, const fs::path& folder,
                             const std::atomic<bool>* stop) {
  OCELLI_ASSIGN(std::vector<NetworkPart> parts, read_parts(card, folder));
  OCELLI_ASSIGN(const AcceleratorConfig used, accelerator_of(card, config));
  return Network::load(card.name, std::move(parts), {1, 3, card.input.height_px, card.input.width_px}, used, stop);
}

}  // namespace ocelli::accel
