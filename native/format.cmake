# The format of the C++ sources, by .clang-format.
#   cmake -P native/format.cmake                fails and names the files that are formatted otherwise
#   cmake -DAPPLY=ON -P native/format.cmake     formats them
set(here ${CMAKE_CURRENT_LIST_DIR})
set(wanted 14)
find_program(CLANG_FORMAT NAMES clang-format-${wanted} clang-format)
if(NOT CLANG_FORMAT)
  message(STATUS "skipped: no clang-format found; install version ${wanted} to check the format of C++")
  return()
endif()
execute_process(COMMAND ${CLANG_FORMAT} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT version MATCHES "version ${wanted}\\.")
  message(STATUS "skipped: ${CLANG_FORMAT} is not version ${wanted}, whose format it is: ${version}")
  return()
endif()

file(GLOB_RECURSE sources ${here}/*.cpp ${here}/*.h ${here}/*.cu ${here}/*.cuh)
# The PTX names the hash of these, so they are formatted when it is made anew: see cuda/source_hash.cmake.
list(FILTER sources EXCLUDE REGEX "^${here}/target/|/cuda/[^/]*\\.cuh?$|/cuda/launch\\.h$|/tch1\\.h$|/torchcache_elements\\.h$")
set(options --style=file --dry-run --Werror)
if(APPLY)
  set(options --style=file -i)
endif()
execute_process(COMMAND ${CLANG_FORMAT} ${options} ${sources} RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "C++ sources are formatted otherwise: run cmake -DAPPLY=ON -P native/format.cmake")
endif()
