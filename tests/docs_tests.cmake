# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The docs: their programs run, and what they show of sources and cycles is current.
tetralog_test(programming_test LIBS tetralog_examples LABEL sim)
tetralog_test(timeline_test LIBS tetralog_timeline LABEL sim)
add_test(NAME Docs.ShowTheSourcesAndCyclesOfThisTree
         COMMAND docs_gen --check WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
add_test(NAME Docs.AChangedSourceIsNoticed
         COMMAND sh tests/docs_drift.sh $<TARGET_FILE:docs_gen> ${CMAKE_BINARY_DIR}/docs_drift
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
add_test(NAME Docs.WhatDoesNotFitOnTheDiskIsAnError
         COMMAND sh tests/docs_full_disk.sh $<TARGET_FILE:contract_gen> $<TARGET_FILE:docs_gen>
                 ${CMAKE_BINARY_DIR}/docs_full_disk
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
