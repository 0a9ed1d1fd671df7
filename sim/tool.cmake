# The command-line tool: replay on machines, regression, and its subcommands.
add_library(tetralog_tools STATIC machine_replay.cc regress.cc)
target_link_libraries(tetralog_tools PRIVATE tetralog_warnings
                      PUBLIC tetralog_machine tetralog_clocked_machine tetralog_cosim)
add_executable(tetralog tetralog.cc tool.cc tool_info.cc tool_gemm.cc tool_replay.cc
                        tool_engine_replay.cc tool_regress.cc tool_estimate.cc tool_train.cc utilisation_plot.cc
                        engine_builds.cc)
target_link_libraries(tetralog PRIVATE tetralog_warnings tetralog_tools tetralog_estimate tetralog_train_run
                                       tetralog_cores
                                       engine_16x16x4 engine_4x4x1 CLI11::CLI11)
