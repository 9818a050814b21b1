// `ocelli models`: what networks there are, whether their files are right and run here, and how to get them.
#include <algorithm>
#include <optional>
#include <string_view>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/model_card.hpp"
#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/fetch_file.hpp"
#include "ocelli/perception/camera_objects/decoders.hpp"
#include "ocelli/perception/lanes/lanes.hpp"

namespace ocelli::launch {
namespace {

struct ModelsOptions {
  std::vector<std::string> names;
  std::string from;
  accel::AcceleratorConfig accelerator;
};

std::string_view decoder_name(accel::Decoder decoder) {
  for (const auto& [name, value] : accel::enum_names(accel::Decoder{}))
    if (value == decoder) return name;
  return "?";
}

/// A file that is missing is no mistake; one that is another than the card describes is.
const char* state_of(const accel::ModelCard& card, const std::filesystem::path& folder, std::string& mistakes) {
  const auto parts = accel::read_parts(card, folder);
  if (parts) return "ready";
  if (parts.error().code == ErrorCode::kNotFound) return "missing";
  mistakes += parts.error().message + "\n";
  return "WRONG";
}

int list(const ModelsOptions&) {
  const auto folder = accel::models_folder();
  fmt::print("models folder: {}\n\n{:<22} {:<13} {:>9}  {:<8} {}\n", folder.string(), "model", "decoder", "input",
             "files", "licence");
  int exit_status = kExitOk;
  std::string mistakes;
  for (const std::string& name : accel::card_names(folder)) {
    const auto card = accel::find_card(name, folder);
    if (!card) {
      exit_status = report_error(card.error());
      continue;
    }
    fmt::print("{:<22} {:<13} {:>9}  {:<8} {}\n", name, decoder_name(card->decoder),
               fmt::format("{}x{}", card->input.width_px, card->input.height_px), state_of(*card, folder, mistakes),
               card->licence);
  }
  if (mistakes.empty()) return exit_status;
  fmt::print("\n{}", mistakes);
  return exit_status == kExitOk ? kExitVerdictFailed : exit_status;
}

Status check_one(const std::string& name, const ModelsOptions& options) {
  const auto folder = accel::models_folder();
  OCELLI_ASSIGN(const accel::ModelCard card, accel::find_card(name, folder));
  OCELLI_ASSIGN(accel::Network network, accel::load_network(card, options.accelerator, folder));
  OCELLI_TRY(accel::gives_lanes(card.decoder) ? perception::check_masks(card, network.outputs())
                                              : perception::check_outputs(card, network.outputs()));
  OCELLI_ASSIGN(const std::span<float> input, network.begin_input());
  std::ranges::fill(input, 0.5F);
  OCELLI_TRY(network.run(60s));
  OCELLI_ASSIGN(const accel::AcceleratorConfig used, accel::accelerator_of(card, options.accelerator));
  fmt::print("{:<22} right, runs on {} in {:.1f} ms\n", name, used.backend, to_milliseconds(network.last_time()));
  return ok();
}

/// Why a model that nobody asked for by name is passed over: its files are not there, and none of them is wrong.
std::optional<std::string> not_installed(const std::string& name) {
  const auto folder = accel::models_folder();
  const auto card = accel::find_card(name, folder);
  std::string mistakes;
  if (!card || state_of(*card, folder, mistakes) != std::string_view("missing")) return std::nullopt;
  const bool has_urls = std::ranges::none_of(card->files, [](const auto& file) { return file.url.empty(); });
  return fmt::format("{} is not there: ocelli models fetch {}{}",
                     accel::missing_file(*card, folder).value_or(folder).string(), name,
                     has_urls ? "" : fmt::format(" --from URL (origin: {})", card->origin));
}

int check(const ModelsOptions& options) {
  const auto names = options.names.empty() ? accel::card_names(accel::models_folder()) : options.names;
  int exit_status = kExitOk;
  for (const std::string& name : names) {
    if (const auto why = options.names.empty() ? not_installed(name) : std::nullopt) {
      fmt::print("{:<22} not installed: {}\n", name, *why);
    } else if (const Status status = check_one(name, options); !status) {
      fmt::print("{:<22} FAILED: {}\n", name, status.error().message);
      exit_status = kExitVerdictFailed;
    }
  }
  return exit_status;
}

Status fetch_one(const std::string& name, const ModelsOptions& options) {
  const auto folder = accel::models_folder();
  OCELLI_ASSIGN(const accel::ModelCard card, accel::find_card(name, folder));
  if (card.files.empty())
    fmt::print("{}: nothing to fetch, the accelerator '{}' brings the model along\n", name, card.backend);
  for (const accel::CardFile& file : card.files) {
    const std::string url = options.from.empty() ? file.url : options.from + "/" + file.name;
    if (accel::read_checked(file, folder)) {
      fmt::print("{}: there already\n", file.name);
      continue;
    }
    if (url.empty())
      return error(ErrorCode::kInvalidArgument,
                   "model '{}': its card has no url for {} (origin: {}). Give --from URL, or write the url into a card "
                   "of your own: ocelli models show {} > {}",
                   name, file.name, card.origin, name, (folder / (name + ".yaml")).string());
    OCELLI_TRY(fetch_file(url, folder / file.name,
                          [&](std::span<const std::byte> bytes) { return accel::check_hash(file, bytes, url); }));
    fmt::print("{}: fetched\n", file.name);
  }
  return ok();
}

int fetch(const ModelsOptions& options) {
  for (const std::string& name : options.names)
    if (const Status status = fetch_one(name, options); !status) return report_error(status.error());
  return kExitOk;
}

int show(const ModelsOptions& options) {
  for (const std::string& name : options.names) {
    const auto card = accel::find_card_text(name, accel::models_folder());
    if (!card) return report_error(card.error());
    fmt::print("{}", card->text);
  }
  return kExitOk;
}

int list_backends(const ModelsOptions&) {
  fmt::print("{:<14} {:<12} {}\n", "accelerator", "version", "meaning");
  for (const accel::BackendRow& row : accel::backends()) {
    const auto version = accel::version_of(row);
    fmt::print("{:<14} {:<12} {}\n", row.name, version ? *version : "-", row.meaning);
    if (!version) fmt::print("{:<14} {:<12} {}\n", "", "", version.error().message);
  }
  return kExitOk;
}

CLI::App* verb(CLI::App& command, int& exit_status, const std::shared_ptr<ModelsOptions>& options, const char* name,
               const char* summary, int (*act)(const ModelsOptions&)) {
  CLI::App* sub = command.add_subcommand(name, summary);
  sub->fallthrough();  // --models, before the verb or behind it
  sub->callback([options, act, &exit_status] { exit_status = act(*options); });
  return sub;
}

}  // namespace

void add_models_option(CLI::App& command) {
  command.add_option_function<std::string>("--models", &accel::set_models_folder,
                                           "models folder (default: OCELLI_MODELS, else the user's data folder)");
}

void declare_models(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<ModelsOptions>();
  add_models_option(command);
  command.require_subcommand(1);
  verb(command, exit_status, options, "list", "the cards, and whether their files are there and right", &list);
  CLI::App* checked = verb(command, exit_status, options, "check",
                           "load each model, run it once, and compare its outputs with what its decoder reads", &check);
  checked->add_option("names", options->names, "models (default: all)");
  checked
      ->add_option("--backend", options->accelerator.backend,
                   "row of `ocelli models backends`, path of a shared library, or `auto`: ONNX Runtime for ONNX "
                   "models where it can be used, else OpenCV")
      ->capture_default_str();
  checked->add_option("--threads", options->accelerator.threads, "that compute")->check(CLI::Range(1, 64));
  CLI::App* fetched = verb(command, exit_status, options, "fetch", "bring the files of a card into the folder", &fetch);
  fetched->add_option("names", options->names, "models")->required();
  fetched->add_option("--from", options->from, "URL of a folder that holds the files (default: the urls of the card)");
  verb(command, exit_status, options, "show", "print a card, to write one's own", &show)
      ->add_option("names", options->names, "models")
      ->required();
  verb(command, exit_status, options, "backends", "the accelerators, and whether they can be used here",
       &list_backends);
}

}  // namespace ocelli::launch
