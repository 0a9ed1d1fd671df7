// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What follows from single fields of a command, without sums or products.
//
// cause_o is the lowest cause up to CauseIndex that the command gives, or CauseNone; then alignment_o
// (CauseAlignment) counts. early_ok_o: none of the former, and A and B surely fit their buffers and
// begin on the bus, so that they may be loaded before the other rules are known.
//
// Combinational. Limits: DepthA, DepthB and AxiData powers of two; AddrWidth at most 63.

module command_rules #(
  parameter int unsigned DepthA    = 64,   // words of a bank
  parameter int unsigned DepthB    = 128,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40
) (
  input  logic [1023:0] cmd_i,        // tetralog_pkg::command_t
  output logic [3:0]    cause_o,
  output logic          alignment_o,
  output logic          early_ok_o
);

  localparam int unsigned WordBits = $clog2(AxiData / 4);

  tetralog_pkg::command_t c;
  assign c = cmd_i;

  logic a_log, b_uint, d_int32, d_log;
  assign a_log   = c.a_format == tetralog_pkg::FormatLog4;
  assign b_uint  = c.b_format == tetralog_pkg::FormatUint4;
  assign d_int32 = c.d_format == tetralog_pkg::FormatInt32;
  assign d_log   = c.d_format == tetralog_pkg::FormatLog4;

  logic        bad_operation, bad_format, bad_dimension, bad_samples, bad_scale, bad_index;
  logic [23:0] n1, k1;    // less one
  logic [24:0] col_last;  // of 16 columns
  assign n1       = c.n[23:0] - 24'd1;
  assign k1       = c.k[23:0] - 24'd1;
  assign col_last = {1'b0, c.col0[27:4]} + {5'd0, n1[23:4]};

  assign bad_operation = c.op != tetralog_pkg::OpGemm || c.reserved0 != '0 || c.reserved1 != '0 ||
                         c.reserved2 != '0 || c.reserved3 != '0;
  assign bad_format    = (c.a_format != tetralog_pkg::FormatInt4 && !a_log) ||
                         (c.b_format != tetralog_pkg::FormatInt4 && !b_uint);
  assign bad_dimension = c.m == '0 || c.m[31:24] != '0 || c.n == '0 || c.n[31:24] != '0 ||
                         c.k == '0 || c.k[31:24] != '0;
  assign bad_samples   = c.samples == 4'd0 || c.samples > 4'd8 || c.a_samples == 4'd0 ||
                         c.a_samples > 4'd8 || (c.samples != 4'd1 && !d_log);
  assign bad_scale     = !d_int32 && (c.scale_mul == 8'd0 || (d_log && c.scale_mul != 8'd1) ||
                                      signed'(c.scale_shift) < -8'sd32 ||
                                      signed'(c.scale_shift) > 8'sd63);
  assign bad_index     = c.col0[3:0] != 4'd0 || c.col0[31:28] != 4'd0 || col_last[24];

  always_comb begin
    cause_o = 4'(tetralog_pkg::CauseNone);
    if (bad_index)     cause_o = 4'(tetralog_pkg::CauseIndex);
    if (bad_scale)     cause_o = 4'(tetralog_pkg::CauseScale);
    if (bad_samples)   cause_o = 4'(tetralog_pkg::CauseSamples);
    if (bad_dimension) cause_o = 4'(tetralog_pkg::CauseDimension);
    if (bad_format)    cause_o = 4'(tetralog_pkg::CauseFormat);
    if (bad_operation) cause_o = 4'(tetralog_pkg::CauseOperation);
  end

  assign alignment_o = (c.c_enable && ((c.c_base[1:0] | c.c_row_stride[1:0] |
                                        c.c_col_stride[1:0]) != 2'd0 ||
                                       (c.c_row_stride != 32'd4 && c.c_col_stride != 32'd4))) ||
                       (d_int32 && (c.d_base[1:0] | c.d_stride[1:0]) != 2'd0);

  // A panel of A has a_samples * words words, which is no more than words times the next power of two.
  // words = (K - 1) / 32 + 1, with 32 codes in a word of 128 bits.
  logic [23:0] words1;
  logic [1:0]  bound_shift;
  logic        early_fits;
  assign words1      = k1 >> WordBits;
  assign bound_shift = (c.a_samples > 4'd4) ? 2'd3 : (c.a_samples > 4'd2) ? 2'd2 :
                       (c.a_samples > 4'd1) ? 2'd1 : 2'd0;
  assign early_fits  = ({3'd0, words1} << bound_shift) >> $clog2(DepthA) == '0 &&
                       words1 >> $clog2(DepthB) == '0 && 32'(DepthA) >> bound_shift != '0 &&
                       c.block != '0 && c.a_base[63:AddrWidth] == '0 && c.b_base[63:AddrWidth] == '0;
  assign early_ok_o  = cause_o == 4'(tetralog_pkg::CauseNone) && early_fits;

  logic unused_bits;
  assign unused_bits = ^{c, col_last[23:0], n1[3:0]};

endmodule
