# The Debian package: what `cmake --install` installs, plus what Debian's policy asks for. scripts/package.sh makes it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "ratchet maintainers <maintainers@users.noreply.github.com>")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL ratchet debian) # and not "unix", whose folders Debian has elsewhere
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS git)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake (>= 3.25), g++, nvidia-cuda-toolkit")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A change is measured beside the baseline's own machine code, in the same
process and on the same buffers, until it is known with stated error rates
whether it is slower. The baseline only tightens.
.
With the headers and the CMake package for benchmarks of one's own.")

# The page of the history holds uPlot; the modules for CUDA hold NVIDIA's runtime.
set(copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ratchet

Files: *
Copyright: 2026 the ratchet authors
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
")
if(RATCHET_CUDA)
  string(APPEND copyright "
Files: usr/lib/ratchet/modules/ratchet_cuda.so usr/lib/ratchet/modules/ratchet_peers.so usr/bin/ratchet-bench
Copyright: 2026 the ratchet authors, NVIDIA Corporation (the CUDA runtime)
License: Apache-2.0 and NVIDIA-CUDA-EULA
 The CUDA runtime is linked in and may be passed on under NVIDIA's terms: https://docs.nvidia.com/cuda/eula
")
endif()
set(plot_license ${PROJECT_BINARY_DIR}/src/html/packages/node_modules/uplot/LICENSE)
if(RATCHET_PAGE)
  file(STRINGS ${plot_license} lines)
  list(FILTER lines INCLUDE REGEX "^Copyright")
  list(GET lines 0 holder)
  string(REPLACE "Copyright (c) " "" holder "${holder}")
  file(READ ${plot_license} text)
  string(REGEX REPLACE "^.*\n(Permission is.*)$" "\\1" text "${text}")
  string(STRIP "${text}" text)
  string(REGEX REPLACE "\n\n" "\n.\n" text "${text}")
  string(REPLACE "\n" "\n " text "${text}")
  string(APPEND copyright "
Files: usr/bin/ratchet
Copyright: 2026 the ratchet authors, ${holder} (uPlot)
License: Apache-2.0 and Expat

License: Expat
 ${text}
")
endif()
set(policy ${PROJECT_BINARY_DIR}/debian)
file(WRITE ${policy}/copyright "${copyright}")
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${policy}/changelog.Debian "ratchet (${PROJECT_VERSION}-1) unstable; urgency=medium

  * ${PROJECT_VERSION}; its changes are in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
file(COPY_FILE ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${policy}/changelog)
execute_process(COMMAND ${RATCHET_GZIP} -9nf ${policy}/changelog ${policy}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${policy}/copyright ${policy}/changelog.gz ${policy}/changelog.Debian.gz
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/ratchet COMPONENT debian EXCLUDE_FROM_ALL)
include(CPack)
