// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Feeds the array: walks over the tiles of a command and reads their operands out of the buffers.
//
// A tile starts when its row of A and its column of B are loaded, and then gives a_samples *
// ceil(K / Dot) operand beats, one a cycle while the array takes them: for every sample of A all of
// K, with the same B again. Codes beyond K, M and N are masked to the zero code.
//
// The buffers are circular; panels of A and B lie in them in the order in which they are loaded. The
// feeder follows that order with its own pointers and gives panels back: a panel of A after its
// last tile in the block (a resident A: in the last block), a panel of B after its last use.
//
// start_i, while busy_o is low, begins a command; the inputs named cmd_* must be stable while busy_o.
// Latency: two cycles from start_i, or from loaded operands, to the first beat. Throughput: one beat
// a cycle, also from tile to tile.
// Limits: Rows, Cols, Dot, DepthA, DepthB, AxiData powers of two, Dot at most AxiData / 4; cmd_m_i, cmd_n_i, cmd_k_i
// at least 1; cmd_a_samples_i 1..8; cmd_block_cols_i a positive multiple of PanelB;
// cmd_panel_words_i = cmd_a_samples_i * ceil(K / WordCodes), at most DepthA.

module feeder #(
  parameter int unsigned Rows    = 16,
  parameter int unsigned Cols    = 16,
  parameter int unsigned Dot     = 4,
  parameter int unsigned DepthA  = 64,
  parameter int unsigned DepthB  = 128,
  parameter int unsigned AxiData = 128,
  localparam int unsigned WordCodes  = AxiData / 4,
  localparam int unsigned PanelA     = (Rows > WordCodes) ? Rows : WordCodes,
  localparam int unsigned PanelB     = (Cols > WordCodes) ? Cols : WordCodes,
  localparam int unsigned GroupAWidth = (PanelA > Rows) ? $clog2(PanelA / Rows) : 1,
  localparam int unsigned GroupBWidth = (PanelB > Cols) ? $clog2(PanelB / Cols) : 1,
  localparam int unsigned BeatWidth  = (WordCodes > Dot) ? $clog2(WordCodes / Dot) : 1,
  localparam int unsigned AWidth     = $clog2(DepthA),
  localparam int unsigned BWidth     = $clog2(DepthB),
  // As the loaders count tile rows of A and tile columns of B.
  localparam int unsigned ACount     = AWidth + $clog2(PanelA / Rows) + 1,
  localparam int unsigned BCount     = BWidth + $clog2(PanelB / Cols) + 1,
  localparam int unsigned RowsWidth  = $clog2(Rows + 1),
  localparam int unsigned ColsWidth  = $clog2(Cols + 1)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   start_i,
  output logic                   busy_o,
  input  logic [23:0]            cmd_m_i,
  input  logic [23:0]            cmd_n_i,
  input  logic [23:0]            cmd_k_i,
  input  logic [23:0]            cmd_block_cols_i,
  input  logic [3:0]             cmd_a_samples_i,
  input  logic                   cmd_a_resident_i,
  input  logic [AWidth:0]        cmd_panel_words_i,  // words of a bank that a panel of A takes

  // Tile rows of A and tile columns of B asked for and loaded since reset; which is to be asked for
  // first; panels given back. The count asked for becomes *_asked_next_i with *_ask_i.
  input  logic                   a_ask_i,
  input  logic                   b_ask_i,
  input  logic [ACount-1:0]      a_asked_i,
  input  logic [BCount-1:0]      b_asked_i,
  input  logic [ACount-1:0]      a_asked_next_i,
  input  logic [BCount-1:0]      b_asked_next_i,
  input  logic [ACount-1:0]      a_loaded_i,
  input  logic [BCount-1:0]      b_loaded_i,
  output logic                   a_first_o,          // as the counts are in this cycle
  output logic                   a_release_o,        // registered: the cycle after the last read
  output logic                   b_release_o,
  output logic [BWidth:0]        b_panel_words_o,

  // Buffers: read, then beat_o picks Dot codes of the word.
  output logic                   rd_en_o,
  output logic [AWidth-1:0]      a_addr_o,
  output logic [GroupAWidth-1:0] a_group_o,
  output logic [BWidth-1:0]      b_addr_o,
  output logic [GroupBWidth-1:0] b_group_o,
  output logic [BeatWidth-1:0]   beat_o,
  input  logic [Rows*Dot*4-1:0]  a_codes_i,
  input  logic [Cols*Dot*4-1:0]  b_codes_i,

  // Operand beats, and the tile they belong to.
  output logic                   op_valid_o,
  input  logic                   op_ready_i,
  output logic                   op_last_o,          // last beat of the tile
  output logic [Rows*Dot*4-1:0]  op_a_o,
  output logic [Cols*Dot*4-1:0]  op_b_o,
  output logic [Dot-1:0]         op_k_valid_o,       // products of the beat that are not padding
  output logic [RowsWidth-1:0]   tile_rows_o,
  output logic [ColsWidth-1:0]   tile_cols_o,
  output logic [23:0]            tile_m0_o,
  output logic [23:0]            tile_n0_o,
  output logic                   tile_last_o,        // last tile of the command

  output logic                   stall_operand_o     // the array waits for A or B
);

  localparam int unsigned WordBits = $clog2(WordCodes);
  localparam int unsigned WordBeats = WordCodes / Dot;
  localparam int unsigned GroupsA   = PanelA / Rows;
  localparam int unsigned GroupsB   = PanelB / Cols;

  // ------------------------------------------------------------------------ tile
  logic                 tile_valid, tile_next;
  logic [23:0]          m0, n0;
  logic [RowsWidth-1:0] rows;
  logic [ColsWidth-1:0] cols;
  logic                 last_col, last_row, last_panel_a, last_panel_b, last_block, last_tile;
  logic [32:0]          unused_addr, unused_split;
  tile_walker #(.Rows(Rows), .Cols(Cols), .AxiData(AxiData), .AddrWidth(32)) u_walker (
    .clk_i, .rst_ni,
    .start_i,
    .m_i           (cmd_m_i),
    .n_i           (cmd_n_i),
    .block_cols_i  (cmd_block_cols_i),
    .base_i        (32'd0),
    .row_step_i    (33'd0),
    .col_step_i    (33'd0),
    .valid_o       (tile_valid),
    .next_i        (tile_next),
    .m0_o          (m0),
    .n0_o          (n0),
    .rows_o        (rows),
    .cols_o        (cols),
    .addr_o        (unused_addr),
    .addr_split_o  (unused_split),
    .last_col_o    (last_col),
    .last_row_o    (last_row),
    .last_panel_a_o(last_panel_a),
    .last_panel_b_o(last_panel_b),
    .last_block_o  (last_block),
    .last_o        (last_tile)
  );

  // ----------------------------------------------------- beats of the tile, stage 1
  logic        valid_q, advance, fire, loaded;
  // Tiles of the panel before this one.
  logic [GroupAWidth-1:0] a_group;
  logic [GroupBWidth-1:0] b_group;
  assign a_group = GroupAWidth'(m0 >> $clog2(Rows)) & GroupAWidth'(GroupsA - 1);
  assign b_group = GroupBWidth'(n0 >> $clog2(Cols)) & GroupBWidth'(GroupsB - 1);

  // Of the panels, in load order: the number of their first tile row or column.
  logic [ACount-1:0] a_seq_q, a_first_seq_q, a_seq_d, a_ahead;
  logic [BCount-1:0] b_seq_q, b_block_seq_q, b_seq_d, b_ahead;
  assign a_ahead = a_loaded_i - a_seq_q;
  assign b_ahead = b_loaded_i - b_seq_q;

  // Loading order: a tile row of A, a panel of B, the rest of A's panel, the rest of B's block, and
  // then the next panel of A before the next block.
  // Both outcomes of this cycle are compared, since it is known late.
  logic [1:0] a_none, a_few, b_panel, block_asked;
  logic       a_first_q;
  for (genvar i = 0; i < 2; i++) begin : gen_asked
    logic [ACount-1:0] a_count, a_ahead_asked;
    logic [BCount-1:0] b_count, b_ahead_asked, b_block_asked;
    assign a_count        = i == 0 ? a_asked_i : a_asked_next_i;
    assign b_count        = i == 0 ? b_asked_i : b_asked_next_i;
    assign a_ahead_asked  = a_count - a_seq_q;
    assign b_ahead_asked  = b_count - b_seq_q;
    assign b_block_asked  = b_count - b_block_seq_q;
    assign a_none[i]      = a_ahead_asked == '0;
    assign a_few[i]       = a_ahead_asked < ACount'(GroupsA);
    assign b_panel[i]     = b_ahead_asked >= BCount'(GroupsB);
    assign block_asked[i] = tile_valid && b_block_asked >= BCount'(cmd_block_cols_i >> $clog2(Cols));
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) a_first_q <= 1'b1;
    else a_first_q <= block_asked[b_ask_i] || a_none[a_ask_i] ||
                      (a_few[a_ask_i] && b_panel[b_ask_i]);
  end
  assign a_first_o = a_first_q;
  // K is at most what the smaller buffer holds.
  localparam int unsigned KWidth = ((AWidth < BWidth) ? AWidth : BWidth) + WordBits + 1;
  logic [KWidth-1:0] k_left_q;
  logic [3:0]  sample_q;
  logic [BeatWidth-1:0] beat_q;
  logic        last_beat, last_sample, last_word_beat, word_start;
  assign advance        = !valid_q || op_ready_i;
  assign loaded         = a_ahead > ACount'(a_group) && b_ahead > BCount'(b_group);
  assign fire           = tile_valid && loaded && advance;
  assign last_beat      = k_left_q <= KWidth'(Dot);
  assign last_sample    = sample_q == cmd_a_samples_i;
  assign word_start     = beat_q == '0;
  assign last_word_beat = beat_q == BeatWidth'(WordBeats - 1);
  assign tile_next      = fire && last_beat && last_sample;

  // Word pointers: of the panel, of the sample in it, and within the sample.
  logic [AWidth-1:0] a_panel_q, a_first_panel_q, a_word_q;
  logic [BWidth-1:0] b_panel_q, b_block_panel_q, b_word_q;
  logic [AWidth-1:0] a_next_panel;
  logic [BWidth-1:0] b_next_panel;
  logic [23:0]       k_words;  // words of a sample
  assign k_words      = (cmd_k_i + 24'(WordCodes - 1)) >> WordBits;
  assign a_next_panel = a_panel_q + AWidth'(cmd_panel_words_i);
  assign b_next_panel = b_panel_q + BWidth'(k_words);

  // What the next tile reads. Panels change after their last tile: B's within the block, A's after the
  // block's last panel of B.
  logic              b_end, a_end, block_end, a_again;
  logic [AWidth-1:0] a_panel_d;
  logic [BWidth-1:0] b_panel_d;
  assign b_end     = last_col && last_row;
  assign a_end     = b_end && last_panel_b;
  assign block_end = a_end && last_panel_a;
  assign a_again   = block_end && cmd_a_resident_i && !last_block;
  always_comb begin
    a_seq_d   = a_seq_q;
    a_panel_d = a_panel_q;
    b_seq_d   = b_seq_q;
    b_panel_d = b_panel_q;
    if (a_end && !block_end) begin
      b_seq_d   = b_block_seq_q;
      b_panel_d = b_block_panel_q;
    end else if (b_end) begin
      b_seq_d   = b_seq_q + BCount'(b_group) + BCount'(1);
      b_panel_d = b_next_panel;
    end
    if (a_again) begin
      a_seq_d   = a_first_seq_q;
      a_panel_d = a_first_panel_q;
    end else if (a_end) begin
      a_seq_d   = a_seq_q + ACount'(a_group) + ACount'(1);
      a_panel_d = a_next_panel;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {a_panel_q, a_first_panel_q, a_word_q} <= '0;
      {b_panel_q, b_block_panel_q, b_word_q} <= '0;
      {a_seq_q, a_first_seq_q, b_seq_q, b_block_seq_q} <= '0;
      sample_q  <= 4'd1;
      beat_q    <= '0;
    end else if (fire) begin
      beat_q <= (last_beat || last_word_beat) ? '0 : beat_q + BeatWidth'(1);
      if (last_beat || last_word_beat) begin
        a_word_q <= a_word_q + AWidth'(1);
        b_word_q <= last_beat ? b_panel_q : b_word_q + BWidth'(1);
      end
      if (last_beat) sample_q <= last_sample ? 4'd1 : sample_q + 4'd1;
      if (tile_next) begin
        a_panel_q <= a_panel_d;
        a_word_q  <= a_panel_d;
        a_seq_q   <= a_seq_d;
        b_panel_q <= b_panel_d;
        b_word_q  <= b_panel_d;
        b_seq_q   <= b_seq_d;
        if (block_end) begin
          a_first_panel_q <= a_panel_d;
          a_first_seq_q   <= a_seq_d;
          b_block_panel_q <= b_panel_d;
          b_block_seq_q   <= b_seq_d;
        end
      end
    end
  end

  logic a_release_q, b_release_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      a_release_q <= 1'b0;
      b_release_q <= 1'b0;
    end else begin
      a_release_q <= tile_next && a_end && (!cmd_a_resident_i || last_block);
      b_release_q <= tile_next && b_end && last_panel_a;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) k_left_q <= cmd_k_i[KWidth-1:0];
    else if (fire) k_left_q <= last_beat ? cmd_k_i[KWidth-1:0] : k_left_q - KWidth'(Dot);
  end

  assign rd_en_o         = fire && word_start;
  assign a_addr_o        = a_word_q;
  assign a_group_o       = a_group;
  assign b_addr_o        = b_word_q;
  assign b_group_o       = b_group;
  assign a_release_o     = a_release_q;
  assign b_release_o     = b_release_q;
  assign b_panel_words_o = (BWidth + 1)'(k_words);
  assign stall_operand_o = tile_valid && !loaded && !valid_q;

  // -------------------------------------------------------------- stage 2: the beat
  logic [BeatWidth-1:0] beat2_q;
  logic [Dot-1:0]       k_valid, k_valid_q;
  logic [RowsWidth-1:0] rows_q;
  logic [ColsWidth-1:0] cols_q;
  logic [23:0]          m0_q, n0_q;
  logic                 op_last_q, tile_last_q;
  for (genvar d = 0; d < Dot; d++) begin : gen_k_valid
    assign k_valid[d] = k_left_q > KWidth'(d);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (advance) valid_q <= fire;
  end
  always_ff @(posedge clk_i) begin
    if (fire) begin
      beat2_q   <= beat_q;
      k_valid_q <= k_valid;
      op_last_q <= last_beat && last_sample;
      if (word_start) begin
        rows_q      <= rows;
        cols_q      <= cols;
        m0_q        <= m0;
        n0_q        <= n0;
        tile_last_q <= last_tile;
      end
    end
  end

`ifndef SYNTHESIS
  // Simulation clears the padding in one operation.
  logic [Dot*4-1:0] k_codes;
  for (genvar d = 0; d < Dot; d++) begin : gen_k_codes
    assign k_codes[d*4 +: 4] = {4{k_valid_q[d]}};
  end
  assign op_a_o = a_codes_i & {Rows{k_codes}} & ~({Rows*Dot*4{1'b1}} << (32'(rows_q) * (Dot * 4)));
  assign op_b_o = b_codes_i & {Cols{k_codes}} & ~({Cols*Dot*4{1'b1}} << (32'(cols_q) * (Dot * 4)));
`else
  for (genvar r = 0; r < Rows; r++) begin : gen_row
    for (genvar d = 0; d < Dot; d++) begin : gen_code
      assign op_a_o[(r*Dot+d)*4 +: 4] =
          a_codes_i[(r*Dot+d)*4 +: 4] & {4{k_valid_q[d] && rows_q > RowsWidth'(r)}};
    end
  end
  for (genvar c = 0; c < Cols; c++) begin : gen_col
    for (genvar d = 0; d < Dot; d++) begin : gen_code
      assign op_b_o[(c*Dot+d)*4 +: 4] =
          b_codes_i[(c*Dot+d)*4 +: 4] & {4{k_valid_q[d] && cols_q > ColsWidth'(c)}};
    end
  end
`endif

  assign beat_o       = beat2_q;
  assign op_valid_o   = valid_q;
  assign op_last_o    = op_last_q;
  assign op_k_valid_o = k_valid_q;
  assign tile_rows_o  = rows_q;
  assign tile_cols_o  = cols_q;
  assign tile_m0_o    = m0_q;
  assign tile_n0_o    = n0_q;
  assign tile_last_o  = tile_last_q;
  assign busy_o       = tile_valid || valid_q;

  logic unused_bits;
  assign unused_bits = ^{unused_addr, unused_split, cmd_panel_words_i, k_words, cmd_k_i};

  if (WordCodes % Dot != 0)
    $error("feeder: Dot must divide AxiData / 4");

`ifndef SYNTHESIS
  a_start_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> !tile_valid);
`endif

endmodule
