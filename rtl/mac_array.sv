// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Output-stationary systolic array of Rows x Cols processing elements, Dot products each a cycle.
//
// A beat brings Dot codes of the A operand to every row and Dot codes of the B operand to every
// column. Codes are decoded at the edge of the array, after the skew, so that the skew holds 4 bits
// a code and no format wire enters the array. Processing elements come in groups that share operand
// registers (pe_group); the systolic step is from group to group, so row group i and column group j
// work i + j cycles behind group (0, 0).
//
// The processing elements multiply without signs, which adds the same bias to all sums of a row
// (row_bias). Sums are read with their bias beside them; the reader subtracts, modulo 2^AccWidth, on
// the few columns it takes at a time.
//
// The sum of a tile starts with the beat marked `first` and ends with the beat marked `last`; both
// may be the same beat. A beat that is not valid changes nothing, so the source may pause at any
// time. Tiles may follow each other without a gap: the result of a tile moves to shadow registers,
// where it is read over the column buses while the next tile accumulates. The reader must be done
// with a tile before the `last` beat of the next one enters.
//
// Latency: the row group i and column group j of a tile can be read from cycle
// pe_group's ReadLatency + i + j after the cycle in which its `last` beat is at the inputs.
// Throughput: one beat a cycle, Rows*Cols*Dot products.
// Limits: GroupRows divides Rows, GroupCols divides Cols.
// Source: the three GEMMs of LUQ training, Chmiel et al., ICLR 2023, section 2.

module mac_array #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned Cols      = 16,
  parameter int unsigned Dot       = 4,
  parameter int unsigned AccWidth  = 24,
  parameter int unsigned GroupRows = 4,
  parameter int unsigned GroupCols = 4,
  parameter bit          GateRows  = 1'b1  // see pe_group
) (
  input  logic                     clk_i,
  // One beat of operands; row r takes a_i[(r*Dot+d)*4 +: 4], column c b_i[(c*Dot+d)*4 +: 4].
  input  logic                     valid_i,
  input  logic                     first_i,
  input  logic                     last_i,
  input  logic                     a_log_i,       // A holds LOG4 codes, not INT4
  input  logic                     b_int4_i,      // B holds INT4 codes, not UINT4
  input  logic [Rows*Dot*4-1:0]    a_i,
  input  logic [Cols*Dot*4-1:0]    b_i,
  // Read port of the shadow registers: the selected row (one-hot), in the same cycle.
  input  logic [Rows-1:0]          row_sel_i,
  output logic [Cols*AccWidth-1:0] row_o,         // sums of the row, each plus bias_o
  output logic [AccWidth-1:0]      bias_o         // bias of the row
);

  localparam int unsigned RowGroups = Rows / GroupRows;
  localparam int unsigned ColGroups = Cols / GroupCols;
  localparam int unsigned ACode     = GroupRows * Dot * 4;  // bits of a row group's codes
  localparam int unsigned BCode     = GroupCols * Dot * 4;
  localparam int unsigned AWidth    = 7;                    // bits of a decoded operand
  localparam int unsigned BWidth    = 4;
  localparam int unsigned AOp       = GroupRows * Dot * AWidth;
  localparam int unsigned BOp       = GroupCols * Dot * BWidth;
  localparam int unsigned BusWidth  = GroupCols * AccWidth;

  // The zero code is the zero of every format: an idle beat adds nothing.
  logic [Rows*Dot*4-1:0] a_gated;
  logic [1:0]            token;
  assign a_gated = a_i & {Rows*Dot*4{valid_i}};
  assign token   = {first_i, last_i} & {2{valid_i}};

  // Wires between groups, flat: group (i, j) takes A at place i * (ColGroups + 1) + j and hands it on
  // at the next place, takes B at place i * ColGroups + j and hands it on ColGroups places later, and
  // drives its column bus at place i * ColGroups + j.
  logic [RowGroups*(ColGroups+1)*AOp-1:0]   a_op;
  logic [RowGroups*(ColGroups+1)-1:0]       first, last;
  logic [RowGroups*(ColGroups+1)*GroupRows-1:0] hold;  // a bit a row, with A
  logic [(RowGroups+1)*ColGroups*BOp-1:0]   b_op;
  logic [RowGroups*ColGroups*BusWidth-1:0]  bus;
  logic [Rows*AccWidth-1:0]                 bias;

  // Left edge: skew, then decode. The bias of a row is summed beside its first group.
  for (genvar i = 0; i < RowGroups; i++) begin : gen_left
    localparam int unsigned Place = i * (ColGroups + 1);
    logic [ACode+3:0] skewed;
    delay_line #(.Width(ACode + 4), .Depth(i)) u_skew (
      .clk_i,
      .d_i({b_int4_i, a_log_i, token, a_gated[i*ACode +: ACode]}),
      .q_o(skewed)
    );
    assign first[Place] = skewed[ACode+1];
    assign last[Place]  = skewed[ACode];
    for (genvar l = 0; l < GroupRows * Dot; l++) begin : gen_decode
      operand_decode_a u_decode (
        .log4_i(skewed[ACode+2]),
        .code_i(skewed[l*4 +: 4]),
        .operand_o(a_op[Place*AOp + l*AWidth +: AWidth])
      );
    end
    for (genvar r = 0; r < GroupRows; r++) begin : gen_bias
      // A row holds while its codes are zero, of LOG4 with either sign.
      logic [Dot-1:0] nonzero;
      for (genvar d = 0; d < Dot; d++) begin : gen_nonzero
        assign nonzero[d] = (|skewed[(r*Dot+d)*4 +: 3]) | (skewed[(r*Dot+d)*4+3] & ~skewed[ACode+2]);
      end
      assign hold[Place*GroupRows + r] = ~(|nonzero) & ~first[Place];
`ifndef SYNTHESIS
      assert property (@(posedge clk_i) hold[Place*GroupRows + r] ==
          ((a_op[Place*AOp + r*Dot*AWidth +: Dot*AWidth] == '0) && !first[Place]));
`endif
      row_bias #(.Dot(Dot), .AccWidth(AccWidth), .GateRows(GateRows)) u_bias (
        .clk_i,
        .a_i     (a_op[Place*AOp + r*Dot*AWidth +: Dot*AWidth]),
        .b_int4_i(skewed[ACode+3]),
        .first_i (first[Place]),
        .last_i  (last[Place]),
        .hold_i  (hold[Place*GroupRows + r]),
        .sel_i   (row_sel_i[i*GroupRows + r]),
        .bus_o   (bias[(i*GroupRows+r)*AccWidth +: AccWidth])
      );
    end
  end

  always_comb begin
    bias_o = '0;
    for (int unsigned r = 0; r < Rows; r++) bias_o |= bias[r*AccWidth +: AccWidth];
  end

  // Top edge.
  for (genvar j = 0; j < ColGroups; j++) begin : gen_top
    logic [BCode:0] skewed;
    delay_line #(.Width(BCode + 1), .Depth(j)) u_skew (
      .clk_i,
      .d_i({b_int4_i, b_i[j*BCode +: BCode]}),
      .q_o(skewed)
    );
    for (genvar l = 0; l < GroupCols * Dot; l++) begin : gen_decode
      operand_decode_b u_decode (
        .int4_i(skewed[BCode]),
        .code_i(skewed[l*4 +: 4]),
        .operand_o(b_op[j*BOp + l*BWidth +: BWidth])
      );
    end
    // At most one row group drives its bus.
    always_comb begin
      row_o[j*BusWidth +: BusWidth] = '0;
      for (int unsigned i = 0; i < RowGroups; i++)
        row_o[j*BusWidth +: BusWidth] |= bus[(i*ColGroups+j)*BusWidth +: BusWidth];
    end
  end

  for (genvar i = 0; i < RowGroups; i++) begin : gen_row
    for (genvar j = 0; j < ColGroups; j++) begin : gen_col
      localparam int unsigned Left = i * (ColGroups + 1) + j;
      localparam int unsigned Top  = i * ColGroups + j;
      pe_group #(
        .GroupRows(GroupRows), .GroupCols(GroupCols), .Dot(Dot), .AccWidth(AccWidth),
        .GateRows(GateRows)
      ) u_group (
        .clk_i,
        .a_i      (a_op[Left*AOp +: AOp]),
        .first_i  (first[Left]),
        .last_i   (last[Left]),
        .hold_i   (hold[Left*GroupRows +: GroupRows]),
        .a_o      (a_op[(Left+1)*AOp +: AOp]),
        .first_o  (first[Left+1]),
        .last_o   (last[Left+1]),
        .hold_o   (hold[(Left+1)*GroupRows +: GroupRows]),
        .b_i      (b_op[Top*BOp +: BOp]),
        .b_o      (b_op[(Top+ColGroups)*BOp +: BOp]),
        .row_sel_i(row_sel_i[i*GroupRows +: GroupRows]),
        .bus_o    (bus[Top*BusWidth +: BusWidth])
      );
    end
  end

endmodule
