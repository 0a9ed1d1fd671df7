// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the mask, a matrix of stored 4-bit codes, and streams it to the engine.
//
// An element passes when its code is not zero: its lane gives 1, otherwise 0. The stored lines are
// rows, or columns when transposed_i is set, stride_i bytes apart. Tiles come out in the order in
// which the engine drains them: row by row, Lanes columns a beat, only the beats that have columns;
// lanes beyond the tile are unspecified. Of an element only the one bit is kept, in a memory: a line as
// it came, in the bank of its number modulo Lanes. A beat is Lanes neighbours in one bank, or, of
// transposed lines, the same bit of every bank.
//
// start_i, while busy_o is low, begins a command; its inputs stay until busy_o falls, in the cycle
// after the last beat is taken. Words are always taken at once. Throughput: a word in and a beat out
// a cycle; see tile_fetch for when the next tile is asked for.
// Limits: Rows, Cols, Lanes powers of two; Rows, Cols >= 2 (a tile starts at a whole byte), one >= 4.

module mask_loader #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned Cols      = 16,
  parameter int unsigned Lanes     = 4,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40,
  parameter int unsigned Tiles     = 4  // buffered
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 start_i,
  input  logic [AddrWidth-1:0] base_i,        // byte address
  input  logic [31:0]          stride_i,      // bytes from one stored line to the next
  input  logic                 transposed_i,  // a stored line is a column
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

  output logic                 mask_valid_o,
  input  logic                 mask_ready_i,
  output logic [Lanes*4-1:0]   mask_data_o  // 0 or 1 in the 4 bits of a lane
);

  localparam int unsigned WordCodes  = AxiData / 4;
  localparam int unsigned MaxLine    = (Rows > Cols) ? Rows : Cols;
  localparam int unsigned SlotWidth  = $clog2(Tiles);
  localparam int unsigned LineWidth  = $clog2(MaxLine);
  localparam int unsigned WordWidth  = (MaxLine > WordCodes) ? $clog2(MaxLine / WordCodes) : 1;
  localparam int unsigned ChunkWidth = (Cols > Lanes) ? $clog2(Cols / Lanes) : 1;

  if (Rows < 2 || Cols < 2)
    $error("mask_loader: Rows and Cols must be at least 2");

  logic                     fetch_busy, rd_valid, rd_next;
  logic [SlotWidth-1:0]     wr_slot, rd_slot;
  logic [LineWidth-1:0]     wr_line;
  logic [WordWidth-1:0]     wr_word;
  logic [$clog2(Rows)-1:0]  rd_row;
  logic [ChunkWidth-1:0]    rd_chunk;
  tile_fetch #(
    .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AxiData(AxiData), .AddrWidth(AddrWidth), .Nibbles(1),
    .Tiles(Tiles), .FreeByRow(1'b0)
  ) u_fetch (
    .clk_i, .rst_ni,
    .start_i, .base_i,
    .line_stride_i(stride_i),
    .by_cols_i(transposed_i),
    .one_line_i(1'b0),
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

  logic [WordCodes-1:0] passes;
  for (genvar i = 0; i < WordCodes; i++) begin : gen_code
    assign passes[i] = |word_data_i[i*4 +: 4];
  end

  localparam int unsigned WordBits   = (MaxLine > WordCodes) ? WordCodes : MaxLine;
  localparam int unsigned LineWords  = MaxLine / WordBits;
  localparam int unsigned BankWords  = ((MaxLine > Lanes) ? MaxLine / Lanes : 1) * LineWords;  // a tile's
  localparam int unsigned Depth      = Tiles * BankWords;
  localparam int unsigned DepthWidth = $clog2(Depth);
  localparam int unsigned BitWidth   = $clog2(WordBits);
  localparam int unsigned LaneWidth  = (Lanes > 1) ? $clog2(Lanes) : 1;

  if (MaxLine < 4)
    $error("mask_loader: Rows or Cols must be at least 4");

  // Where a line's word is in its bank.
  function automatic logic [DepthWidth-1:0] place(logic [31:0] slot, logic [31:0] line,
                                                  logic [31:0] word);
    place = DepthWidth'(slot * BankWords + line / Lanes * LineWords + word);
  endfunction

  // The line that the beat begins with, and the element in it.
  logic [31:0]           rd_col, rd_line, rd_element;
  logic [DepthWidth-1:0] wr_place, rd_place;
  assign rd_col     = 32'(rd_chunk) * Lanes;
  assign rd_line    = transposed_i ? rd_col : 32'(rd_row);
  assign rd_element = transposed_i ? 32'(rd_row) : rd_col;
  assign wr_place   = place(32'(wr_slot), 32'(wr_line), (LineWords > 1) ? 32'(wr_word) : '0);
  assign rd_place   = place(32'(rd_slot), rd_line, rd_element / WordBits);

  // All banks are one memory: a word of each.
  logic [Lanes*WordBits-1:0]   bank_word;
  logic [Lanes*WordBits/4-1:0] wr_mask;
  for (genvar l = 0; l < Lanes; l++) begin : gen_bank
    assign wr_mask[l*WordBits/4 +: WordBits/4] = {WordBits/4{32'(wr_line) % Lanes == l}};
  end
  sram #(.Width(Lanes * WordBits), .Depth(Depth)) u_sram (
    .clk_i,
    .we_i   (word_valid_i),
    .waddr_i(wr_place),
    .wdata_i({Lanes{passes[WordBits-1:0]}}),
    .wmask_i(wr_mask),
    .re_i   (rd_next),
    .raddr_i(rd_place),
    .rdata_o(bank_word)
  );

  logic                 mask_valid_q;
  logic [LaneWidth-1:0] bank_q;  // of the line
  logic [BitWidth-1:0]  bit_q;
  assign rd_next = rd_valid && (!mask_valid_q || mask_ready_i);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) mask_valid_q <= 1'b0;
    else if (!mask_valid_q || mask_ready_i) mask_valid_q <= rd_valid;
  end
  always_ff @(posedge clk_i) begin
    if (rd_next) begin
      bank_q <= LaneWidth'(rd_line % Lanes);
      bit_q  <= BitWidth'(rd_element);
    end
  end

  logic [WordBits-1:0] line_word;
  logic [Lanes-1:0]    column, beat;
  assign line_word = bank_word[32'(bank_q)*WordBits +: WordBits];
  for (genvar l = 0; l < Lanes; l++) begin : gen_column
    assign column[l] = bank_word[l*WordBits + 32'(bit_q)];
  end
  assign beat = transposed_i ? column : line_word[bit_q +: Lanes];
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign mask_data_o[l*4 +: 4] = {3'b0, beat[l]};
  end
  assign mask_valid_o = mask_valid_q;
  assign busy_o       = fetch_busy || mask_valid_q;

  if (WordBits < WordCodes) begin : gen_unused
    logic unused_passes;
    assign unused_passes = ^passes[WordCodes-1:WordBits];
  end

`ifndef SYNTHESIS
  a_beat_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    mask_valid_o && !mask_ready_i |=> mask_valid_o && $stable(mask_data_o));
`endif

endmodule
