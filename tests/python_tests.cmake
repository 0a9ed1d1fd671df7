# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The Python package, as it lies in the build tree: python_<name>_test.py by unittest.
foreach(name gemm quantiser trace write_trace nn example)
  add_test(NAME Python.${name}
           COMMAND ${Python_EXECUTABLE} -m unittest python_${name}_test
           WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(Python.${name} PROPERTIES LABELS python ENVIRONMENT
    "PYTHONPATH=${CMAKE_BINARY_DIR}/sim/python;PYTHONDONTWRITEBYTECODE=1;OMP_NUM_THREADS=1;TETRALOG=$<TARGET_FILE:tetralog>")
endforeach()
