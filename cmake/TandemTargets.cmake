# Helpers by which every directory declares its targets alike.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)

# Warnings and sanitizers for one of our targets.
function(tandem_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    $<$<BOOL:${TANDEM_WERROR}>:-Werror>
    # gcc 12 sees overlapping copies in std::string's operator+ that are not there (GCC bug 105651).
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
  if(TANDEM_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TANDEM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${TANDEM_SANITIZE})
  endif()
endfunction()

include(CheckIPOSupported)
check_ipo_supported(RESULT tandem_optimises_at_link OUTPUT ignored_reason)

# For a library that an invocation passes through, in a release: one passes through little short of the 32 KiB of code
# that a processor has close at hand, so that small code, optimised as a whole, is faster than unrolled and aligned code.
function(tandem_small_code target)
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT TANDEM_SANITIZE)
    target_compile_options(${target} PRIVATE -O2)
    set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ${tandem_optimises_at_link})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -fno-align-functions -fno-align-loops -fno-align-jumps -fno-align-labels)
    endif()
  endif()
endfunction()

include(TandemLoader)

# The same for what only tests are made of, which need not be fast: most of the time that compiling it takes is saved.
function(tandem_test_options target)
  tandem_compile_options(${target})
  target_compile_options(${target} PRIVATE -O0)
endfunction()

# tandem_add_test(<target> SOURCES <...> LIBRARIES <...>): a GoogleTest executable in <build>/bin/tests, in which a test
# that hangs fails.
function(tandem_add_test target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LIBRARIES")
  find_package(GTest REQUIRED)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES} tandem_hang_guard GTest::gtest GTest::gtest_main Threads::Threads)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  tandem_test_options(${target})
  if(TANDEM_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM tandem_hang_guard)
  endif()
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/tests")
endfunction()
