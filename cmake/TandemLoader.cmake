# tandem_add_loader(<target> OUTPUT <file name without .so> [NO_INSTALL] SOURCES <...>): a module for a loaders' folder that
# exports its ABI entry only, links nothing of core, and may leave a VM's symbols to be found at run time. The variables
# TANDEM_LOADER_OUTPUT_DIRECTORY and TANDEM_INSTALL_LOADERDIR say where it is built and installed.
set(TANDEM_LOADER_MAP "${CMAKE_CURRENT_LIST_DIR}/loader.map")
find_package(Threads REQUIRED)

function(tandem_add_loader target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "NO_INSTALL" "OUTPUT" "SOURCES")
  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE tandem::abi Threads::Threads)
  if(COMMAND tandem_compile_options)
    tandem_compile_options(${target})
  endif()
  target_link_options(${target} PRIVATE "LINKER:--version-script=${TANDEM_LOADER_MAP}" "LINKER:--exclude-libs,ALL")
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME "${ARG_OUTPUT}" LINK_DEPENDS "${TANDEM_LOADER_MAP}")
  if(TANDEM_LOADER_OUTPUT_DIRECTORY)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${TANDEM_LOADER_OUTPUT_DIRECTORY}")
  endif()
  if(NOT ARG_NO_INSTALL AND TANDEM_INSTALL_LOADERDIR)
    install(TARGETS ${target} LIBRARY DESTINATION "${TANDEM_INSTALL_LOADERDIR}")
  endif()
endfunction()
