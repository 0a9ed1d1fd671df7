# Tests of training runs: recipe, checkpoints, the run around a trainer.
tetralog_test(train_recipe_test LIBS tetralog_train_run LABEL sim)
tetralog_test(train_checkpoint_test LIBS tetralog_train_run LABEL sim)
tetralog_test(train_run_test LIBS tetralog_train_run LABEL sim)
