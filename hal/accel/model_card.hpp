#pragma once
// A model card: everything one must know to use a model's files, as YAML. Ocelli brings cards, never weights. A card in
// the models folder (NAME.yaml) goes before the one built in under that name.
// Must not know: accelerators.

#include <array>
#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "ocelli/hal/accel/network.hpp"
#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"

namespace ocelli::accel {

enum class Decoder { kDarknetYolo, kFastestDet, kNanoDet, kTwinLiteNet, kBoxes, kLaneLines };
constexpr auto enum_names(Decoder) {
  return std::to_array<std::pair<std::string_view, Decoder>>({{"darknet_yolo", Decoder::kDarknetYolo},
                                                              {"fastestdet", Decoder::kFastestDet},
                                                              {"nanodet", Decoder::kNanoDet},
                                                              {"twinlitenet", Decoder::kTwinLiteNet},
                                                              {"boxes", Decoder::kBoxes},
                                                              {"lane_lines", Decoder::kLaneLines}});
}

enum class Fit { kStretch, kLetterbox };
constexpr auto enum_names(Fit) {
  return std::to_array<std::pair<std::string_view, Fit>>({{"stretch", Fit::kStretch}, {"letterbox", Fit::kLetterbox}});
}

enum class Resample { kLinear, kArea };
constexpr auto enum_names(Resample) {
  return std::to_array<std::pair<std::string_view, Resample>>(
      {{"linear", Resample::kLinear}, {"area", Resample::kArea}});
}

enum class ChannelOrder { kRgb, kBgr };
constexpr auto enum_names(ChannelOrder) {
  return std::to_array<std::pair<std::string_view, ChannelOrder>>(
      {{"rgb", ChannelOrder::kRgb}, {"bgr", ChannelOrder::kBgr}});
}

/// The others give objects.
constexpr bool gives_lanes(Decoder decoder) {
  return decoder == Decoder::kTwinLiteNet || decoder == Decoder::kLaneLines;
}

struct CardFile {
  std::string name;
  std::string role;
  std::string sha256;
  std::string url;
  static constexpr auto fields() {
    return std::tuple{required(field("name", &CardFile::name, "file in the models folder")),
                      required(field("role", &CardFile::role, "onnx, darknet.cfg or darknet.weights")),
                      required(field("sha256", &CardFile::sha256, "64 hexadecimal digits")),
                      field("url", &CardFile::url, "where `ocelli models fetch` gets it: https, http or file")};
  }
};

/// What becomes of a picture: value = (pixel - mean) / deviation per channel, channels in the order of the model.
struct CardInput {
  int width_px = 320;
  int height_px = 320;
  ChannelOrder order = ChannelOrder::kRgb;
  Fit fit = Fit::kStretch;
  Resample resample = Resample::kLinear;
  std::vector<double> mean = {0.0, 0.0, 0.0};
  std::vector<double> deviation = {255.0, 255.0, 255.0};
  static constexpr auto fields() {
    return std::tuple{
        required(field("width_px", &CardInput::width_px, "px", 16, 8192, "of the model's input")),
        required(field("height_px", &CardInput::height_px, "px", 16, 8192, "of the model's input")),
        field("order", &CardInput::order, "of the channels: rgb or bgr"),
        field("fit", &CardInput::fit, "stretch the picture, or letterbox: keep its proportions, fill with 0"),
        field("resample", &CardInput::resample, "linear (between the nearest pixels) or area (mean of all it covers)"),
        field("mean", &CardInput::mean, "", 0.0, 255.0, "per channel, subtracted first"),
        field("deviation", &CardInput::deviation, "", 1e-6, 1e6, "per channel, divided by")};
  }
};

struct CardClass {
  std::string name;
  std::string as;
  static constexpr auto fields() {
    return std::tuple{required(field("name", &CardClass::name, "class of the model")),
                      required(field("as", &CardClass::as, "car, pedestrian, cyclist or truck"))};
  }
};

struct ModelCard {
  std::string name;  // of the card's file
  std::string licence;
  std::string origin;
  Decoder decoder{};
  std::string backend;  // the only one that runs it; "": whichever the configuration names
  std::vector<CardFile> files;
  CardInput input;
  double score_min = 0.4;
  double overlap_max = 0.5;
  std::vector<std::string> classes;
  std::vector<CardClass> road_users;
  static constexpr auto fields() {
    return std::tuple{
        required(field("licence", &ModelCard::licence, "of the weights")),
        field("origin", &ModelCard::origin, "repository and revision that the files come from"),
        required(field("decoder", &ModelCard::decoder,
                       "darknet_yolo, fastestdet, nanodet, twinlitenet, boxes or lane_lines")),
        field("backend", &ModelCard::backend, "the only accelerator that runs it, whatever the launch file says"),
        required(field("files", &ModelCard::files, "of the model; none when its accelerator brings it along")),
        required(field("input", &ModelCard::input, "shape and normalisation")),
        field("score_min", &ModelCard::score_min, "", 0.0, 1.0, "detections below are dropped"),
        field("overlap_max", &ModelCard::overlap_max, "", 0.0, 1.0,
              "of two boxes, whatever their classes; beyond, the less sure one goes"),
        field("classes", &ModelCard::classes, "names in the order of the model's outputs"),
        field("road_users", &ModelCard::road_users, "classes that are road users; others are dropped")};
  }
};

/// All mistakes at once, with file, line and column.
[[nodiscard]] Result<ModelCard> parse_card(const std::string& text, const std::string& file);

/// --models, else $OCELLI_MODELS, else ~/.local/share/ocelli/models.
[[nodiscard]] std::filesystem::path models_folder();
/// What --models does: for this process and those it starts.
void set_models_folder(const std::string& folder);

/// The names of the built-in cards and of those in the folder.
[[nodiscard]] std::vector<std::string> card_names(const std::filesystem::path& folder);
/// The card as it was written.
struct CardText {
  std::string file;  // for messages
  std::string text;
};
[[nodiscard]] Result<CardText> find_card_text(const std::string& name, const std::filesystem::path& folder);
[[nodiscard]] Result<ModelCard> find_card(const std::string& name, const std::filesystem::path& folder);

/// 64 hexadecimal digits.
[[nodiscard]] std::string sha256_of(std::span<const std::byte> data);
[[nodiscard]] Result<std::vector<std::byte>> read_file(const std::filesystem::path& file);
/// kCorrupt when `bytes` are not what the card describes; `where` names them.
[[nodiscard]] Status check_hash(const CardFile& file, std::span<const std::byte> bytes, const std::string& where);
/// kNotFound or kCorrupt, naming the file, what was expected and what to do.
[[nodiscard]] Result<std::vector<std::byte>> read_checked(const CardFile& file, const std::filesystem::path& folder);
/// The first file of the card that is not there; nothing when the model is installed, right or wrong.
[[nodiscard]] std::optional<std::filesystem::path> missing_file(const ModelCard& card,
                                                                const std::filesystem::path& folder);
/// kNotFound when nothing but missing files keeps the model from being read: a wrong one goes before them.
[[nodiscard]] Result<std::vector<NetworkPart>> read_parts(const ModelCard& card, const std::filesystem::path& folder);

/// The accelerator that runs the card: its own, else the configured one with `auto` decided. kNotFound when the
/// configured name is none, whoever runs the card.
[[nodiscard]] Result<AcceleratorConfig> accelerator_of(const ModelCard& card, const AcceleratorConfig& config);

/// A model that is there, and the accelerator that will run it.
struct ChosenModel {
  ModelCard card;
  AcceleratorConfig accelerator;         // its `backend` is one that exists: no `auto`
  std::vector<std::string> passed_over;  // preferred models, each with the file that is missing
  /// "model 'b' on 'opencv' (not 'a': /models/a.onnx is not there)".
  [[nodiscard]] std::string sentence() const;
};

/// The first of `names`, in the order of preference, whose files are all there. Errors: a name that no card has, a file
/// that is not what its card describes (a broken model is not passed over), no model that is there.
[[nodiscard]] Result<ChosenModel> choose_model(const std::vector<std::string>& names,
                                               const AcceleratorConfig& accelerator,
                                               const std::filesystem::path& folder);

/// The network of a card, its input 1 x 3 x height x width. `stop` as for Network::load.
[[nodiscard]] Result<Network> load_network(const ModelCard& card, const AcceleratorConfig& config,
                                           const std::filesystem::path& folder,
                                           const std::atomic<bool>* stop = nullptr);

}  // namespace ocelli::accel
