# The measuring host's own device code, for the same GPUs as the modules, as an array of bytes: its users need no nvcc.
set(gencode)
foreach(architecture IN LISTS CMAKE_CUDA_ARCHITECTURES)
  if(architecture MATCHES "^([0-9]+[af]?)(-real|-virtual|)$")
    set(number ${CMAKE_MATCH_1})
    if(NOT architecture MATCHES "virtual")
      list(APPEND gencode -gencode=arch=compute_${number},code=sm_${number})
    endif()
    if(NOT architecture MATCHES "real")
      list(APPEND gencode -gencode=arch=compute_${number},code=compute_${number})
    endif()
  else()
    list(APPEND gencode -arch=${architecture})  # native, all, all-major
  endif()
endforeach()
find_program(RATCHET_BIN2C bin2c HINTS ${CUDAToolkit_BIN_DIR} REQUIRED)
mark_as_advanced(RATCHET_BIN2C)
set(tools ${CMAKE_CURRENT_BINARY_DIR}/device_tools)
add_custom_command(
  OUTPUT ${tools}.c
  COMMAND ${CMAKE_CUDA_COMPILER} -std=c++20 -O3 -fatbin ${gencode} -I${PROJECT_SOURCE_DIR} -o ${tools}.fatbin
          ${CMAKE_CURRENT_SOURCE_DIR}/device_tools.cu
  COMMAND ${RATCHET_BIN2C} --const --type longlong --name ratchet_device_tools ${tools}.fatbin > ${tools}.c
  DEPENDS device_tools.cu module.h
  VERBATIM)
add_library(ratchet_device_tools STATIC ${tools}.c)
add_library(ratchet::device_tools ALIAS ratchet_device_tools)
