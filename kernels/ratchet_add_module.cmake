# ratchet_add_module(name sources...): a shared library of benchmark cases, <name>.so in modules/ of the build folder.
# Two builds of it are loaded into one process side by side, so it exports its entry and shares nothing: no symbol of the
# C++ library's templates, no unique static, no runtime of CUDA.

# For code that ends up in a module: always optimised, because a measurement of a debug build means nothing, and with the
# paths of the source tree taken out, because a baseline is built in another folder and the same code must give the same
# machine code there. For that reason kernels do not stand in unnamed namespaces: nvcc names those by a hash of the path.
function(ratchet_module_options name)
  set(everywhere -O3 -ffp-contract=fast -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND everywhere -fno-gnu-unique)
  endif()
  list(JOIN everywhere "," for_nvcc)
  target_compile_options(${name} PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:${everywhere}>"
    "$<$<COMPILE_LANGUAGE:CUDA>:-O3;-Xcompiler=${for_nvcc}>")
  target_compile_features(${name} PRIVATE cxx_std_20)
  if(NOT CMAKE_CUDA_STANDARD)  # said by hand: CMake 3.25 does not know that nvcc knows it
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20>)
  endif()
  set_target_properties(${name} PROPERTIES
    CXX_VISIBILITY_PRESET hidden CUDA_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
endfunction()

function(ratchet_add_module name)
  set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/module.map)
  if(NOT ARGN)
    message(FATAL_ERROR "ratchet_add_module(${name}): no sources")
  endif()
  add_library(${name} MODULE ${ARGN})
  ratchet_module_options(${name})
  target_link_libraries(${name} PRIVATE ratchet::module_abi)
  target_link_options(${name} PRIVATE -Wl,--version-script=${exports} -Wl,-Bsymbolic)
  set_target_properties(${name} PROPERTIES
    PREFIX "" CUDA_RUNTIME_LIBRARY Static
    LINK_DEPENDS ${exports}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/modules)
endfunction()
