# ocelli_module(FOLDER USES …): every .cpp below FOLDER becomes the static library ocelli_<folder with _>, every
# tests/FOLDER/**/*_test.cpp one GoogleTest program. A folder that is a module of its own is left out of its parent,
# which is declared after it.

include(GoogleTest)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
# The same bits on every machine: no contraction into fused multiply-add.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror -ffp-contract=off)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-error)  # clang builds the fuzzers only; the build that everyone runs is GCC's
endif()

# Headers lie beside sources and are included from the root as "ocelli/<folder>/<file>": one link makes it so.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include)
file(CREATE_LINK ${PROJECT_SOURCE_DIR} ${CMAKE_BINARY_DIR}/include/ocelli SYMBOLIC)

set(OCELLI_SANITIZE "" CACHE STRING "Sanitizers for everything: address,undefined or thread")
if(OCELLI_SANITIZE)
  # GCC's flow warnings see ghosts in instrumented code; the plain build keeps them as errors.
  add_compile_options(-fsanitize=${OCELLI_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -Wno-error)
  add_link_options(-fsanitize=${OCELLI_SANITIZE})
endif()
option(OCELLI_COVERAGE "Instrument for gcovr" OFF)
if(OCELLI_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

# A vehicle build has no injection points.
option(OCELLI_INJECTION "Compile the fault-injection points in" ON)
if(OCELLI_INJECTION)
  add_compile_definitions(OCELLI_INJECTION)
endif()

function(ocelli_target_name folder out)
  string(REPLACE "/" "_" flat ${folder})
  set(${out} ocelli_${flat} PARENT_SCOPE)
endfunction()

# Names of folders of ours become our targets.
function(ocelli_link target)
  foreach(use ${ARGN})
    if(use MATCHES "^(middleware|hal|perception|safety|launch)(/|$)")
      ocelli_target_name(${use} use)
    endif()
    target_link_libraries(${target} PUBLIC ${use})
  endforeach()
endfunction()

# Leaves out of a list the files of modules that were declared below FOLDER.
function(ocelli_leave_out_modules files folder root)
  get_property(declared GLOBAL PROPERTY OCELLI_MODULE_FOLDERS)
  foreach(other ${declared})
    if(other MATCHES "^${folder}/")
      list(FILTER ${files} EXCLUDE REGEX "^${root}/${other}/")
    endif()
  endforeach()
  set(${files} "${${files}}" PARENT_SCOPE)
endfunction()

function(ocelli_module folder)
  cmake_parse_arguments(arg "" "" "USES;TEST_USES" ${ARGN})
  ocelli_target_name(${folder} target)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  ocelli_leave_out_modules(sources ${folder} ${PROJECT_SOURCE_DIR})
  if(sources)
    add_library(${target} STATIC ${sources})
  else()
    add_library(${target} STATIC ${PROJECT_SOURCE_DIR}/cmake/empty.cpp)
  endif()
  target_include_directories(${target} PUBLIC ${CMAKE_BINARY_DIR}/include)
  ocelli_link(${target} ${arg_USES})
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*_test.cpp)
  ocelli_leave_out_modules(tests ${folder} ${PROJECT_SOURCE_DIR}/tests)
  set_property(GLOBAL APPEND PROPERTY OCELLI_MODULE_FOLDERS ${folder})
  if(tests)
    add_executable(${target}_test ${tests})
    ocelli_link(${target}_test ${folder} ${arg_TEST_USES} GTest::gmock GTest::gtest GTest::gtest_main)
    target_compile_definitions(${target}_test PRIVATE OCELLI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    gtest_discover_tests(${target}_test TEST_PREFIX "${folder}." PROPERTIES TIMEOUT 120 DISCOVERY_TIMEOUT 60)
  endif()
endfunction()



# ocelli_embed(FOLDER NAMESPACE FUNCTION GLOB): text files that the module carries in the program.
function(ocelli_embed folder namespace function pattern)
  ocelli_target_name(${folder} target)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${pattern})
  set(out ${CMAKE_BINARY_DIR}/embedded/${function}.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} -DFUNCTION=${function} "-DFILES=${files}"
            -P ${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake VERBATIM COMMENT "embedding ${pattern}")
  target_sources(${target} PRIVATE ${out})
endfunction()
