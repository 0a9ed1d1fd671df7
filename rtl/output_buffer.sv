// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two tiles of outputs, written by rows and read by rows or columns.
//
// Element (r, c) of a tile lies in bank (r + c) % Banks, at word r * Cols / Banks + c / Banks of its
// half, so neighbours of a row and neighbours of a column are in different banks: Banks of either
// are read in one cycle, from any first element. Banks = max(Lanes, AxiData / 32). An element has 32
// bits: an INT32 result, or a 4-bit code of sample s in nibble s, eight samples in all.
//
// A read gives elements rd_first_i + i of line rd_line_i (a row, or a column when rd_transposed_i)
// in place i: its low AxiData / 32 elements as INT32, and of all Banks the code of one sample. Only
// places with rd_valid_i are read, so rd_first_i may lie before the line, the others are unspecified.
//
// Latency: one cycle for a read; what is read stays until the next read. Throughput: a write of
// Lanes elements and a read of Banks elements a cycle. Limits: Rows, Cols, Lanes powers of two, Rows
// and Cols at least Banks; an element is never written and read in the same cycle.

module output_buffer #(
  parameter int unsigned Rows    = 16,
  parameter int unsigned Cols    = 16,
  parameter int unsigned Lanes   = 4,
  parameter int unsigned AxiData = 128,
  localparam int unsigned Elements   = AxiData / 32,
  localparam int unsigned Banks      = (Lanes > Elements) ? Lanes : Elements,
  localparam int unsigned RowBits    = $clog2(Rows),
  localparam int unsigned ColBits    = $clog2(Cols),
  localparam int unsigned LineBits   = (RowBits > ColBits) ? RowBits : ColBits,
  localparam int unsigned FirstWidth = LineBits + 2
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  wr_en_i,
  input  logic                  wr_half_i,
  input  logic [RowBits-1:0]    wr_row_i,
  input  logic [ColBits-1:0]    wr_col_i,         // first column, a multiple of Lanes
  input  logic                  wr_int32_i,
  input  logic [2:0]            wr_sample_i,      // of codes
  input  logic [Lanes*32-1:0]   wr_data_i,        // INT32: 32 bits a lane; codes: [4*lane +: 4]

  input  logic                  rd_en_i,
  input  logic                  rd_half_i,
  input  logic                  rd_transposed_i,
  input  logic [LineBits-1:0]   rd_line_i,
  input  logic [FirstWidth-1:0] rd_first_i,       // signed, above -Banks
  input  logic [Banks-1:0]      rd_valid_i,       // places i with an element of the line
  input  logic [2:0]            rd_sample_i,      // of codes; 0 for INT32
  output logic [AxiData-1:0]    rd_word_o,
  output logic [Banks*4-1:0]    rd_codes_o
);

  localparam int unsigned BankBits = $clog2(Banks);
  localparam int unsigned LaneBits = $clog2(Lanes);
  localparam int unsigned Depth    = 2 * Rows * Cols / Banks;
  localparam int unsigned AddrBits = $clog2(Depth);

  // ----------------------------------------------------------------------- write
  logic [Banks*32-1:0] lanes;  // in the order of lanes; the rest of the banks is not written
  always_comb begin
    lanes = '0;
    for (int i = 0; i < Lanes; i++)
      lanes[32*i+:32] = wr_int32_i ? wr_data_i[32*i+:32] : {8{wr_data_i[4*i+:4]}};
  end
  logic [7:0]          wr_mask;
  logic [BankBits-1:0] wr_turn;  // bank of lane 0
  logic [AddrBits-1:0] wr_addr;
  assign wr_mask = {8{wr_int32_i}} | (8'd1 << wr_sample_i);
  assign wr_turn = BankBits'(wr_row_i) + BankBits'(wr_col_i);
  assign wr_addr = (AddrBits'({wr_half_i, wr_row_i}) << (ColBits - BankBits)) |
                   (AddrBits'(wr_col_i) >> BankBits);

  // ------------------------------------------------------------------------ read
  // Bank b holds element first + i of the line with (line + first + i) % Banks = b, so the low bits
  // of that element's number are (b - line) % Banks, whatever the first element is; where these are
  // less than first's low bits, the high bits are one more than first's.
  localparam int unsigned HighWidth = FirstWidth - BankBits;
  logic [BankBits-1:0]  rd_turn, rd_turn_q;  // bank of place 0
  logic [HighWidth-1:0] high, high_next;
  logic [2:0]           rd_sample_q;
  assign rd_turn   = BankBits'(rd_line_i) + BankBits'(rd_first_i);
  assign high      = rd_first_i[FirstWidth-1:BankBits];
  assign high_next = high + HighWidth'(1);
  always_ff @(posedge clk_i) begin
    if (rd_en_i) begin
      rd_turn_q   <= rd_turn;
      rd_sample_q <= rd_sample_i;
    end
  end

  logic [Banks*32-1:0] read;  // in the order of banks, the wanted code in the low nibble
  for (genvar bank = 0; bank < Banks; bank++) begin : gen_bank
    logic [BankBits-1:0]   lane;
    logic                  we;
    logic [31:0]           wdata;
    assign lane  = BankBits'(bank) - wr_turn;
    assign we    = wr_en_i && (LaneBits == BankBits || (lane >> LaneBits) == '0);
    assign wdata = lanes[{lane, 5'd0}+:32];

    logic [BankBits-1:0]   place, low;
    logic [FirstWidth-1:0] along;
    logic [LineBits-1:0]   row, col;
    logic                  re, unused_along;
    logic [AddrBits-1:0]   raddr;
    logic [31:0]           rdata;
    assign place = BankBits'(bank) - rd_turn;
    assign low   = BankBits'(bank) - BankBits'(rd_line_i);
    assign along = {(low < rd_first_i[BankBits-1:0]) ? high_next : high, low};
    assign row   = rd_transposed_i ? along[LineBits-1:0] : rd_line_i;
    assign col   = rd_transposed_i ? rd_line_i : along[LineBits-1:0];
    assign re    = rd_en_i && rd_valid_i[place];
    assign raddr = (AddrBits'({rd_half_i, row[RowBits-1:0]}) << (ColBits - BankBits)) |
                   (AddrBits'(col[ColBits-1:0]) >> BankBits);
    assign unused_along = ^along ^ ^row ^ ^col;

    sram #(.Width(32), .Depth(Depth)) u_sram (
      .clk_i,
      .we_i    (we),
      .waddr_i (wr_addr),
      .wdata_i (wdata),
      .wmask_i (wr_mask),
      .re_i    (re),
      .raddr_i (raddr),
      .rdata_o (rdata)
    );
    // Samples are numbered from 0 and INT32 has only that one, so this nibble serves both.
    assign read[32*bank+:32] = {rdata[31:4], rdata[{rd_sample_q, 2'd0}+:4]};
  end

  for (genvar i = 0; i < Banks; i++) begin : gen_place
    logic [BankBits-1:0] bank;
    logic [31:0]         element;
    assign bank    = BankBits'(i) + rd_turn_q;
    assign element = read[{bank, 5'd0}+:32];
    assign rd_codes_o[4*i+:4] = element[3:0];
    if (i < Elements) begin : gen_word
      assign rd_word_o[32*i+:32] = element;
    end else begin : gen_code
      logic unused_element;
      assign unused_element = ^element[31:4];
    end
  end

  if (Rows < Banks || Cols < Banks || Cols % Lanes != 0)
    $error("output_buffer: Rows and Cols must be at least max(Lanes, AxiData / 32)");
  if ((Rows & (Rows - 1)) != 0 || (Cols & (Cols - 1)) != 0 || (Lanes & (Lanes - 1)) != 0)
    $error("output_buffer: Rows, Cols and Lanes must be powers of two");

`ifdef SYNTHESIS
  logic unused_reset;
  assign unused_reset = rst_ni;
`else
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      wr_en_i |-> (wr_col_i & ColBits'(Lanes - 1)) == '0)
    else $error("output_buffer: a write does not start at a multiple of Lanes");
  assert property (@(posedge clk_i) disable iff (!rst_ni) wr_en_i && wr_int32_i |-> wr_sample_i == '0)
    else $error("output_buffer: INT32 has sample 0 only");
`endif

endmodule
