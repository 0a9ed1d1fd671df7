# Place and route: its readers, its extraction and its checks.
foreach(part read extract check)
  tetralog_test(layout_${part}_test LIBS tetralog_layout)
endforeach()
