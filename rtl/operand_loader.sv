// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches the panels of one operand, A or B, into its circular operand buffer.
//
// A panel is Panel rows of A (columns of B: "rows" here), all K, all samples. It takes
// samples * w words, w = ceil(K / WordCodes), at the same addresses of all banks: those that follow
// the panel before, also over the end of the buffer and from command to command, 0 after reset.
// Sample s begins at word s * w; code k is nibble k % WordCodes of word k / WordCodes. The whole tensor
// is fetched ceil(repeat_extent / repeat_step) times. In memory it is stored in one of two ways:
//   along   a stored row holds the codes of one row. For each row, each sample: a segment of
//           ceil(K / 2) bytes, whose words go whole to the bank of the row.
//   across  a stored row holds the codes of one k. For each panel, each sample, each k: a segment of
//           half a byte for every row of the panel, of whose words every nibble goes to another bank.
// Codes beyond K, and rows beyond the last, are unspecified in the buffer.
//
// An address side asks for segments, into later panels too, and a data side places the words that
// come back in the same order; each has its own counters. A sample of a panel is asked for when its
// words are free; so nothing is written over a panel that has not been released.
//
// Latency: the first segment in the cycle after start_i; a word is written in the cycle in which it comes.
// Throughput: a segment a cycle, a word a cycle.
// Limits: 1 <= rows_i, k_i, repeat_extent_i, repeat_step_i; samples_i 1..8; samples_i * w <= Depth.

module operand_loader #(
  parameter int unsigned Rows      = 16,   // rows of a tile
  parameter int unsigned Panel     = 32,   // rows of a panel, at least AxiData / 4
  parameter int unsigned AxiData   = 128,  // bits of a bus word
  parameter int unsigned AddrWidth = 40,
  parameter int unsigned Depth     = 512,  // words of a bank
  parameter bit          Once      = 1'b0, // one sample, fetched once
  localparam int unsigned DepthWidth  = $clog2(Depth),
  localparam int unsigned PanelWidth  = $clog2(Panel),
  localparam int unsigned NibbleWidth = $clog2(AxiData / 4),
  // Tile rows are counted modulo twice what the buffer can have. They are apart by less: by the buffer at most, and
  // from the first of a block, which is given back a panel at a time, by a panel less than twice the buffer.
  localparam int unsigned CountWidth  = DepthWidth + $clog2(Panel / Rows) + 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   start_i,          // only while busy_o is low
  input  logic [AddrWidth-1:0]   base_i,           // these stable while busy_o; bytes
  input  logic [31:0]            stride_i,         // bytes, from one stored row to the next
  input  logic [31:0]            sample_stride_i,  // bytes
  input  logic [3:0]             samples_i,
  input  logic                   across_i,
  input  logic [23:0]            rows_i,           // M or N
  input  logic [23:0]            k_i,
  input  logic [23:0]            repeat_extent_i,
  input  logic [23:0]            repeat_step_i,

  input  logic                   release_i,        // frees the oldest panel
  input  logic [DepthWidth:0]    release_words_i,  // its words in a bank

  output logic                   seg_valid_o,
  input  logic                   seg_ready_i,
  output logic [AddrWidth-1:0]   seg_addr_o,
  output logic [15:0]            seg_last_o,       // bytes - 1

  input  logic                   word_valid_i,     // always taken
  input  logic [AxiData-1:0]     word_data_i,
  input  logic                   word_last_i,      // of its segment

  output logic                   wr_valid_o,
  output logic                   wr_across_o,
  output logic [PanelWidth-1:0]  wr_bank_o,        // across: the first of WordCodes banks
  output logic [DepthWidth-1:0]  wr_addr_o,
  output logic [NibbleWidth-1:0] wr_nibble_o,      // across: the nibble that every bank gets
  output logic [AxiData-1:0]     wr_data_o,

  output logic [CountWidth-1:0]  asked_o,          // tile rows before the segment now asked for
  output logic [CountWidth-1:0]  asked_next_o,     // asked_o from the next segment on
  output logic [CountWidth-1:0]  loaded_o,         // tile rows written since reset
  output logic                   busy_o            // until the last word of the command is written
);

  localparam int unsigned TileWidth = $clog2(Rows);
  localparam int unsigned KWidth    = DepthWidth + NibbleWidth;
  localparam bit [31:0]   PanelBytes = Panel / 2;  // of a stored row across
  // Segments under way are counted; more than a stream reader keeps.
  localparam int unsigned PendingWidth = 7;

  // The last index of each dimension: ceil(x / 2^i) = ((x - 1) >> i) + 1. Whatever is the last of its
  // kind is compared a step ahead and kept as a flag, so that nothing waits for these.
  logic [23:0] rows_last, k_last_wide;
  logic [KWidth-1:0] k_last;
  logic [2:0] sample_last;
  assign rows_last   = rows_i - 24'd1;
  assign k_last_wide = k_i - 24'd1;
  assign k_last      = k_last_wide[KWidth-1:0];
  assign sample_last = Once ? 3'd0 : 3'(samples_i - 4'd1);

  logic [DepthWidth-1:0] words_last_q;  // w - 1
  logic [DepthWidth:0]   words;
  always_ff @(posedge clk_i) if (start_i) words_last_q <= k_last[KWidth-1:NibbleWidth];
  assign words = {1'b0, words_last_q} + 1'b1;

  // ---- Address side -------------------------------------------------------------------------------
  logic                     active_q;
  logic [KWidth-1:0]        ask_k_left_q;   // used across
  logic [2:0]               ask_sample_left_q;
  logic [PanelWidth-1:0]    ask_row_q;      // of the panel; across 0
  logic [23:PanelWidth]     ask_panels_left_q, ask_panels_left_d;
  logic [PendingWidth-1:0]  pending_q;
  logic [DepthWidth:0]      free_q, free_next;  // words

  logic ask, ask_k_end, ask_sample_end, ask_tensor_end, ask_again;
  logic ask_first_q;       // the first segment of a sample of a panel, which takes the words of all
  logic ask_last_k_q;
  logic ask_last_panel_q, ask_last_panel_d;
  logic ask_last_row_q, ask_last_row_d;  // last of the tensor; across: in the last panel
  assign ask            = seg_valid_o && seg_ready_i;
  assign ask_k_end      = ask_last_k_q;
  assign ask_sample_end = ask_k_end && ask_sample_left_q == '0;
  assign ask_tensor_end = ask_sample_end && ask_last_row_q;
  assign seg_valid_o    = active_q && !(&pending_q) && (!ask_first_q || free_q > {1'b0, words_last_q});

  // The next row; across, the next panel.
  logic                  ask_panel_end;
  logic [PanelWidth-1:0] ask_row_d;
  assign ask_panel_end     = across_i || &ask_row_q;
  assign ask_row_d         = across_i ? '0 : ask_row_q + 1'b1;
  assign ask_panels_left_d = ask_panels_left_q - (24 - PanelWidth)'(ask_panel_end);
  always_comb begin
    if (start_i || ask_tensor_end) begin
      ask_last_panel_d = rows_last[23:PanelWidth] == '0;
      ask_last_row_d   = ask_last_panel_d && (across_i || rows_last[PanelWidth-1:0] == '0);
    end else begin
      ask_last_panel_d = ask_last_panel_q ||
                         (ask_panel_end && ask_panels_left_q == (24 - PanelWidth)'(1));
      ask_last_row_d   = ask_last_panel_d && (across_i || ask_row_d == rows_last[PanelWidth-1:0]);
    end
  end

  always_comb begin
    if (!across_i) seg_last_o = 16'(k_last[KWidth-1:1]);
    else if (ask_last_panel_q) seg_last_o = 16'(rows_last[PanelWidth-1:1]);
    else seg_last_o = 16'(PanelBytes - 1);
  end

  // One adder for all steps: of k from the segment, of a sample from k = 0, of a row or panel from sample 0.
  // The carry into the upper half of an address is kept in its middle, and added with the next step.
  localparam int unsigned Low = AddrWidth / 2;
  logic [AddrWidth:0]   addr_q, row_addr_q, sample_addr, addr_from, addr_d;
  logic [AddrWidth-1:0] addr_step;
  always_comb begin
    if (!ask_k_end) begin
      addr_from = addr_q;
      addr_step = AddrWidth'(stride_i);
    end else if (!Once && ask_sample_left_q != '0) begin
      addr_from = sample_addr;
      addr_step = AddrWidth'(sample_stride_i);
    end else begin
      addr_from = row_addr_q;
      addr_step = across_i ? AddrWidth'(PanelBytes) : AddrWidth'(stride_i);
    end
    addr_d[Low:0]           = {1'b0, addr_from[Low-1:0]} + {1'b0, addr_step[Low-1:0]};
    addr_d[AddrWidth:Low+1] = addr_from[AddrWidth:Low+1] + addr_step[AddrWidth-1:Low] +
                              (AddrWidth - Low)'(addr_from[Low]);
    if (start_i || ask_tensor_end) addr_d = {base_i[AddrWidth-1:Low], 1'b0, base_i[Low-1:0]};
  end
  assign seg_addr_o = {addr_q[AddrWidth:Low+1] + (AddrWidth - Low)'(addr_q[Low]), addr_q[Low-1:0]};

  if (Once) begin : gen_once
    logic unused_repeat;
    assign unused_repeat = ^{samples_i, sample_stride_i, repeat_extent_i, repeat_step_i};
    assign sample_addr   = '0;
    assign ask_again     = 1'b0;
  end else begin : gen_repeat
    logic [AddrWidth:0] sample_addr_q;
    logic [23:0]        repeat_left_q;
    logic [24:0]        repeat_next;  // negative after the last time
    assign sample_addr = sample_addr_q;
    assign repeat_next = {1'b0, repeat_left_q} - {1'b0, repeat_step_i};
    assign ask_again   = !repeat_next[24];
    always_ff @(posedge clk_i) begin
      if (start_i || (ask && ask_k_end)) sample_addr_q <= addr_d;
      if (start_i) repeat_left_q <= repeat_extent_i - 24'd1;
      else if (ask && ask_tensor_end) repeat_left_q <= repeat_next[23:0];
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i || ask) begin
      addr_q       <= addr_d;
      ask_k_left_q <= start_i || ask_k_end ? k_last : ask_k_left_q - 1'b1;
      ask_last_k_q <= !across_i || (start_i || ask_k_end ? k_last == '0 : ask_k_left_q == KWidth'(1));
      ask_first_q  <= start_i || ask_tensor_end || (ask_sample_end && ask_panel_end) ||
                      (ask_k_end && !ask_sample_end && ask_row_q == '0);
    end
    if (start_i || (ask && ask_k_end))
      ask_sample_left_q <= start_i || ask_sample_end ? sample_last : ask_sample_left_q - 1'b1;
    if (start_i || (ask && ask_sample_end)) begin
      row_addr_q        <= addr_d;
      ask_row_q         <= start_i || ask_tensor_end ? '0 : ask_row_d;
      ask_panels_left_q <= start_i || ask_tensor_end ? rows_last[23:PanelWidth] : ask_panels_left_d;
      ask_last_panel_q  <= ask_last_panel_d;
      ask_last_row_q    <= ask_last_row_d;
    end
  end

  // ---- Data side ----------------------------------------------------------------------------------
  logic [KWidth-1:0]     k_q, k_next;      // across; else 0
  logic [2:0]            sample_left_q;
  logic [PanelWidth-1:0] row_q, row_next;  // of the panel; across 0
  logic [23:PanelWidth]  panels_left_q, panels_left_d;
  logic                  last_k_q, last_panel_q, last_panel_d, last_row_q, last_row_d;
  logic [DepthWidth-1:0] ptr_q, panel_ptr_q, ptr_next;
  logic [CountWidth-1:0] loaded_q, asked_q;

  logic seg_end, k_end, row_end, panel_ends, panel_end, tile_end;
  assign seg_end    = word_valid_i && word_last_i;
  assign k_end      = seg_end && last_k_q;
  assign row_end    = k_end && sample_left_q == '0;  // across: of all rows of the panel
  assign panel_ends = across_i || &row_q;
  assign panel_end  = row_end && (last_row_q || panel_ends);
  assign tile_end   = row_end && (last_row_q || across_i || &row_q[TileWidth-1:0]);
  assign ptr_next   = ptr_q + 1'b1;
  assign k_next     = k_q + 1'b1;

  assign row_next      = across_i ? '0 : row_q + 1'b1;
  assign panels_left_d = panels_left_q - (24 - PanelWidth)'(panel_ends);
  always_comb begin
    if (start_i || last_row_q) begin
      last_panel_d = rows_last[23:PanelWidth] == '0;
      last_row_d   = last_panel_d && (across_i || rows_last[PanelWidth-1:0] == '0);
    end else begin
      last_panel_d = last_panel_q || (panel_ends && panels_left_q == (24 - PanelWidth)'(1));
      last_row_d   = last_panel_d && (across_i || row_next == rows_last[PanelWidth-1:0]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i || seg_end) begin
      k_q      <= start_i || last_k_q ? '0 : k_next;
      last_k_q <= !across_i || (start_i || last_k_q ? k_last == '0 : k_next == k_last);
    end
    if (start_i || k_end)
      sample_left_q <= start_i || sample_left_q == '0 ? sample_last : sample_left_q - 1'b1;
    if (start_i || row_end) begin
      row_q         <= start_i || last_row_q ? '0 : row_next;
      panels_left_q <= start_i || last_row_q ? rows_last[23:PanelWidth] : panels_left_d;
      last_panel_q  <= last_panel_d;
      last_row_q    <= last_row_d;
    end
    if (start_i || panel_end) panel_ptr_q <= start_i ? ptr_q : ptr_next;
  end

  // The last word of a row, unless it ends the panel, is followed by the panel's first, in the next bank.
  logic ptr_step;
  assign ptr_step = word_valid_i && (!across_i || k_end || (seg_end && &k_q[NibbleWidth-1:0]));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ptr_q <= '0;
    else if (row_end && !panel_end) ptr_q <= panel_ptr_q;
    else if (ptr_step) ptr_q <= ptr_next;
  end

  // Tile rows that are complete with this word, or asked for with this segment, less 1.
  localparam int unsigned TilesWidth = Panel > Rows ? PanelWidth - TileWidth : 1;
  logic [TilesWidth-1:0] tiles_last, ask_tiles_last;
  logic [TilesWidth:0]   ask_tiles_q;
  logic                  ask_tile_end;
  assign ask_tile_end = ask_sample_end &&
                        (ask_last_row_q || across_i || &ask_row_q[TileWidth-1:0]);
  if (Panel > Rows) begin : gen_tiles
    logic [TilesWidth-1:0] rest;
    assign rest           = rows_last[PanelWidth-1:TileWidth];
    assign tiles_last     = (rest | {TilesWidth{!last_panel_q}}) & {TilesWidth{across_i}};
    assign ask_tiles_last = (rest | {TilesWidth{!ask_last_panel_q}}) & {TilesWidth{across_i}};
  end else begin : gen_tile
    assign tiles_last     = '0;
    assign ask_tiles_last = '0;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      loaded_q    <= '0;
      asked_q     <= '0;
      ask_tiles_q <= '0;
    end else begin
      if (tile_end) loaded_q <= loaded_q + CountWidth'(tiles_last) + CountWidth'(1);
      // Counted with the next segment: then the reader has requested all of this one.
      if (ask) begin
        asked_q     <= asked_next_o;
        ask_tiles_q <= ask_tile_end ? {1'b0, ask_tiles_last} + 1'b1 : '0;
      end
    end
  end
  assign loaded_o     = loaded_q;
  assign asked_o      = asked_q;
  assign asked_next_o = asked_q + CountWidth'(ask_tiles_q);

  // Banks across: the first WordCodes take the first word of a segment.
  logic [PanelWidth-1:0] across_bank;
  if (PanelWidth > NibbleWidth) begin : gen_groups
    logic [PanelWidth-NibbleWidth-1:0] group_q;
    always_ff @(posedge clk_i) begin
      if (start_i || seg_end) group_q <= '0;
      else if (word_valid_i) group_q <= group_q + 1'b1;
    end
    assign across_bank = {group_q, NibbleWidth'(0)};
  end else begin : gen_group
    assign across_bank = '0;
  end

  assign wr_valid_o   = word_valid_i;
  assign wr_across_o  = across_i;
  assign wr_bank_o    = across_i ? across_bank : row_q;
  assign wr_addr_o    = ptr_q;
  assign wr_nibble_o  = k_q[NibbleWidth-1:0];
  assign wr_data_o    = word_data_i;

  // ---- Both sides ---------------------------------------------------------------------------------
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q  <= 1'b0;
      pending_q <= '0;
      free_q    <= (DepthWidth + 1)'(Depth);
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (ask && ask_tensor_end && !ask_again) active_q <= 1'b0;
      if (ask && !seg_end) pending_q <= pending_q + 1'b1;
      else if (!ask && seg_end) pending_q <= pending_q - 1'b1;
      free_q <= ask && ask_first_q ? free_next - words : free_next;
    end
  end
  assign free_next = free_q + (release_i ? release_words_i : '0);
  assign busy_o    = active_q || pending_q != '0;

  logic unused_k;
  assign unused_k = ^k_last_wide;

  if (Rows < 2 || Rows != 1 << TileWidth || Panel != 1 << PanelWidth || Panel < Rows ||
      Panel < AxiData / 4 || Depth != 1 << DepthWidth)
    $error("operand_loader: Rows, Panel and Depth must be powers of two, Panel >= Rows and AxiData / 4");

`ifndef SYNTHESIS
  a_start : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> !busy_o && rows_i != '0 && k_i != '0 && samples_i != '0 && samples_i <= 4'd8 &&
                repeat_extent_i != '0 && repeat_step_i != '0);
  a_fits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> (k_last_wide >> KWidth) == '0 && 32'(samples_i) * (32'(k_last[KWidth-1:NibbleWidth]) + 1) <= 32'(Depth));
  a_segment_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
    seg_valid_o && !seg_ready_i |=> seg_valid_o && $stable(seg_addr_o) && $stable(seg_last_o));
  a_word_expected : assert property (@(posedge clk_i) disable iff (!rst_ni)
    word_valid_i |-> pending_q != '0);
  a_release_taken : assert property (@(posedge clk_i) disable iff (!rst_ni)
    release_i |-> 32'(free_q) + 32'(release_words_i) <= 32'(Depth));
`endif

endmodule
