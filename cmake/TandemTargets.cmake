# Helpers by which every directory declares its targets alike.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# Warnings and sanitizers for one of our targets.
function(tandem_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    $<$<BOOL:${TANDEM_WERROR}>:-Werror>
    # gcc 12 sees overlapping copies in std::string's operator+ that are not there (GCC bug 105651).
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
  if(TANDEM_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TANDEM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${TANDEM_SANITIZE})
  endif()
endfunction()

# tandem_add_loader(<target> OUTPUT <file name without .so> SOURCES <...>): a module for the loaders' folder that exports
# its ABI entry only, links nothing of core, and may leave a VM's symbols to be found at run time.
function(tandem_add_loader target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "NO_INSTALL" "OUTPUT" "SOURCES")
  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE tandem::abi Threads::Threads)
  tandem_compile_options(${target})
  target_link_options(${target} PRIVATE
    "LINKER:--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/loader.map" "LINKER:--exclude-libs,ALL")
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME "${ARG_OUTPUT}"
    LIBRARY_OUTPUT_DIRECTORY "${TANDEM_LOADER_OUTPUT_DIRECTORY}"
    LINK_DEPENDS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/loader.map")
  if(NOT ARG_NO_INSTALL)
    install(TARGETS ${target} LIBRARY DESTINATION "${TANDEM_INSTALL_LOADERDIR}")
  endif()
endfunction()

# tandem_add_test(<target> SOURCES <...> LIBRARIES <...>): a GoogleTest executable in <build>/bin/tests.
function(tandem_add_test target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LIBRARIES")
  find_package(GTest REQUIRED)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES} GTest::gtest GTest::gtest_main Threads::Threads)
  tandem_compile_options(${target})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/tests")
endfunction()
