// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Reads C, the INT32 matrix that is added to the sums, and streams it to the engine.
//
// C lies in memory by rows (col_stride_i is 4) or else by columns (row_stride_i is 4); the stride
// between these lines is any multiple of 4 bytes, and with a stride of 0 one line stands for all.
// Tiles come out in the order in which the engine drains them: row by row, Lanes columns a beat, only
// the beats that have columns; lanes beyond the tile are unspecified.
//
// A tile lies in Banks memories of 32-bit words, element [r,c] in bank (r + c) mod Banks: Banks
// neighbours of a row, or of a column, are in different banks, so each word of the bus is written and
// each beat read in one cycle, in either orientation.
//
// start_i, while busy_o is low, begins a command; its inputs stay until busy_o falls, in the cycle
// after the last beat is taken. Words are always taken at once. Throughput: a word in and a beat out
// a cycle; see tile_fetch for when the next tile is asked for.
// Limits: Rows, Cols, Lanes powers of two; Rows, Cols >= Banks = max(Lanes, AxiData / 32).

module addend_loader #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned Cols      = 16,
  parameter int unsigned Lanes     = 4,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40,
  parameter int unsigned Tiles     = 2  // buffered
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 start_i,
  input  logic [AddrWidth-1:0] base_i,        // byte address of C[0,0], a multiple of 4
  input  logic [31:0]          row_stride_i,  // bytes
  input  logic [31:0]          col_stride_i,
  input  logic [23:0]          m_i,
  input  logic [23:0]          n_i,
  input  logic [23:0]          block_cols_i,
  output logic                 busy_o,

  output logic                 seg_valid_o,
  input  logic                 seg_ready_i,
  output logic [AddrWidth-1:0] seg_addr_o,
  output logic [15:0]          seg_last_o,    // bytes - 1
  input  logic                 word_valid_i,
  input  logic [AxiData-1:0]   word_data_i,
  input  logic                 word_last_i,

  output logic                 c_valid_o,
  input  logic                 c_ready_i,
  output logic [Lanes*32-1:0]  c_data_o
);

  localparam int unsigned WordElems  = AxiData / 32;
  localparam int unsigned Banks      = (Lanes > WordElems) ? Lanes : WordElems;
  localparam int unsigned BankWidth  = $clog2(Banks);
  localparam int unsigned ElemWidth  = $clog2(WordElems);
  localparam int unsigned PartWidth  = BankWidth - ElemWidth;    // words of a line in Banks elements
  localparam int unsigned ColShift   = $clog2(Cols) - BankWidth; // address bits of the column
  localparam int unsigned Depth      = Tiles * Rows * Cols / Banks;
  localparam int unsigned BankAddr   = $clog2(Depth);
  localparam int unsigned MaxLine    = (Rows > Cols) ? Rows : Cols;
  localparam int unsigned SlotWidth  = $clog2(Tiles);
  localparam int unsigned LineWidth  = $clog2(MaxLine);
  localparam int unsigned WordWidth  = (MaxLine > WordElems) ? $clog2(MaxLine / WordElems) : 1;
  localparam int unsigned ChunkWidth = (Cols > Lanes) ? $clog2(Cols / Lanes) : 1;

  if (Rows < Banks || Cols < Banks)
    $error("addend_loader: Rows and Cols must be at least max(Lanes, AxiData / 32)");

  // Compared with start_i, since the walk has no time for it.
  logic        by_cols_q, one_line_q;
  logic [31:0] line_stride;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      by_cols_q  <= col_stride_i != 32'd4;
      one_line_q <= col_stride_i == '0 || (col_stride_i == 32'd4 && row_stride_i == '0);
    end
  end
  assign line_stride = by_cols_q ? col_stride_i : row_stride_i;

  logic                     fetch_busy, rd_valid, rd_next;
  logic [SlotWidth-1:0]     wr_slot, rd_slot;
  logic [LineWidth-1:0]     wr_line;
  logic [WordWidth-1:0]     wr_word;
  logic [$clog2(Rows)-1:0]  rd_row;
  logic [ChunkWidth-1:0]    rd_chunk;
  tile_fetch #(
    .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AxiData(AxiData), .AddrWidth(AddrWidth), .Nibbles(8),
    .Tiles(Tiles)
  ) u_fetch (
    .clk_i, .rst_ni,
    .start_i, .base_i,
    .line_stride_i(line_stride),
    .by_cols_i(by_cols_q),
    .one_line_i(one_line_q),
    .m_i, .n_i, .block_cols_i,
    .busy_o(fetch_busy),
    .seg_valid_o, .seg_ready_i, .seg_addr_o, .seg_last_o,
    .word_valid_i, .word_last_i,
    .wr_slot_o(wr_slot),
    .wr_line_o(wr_line),
    .wr_word_o(wr_word),
    .rd_valid_o(rd_valid),
    .rd_next_i(rd_next),
    .rd_slot_o(rd_slot),
    .rd_row_o(rd_row),
    .rd_chunk_o(rd_chunk)
  );

  // Writing: the word turned by its line, so that each element meets its bank.
  logic [AxiData-1:0] turned;
  always_comb begin
    turned = word_data_i;
    for (int unsigned i = 0; i < ElemWidth; i++)
      if (wr_line[i]) turned = (turned << (32 << i)) | (turned >> (AxiData - (32 << i)));
  end

  // Reading: element [row, col] is in bank (row + col) mod Banks.
  logic [$clog2(Rows)-1:0] row;
  logic [$clog2(Cols)-1:0] col;
  logic [BankAddr-1:0]     rd_addr;
  logic [Banks-1:0]        first;    // bank of lane 0, a bit a bank
  logic                    c_valid_q;
  assign row     = (one_line_q && !by_cols_q) ? '0 : rd_row;
  assign col     = (one_line_q && by_cols_q) ? '0 : $clog2(Cols)'(rd_chunk) << $clog2(Lanes);
  assign rd_addr = BankAddr'(rd_slot) << ($clog2(Rows) + ColShift) | BankAddr'(row) << ColShift |
                   BankAddr'(col) >> BankWidth;
  assign rd_next = rd_valid && (!c_valid_q || c_ready_i);

  logic [Banks*32-1:0] rd_data;
  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    // The element of the line that belongs here has this number modulo Banks.
    logic [BankWidth-1:0] elem;
    logic                 hit;
    logic [BankAddr-1:0]  wr_addr, wr_row, wr_col;
    assign elem    = BankWidth'(b) - wr_line[BankWidth-1:0];
    assign wr_row  = by_cols_q ? (BankAddr'(wr_word) >> PartWidth) << BankWidth | BankAddr'(elem)
                             : BankAddr'(wr_line);
    assign wr_col  = by_cols_q ? BankAddr'(wr_line) >> BankWidth : BankAddr'(wr_word) >> PartWidth;
    assign wr_addr = BankAddr'(wr_slot) << ($clog2(Rows) + ColShift) | wr_row << ColShift | wr_col;
    if (PartWidth == 0) begin : gen_all
      assign hit = 1'b1;
    end else begin : gen_part
      assign hit = elem[BankWidth-1:ElemWidth] == PartWidth'(wr_word);
    end

    sram #(.Width(32), .Depth(Depth)) u_sram (
      .clk_i,
      .we_i(word_valid_i && hit),
      .waddr_i(wr_addr),
      .wdata_i(turned[(b % WordElems)*32 +: 32]),
      .wmask_i({8{1'b1}}),
      .re_i(rd_next),
      .raddr_i(rd_addr),
      .rdata_o(rd_data[b*32 +: 32])
    );
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) c_valid_q <= 1'b0;
    else if (!c_valid_q || c_ready_i) c_valid_q <= rd_valid;
  end
  assign first = Banks'(1) << (BankWidth'(row) + BankWidth'(col));

  // Lane l has bank first + l; of a column that stands for all, every lane has the first. One AND-OR
  // from memory to lane, since the sum with the accumulator waits for it.
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [Banks-1:0] pick_q;
    logic [31:0]      c;
    always_ff @(posedge clk_i)
      if (rd_next) pick_q <= (one_line_q && by_cols_q) ? first : (first << l) | (first >> (Banks - l));
    always_comb begin
      c = '0;
      for (int unsigned b = 0; b < Banks; b++) c |= rd_data[b*32 +: 32] & {32{pick_q[b]}};
    end
    assign c_data_o[l*32 +: 32] = c;
  end
  assign c_valid_o = c_valid_q;
  assign busy_o    = fetch_busy || c_valid_q;

`ifndef SYNTHESIS
  a_strides : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> row_stride_i == 32'd4 || col_stride_i == 32'd4);
  a_beat_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    c_valid_o && !c_ready_i |=> c_valid_o && $stable(c_data_o));
`endif

endmodule
