// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Decides whether a command may run, and which earlier commands it must wait for.
//
// What follows from single fields is combinational (early_ok_o: operands may be loaded). The rest needs products (extents of
// tensors, sizes in the buffers), which one small multiplier makes, eight bits of a factor a cycle.
// Of all rules that a command breaks the one with the lowest number is reported (tetralog_pkg::cause_e,
// docs/interface.md).
//
// conflict_o[e]: something that the command reads meets the address range busy_*[e] that an earlier
// command writes. The command's own range of D comes out for the commands after it.
//
// start_i begins with the inputs, which must be stable until done_o, which stays until the next start.
// Latency: 48 cycles, 8 more with a mask, 8 more with C.

module command_check #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned Cols      = 16,
  parameter int unsigned AccWidth  = 24,
  parameter int unsigned DepthA    = 64,
  parameter int unsigned DepthB    = 128,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   start_i,
  input  logic [1023:0]          cmd_i,           // tetralog_pkg::command_t
  input  logic [AddrWidth-1:0]   ring_base_i,
  input  logic [AddrWidth-1:0]   record_base_i,
  input  logic [15:0]            ring_size_i,
  input  logic [2*AddrWidth-1:0] busy_first_i,    // byte ranges that earlier commands write
  input  logic [2*AddrWidth-1:0] busy_last_i,

  output logic                   early_ok_o,      // no cause up to CauseIndex, and panels surely fit
  output logic                   done_o,
  output logic [7:0]             cause_o,
  output logic [1:0]             conflict_o,
  output logic [AddrWidth-1:0]   d_first_o,       // D, all samples
  output logic [AddrWidth-1:0]   d_last_o,
  output logic [15:0]            panel_words_o    // words of a bank that a panel of A takes
);

  localparam int unsigned WordBits = $clog2(AxiData / 4);
  localparam int unsigned PanelA   = (Rows > AxiData / 4) ? Rows : AxiData / 4;
  localparam int unsigned PanelB   = (Cols > AxiData / 4) ? Cols : AxiData / 4;
  localparam int unsigned SumWidth = 58;  // (2^24 - 1) * 2^32 twice, and a row

  // Greatest K * samples of a pair of formats: the accumulator holds +-(2^(AccWidth-1) - 1).
  localparam logic [31:0] ACC_MAX  = 32'((64'd1 << (AccWidth - 1)) - 64'd1);
  localparam logic [31:0] LIMIT_II = ACC_MAX / tetralog_pkg::PRODUCT_MAX_II;
  localparam logic [31:0] LIMIT_IU = ACC_MAX / tetralog_pkg::PRODUCT_MAX_IU;
  localparam logic [31:0] LIMIT_LI = ACC_MAX / tetralog_pkg::PRODUCT_MAX_LI;
  localparam logic [31:0] LIMIT_LU = ACC_MAX / tetralog_pkg::PRODUCT_MAX_LU;

  tetralog_pkg::command_t c;
  assign c = cmd_i;

  // ------------------------------------------------------- rules of single fields
  logic a_log, b_uint, d_int32, d_log;
  logic bad_operation, bad_format, bad_dimension, bad_samples, bad_scale, bad_index;
  logic [32:0] col_end;
  assign a_log   = c.a_format == tetralog_pkg::FormatLog4;
  assign b_uint  = c.b_format == tetralog_pkg::FormatUint4;
  assign d_int32 = c.d_format == tetralog_pkg::FormatInt32;
  assign d_log   = c.d_format == tetralog_pkg::FormatLog4;
  assign col_end = {1'b0, c.col0} + {1'b0, c.n};

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
  assign bad_index     = c.col0[3:0] != 4'd0 || col_end > 33'h10000000;

  // A panel of A has a_samples * words words, which is no more than words times the next power of two.
  logic [31:0] words, panel_bound;
  assign words       = (c.k + 32'(AxiData / 4 - 1)) >> WordBits;
  assign panel_bound = (c.a_samples > 4'd4) ? words << 3 : (c.a_samples > 4'd2) ? words << 2 :
                       (c.a_samples > 4'd1) ? words << 1 : words;
  assign early_ok_o  = !(bad_operation || bad_format || bad_dimension || bad_samples || bad_scale ||
                         bad_index) && panel_bound <= 32'(DepthA) && words <= 32'(DepthB) &&
                       c.block != '0 && (c.a_base >> AddrWidth) == '0 && (c.b_base >> AddrWidth) == '0;

  logic bad_alignment;
  assign bad_alignment = (c.c_enable && ((c.c_base[1:0] | c.c_row_stride[1:0] |
                                          c.c_col_stride[1:0]) != 2'd0 ||
                                         (c.c_row_stride != 32'd4 && c.c_col_stride != 32'd4))) ||
                         (d_int32 && (c.d_base[1:0] | c.d_stride[1:0]) != 2'd0);

  // Bytes of a number of codes.
  function automatic logic [26:0] half_up(input logic [23:0] codes);
    half_up = {4'd0, codes[23:1]} + {26'd0, codes[0]};
  endfunction

  // Rows as stored, and the bytes of one.
  logic [23:0] m1, n1, k1, a_rows1, b_rows1, d_rows1, mask_rows1;  // less one
  logic [26:0] a_row, b_row, mask_row, d_row;
  logic [23:0] d_codes;
  assign m1         = c.m[23:0] - 24'd1;
  assign n1         = c.n[23:0] - 24'd1;
  assign k1         = c.k[23:0] - 24'd1;
  assign a_rows1    = c.a_transposed ? k1 : m1;
  assign b_rows1    = c.b_transposed ? n1 : k1;
  assign d_rows1    = c.d_transposed ? n1 : m1;
  assign mask_rows1 = c.mask_transposed ? n1 : m1;
  assign d_codes    = c.d_transposed ? c.m[23:0] : c.n[23:0];
  assign a_row      = half_up(c.a_transposed ? c.m[23:0] : c.k[23:0]);
  assign b_row      = half_up(c.b_transposed ? c.k[23:0] : c.n[23:0]);
  assign mask_row   = half_up(c.mask_transposed ? c.m[23:0] : c.n[23:0]);
  assign d_row      = d_int32 ? {1'b0, d_codes, 2'b00} : half_up(d_codes);

  logic bad_stride;
  assign bad_stride = 32'(a_row) > c.a_stride || 32'(b_row) > c.b_stride ||
                      32'(d_row) > c.d_stride ||
                      (c.mask_enable && 32'(mask_row) > c.mask_stride);

  logic c_is_d;
  assign c_is_d = d_int32 && c.c_base == c.d_base &&
                  (c.d_transposed ? c.c_row_stride == 32'd4 && c.c_col_stride == c.d_stride
                                  : c.c_col_stride == 32'd4 && c.c_row_stride == c.d_stride);

  // --------------------------------------------------------------------- steps
  // Four sizes (a product each), then the ranges: D, A, B, mask, C (two products each), rings.
  typedef enum logic [3:0] {
    StProducts, StWords, StResident, StBlock, StD, StA, StB, StMask, StC, StRing, StRecords, StDone
  } state_e;
  typedef enum logic [1:0] {StepLoad, StepFirst, StepSecond, StepEnd} step_e;

  state_e state_q, state_d;
  step_e  step_q, step_d;
  logic [1:0] digit_q;
  logic       sizes, rings;
  assign sizes = state_q == StProducts || state_q == StWords || state_q == StResident ||
                 state_q == StBlock;
  assign rings = state_q == StRing || state_q == StRecords;

  always_comb begin
    step_d  = step_q;
    state_d = state_q;
    case (step_q)
      StepLoad:   step_d = rings ? StepEnd : StepFirst;
      StepFirst:  if (digit_q == 2'd0) step_d = sizes ? StepEnd : StepSecond;
      StepSecond: if (digit_q == 2'd0) step_d = StepEnd;
      StepEnd: begin
        step_d = StepLoad;
        case (state_q)
          StProducts: state_d = StWords;
          StWords:    state_d = StResident;
          StResident: state_d = StBlock;
          StBlock:    state_d = StD;
          StD:        state_d = StA;
          StA:        state_d = StB;
          StB:        state_d = c.mask_enable ? StMask : c.c_enable ? StC : StRing;
          StMask:     state_d = c.c_enable ? StC : StRing;
          StC:        state_d = StRing;
          StRing:     state_d = StRecords;
          default:    state_d = StDone;
        endcase
      end
    endcase
    if (state_q == StDone) begin
      step_d  = StepLoad;
      state_d = StDone;
    end
    if (start_i) begin
      step_d  = StepLoad;
      state_d = StProducts;
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StDone;
      step_q  <= StepLoad;
    end else begin
      state_q <= state_d;
      step_q  <= step_d;
    end
  end

  // Factors of the state: count * size, and where two are summed, count2 * size2.
  logic [23:0] count, count2;
  logic [31:0] size, size2;
  logic [63:0] base;
  logic [26:0] tail;  // bytes after the last step
  logic [15:0] panel_words_q;
  always_comb begin
    count  = 24'(c.a_samples);
    size   = c.k;
    count2 = '0;
    size2  = '0;
    base   = '0;
    tail   = '0;
    case (state_q)
      StWords:    size = words;
      StResident: begin
        count = 24'((c.m + 32'(PanelA - 1)) >> $clog2(PanelA));
        size  = 32'(panel_words_q);
      end
      StBlock: begin
        count = 24'(c.block);
        size  = words;
      end
      StD: begin
        count  = d_rows1;
        size   = c.d_stride;
        count2 = {20'd0, c.samples - 4'd1};
        size2  = c.d_sample_stride;
        base   = c.d_base;
        tail   = d_row;
      end
      StA: begin
        count  = a_rows1;
        size   = c.a_stride;
        count2 = {20'd0, c.a_samples - 4'd1};
        size2  = c.a_sample_stride;
        base   = c.a_base;
        tail   = a_row;
      end
      StB: begin
        count = b_rows1;
        size  = c.b_stride;
        base  = c.b_base;
        tail  = b_row;
      end
      StMask: begin
        count = mask_rows1;
        size  = c.mask_stride;
        base  = c.mask_base;
        tail  = mask_row;
      end
      StC: begin
        count  = m1;
        size   = c.c_row_stride;
        count2 = n1;
        size2  = c.c_col_stride;
        base   = c.c_base;
        tail   = 27'd4;
      end
      StRing:    begin base = 64'(ring_base_i); tail = {4'd0, ring_size_i, 7'd0}; end
      StRecords: begin base = 64'(record_base_i); tail = {3'd0, ring_size_i, 8'd0}; end
      default: ;
    endcase
  end

  // product_q collects count * size from the top digit down.
  logic [23:0]         count_q;
  logic [31:0]         size_q;
  logic [SumWidth-1:0] product_q, sum_q, product_next;
  logic [39:0]         partial;
  assign partial      = 40'(count_q[23:16]) * 40'(size_q);
  assign product_next = (product_q << 8) + SumWidth'(partial);

  always_ff @(posedge clk_i) begin
    case (step_q)
      StepLoad: begin
        count_q   <= count;
        size_q    <= size;
        product_q <= '0;
        digit_q   <= 2'd2;
        sum_q     <= SumWidth'(tail);
      end
      StepFirst, StepSecond: begin
        if (digit_q != 2'd0) begin
          count_q   <= count_q << 8;
          product_q <= product_next;
          digit_q   <= digit_q - 2'd1;
        end else begin
          sum_q     <= sum_q + product_next;
          product_q <= '0;
          count_q   <= count2;
          size_q    <= size2;
          digit_q   <= 2'd2;
        end
      end
      default: ;
    endcase
  end

  // The range ends at `last`; beyond the bus when `past`.
  logic [64:0]          end_address;  // one past the last byte
  logic [AddrWidth-1:0] first, last;
  logic                 past;
  assign end_address = {1'b0, base} + 65'(sum_q);
  assign first       = base[AddrWidth-1:0];
  assign last        = AddrWidth'(end_address - 65'd1);
  assign past        = end_address > (65'd1 << AddrWidth);

  logic [AddrWidth-1:0] d_first_q, d_last_q;
  logic                 meets_d;
  logic [1:0]           meets_busy;
  assign meets_d = !(last < d_first_q) && !(d_last_q < first);
  for (genvar e = 0; e < 2; e++) begin : gen_busy
    assign meets_busy[e] = !(last < busy_first_i[e*AddrWidth +: AddrWidth]) &&
                           !(busy_last_i[e*AddrWidth +: AddrWidth] < first);
  end

  // --------------------------------------------------------------------- verdict
  logic [31:0] limit;
  assign limit = a_log ? (b_uint ? LIMIT_LU : LIMIT_LI) : (b_uint ? LIMIT_IU : LIMIT_II);

  logic       overflow_q, buffer_q, samples_meet_q, address_q, overlap_q;
  logic [1:0] conflict_q;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      {overflow_q, buffer_q, samples_meet_q, address_q, overlap_q} <= '0;
      conflict_q <= '0;
    end else if (step_q == StepEnd) begin
      case (state_q)
        StProducts: if (sum_q > SumWidth'(limit)) overflow_q <= 1'b1;
        StWords: begin
          panel_words_q <= sum_q[15:0];
          if (sum_q > SumWidth'(DepthA)) buffer_q <= 1'b1;
        end
        StResident: if (c.a_resident && sum_q > SumWidth'(DepthA)) buffer_q <= 1'b1;
        StBlock:    if (sum_q == '0 || sum_q > SumWidth'(DepthB)) buffer_q <= 1'b1;
        StD: begin
          d_first_q <= first;
          d_last_q  <= last;
          if (past) address_q <= 1'b1;
        end
        StRing, StRecords: if (meets_d) overlap_q <= 1'b1;
        default: begin
          if (past) address_q <= 1'b1;
          if (meets_d && !(state_q == StC && c_is_d)) overlap_q <= 1'b1;
          conflict_q <= conflict_q | meets_busy;
        end
      endcase
    end else if (state_q == StD && step_q == StepSecond && digit_q == 2'd2) begin
      // sum_q is one sample of D.
      if (c.samples > 4'd1 && sum_q > SumWidth'(c.d_sample_stride)) samples_meet_q <= 1'b1;
    end
  end

  always_comb begin
    cause_o = tetralog_pkg::CauseNone;
    if (overlap_q)                    cause_o = tetralog_pkg::CauseOverlap;
    if (address_q)                    cause_o = tetralog_pkg::CauseAddress;
    if (bad_stride || samples_meet_q) cause_o = tetralog_pkg::CauseStride;
    if (bad_alignment)                cause_o = tetralog_pkg::CauseAlignment;
    if (buffer_q)                     cause_o = tetralog_pkg::CauseBuffer;
    if (overflow_q)                   cause_o = tetralog_pkg::CauseOverflow;
    if (bad_index)                    cause_o = tetralog_pkg::CauseIndex;
    if (bad_scale)                    cause_o = tetralog_pkg::CauseScale;
    if (bad_samples)                  cause_o = tetralog_pkg::CauseSamples;
    if (bad_dimension)                cause_o = tetralog_pkg::CauseDimension;
    if (bad_format)                   cause_o = tetralog_pkg::CauseFormat;
    if (bad_operation)                cause_o = tetralog_pkg::CauseOperation;
  end

  assign done_o        = state_q == StDone && !start_i;
  assign conflict_o    = conflict_q;
  assign d_first_o     = d_first_q;
  assign d_last_o      = d_last_q;
  assign panel_words_o = panel_words_q;

  logic unused_bits;
  assign unused_bits = ^{c.irq, c.rounding, c.seed, c.row0, c.sample0, c.tag, 32'(PanelB)};

endmodule
