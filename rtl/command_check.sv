// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Decides whether a command may run, and which earlier commands it must wait for.
//
// What follows from single fields (command_rules) takes one cycle: early_ok_o, operands may be loaded.
// The rest is a program of steps on three registers: sum >= size, sum + size, and sum + count * size
// by one bit of count a cycle, lowest first, for as many bits as count has. Ranges of bytes are
// first .. last, so all sums start with a size less one and need no other adder. A sum that leaves
// the address width is remembered in one bit.
// Of all rules that a command breaks the one with the lowest number is reported (tetralog_pkg::cause_e,
// docs/interface.md).
//
// conflict_o[e]: something that the command reads meets the address range busy_*[e] that an earlier
// command writes; load_conflict_o[e]: A or B does, known before the rest (load_known_o). The command's
// own range of D comes out for the commands after it.
//
// start_i, while done_o, begins with the inputs, which must be stable until done_o; it stays until the next
// start.
// Latency, with bits(x) the bits of x without leading zeros:
//   D, rings         11 + bits(rows - 1)                    and 2 + bits(samples - 1) if several
//   A, B, mask, C    9 + bits(rows - 1) each, if enabled    and 1 + bits(a_samples - 1) if several
//   buffers          6 + 2 bits(a_samples) + bits(block)    and 2 + bits(panels - 1) if A is resident
// (of C the dimension with a stride other than 4); 57 cycles at M = N = K = 64 with nothing else.
// load_known_o after D, A and B: 40 cycles then.

module command_check #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned AccWidth  = 24,
  parameter int unsigned DepthA    = 64,
  parameter int unsigned DepthB    = 128,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   start_i,
  input  logic [1023:0]          cmd_i,           // tetralog_pkg::command_t, as command_front keeps it
  input  logic [AddrWidth-1:0]   ring_base_i,
  input  logic [AddrWidth-1:0]   record_base_i,
  input  logic [15:0]            ring_size_i,
  input  logic [2*AddrWidth-1:0] busy_first_i,    // byte ranges that earlier commands write
  input  logic [2*AddrWidth-1:0] busy_last_i,

  output logic                   early_ok_o,      // no cause up to CauseIndex, and panels surely fit
  output logic                   load_known_o,    // load_conflict_o is final; from then to the next start
  output logic [1:0]             load_conflict_o,
  output logic                   done_o,
  output logic                   legal_o,         // done, and no cause
  output logic [7:0]             cause_o,
  output logic [1:0]             conflict_o,
  output logic [AddrWidth-1:0]   d_first_o,       // D, all samples
  output logic [AddrWidth-1:0]   d_last_o,
  output logic [15:0]            panel_words_o    // words of a bank that a panel of A takes
);

  localparam int unsigned WordBits = $clog2(AxiData / 4);
  localparam int unsigned PanelA   = (Rows > AxiData / 4) ? Rows : AxiData / 4;

  // K * samples of a pair of formats stays below: the accumulator holds +-(2^(AccWidth-1) - 1).
  localparam logic [31:0] ACC_MAX  = 32'((64'd1 << (AccWidth - 1)) - 64'd1);
  localparam logic [31:0] LIMIT_II = ACC_MAX / tetralog_pkg::PRODUCT_MAX_II + 32'd1;
  localparam logic [31:0] LIMIT_IU = ACC_MAX / tetralog_pkg::PRODUCT_MAX_IU + 32'd1;
  localparam logic [31:0] LIMIT_LI = ACC_MAX / tetralog_pkg::PRODUCT_MAX_LI + 32'd1;
  localparam logic [31:0] LIMIT_LU = ACC_MAX / tetralog_pkg::PRODUCT_MAX_LU + 32'd1;

  // Bits that command_front never sets are not looked at.
  tetralog_pkg::command_t given, c;
  assign given = cmd_i;
  always_comb begin
    c           = given;
    c.op        = 8'(given.op[0]);
    c.reserved0 = '0;
    c.reserved3 = '0;
    c.reserved1 = 16'(given.reserved1[0]);
    c.reserved2 = {63'd0, given.reserved2[32], 31'd0, given.reserved2[0]};
    c.m         = 32'(given.m[24:0]);
    c.n         = 32'(given.n[24:0]);
    c.k         = 32'(given.k[24:0]);
    c.col0      = {3'd0, given.col0[28:4], 3'd0, given.col0[0]};
    c.a_base    = 64'(given.a_base[AddrWidth:0]);
    c.b_base    = 64'(given.b_base[AddrWidth:0]);
    c.c_base    = 64'(given.c_base[AddrWidth:0]);
    c.d_base    = 64'(given.d_base[AddrWidth:0]);
    c.mask_base = 64'(given.mask_base[AddrWidth:0]);
  end

  logic a_log, b_uint, d_int32;
  assign a_log   = c.a_format == tetralog_pkg::FormatLog4;
  assign b_uint  = c.b_format == tetralog_pkg::FormatUint4;
  assign d_int32 = c.d_format == tetralog_pkg::FormatInt32;

  logic [3:0] field_cause, field_cause_q;
  logic       bad_alignment, bad_alignment_q, early, early_q;
  command_rules #(
    .DepthA(DepthA), .DepthB(DepthB), .AxiData(AxiData), .AddrWidth(AddrWidth)
  ) u_rules (
    .cmd_i(c), .cause_o(field_cause), .alignment_o(bad_alignment), .early_ok_o(early)
  );
  always_ff @(posedge clk_i) begin
    early_q         <= early;
    field_cause_q   <= field_cause;
    bad_alignment_q <= bad_alignment;
  end
  assign early_ok_o = early_q && !start_i;

  logic [23:0] m1, n1, k1, words1;  // less one
  assign m1     = c.m[23:0] - 24'd1;
  assign n1     = c.n[23:0] - 24'd1;
  assign k1     = c.k[23:0] - 24'd1;
  assign words1 = k1 >> WordBits;

  // C has one stride of 4 (a row of 4 n bytes, or a column); the other is as good as a row's.
  logic        c_rows, c_cols, c_is_d;
  logic [31:0] c_stride;
  assign c_rows   = c.c_col_stride == 32'd4;
  assign c_cols   = c.c_row_stride == 32'd4;
  assign c_stride = c_rows ? c.c_row_stride : c.c_col_stride;
  assign c_is_d   = d_int32 && c.c_base == c.d_base && c_stride == c.d_stride &&
                    (c.d_transposed ? c_cols : c_rows);

  // --------------------------------------------------------------------- steps
  // A phase is a tensor, a size in the buffers, or a ring.
  typedef enum logic [3:0] {
    PhD, PhA, PhB, PhProducts, PhWords, PhResident, PhBlock, PhMask, PhC, PhRing, PhRecords,
    PhVerdict, PhDone
  } phase_e;
  typedef enum logic [3:0] {
    StepFirst0, StepFirst1, StepFirstD,  // does busy 0, busy 1, D end before the tensor begins
    StepStride,                          // is a row longer than the stride
    StepRows,                            // rows * stride, or the product of a size
    StepLimit,                           // is a size too great
    StepMeet,                            // do samples of D meet
    StepSamples,                         // samples * sample stride
    StepBase,                            // the base
    StepLast0, StepLast1, StepLastD      // does the tensor end before busy 0, busy 1, D begins
  } step_e;
  phase_e phase_q, phase_d, follow;  // follow: the phase behind this one
  step_e  step_q, step_d;
  logic   sizes, rings, several, multiplies, advance, phase_end;
  logic [23:0] count_q;
  assign sizes      = phase_q == PhProducts || phase_q == PhWords || phase_q == PhResident ||
                      phase_q == PhBlock;
  assign rings      = phase_q == PhRing || phase_q == PhRecords;
  assign several    = (phase_q == PhD && c.samples != 4'd1) ||
                      (phase_q == PhA && c.a_samples != 4'd1);
  assign multiplies = step_q == StepRows || step_q == StepSamples;
  assign advance    = !multiplies || count_q == '0;
  assign phase_end  = step_q == StepLimit || step_q == StepLastD;

  always_comb begin
    case (phase_q)
      PhD:        follow = PhA;
      PhA:        follow = PhB;
      PhB:        follow = PhProducts;
      PhProducts: follow = PhWords;
      PhWords:    follow = c.a_resident ? PhResident : PhBlock;
      PhResident: follow = PhBlock;
      PhBlock:    follow = c.mask_enable ? PhMask : c.c_enable ? PhC : PhRing;
      PhMask:     follow = c.c_enable ? PhC : PhRing;
      PhC:        follow = PhRing;
      PhRing:     follow = PhRecords;
      default:    follow = PhVerdict;
    endcase
  end
  always_comb begin
    phase_d = phase_end ? follow : phase_q;
    step_d  = step_q;
    if (phase_end) begin
      case (follow)
        PhProducts, PhWords, PhResident, PhBlock: step_d = StepRows;
        PhRing, PhRecords:                        step_d = StepFirstD;
        PhVerdict:                                step_d = StepStride;  // any that ends no phase
        default:                                  step_d = StepFirst0;
      endcase
    end else if (advance) begin
      case (step_q)
        StepFirst0:  step_d = StepFirst1;
        StepFirst1:  step_d = StepFirstD;
        StepFirstD:  step_d = rings ? StepBase : StepStride;
        StepStride:  step_d = StepRows;
        StepRows:    step_d = sizes ? StepLimit : !several ? StepBase :
                              phase_q == PhD ? StepMeet : StepSamples;
        StepMeet:    step_d = StepSamples;
        StepSamples: step_d = StepBase;
        StepBase:    step_d = (rings || phase_q == PhD) ? StepLastD : StepLast0;
        StepLast0:   step_d = StepLast1;
        default:     step_d = StepLastD;
      endcase
    end
    if (phase_q == PhVerdict || phase_q == PhDone) begin
      phase_d = PhDone;
      step_d  = StepStride;
    end
    if (start_i) phase_d = PhD;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      phase_q <= PhDone;
      step_q  <= StepStride;
    end else begin
      phase_q <= phase_d;
      step_q  <= step_d;
    end
  end

  // ------------------------------------------------------------- what a phase works on
  // Of D before it begins; the base also of a phase that begins.
  typedef enum logic [1:0] {DimM, DimN, DimK} dim_e;
  logic [63:0]          base;
  logic [31:0]          stride;
  logic [25:0]          tail;  // bytes of a row, less one
  logic [23:0]          rows1, row1;  // rows, elements of a row, less one
  logic                 wide;         // elements of 32 bits
  dim_e                 rows_dim, row_dim;
  logic [AddrWidth-1:0] limit;  // a size must stay below
  logic [31:0]          product_limit;
  assign product_limit = a_log ? (b_uint ? LIMIT_LU : LIMIT_LI) : (b_uint ? LIMIT_IU : LIMIT_II);
  always_comb begin
    stride   = c.d_stride;
    row_dim  = c.d_transposed ? DimM : DimN;
    rows_dim = c.d_transposed ? DimN : DimM;
    wide     = d_int32;
    limit    = AddrWidth'(product_limit);
    case (phase_end ? follow : phase_q)
      PhA:       base = c.a_base;
      PhB:       base = c.b_base;
      PhMask:    base = c.mask_base;
      PhC:       base = c.c_base;
      PhRing:    base = 64'(ring_base_i);
      PhRecords: base = 64'(record_base_i);
      default:   base = c.d_base;
    endcase
    case (phase_q)
      PhA: begin
        stride   = c.a_stride;
        row_dim  = c.a_transposed ? DimM : DimK;
        rows_dim = c.a_transposed ? DimK : DimM;
        wide     = 1'b0;
      end
      PhB: begin
        stride   = c.b_stride;
        row_dim  = c.b_transposed ? DimK : DimN;
        rows_dim = c.b_transposed ? DimN : DimK;
        wide     = 1'b0;
      end
      PhMask: begin
        stride   = c.mask_stride;
        row_dim  = c.mask_transposed ? DimM : DimN;
        rows_dim = c.mask_transposed ? DimN : DimM;
        wide     = 1'b0;
      end
      PhC: begin
        stride   = c_stride;
        row_dim  = c_rows ? DimN : DimM;
        rows_dim = c_rows ? DimM : DimN;
        wide     = 1'b1;
      end
      PhWords, PhResident: limit = AddrWidth'(DepthA) + 1'b1;
      PhBlock:             limit = AddrWidth'(DepthB) + 1'b1;
      default: ;
    endcase
    rows1 = (rows_dim == DimM) ? m1 : (rows_dim == DimN) ? n1 : k1;
    row1  = (row_dim == DimM) ? m1 : (row_dim == DimN) ? n1 : k1;
    tail  = wide ? {row1, 2'b11} : {3'd0, row1[23:1]};
    if (phase_q == PhRing) tail = {3'd0, ring_size_i - 16'd1, 7'h7f};
    if (phase_q == PhRecords) tail = {2'd0, ring_size_i - 16'd1, 8'hff};
  end

  // ---------------------------------------------------------------- the registers
  logic [AddrWidth-1:0] sum_q, size_q, sum_next, size_next, sum_new, d_last_q;
  logic [23:0]          count_next;
  logic                 load_sum, load_size, add, carry, lost_q, over_q, reaches;
  assign {carry, sum_new} = {1'b0, sum_q} + {1'b0, size_q};
  assign reaches          = over_q || sum_q >= size_q;
  assign add              = step_q == StepBase || (multiplies && count_q[0]);
  always_comb begin
    load_sum   = start_i || phase_end;
    load_size  = start_i || phase_end;
    sum_next   = busy_last_i[0 +: AddrWidth];
    size_next  = base[AddrWidth-1:0];
    count_next = rows1;
    if (start_i) begin
      sum_next  = AddrWidth'(tail);
      size_next = AddrWidth'(stride);
    end else if (phase_end) begin
      case (follow)
        PhProducts, PhWords: begin
          sum_next   = AddrWidth'(c.a_samples);
          size_next  = (follow == PhWords) ? AddrWidth'(words1) : AddrWidth'(k1);
          count_next = 24'(c.a_samples);
        end
        PhResident: begin  // the sum is panel_words_o
          load_sum   = 1'b0;
          size_next  = sum_q;
          count_next = m1 >> $clog2(PanelA);
        end
        PhBlock: begin
          sum_next   = AddrWidth'(c.block);
          size_next  = AddrWidth'(words1);
          count_next = 24'(c.block);
        end
        PhRing, PhRecords: sum_next = d_last_q;
        default: ;
      endcase
    end else begin
      case (step_q)
        StepFirst0: begin
          load_sum = 1'b1;
          sum_next = busy_last_i[AddrWidth +: AddrWidth];
        end
        StepFirst1: begin
          load_sum = 1'b1;
          sum_next = d_last_q;
        end
        StepFirstD: begin
          load_sum  = 1'b1;
          load_size = !rings;
          sum_next  = AddrWidth'(tail);
          size_next = AddrWidth'(stride);
        end
        StepRows: begin
          load_size  = count_q == '0;
          count_next = {20'd0, ((phase_q == PhD) ? c.samples : c.a_samples) - 4'd1};
          if (sizes) size_next = limit;
          else if (several)
            size_next = (phase_q == PhD) ? AddrWidth'(c.d_sample_stride) : AddrWidth'(c.a_sample_stride);
        end
        StepSamples: load_size = count_q == '0;
        StepBase: begin
          load_size = 1'b1;
          size_next = rings ? c.d_base[AddrWidth-1:0] : busy_first_i[0 +: AddrWidth];
        end
        StepLast0: begin
          load_size = 1'b1;
          size_next = busy_first_i[AddrWidth +: AddrWidth];
        end
        StepLast1: begin
          load_size = 1'b1;
          size_next = c.d_base[AddrWidth-1:0];
        end
        default: ;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (load_sum) begin
      sum_q  <= sum_next;
      over_q <= 1'b0;
    end else if (add) begin
      sum_q  <= sum_new;
      over_q <= over_q || carry || (lost_q && multiplies);
    end
    if (load_size) begin
      size_q  <= size_next;
      count_q <= count_next;
      lost_q  <= 1'b0;
    end else if (multiplies) begin
      size_q  <= size_q << 1;
      count_q <= count_q >> 1;
      lost_q  <= lost_q || size_q[AddrWidth-1];
    end
  end

  // --------------------------------------------------------------------- verdict
  logic [2:0]  behind_q;  // busy 0, busy 1, D do not end before the tensor begins
  logic        overflow_q, buffer_q, stride_q, address_q, overlap_q, known_q, legal_q;
  logic [1:0]  conflict_q, load_conflict_q;
  logic [15:0] panel_words_q;
  logic [3:0]  cause, cause_q;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      {overflow_q, stride_q, address_q, overlap_q} <= '0;
      buffer_q        <= c.block == '0;
      conflict_q      <= '0;
      load_conflict_q <= '0;
    end else begin
      case (step_q)
        StepFirst0: behind_q[0] <= reaches;
        StepFirst1: behind_q[1] <= reaches;
        StepFirstD: behind_q[2] <= reaches;
        StepStride:
          if (reaches && phase_q != PhC && phase_q != PhVerdict && phase_q != PhDone)
            stride_q <= 1'b1;
        StepMeet: if (reaches) stride_q <= 1'b1;
        StepLimit:
          if (reaches) begin
            if (phase_q == PhProducts) overflow_q <= 1'b1;
            else buffer_q <= 1'b1;
          end
        StepBase: if (!rings && (over_q || carry || base[63:AddrWidth] != '0)) address_q <= 1'b1;
        StepLast0: if (reaches && behind_q[0]) conflict_q[0] <= 1'b1;
        StepLast1: if (reaches && behind_q[1]) conflict_q[1] <= 1'b1;
        StepLastD: begin
          if (reaches && behind_q[2] && phase_q != PhD && !(phase_q == PhC && c_is_d))
            overlap_q <= 1'b1;
          if (phase_q == PhB) load_conflict_q <= conflict_q;
        end
        default: ;
      endcase
    end
    if (phase_q == PhD && step_q == StepLastD) d_last_q <= sum_q;
    if (phase_q == PhWords && step_q == StepLimit) panel_words_q <= sum_q[15:0];
  end

  always_comb begin
    cause = 4'(tetralog_pkg::CauseNone);
    if (overlap_q)     cause = 4'(tetralog_pkg::CauseOverlap);
    if (address_q)     cause = 4'(tetralog_pkg::CauseAddress);
    if (stride_q)      cause = 4'(tetralog_pkg::CauseStride);
    if (bad_alignment_q) cause = 4'(tetralog_pkg::CauseAlignment);
    if (buffer_q)      cause = 4'(tetralog_pkg::CauseBuffer);
    if (overflow_q)    cause = 4'(tetralog_pkg::CauseOverflow);
    if (field_cause_q != 4'(tetralog_pkg::CauseNone)) cause = field_cause_q;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      known_q <= 1'b0;
      legal_q <= 1'b0;
    end else if (start_i) begin
      known_q <= 1'b0;
      legal_q <= 1'b0;
    end else begin
      if (phase_q == PhB && step_q == StepLastD) known_q <= 1'b1;
      if (phase_q == PhVerdict) legal_q <= cause == 4'(tetralog_pkg::CauseNone);
    end
  end
  always_ff @(posedge clk_i) if (phase_q == PhVerdict) cause_q <= cause;

  assign done_o          = phase_q == PhDone && !start_i;
  assign legal_o         = legal_q && !start_i;
  assign cause_o         = {4'd0, cause_q};
  assign load_known_o    = known_q && !start_i;
  assign load_conflict_o = load_conflict_q;
  assign conflict_o      = conflict_q;
  assign d_first_o       = c.d_base[AddrWidth-1:0];
  assign d_last_o        = d_last_q;
  assign panel_words_o   = panel_words_q;

  logic unused_bits;
  assign unused_bits = ^{c, given};

`ifndef SYNTHESIS
  assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> phase_q == PhDone)
    else $error("command_check: started before the check of the command before was done");
`endif

endmodule
