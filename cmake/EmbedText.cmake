# Script: writes a C++ file with `std::string_view FUNCTION(std::string_view name)` that returns the text of one of the
# embedded files by its name without folder and ending; "" when there is none.
set(body "")
set(rows "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND body "constexpr std::string_view k_${name} = R\"text(${text})text\";\n")
  string(APPEND rows "    {\"${name}\", k_${name}},\n")
endforeach()
file(WRITE ${OUT} "// Generated.
#include <string_view>
#include <utility>

namespace ${NAMESPACE} {
namespace {
${body}
constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
${rows}};
}  // namespace

std::string_view ${FUNCTION}(std::string_view name);
std::string_view ${FUNCTION}(std::string_view name) {
  for (const auto& [file, text] : kFiles)
    if (file == name) return text;
  return {};
}
}  // namespace ${NAMESPACE}
")
