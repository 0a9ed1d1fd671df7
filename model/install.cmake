# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The model for other projects: `cmake --install <build> --component model --prefix <directory>`,
# then find_package(Tetralog) gives tetralog::model, tetralog::cycle and tetralog::systemc.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Tetralog)

foreach(level model cycle systemc)
  set_target_properties(tetralog_${level} PROPERTIES EXPORT_NAME ${level})
endforeach()
target_compile_features(tetralog_model PUBLIC cxx_std_20)
target_include_directories(tetralog_model INTERFACE
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/tetralog>)
install(TARGETS tetralog_model tetralog_cycle tetralog_systemc EXPORT TetralogTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT model)
install(EXPORT TetralogTargets NAMESPACE tetralog:: DESTINATION ${package_dir} COMPONENT model)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/model
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tetralog COMPONENT model
        FILES_MATCHING PATTERN "*.h")

configure_package_config_file(TetralogConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/TetralogConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/TetralogConfigVersion.cmake
                                 VERSION 1.0 COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/TetralogConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/TetralogConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT model)
