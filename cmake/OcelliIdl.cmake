# ocelli_idl(FOLDER): fastddsgen turns every .idl of the folder into plain types (the *PubSubTypes half is not built:
# middleware/dds passes bytes through), and schemas.cpp holds each file as one self-contained text for recordings.
function(ocelli_idl folder)
  cmake_parse_arguments(arg "" "" "USES" ${ARGN})
  find_program(FASTDDSGEN fastddsgen REQUIRED)
  ocelli_target_name(${folder} target)
  set(out ${CMAKE_BINARY_DIR}/idl)
  file(MAKE_DIRECTORY ${out})
  file(GLOB idls CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.idl)
  set(sources "")
  set(headers "")
  foreach(idl ${idls})
    get_filename_component(name ${idl} NAME_WE)
    list(APPEND sources ${out}/${name}.cxx)
    list(APPEND headers ${out}/${name}.h)
  endforeach()
  # One run for all files: runs side by side would race for the included ones.
  add_custom_command(OUTPUT ${sources} ${headers}
    COMMAND ${FASTDDSGEN} -cs -replace -d ${out} -t ${out} ${idls} > ${out}/fastddsgen.log
    DEPENDS ${idls} VERBATIM COMMENT "fastddsgen")
  add_custom_command(OUTPUT ${out}/schemas.cpp
    COMMAND ${CMAKE_COMMAND} -DCXX=${CMAKE_CXX_COMPILER} -DOUT=${out}/schemas.cpp "-DIDLS=${idls}"
            -P ${PROJECT_SOURCE_DIR}/cmake/EmbedSchemas.cmake
    DEPENDS ${idls} ${PROJECT_SOURCE_DIR}/cmake/EmbedSchemas.cmake VERBATIM COMMENT "schemas of the messages")
  add_library(${target} STATIC ${sources} ${out}/schemas.cpp)
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS "-w")
  target_include_directories(${target} SYSTEM PUBLIC ${out})
  target_link_libraries(${target} PUBLIC ${arg_USES})
endfunction()
