# What a build can be asked for, and where its results lie.

set(TANDEM_JAVA AUTO CACHE STRING "Build the JVM loader: AUTO (where a JDK and Maven are found), ON or OFF")
set(TANDEM_PYTHONS "" CACHE STRING "CPythons (3.9 and later) to build a loader for: a list of X.Y or paths, 'all', 'none', \
or empty for what the environment variable of this name says at each configuration, else the newest usable one")
option(TANDEM_BUILD_EXAMPLES "Build the example programs and packages" ON)
option(TANDEM_BUILD_TESTS "Build the tests" OFF)
option(TANDEM_BUILD_BENCH "Build the benchmarks" OFF)
option(TANDEM_PRECOMPILE "Read the headers that most tests begin with once for all: their sources compile in half the time" OFF)
option(TANDEM_WERROR "Treat warnings as errors (continuous integration)" OFF)
option(TANDEM_BUILD_FUZZ "Declare the fuzz targets, which the target `fuzz` builds with clang" OFF)
set(TANDEM_SANITIZE "" CACHE STRING "Sanitizers for all of ours: 'address,undefined', 'thread', for clang with fuzzer-no-link")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# The build tree is laid out as an installation is: bin/, lib/, lib/tandem/loaders/ and beside them each language's own half.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(TANDEM_DATA_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib/tandem")
set(TANDEM_LOADER_OUTPUT_DIRECTORY "${TANDEM_DATA_OUTPUT_DIRECTORY}/loaders")
set(TANDEM_INSTALL_DATADIR "${CMAKE_INSTALL_LIBDIR}/tandem")
set(TANDEM_INSTALL_LOADERDIR "${TANDEM_INSTALL_DATADIR}/loaders")
