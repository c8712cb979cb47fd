# find_package(ratchet): the headers <ratchet/...> and ratchet_add_module(). The programs are not imported: modules need none.
# The real folder, since a machine may have this one linked to from where CMake looks.
get_filename_component(ratchet_package ${CMAKE_CURRENT_LIST_DIR} REALPATH)
include(${ratchet_package}/ratchetTargets.cmake)
include(${ratchet_package}/ratchet_add_module.cmake)
