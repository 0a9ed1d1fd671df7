# Tests of sim/.
tetralog_test(trace_file_test LIBS tetralog_trace LABEL sim)
