# What `cmake --install` gives: the command, the library, its headers and loaders, and packages for find_package(Tandem) and
# pkg-config.
include(CMakePackageConfigHelpers)

set(TANDEM_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/Tandem")

install(TARGETS tandem_abi tandem_core EXPORT TandemTargets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/core/include/tandem" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h")
install(EXPORT TandemTargets NAMESPACE tandem:: DESTINATION "${TANDEM_INSTALL_CMAKEDIR}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/TandemConfig.cmake.in" "${PROJECT_BINARY_DIR}/TandemConfig.cmake"
  INSTALL_DESTINATION "${TANDEM_INSTALL_CMAKEDIR}" PATH_VARS TANDEM_INSTALL_LOADERDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/TandemConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/TandemConfig.cmake" "${PROJECT_BINARY_DIR}/TandemConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/TandemLoader.cmake" "${CMAKE_CURRENT_LIST_DIR}/loader.map"
  DESTINATION "${TANDEM_INSTALL_CMAKEDIR}")

file(RELATIVE_PATH TANDEM_PC_TO_PREFIX "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
configure_file("${CMAKE_CURRENT_LIST_DIR}/tandem.pc.in" "${PROJECT_BINARY_DIR}/tandem.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/tandem.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/NOTICE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
