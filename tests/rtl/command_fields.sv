// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The two layouts of the contract as the RTL sees them, for the test that compares them with the
// generated C++: a command as it lies in memory comes apart into its fields, the fields of a
// completion record come together. Byte i of memory is bits 8i+7:8i. Combinational.

module command_fields (
  input  logic [1023:0] command_i,
  output logic [7:0]   op_o,
  output logic [3:0]   reserved3_o,
  output logic [1:0]   a_format_o,
  output logic [1:0]   b_format_o,
  output logic [1:0]   d_format_o,
  output logic         rounding_o,
  output logic         irq_o,
  output logic         c_enable_o,
  output logic         mask_enable_o,
  output logic         a_transposed_o,
  output logic         b_transposed_o,
  output logic         d_transposed_o,
  output logic         mask_transposed_o,
  output logic         a_resident_o,
  output logic [4:0]   reserved0_o,
  output logic [3:0]   samples_o,
  output logic [3:0]   a_samples_o,
  output logic [7:0]   sample0_o,
  output logic [7:0]   scale_mul_o,
  output logic [7:0]   scale_shift_o,
  output logic [31:0]  m_o,
  output logic [31:0]  n_o,
  output logic [31:0]  k_o,
  output logic [15:0]  block_o,
  output logic [15:0]  reserved1_o,
  output logic [63:0]  a_base_o,
  output logic [31:0]  a_stride_o,
  output logic [31:0]  a_sample_stride_o,
  output logic [63:0]  b_base_o,
  output logic [31:0]  b_stride_o,
  output logic [31:0]  mask_stride_o,
  output logic [63:0]  c_base_o,
  output logic [31:0]  c_row_stride_o,
  output logic [31:0]  c_col_stride_o,
  output logic [63:0]  d_base_o,
  output logic [31:0]  d_stride_o,
  output logic [31:0]  d_sample_stride_o,
  output logic [63:0]  mask_base_o,
  output logic [63:0]  seed_o,
  output logic [31:0]  row0_o,
  output logic [31:0]  col0_o,
  output logic [31:0]  tag_o,
  output logic [95:0]  reserved2_o,

  input  logic [7:0]   record_status_i,
  input  logic [23:0]  record_reserved0_i,
  input  logic [31:0]  record_index_i,
  input  logic [63:0]  record_cycles_i,
  input  logic [63:0]  record_sum_abs_i,
  input  logic [31:0]  record_max_abs_i,
  input  logic [31:0]  record_tag_i,
  input  logic [95:0]  record_sum_squares_i,
  input  logic [31:0]  record_reserved1_i,
  input  logic [63:0]  record_wraps_i,
  input  logic [63:0]  record_reserved2_i,
  output logic [511:0]  completion_o
);

  tetralog_pkg::command_t command;
  assign command = command_i;
  assign op_o              = command.op;
  assign reserved3_o       = command.reserved3;
  assign a_format_o        = command.a_format;
  assign b_format_o        = command.b_format;
  assign d_format_o        = command.d_format;
  assign rounding_o        = command.rounding;
  assign irq_o             = command.irq;
  assign c_enable_o        = command.c_enable;
  assign mask_enable_o     = command.mask_enable;
  assign a_transposed_o    = command.a_transposed;
  assign b_transposed_o    = command.b_transposed;
  assign d_transposed_o    = command.d_transposed;
  assign mask_transposed_o = command.mask_transposed;
  assign a_resident_o      = command.a_resident;
  assign reserved0_o       = command.reserved0;
  assign samples_o         = command.samples;
  assign a_samples_o       = command.a_samples;
  assign sample0_o         = command.sample0;
  assign scale_mul_o       = command.scale_mul;
  assign scale_shift_o     = command.scale_shift;
  assign m_o               = command.m;
  assign n_o               = command.n;
  assign k_o               = command.k;
  assign block_o           = command.block;
  assign reserved1_o       = command.reserved1;
  assign a_base_o          = command.a_base;
  assign a_stride_o        = command.a_stride;
  assign a_sample_stride_o = command.a_sample_stride;
  assign b_base_o          = command.b_base;
  assign b_stride_o        = command.b_stride;
  assign mask_stride_o     = command.mask_stride;
  assign c_base_o          = command.c_base;
  assign c_row_stride_o    = command.c_row_stride;
  assign c_col_stride_o    = command.c_col_stride;
  assign d_base_o          = command.d_base;
  assign d_stride_o        = command.d_stride;
  assign d_sample_stride_o = command.d_sample_stride;
  assign mask_base_o       = command.mask_base;
  assign seed_o            = command.seed;
  assign row0_o            = command.row0;
  assign col0_o            = command.col0;
  assign tag_o             = command.tag;
  assign reserved2_o       = command.reserved2;

  tetralog_pkg::completion_t completion;
  always_comb begin
    completion.status      = record_status_i;
    completion.reserved0   = record_reserved0_i;
    completion.index       = record_index_i;
    completion.cycles      = record_cycles_i;
    completion.sum_abs     = record_sum_abs_i;
    completion.max_abs     = record_max_abs_i;
    completion.tag         = record_tag_i;
    completion.sum_squares = record_sum_squares_i;
    completion.reserved1   = record_reserved1_i;
    completion.wraps       = record_wraps_i;
    completion.reserved2   = record_reserved2_i;
  end
  assign completion_o = completion;

endmodule
