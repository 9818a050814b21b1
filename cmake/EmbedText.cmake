# Script: writes a C++ file with `std::string_view FUNCTION(std::string_view name)` that returns the text of one of the
# embedded files by its name without folder and ending, "" when there is none, and with
# `std::span<const std::string_view> FUNCTION_names()`, sorted.
list(SORT FILES)
set(body "")
set(rows "")
set(names "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND body "constexpr std::string_view k_${name} = R\"text(${text})text\";\n")
  string(APPEND rows "    {\"${name}\", k_${name}},\n")
  string(APPEND names "    \"${name}\",\n")
endforeach()
file(WRITE ${OUT} "// Generated.
#include <span>
#include <string_view>
#include <utility>

namespace ${NAMESPACE} {
namespace {
${body}
constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
${rows}};
constexpr std::string_view kNames[] = {
${names}};
}  // namespace

std::string_view ${FUNCTION}(std::string_view name);
std::string_view ${FUNCTION}(std::string_view name) {
  for (const auto& [file, text] : kFiles)
    if (file == name) return text;
  return {};
}

std::span<const std::string_view> ${FUNCTION}_names();
std::span<const std::string_view> ${FUNCTION}_names() { return kNames; }
}  // namespace ${NAMESPACE}
")
