// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// From memory to the engine: A and B through their buffers, C and the mask, and the count of products.
//
//   words of A, B -> operand_loader -> operand_buffer -> feeder -> operand beats, product_counter
//   words of C    -> addend_loader  -> beats of C
//   words of mask -> mask_loader    -> beats of the mask
//
// load_start_i, while load_busy_o is low, begins to load A and B of front_i. back_start_i, while busy_o is
// low, begins to feed back_i, which is loaded then or still loading, and to fetch its C and mask. The
// commands are stable as long as they are at work; back_i takes the panels that front_i loaded, in
// order. Sets of streams are A, B, C, mask, A in bit 0.
//
// Latency: the first segments of A and B in the cycle after load_start_i, of C and mask in the cycle after
// back_start_i; the first operand beat two cycles after its operands are loaded. Throughput: a word in, and an
// operand beat, a beat of C and one of the mask out, a cycle.
// Limits: Rows, Cols, Dot, Lanes, DepthA, DepthB powers of two; Rows and Cols at least Lanes and AxiData / 32, one
// of them at least 4; Dot at most AxiData / 4; AxiData 64 or 128; SegWidth at most 16; the command is legal.

module operand_path #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned Cols      = 16,
  parameter int unsigned Dot       = 4,
  parameter int unsigned Lanes     = 4,
  parameter int unsigned DepthA    = 64,   // words of a bank
  parameter int unsigned DepthB    = 128,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40,
  // Of the longest segment: K codes along, a line of C, or a panel across.
  localparam int unsigned MinDepth   = (DepthA < DepthB) ? DepthA : DepthB,
  localparam int unsigned MaxRows    = (Rows > Cols) ? Rows : Cols,
  localparam int unsigned KBytes     = MinDepth * AxiData / 8,
  localparam int unsigned LineBytes  = (MaxRows * 4 > AxiData / 8) ? MaxRows * 4 : AxiData / 8,
  localparam int unsigned SegWidth   = $clog2((KBytes > LineBytes) ? KBytes : LineBytes),
  localparam int unsigned AWidth     = $clog2(DepthA),
  localparam int unsigned RowsWidth  = $clog2(Rows + 1),
  localparam int unsigned ColsWidth  = $clog2(Cols + 1),
  localparam int unsigned CountWidth = $clog2(Rows * Cols * Dot) + 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   load_start_i,
  output logic                   load_busy_o,
  input  logic [1023:0]          front_i,         // tetralog_pkg::command_t
  input  logic                   back_start_i,
  output logic                   busy_o,          // feeds, or fetches C or the mask
  input  logic [1023:0]          back_i,
  input  logic [AWidth:0]        panel_words_i,   // words of a bank that a panel of A takes, of back_i

  output logic                   a_first_o,       // of A and B, A is needed first
  output logic [3:0]             seg_valid_o,
  input  logic [3:0]             seg_ready_i,
  output logic [4*AddrWidth-1:0] seg_addr_o,      // bytes
  output logic [4*SegWidth-1:0]  seg_last_o,      // bytes - 1
  input  logic [3:0]             word_valid_i,    // always taken
  input  logic [AxiData-1:0]     word_data_i,
  input  logic                   word_last_i,     // of its segment

  output logic                   op_valid_o,
  input  logic                   op_ready_i,
  output logic                   op_last_o,       // of the tile
  output logic [Rows*Dot*4-1:0]  op_a_o,
  output logic [Cols*Dot*4-1:0]  op_b_o,
  output logic [RowsWidth-1:0]   tile_rows_o,
  output logic [ColsWidth-1:0]   tile_cols_o,
  output logic [23:0]            tile_m0_o,
  output logic [23:0]            tile_n0_o,
  output logic                   tile_last_o,
  output logic                   c_valid_o,
  input  logic                   c_ready_i,
  output logic [Lanes*32-1:0]    c_data_o,
  output logic                   mask_valid_o,
  input  logic                   mask_ready_i,
  output logic [Lanes*4-1:0]     mask_data_o,

  output logic                   stall_operand_o, // the array waits for A or B
  output logic [CountWidth-1:0]  products_o,      // of the beats, three cycles late
  output logic [CountWidth-1:0]  gated_o          // those with a zero factor
);

  localparam int unsigned WordCodes   = AxiData / 4;
  localparam int unsigned PanelA      = (Rows > WordCodes) ? Rows : WordCodes;
  localparam int unsigned PanelB      = (Cols > WordCodes) ? Cols : WordCodes;
  localparam int unsigned GroupAWidth = (PanelA > Rows) ? $clog2(PanelA / Rows) : 1;
  localparam int unsigned GroupBWidth = (PanelB > Cols) ? $clog2(PanelB / Cols) : 1;
  localparam int unsigned BeatWidth   = (WordCodes > Dot) ? $clog2(WordCodes / Dot) : 1;
  localparam int unsigned BWidth      = $clog2(DepthB);
  localparam int unsigned ACount      = AWidth + $clog2(PanelA / Rows) + 1;  // of tile rows
  localparam int unsigned BCount      = BWidth + $clog2(PanelB / Cols) + 1;

  // Of each stream; its upper bits are never set.
  logic [4*16-1:0] seg_last;
  for (genvar s = 0; s < 4; s++) begin : gen_segment
    assign seg_last_o[s*SegWidth +: SegWidth] = seg_last[s*16 +: SegWidth];
  end

  // ------------------------------------------------------------------ loading A, B
  tetralog_pkg::command_t       front, back;
  logic [23:0]                  front_block_cols, block_cols;
  assign front = front_i;
  assign back  = back_i;
  logic                         a_load_busy, b_load_busy, feed_busy, addend_busy, mask_busy;
  logic                         a_release, b_release;
  logic [ACount-1:0]            a_asked, a_asked_next, a_loaded;
  logic [BCount-1:0]            b_asked, b_asked_next, b_loaded;
  logic [BWidth:0]              b_panel_words;
  logic                         a_wr_valid, a_wr_across, b_wr_valid, b_wr_across;
  logic [$clog2(PanelA)-1:0]    a_wr_bank;
  logic [$clog2(PanelB)-1:0]    b_wr_bank;
  logic [AWidth-1:0]            a_wr_addr;
  logic [BWidth-1:0]            b_wr_addr;
  logic [$clog2(WordCodes)-1:0] a_wr_nibble, b_wr_nibble;
  logic [AxiData-1:0]           a_wr_data, b_wr_data;
  assign front_block_cols = 24'(front.block) << $clog2(PanelB);
  assign block_cols       = 24'(back.block) << $clog2(PanelB);
  assign load_busy_o      = a_load_busy || b_load_busy;
  assign busy_o           = feed_busy || addend_busy || mask_busy;

  operand_loader #(
    .Rows(Rows), .Panel(PanelA), .AxiData(AxiData), .AddrWidth(AddrWidth), .Depth(DepthA)
  ) u_load_a (
    .clk_i, .rst_ni,
    .start_i        (load_start_i),
    .base_i         (front.a_base[AddrWidth-1:0]),
    .stride_i       (front.a_stride),
    .sample_stride_i(front.a_sample_stride),
    .samples_i      (front.a_samples),
    .across_i       (front.a_transposed),
    .rows_i         (front.m[23:0]),
    .k_i            (front.k[23:0]),
    .repeat_extent_i(front.a_resident ? 24'd1 : front.n[23:0]),
    .repeat_step_i  (front.a_resident ? 24'd1 : front_block_cols),
    .release_i      (a_release),
    .release_words_i(panel_words_i),
    .seg_valid_o    (seg_valid_o[0]),
    .seg_ready_i    (seg_ready_i[0]),
    .seg_addr_o     (seg_addr_o[0 +: AddrWidth]),
    .seg_last_o     (seg_last[0 +: 16]),
    .word_valid_i   (word_valid_i[0]),
    .word_data_i, .word_last_i,
    .wr_valid_o     (a_wr_valid),
    .wr_across_o    (a_wr_across),
    .wr_bank_o      (a_wr_bank),
    .wr_addr_o      (a_wr_addr),
    .wr_nibble_o    (a_wr_nibble),
    .wr_data_o      (a_wr_data),
    .asked_o        (a_asked),
    .asked_next_o   (a_asked_next),
    .loaded_o       (a_loaded),
    .busy_o         (a_load_busy)
  );
  operand_loader #(
    .Rows(Cols), .Panel(PanelB), .AxiData(AxiData), .AddrWidth(AddrWidth), .Depth(DepthB),
    .Once(1'b1)
  ) u_load_b (
    .clk_i, .rst_ni,
    .start_i        (load_start_i),
    .base_i         (front.b_base[AddrWidth-1:0]),
    .stride_i       (front.b_stride),
    .sample_stride_i(32'd0),
    .samples_i      (4'd1),
    .across_i       (!front.b_transposed),
    .rows_i         (front.n[23:0]),
    .k_i            (front.k[23:0]),
    .repeat_extent_i(24'd1),
    .repeat_step_i  (24'd1),
    .release_i      (b_release),
    .release_words_i(b_panel_words),
    .seg_valid_o    (seg_valid_o[1]),
    .seg_ready_i    (seg_ready_i[1]),
    .seg_addr_o     (seg_addr_o[AddrWidth +: AddrWidth]),
    .seg_last_o     (seg_last[16 +: 16]),
    .word_valid_i   (word_valid_i[1]),
    .word_data_i, .word_last_i,
    .wr_valid_o     (b_wr_valid),
    .wr_across_o    (b_wr_across),
    .wr_bank_o      (b_wr_bank),
    .wr_addr_o      (b_wr_addr),
    .wr_nibble_o    (b_wr_nibble),
    .wr_data_o      (b_wr_data),
    .asked_o        (b_asked),
    .asked_next_o   (b_asked_next),
    .loaded_o       (b_loaded),
    .busy_o         (b_load_busy)
  );

  // ---------------------------------------------------------------------- buffers
  logic                   rd_en;
  logic [AWidth-1:0]      a_rd_addr;
  logic [BWidth-1:0]      b_rd_addr;
  logic [GroupAWidth-1:0] a_rd_group;
  logic [GroupBWidth-1:0] b_rd_group;
  logic [BeatWidth-1:0]   rd_beat;
  logic [Rows*Dot*4-1:0]  a_codes;
  logic [Cols*Dot*4-1:0]  b_codes;
  operand_buffer #(
    .Rows(Rows), .Panel(PanelA), .Dot(Dot), .AxiData(AxiData), .Depth(DepthA)
  ) u_buffer_a (
    .clk_i,
    .wr_valid_i (a_wr_valid),
    .wr_across_i(a_wr_across),
    .wr_bank_i  (a_wr_bank),
    .wr_addr_i  (a_wr_addr),
    .wr_nibble_i(a_wr_nibble),
    .wr_data_i  (a_wr_data),
    .rd_en_i    (rd_en),
    .rd_addr_i  (a_rd_addr),
    .rd_group_i (a_rd_group),
    .beat_i     (rd_beat),
    .op_o       (a_codes)
  );
  operand_buffer #(
    .Rows(Cols), .Panel(PanelB), .Dot(Dot), .AxiData(AxiData), .Depth(DepthB)
  ) u_buffer_b (
    .clk_i,
    .wr_valid_i (b_wr_valid),
    .wr_across_i(b_wr_across),
    .wr_bank_i  (b_wr_bank),
    .wr_addr_i  (b_wr_addr),
    .wr_nibble_i(b_wr_nibble),
    .wr_data_i  (b_wr_data),
    .rd_en_i    (rd_en),
    .rd_addr_i  (b_rd_addr),
    .rd_group_i (b_rd_group),
    .beat_i     (rd_beat),
    .op_o       (b_codes)
  );

  // ---------------------------------------------------------------------- feeding
  logic [Dot-1:0] op_k_valid;
  feeder #(
    .Rows(Rows), .Cols(Cols), .Dot(Dot), .DepthA(DepthA), .DepthB(DepthB), .AxiData(AxiData)
  ) u_feeder (
    .clk_i, .rst_ni,
    .start_i          (back_start_i),
    .busy_o           (feed_busy),
    .cmd_m_i          (back.m[23:0]),
    .cmd_n_i          (back.n[23:0]),
    .cmd_k_i          (back.k[23:0]),
    .cmd_block_cols_i (block_cols),
    .cmd_a_samples_i  (back.a_samples),
    .cmd_a_resident_i (back.a_resident),
    .cmd_panel_words_i(panel_words_i),
    .a_ask_i          (seg_valid_o[0] && seg_ready_i[0]),
    .b_ask_i          (seg_valid_o[1] && seg_ready_i[1]),
    .a_asked_i        (a_asked),
    .b_asked_i        (b_asked),
    .a_asked_next_i   (a_asked_next),
    .b_asked_next_i   (b_asked_next),
    .a_loaded_i       (a_loaded),
    .b_loaded_i       (b_loaded),
    .a_first_o,
    .a_release_o      (a_release),
    .b_release_o      (b_release),
    .b_panel_words_o  (b_panel_words),
    .rd_en_o          (rd_en),
    .a_addr_o         (a_rd_addr),
    .a_group_o        (a_rd_group),
    .b_addr_o         (b_rd_addr),
    .b_group_o        (b_rd_group),
    .beat_o           (rd_beat),
    .a_codes_i        (a_codes),
    .b_codes_i        (b_codes),
    .op_valid_o, .op_ready_i, .op_last_o, .op_a_o, .op_b_o,
    .op_k_valid_o     (op_k_valid),
    .tile_rows_o, .tile_cols_o, .tile_m0_o, .tile_n0_o, .tile_last_o, .stall_operand_o
  );
  product_counter #(.Rows(Rows), .Cols(Cols), .Dot(Dot)) u_products (
    .clk_i, .rst_ni,
    .beat_i    (op_valid_o && op_ready_i),
    .a_log_i   (back.a_format == tetralog_pkg::FormatLog4),
    .a_i       (op_a_o),
    .b_i       (op_b_o),
    .k_valid_i (op_k_valid),
    .rows_i    (tile_rows_o),
    .cols_i    (tile_cols_o),
    .products_o, .gated_o
  );

  // ------------------------------------------------------------------- C and mask
  addend_loader #(
    .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AxiData(AxiData), .AddrWidth(AddrWidth)
  ) u_addend (
    .clk_i, .rst_ni,
    .start_i     (back_start_i && back.c_enable),
    .busy_o      (addend_busy),
    .base_i      (back.c_base[AddrWidth-1:0]),
    .row_stride_i(back.c_row_stride),
    .col_stride_i(back.c_col_stride),
    .m_i         (back.m[23:0]),
    .n_i         (back.n[23:0]),
    .block_cols_i(block_cols),
    .seg_valid_o (seg_valid_o[2]),
    .seg_ready_i (seg_ready_i[2]),
    .seg_addr_o  (seg_addr_o[2*AddrWidth +: AddrWidth]),
    .seg_last_o  (seg_last[2*16 +: 16]),
    .word_valid_i(word_valid_i[2]),
    .word_data_i, .word_last_i,
    .c_valid_o, .c_ready_i, .c_data_o
  );
  mask_loader #(
    .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AxiData(AxiData), .AddrWidth(AddrWidth)
  ) u_mask (
    .clk_i, .rst_ni,
    .start_i     (back_start_i && back.mask_enable),
    .busy_o      (mask_busy),
    .base_i      (back.mask_base[AddrWidth-1:0]),
    .stride_i    (back.mask_stride),
    .transposed_i(back.mask_transposed),
    .m_i         (back.m[23:0]),
    .n_i         (back.n[23:0]),
    .block_cols_i(block_cols),
    .seg_valid_o (seg_valid_o[3]),
    .seg_ready_i (seg_ready_i[3]),
    .seg_addr_o  (seg_addr_o[3*AddrWidth +: AddrWidth]),
    .seg_last_o  (seg_last[3*16 +: 16]),
    .word_valid_i(word_valid_i[3]),
    .word_data_i, .word_last_i,
    .mask_valid_o, .mask_ready_i, .mask_data_o
  );

  logic unused_bits;
  assign unused_bits = ^{front, back, seg_last};

endmodule
