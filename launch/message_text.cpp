#include "ocelli/launch/message_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace ocelli::launch {
namespace {

using Json = nlohmann::ordered_json;

class JsonBuilder final : public topics::SchemaVisitor {
 public:
  explicit JsonBuilder(std::size_t most_octets) : most_octets_(most_octets) {}
  Json take() { return std::move(root_); }

  void on_boolean(bool value) override { put(value); }
  void on_unsigned(std::uint64_t value) override { put(value); }
  void on_signed(std::int64_t value) override { put(value); }
  void on_float(double value, std::size_t size) override {
    if (std::isnan(value)) return put("NaN");
    if (std::isinf(value)) return put(value > 0 ? "Infinity" : "-Infinity");
    if (size == sizeof(double)) return put(value);
    // The shortest text that is this float, not the longer one of its double.
    const std::string text = fmt::format("{}", static_cast<float>(value));
    std::from_chars(text.data(), text.data() + text.size(), value);
    put(value);
  }
  void on_string(std::string_view text) override { put(std::string(text)); }
  void on_enum(std::uint32_t value, std::string_view name) override {
    if (name.empty()) return put(value);
    put(std::string(name));
  }
  void on_octets(std::span<const std::byte> bytes) override {
    if (bytes.size() > most_octets_) {
      std::string text = fmt::format("{} octets: ", bytes.size());
      for (const std::byte byte : bytes.first(most_octets_)) text += fmt::format("{:02x}", std::to_integer<int>(byte));
      return put(text + "…");
    }
    Json list = Json::array();
    for (const std::byte byte : bytes) list.push_back(std::to_integer<int>(byte));
    put(std::move(list));
  }
  void begin_struct(const topics::SchemaType&) override { open_.push_back({Json::object(), {}}); }
  void on_member(std::string_view name) override { open_.back().member = name; }
  void end_struct() override { close(); }
  void begin_list(std::size_t) override { open_.push_back({Json::array(), {}}); }
  void end_list() override { close(); }

 private:
  struct Open {
    Json value;
    std::string member;
  };
  void put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.push_back(std::move(value));
    } else {
      open_.back().value[open_.back().member] = std::move(value);
    }
  }
  void close() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    put(std::move(value));
  }

  const std::size_t most_octets_;
  std::vector<Open> open_;
  Json root_;
};

/// "a.b[2]" → {"a", "b", "[2"}.
std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  std::string step;
  for (const char c : path) {
    const bool is_break = c == '.' || c == '[';
    if (is_break && !step.empty()) steps.push_back(std::exchange(step, {}));
    if (c != '.' && c != ']') step += c;
  }
  if (!step.empty()) steps.push_back(step);
  return steps;
}

Result<Json> one_step(const Json& from, const std::string& step) {
  if (step[0] == '[') {
    std::size_t index = 0;
    const bool is_number =
        std::from_chars(step.data() + 1, step.data() + step.size(), index).ptr == step.data() + step.size();
    if (is_number && from.is_array() && index < from.size()) return from[index];
    return error(ErrorCode::kNotFound, "{}]: expected {}", step,
                 from.is_array() ? fmt::format("an index below {}", from.size()) : "the name of a member");
  }
  if (from.is_object() && from.contains(step)) return from[step];
  std::string names;
  if (from.is_object())
    for (const auto& [name, value] : from.items()) names += (names.empty() ? "" : ", ") + name;
  return error(ErrorCode::kNotFound, "'{}': {}", step,
               names.empty() ? std::string("there are no members here") : "expected one of " + names);
}

bool is_plain(const Json& value) { return !value.is_structured() || value.empty(); }

void write_yaml(const Json& value, std::string& text, std::size_t indent) {
  const std::string margin(indent, ' ');
  const bool is_one_line = is_plain(value) || (value.is_array() && std::all_of(value.begin(), value.end(), is_plain));
  if (is_one_line) {
    text += ' ' + value.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
    return;
  }
  text += '\n';
  for (const auto& [name, part] : value.items()) {
    text += margin + (value.is_array() ? std::string("-") : name + ':');
    write_yaml(part, text, indent + 2);
  }
}

}  // namespace

Result<Json> message_json(const topics::SchemaType& type, std::span<const std::byte> cdr, std::size_t most_octets) {
  JsonBuilder builder(most_octets);
  OCELLI_TRY(topics::walk(type, cdr, builder));
  return builder.take();
}

Result<Json> select_field(const Json& message, const std::string& path) {
  Json value = message;
  for (const std::string& step : steps_of(path)) {
    auto next = one_step(value, step);
    if (!next) return error(next.error().within(fmt::format("--field {}", path)));
    value = std::move(*next);
  }
  return value;
}

std::string to_yaml(const Json& value) {
  std::string text;
  write_yaml(value, text, 0);
  return text.substr(1);  // the space or line break that would follow a name
}

}  // namespace ocelli::launch
