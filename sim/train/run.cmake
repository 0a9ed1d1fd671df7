# The run around a trainer: recipe, batches, checkpoints, results. No tensor library.
add_library(tetralog_train_run STATIC train/batches.cc train/checkpoint.cc train/recipe.cc
                                      train/run.cc train/run_report.cc train/train_arguments.cc
                                      line_plot.cc)
target_link_libraries(tetralog_train_run PRIVATE tetralog_warnings CLI11::CLI11
                      PUBLIC tetralog_trace tetralog_reference_host tetralog_cosim fmt::fmt
                             nlohmann_json::nlohmann_json)
