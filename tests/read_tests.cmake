# Tests of what reads memory: streams, the read port, C and the mask.
tetralog_verilate(stream_reader_128 TOP stream_reader PREFIX Vstream_reader_128)
tetralog_verilate(stream_reader_64 TOP stream_reader PREFIX Vstream_reader_64 PARAMS AxiData=64)
tetralog_verilate(stream_reader_128_a4 TOP stream_reader PREFIX Vstream_reader_128_a4 PARAMS Align=4
                  Segments=2)
tetralog_verilate(stream_reader_128_a16 TOP stream_reader PREFIX Vstream_reader_128_a16
                  PARAMS Align=16)
tetralog_test(stream_reader_test LIBS stream_reader_128 stream_reader_64 stream_reader_128_a4
              stream_reader_128_a16 LABEL rtl)

tetralog_verilate(axi_read_128 TOP axi_read PREFIX Vaxi_read_128)
tetralog_verilate(axi_read_64 TOP axi_read PREFIX Vaxi_read_64 PARAMS AxiData=64)
tetralog_test(axi_read_test LIBS axi_read_128 axi_read_64 LABEL rtl)
