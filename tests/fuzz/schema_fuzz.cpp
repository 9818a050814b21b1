// Random bytes as a message of any kind (the first byte says which), and as IDL text: an error or a walk to the end.
#include <array>

#include "ocelli/middleware/topics/schema.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace {

struct Counter final : ocelli::topics::SchemaVisitor {
  void on_boolean(bool) override { ++values; }
  void on_unsigned(std::uint64_t) override { ++values; }
  void on_signed(std::int64_t) override { ++values; }
  void on_float(double, std::size_t) override { ++values; }
  void on_string(std::string_view text) override {
    for (const char c : text) values += static_cast<std::uint64_t>(c == ' ');
  }
  void on_enum(std::uint32_t, std::string_view name) override { values += name.size(); }
  void on_octets(std::span<const std::byte> bytes) override {
    for (const std::byte byte : bytes) values += std::to_integer<std::uint64_t>(byte);
  }
  void begin_struct(const ocelli::topics::SchemaType&) override {}
  void on_member(std::string_view) override {}
  void end_struct() override {}
  void begin_list(std::size_t) override {}
  void end_list() override {}
  std::uint64_t values = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocelli::topics;
  static const auto kTypes = [] {
    std::array<SchemaTypePtr, kTable.size()> types;
    for (std::size_t i = 0; i < types.size(); ++i)
      types[i] = *parse_schema(kTable[i].codec().schema, kTable[i].codec().type_name);
    return types;
  }();
  if (size == 0) return 0;
  if (data[0] >= kTypes.size()) {
    const auto type = parse_schema({reinterpret_cast<const char*>(data + 1), size - 1}, "S");
    return type && (*type)->members.size() > size ? 1 : 0;
  }
  Counter counter;
  const std::span<const std::byte> cdr{reinterpret_cast<const std::byte*>(data) + 1, size - 1};
  volatile bool is_whole = walk(*kTypes[data[0]], cdr, counter).has_value();
  static_cast<void>(is_whole);
  return 0;
}
