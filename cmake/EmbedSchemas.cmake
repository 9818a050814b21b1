# Script: flattens each IDL file with the C preprocessor and writes schema_of() for all structs in them.
set(body "")
set(rows "")
foreach(idl ${IDLS})
  get_filename_component(name ${idl} NAME_WE)
  execute_process(COMMAND ${CXX} -x c++ -E -P ${idl} OUTPUT_VARIABLE flat COMMAND_ERROR_IS_FATAL ANY)
  string(APPEND body "constexpr std::string_view k_${name} = R\"idl(${flat})idl\";\n")
  # The structs that this file itself defines, under its one module path.
  file(READ ${idl} text)
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  if(NOT text MATCHES "module")
    continue()
  endif()
  string(REGEX MATCHALL "module +[a-z_0-9]+ *{ *module +[a-z_0-9]+ *{|struct +[A-Za-z0-9]+ *{" parts "${text}")
  foreach(part ${parts})
    if(part MATCHES "module +([a-z_0-9]+) *{ *module +([a-z_0-9]+)")
      set(scope "${CMAKE_MATCH_1}::${CMAKE_MATCH_2}")
    elseif(part MATCHES "struct +([A-Za-z0-9]+)")
      string(APPEND rows "    {\"${scope}::${CMAKE_MATCH_1}\", k_${name}},\n")
    endif()
  endforeach()
endforeach()
file(WRITE ${OUT} "// Generated from middleware/idl.
#include <string_view>
#include <utility>

namespace ocelli::topics {
namespace {
${body}
constexpr std::pair<std::string_view, std::string_view> kSchemas[] = {
${rows}};
}  // namespace

std::string_view schema_of(std::string_view idl_name);
std::string_view schema_of(std::string_view idl_name) {
  for (const auto& [name, text] : kSchemas)
    if (name == idl_name) return text;
  return {};
}
}  // namespace ocelli::topics
")
