// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The accelerator core: runs GEMM commands from memory to memory.
//
//   AXI4-Lite -> control_registers -> command_front
//                                          |
//   AXI4 read <-> read_port  <------> operand_path ----> tetralog_engine
//                                                              |
//   AXI4 write <- result_writer <------------------------------+
//
// Up to three commands are in flight: the one whose operands load (front), the one that computes
// (back), and the one whose results are written. Registers, commands, records and rules are in
// docs/interface.md, the life of a command cycle by cycle in docs/core.md.
// AXI4: INCR bursts of full words, at most 16 beats, never across 4 KiB; read IDs 0 to 4 (ring, A, B,
// C, mask), write ID 0. All AXI outputs hold until they are accepted. Ports: docs/integration.md.
// Latency: from doorbell to first read of operands 4 cycles and a read of the ring. Throughput: Rows * Cols * Dot
// products a cycle while operands come and outputs go; a beat a cycle each way. No path from input to output.
// Limits: Rows, Cols, Dot, Lanes, DepthA, DepthB powers of two; Rows and Cols at least Lanes and AxiData / 32, one
// of them at least 4; Dot at most AxiData / 4; Lanes at most 16; AccWidth 12 to 32; RandomBits 1 to 16; DepthA,
// DepthB 2 to 32768; AxiData 64 or 128; AddrWidth 32 to 63. The words of the smaller bank, and
// 4 * max(Rows, Cols), at most 65536 bytes; DepthB * max(Cols, AxiData / 4) below 2^24. In synthesis those of
// product_counter too.
// Source: LUQ, Chmiel et al., ICLR 2023.

module tetralog_core #(
  parameter int unsigned Rows       = 16,   // processing elements
  parameter int unsigned Cols       = 16,
  parameter int unsigned Dot        = 4,    // products of an element and cycle
  parameter int unsigned AccWidth   = 24,   // bits
  parameter int unsigned Lanes      = 4,    // outputs rounded a cycle
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS,  // bits of a random word
  parameter int unsigned DepthA     = 64,   // words of AxiData bits of a bank
  parameter int unsigned DepthB     = 128,
  parameter int unsigned AxiData    = 128,  // bits
  parameter int unsigned AddrWidth  = 40    // bits
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,            // asserts at any time, released in step with clk_i
  output logic                 irq_o,             // level

  input  logic                 s_axil_awvalid_i,
  output logic                 s_axil_awready_o,
  input  logic [11:0]          s_axil_awaddr_i,   // bytes
  input  logic                 s_axil_wvalid_i,
  output logic                 s_axil_wready_o,
  input  logic [31:0]          s_axil_wdata_i,
  input  logic [3:0]           s_axil_wstrb_i,
  output logic                 s_axil_bvalid_o,
  input  logic                 s_axil_bready_i,
  output logic [1:0]           s_axil_bresp_o,
  input  logic                 s_axil_arvalid_i,
  output logic                 s_axil_arready_o,
  input  logic [11:0]          s_axil_araddr_i,   // bytes
  output logic                 s_axil_rvalid_o,
  input  logic                 s_axil_rready_i,
  output logic [31:0]          s_axil_rdata_o,
  output logic [1:0]           s_axil_rresp_o,

  output logic                 m_axi_awvalid_o,
  input  logic                 m_axi_awready_i,
  output logic [2:0]           m_axi_awid_o,      // 0
  output logic [AddrWidth-1:0] m_axi_awaddr_o,    // bytes, of a whole word
  output logic [7:0]           m_axi_awlen_o,     // beats - 1
  output logic [2:0]           m_axi_awsize_o,
  output logic [1:0]           m_axi_awburst_o,
  output logic                 m_axi_awlock_o,
  output logic [3:0]           m_axi_awcache_o,
  output logic [2:0]           m_axi_awprot_o,
  output logic [3:0]           m_axi_awqos_o,
  output logic                 m_axi_wvalid_o,
  input  logic                 m_axi_wready_i,
  output logic [AxiData-1:0]   m_axi_wdata_o,
  output logic [AxiData/8-1:0] m_axi_wstrb_o,
  output logic                 m_axi_wlast_o,
  input  logic                 m_axi_bvalid_i,
  output logic                 m_axi_bready_o,
  input  logic [2:0]           m_axi_bid_i,
  input  logic [1:0]           m_axi_bresp_i,
  output logic                 m_axi_arvalid_o,
  input  logic                 m_axi_arready_i,
  output logic [2:0]           m_axi_arid_o,      // 0 to 4
  output logic [AddrWidth-1:0] m_axi_araddr_o,    // bytes, of a whole word
  output logic [7:0]           m_axi_arlen_o,     // beats - 1
  output logic [2:0]           m_axi_arsize_o,
  output logic [1:0]           m_axi_arburst_o,
  output logic                 m_axi_arlock_o,
  output logic [3:0]           m_axi_arcache_o,
  output logic [2:0]           m_axi_arprot_o,
  output logic [3:0]           m_axi_arqos_o,
  input  logic                 m_axi_rvalid_i,
  output logic                 m_axi_rready_o,
  input  logic [2:0]           m_axi_rid_i,
  input  logic [AxiData-1:0]   m_axi_rdata_i,
  input  logic [1:0]           m_axi_rresp_i,
  input  logic                 m_axi_rlast_i
);

  localparam int unsigned WordCodes   = AxiData / 4;
  localparam int unsigned PanelB      = (Cols > WordCodes) ? Cols : WordCodes;
  localparam int unsigned AWidth      = $clog2(DepthA);
  localparam int unsigned CountWidth  = $clog2(Rows * Cols * Dot) + 1;
  localparam int unsigned BytesWidth  = $clog2(AxiData / 8) + 1;
  localparam int unsigned RowsWidth   = $clog2(Rows + 1);
  localparam int unsigned ColsWidth   = $clog2(Cols + 1);
  // Of the longest segment that is read: K codes along, a line of C, or a panel across.
  localparam int unsigned MinDepth   = (DepthA < DepthB) ? DepthA : DepthB;
  localparam int unsigned MaxRows    = (Rows > Cols) ? Rows : Cols;
  localparam int unsigned KBytes     = MinDepth * AxiData / 8;
  localparam int unsigned LineBytes  = (MaxRows * 4 > AxiData / 8) ? MaxRows * 4 : AxiData / 8;
  localparam int unsigned SegWidth   = $clog2((KBytes > LineBytes) ? KBytes : LineBytes);

  if (Rows < Lanes || Cols < Lanes || Rows < AxiData / 32 || Cols < AxiData / 32)
    $error("Rows and Cols must be at least Lanes and AxiData / 32");
  if ((Rows & (Rows - 1)) != 0 || (Cols & (Cols - 1)) != 0 || (Dot & (Dot - 1)) != 0)
    $error("Rows, Cols and Dot must be powers of two");
  if ((DepthA & (DepthA - 1)) != 0 || (DepthB & (DepthB - 1)) != 0 || MinDepth < 2 ||
      DepthA > 32768 || DepthB > 32768)
    $error("DepthA and DepthB must be powers of two, 2 to 32768");
  if (SegWidth > 16 || AddrWidth < 32 || AddrWidth > 63)
    $error("a bank and a line of C must be at most 65536 bytes, AddrWidth 32 to 63");
  // The columns of a block have 24 bits, and a block may have a panel for every word of a bank.
  if (PanelB * DepthB >= 32'd1 << 24)
    $error("DepthB times the greater of Cols and AxiData / 4 must be less than 2^24");

  // ----------------------------------------------------- registers, control, reset
  logic        core_rst_n, halt;
  logic        enable, soft_reset, soft_reset_done, error, done, record_irq_q;
  logic [63:0] ring_base, record_base;
  logic [15:0] ring_size;
  logic [31:0] tail, head, error_index;
  logic [7:0]  error_cause;
  logic        read_busy, write_busy, write_error;
  logic        count_active, count_stall_operand, count_stall_drain, count_stall_addend;
  logic        count_stall_write, count_read, waiting, front_busy;
  logic [1:0]  slot_busy_q;
  logic [CountWidth-1:0] count_products, count_gated;
  logic [BytesWidth-1:0] count_write_bytes;

  // A command waits or is in flight.
  assign waiting = ((enable && tail != head) || front_busy || slot_busy_q != 2'd0) && !error &&
                   !soft_reset;
  control_registers #(
    .Rows(Rows), .Cols(Cols), .Dot(Dot), .Lanes(Lanes), .AccWidth(AccWidth),
    .RandomBits(RandomBits), .DepthA(DepthA), .DepthB(DepthB), .AxiData(AxiData),
    .AddrWidth(AddrWidth)
  ) u_registers (
    .clk_i, .rst_ni, .irq_o,
    .s_axil_awvalid_i, .s_axil_awready_o, .s_axil_awaddr_i,
    .s_axil_wvalid_i, .s_axil_wready_o, .s_axil_wdata_i, .s_axil_wstrb_i,
    .s_axil_bvalid_o, .s_axil_bready_i, .s_axil_bresp_o,
    .s_axil_arvalid_i, .s_axil_arready_o, .s_axil_araddr_i,
    .s_axil_rvalid_o, .s_axil_rready_i, .s_axil_rdata_o, .s_axil_rresp_o,
    .enable_o             (enable),
    .soft_reset_o         (soft_reset),
    .soft_reset_done_i    (soft_reset_done),
    .ring_base_o          (ring_base),
    .ring_size_o          (ring_size),
    .record_base_o        (record_base),
    .tail_o               (tail),
    .head_i               (head),
    .busy_i               (waiting || read_busy || write_busy),
    .error_i              (error),
    .error_cause_i        (error_cause),
    .error_index_i        (error_index),
    .completion_i         (done && record_irq_q),
    .count_busy_i         (waiting),
    .count_active_i       (count_active),
    .count_stall_operand_i(count_stall_operand),
    .count_stall_drain_i  (count_stall_drain),
    .count_stall_addend_i (count_stall_addend),
    .count_stall_write_i  (count_stall_write),
    .count_read_i         (count_read),
    .count_write_bytes_i  (count_write_bytes),
    .count_products_i     (count_products),
    .count_gated_i        (count_gated)
  );

  logic [31:0]        front_index, back_index_q;
  logic               front_failed, front_checking, front_read_error, back_read_error;
  logic [7:0]         front_cause;
  core_control u_control (
    .clk_i, .rst_ni,
    .soft_reset_i(soft_reset), .soft_reset_done_o(soft_reset_done), .core_rst_no(core_rst_n), .halt_o(halt),
    .done_i(done), .head_o(head),
    .front_index_i     (front_index),
    .front_failed_i    (front_failed),
    .front_cause_i     (front_cause),
    .front_read_error_i(front_read_error),
    .front_checking_i  (front_checking),
    .back_index_i      (back_index_q),
    .back_read_error_i (back_read_error),
    .write_error_i     (write_error),
    .axi_busy_i        (read_busy || write_busy),
    .error_o(error), .cause_o(error_cause), .index_o(error_index)
  );

  logic [47:0] now_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) now_q <= '0;
    else now_q <= now_q + 48'd1;
  end

  // -------------------------------------------------------------------- read port
  // Segments in, words out, for A, B, C and the mask.
  logic                   a_first, ring_req_valid, ring_req_ready, ring_beat_valid, ring_beat_ready;
  logic [AddrWidth-1:0]   ring_req_addr;
  logic [7:0]             ring_req_len;
  logic [AxiData-1:0]     ring_beat_data;
  logic [3:0]             seg_valid, seg_ready, word_valid;
  logic [4*AddrWidth-1:0] seg_addr;
  logic [4*SegWidth-1:0]  seg_last;
  logic [AxiData-1:0]     word_data;
  logic                   word_last;
  read_port #(.AddrWidth(AddrWidth), .AxiData(AxiData), .BytesWidth(SegWidth)) u_read (
    .clk_i,
    .rst_ni(core_rst_n), .halt_i(halt), .a_first_i(a_first),
    .ring_req_valid_i (ring_req_valid),
    .ring_req_ready_o (ring_req_ready),
    .ring_req_addr_i(ring_req_addr), .ring_req_len_i(ring_req_len),
    .ring_beat_valid_o(ring_beat_valid),
    .ring_beat_ready_i(ring_beat_ready),
    .ring_beat_data_o (ring_beat_data),
    .seg_valid_i(seg_valid), .seg_ready_o(seg_ready), .seg_addr_i(seg_addr), .seg_last_i(seg_last),
    .word_valid_o(word_valid), .word_data_o(word_data), .word_last_o(word_last),
    .front_error_o    (front_read_error),
    .back_error_o     (back_read_error),
    .busy_o           (read_busy),
    .beat_o           (count_read),
    .m_axi_arvalid_o, .m_axi_arready_i, .m_axi_arid_o, .m_axi_araddr_o, .m_axi_arlen_o,
    .m_axi_arsize_o, .m_axi_arburst_o, .m_axi_arlock_o, .m_axi_arcache_o, .m_axi_arprot_o,
    .m_axi_arqos_o, .m_axi_rvalid_i, .m_axi_rready_o, .m_axi_rid_i, .m_axi_rdata_i,
    .m_axi_rresp_i, .m_axi_rlast_i
  );

  // -------------------------------------------------------------------- front end
  logic [1023:0]          front_bits;
  tetralog_pkg::command_t front;
  logic                   fetched, load_start, load_busy, back_valid, back_ready;
  logic [AddrWidth-1:0]   d_first, d_last;
  logic [15:0]            panel_words;
  logic [2*AddrWidth-1:0] slot_first_q, slot_last_q;
  assign front = front_bits;
  command_front #(
    .Rows(Rows), .AccWidth(AccWidth), .DepthA(DepthA), .DepthB(DepthB), .AxiData(AxiData),
    .AddrWidth(AddrWidth)
  ) u_front (
    .clk_i,
    .rst_ni       (core_rst_n),
    .enable_i     (enable),
    .halt_i       (halt),
    .ring_base_i  (ring_base),
    .record_base_i(record_base),
    .ring_size_i  (ring_size),
    .tail_i       (tail),
    .head_i       (head),
    .req_valid_o  (ring_req_valid),
    .req_ready_i  (ring_req_ready),
    .req_addr_o   (ring_req_addr),
    .req_len_o    (ring_req_len),
    .beat_valid_i (ring_beat_valid),
    .beat_ready_o (ring_beat_ready),
    .beat_data_i  (ring_beat_data),
    .slot_busy_i  (slot_busy_q),
    .slot_first_i (slot_first_q),
    .slot_last_i  (slot_last_q),
    .cmd_o        (front_bits),
    .index_o      (front_index),
    .fetched_o    (fetched),
    .load_start_o (load_start),
    .load_busy_i  (load_busy),
    .back_valid_o (back_valid),
    .back_ready_i (back_ready),
    .d_first_o    (d_first),
    .d_last_o     (d_last),
    .panel_words_o(panel_words),
    .busy_o       (front_busy),
    .checking_o   (front_checking),
    .failed_o     (front_failed),
    .cause_o      (front_cause)
  );

  logic [47:0] front_start_q;
  always_ff @(posedge clk_i) if (fetched) front_start_q <= now_q;

  // Commands in flight behind the front, by the lowest bit of their index, and what they write.
  always_ff @(posedge clk_i or negedge core_rst_n) begin
    if (!core_rst_n) begin
      slot_busy_q <= 2'd0;
    end else begin
      if (done) slot_busy_q[head[0]] <= 1'b0;
      if (back_valid && back_ready) slot_busy_q[front_index[0]] <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (back_valid && back_ready) begin
      if (front_index[0]) begin
        slot_first_q[AddrWidth +: AddrWidth] <= d_first;
        slot_last_q[AddrWidth +: AddrWidth]  <= d_last;
      end else begin
        slot_first_q[0 +: AddrWidth] <= d_first;
        slot_last_q[0 +: AddrWidth]  <= d_last;
      end
    end
  end

  // --------------------------------------------------------------------- back end
  // The command that computes. Its parts start together; it makes room when its operands are in the
  // array, its C and mask are taken, and the writer has its context.
  tetralog_pkg::command_t back_q;
  logic        back_busy_q, back_start_q, written_q;
  logic        path_busy, writer_ready;
  logic [47:0] back_start_time_q;
  logic [23:0] back_block_cols;
  logic [AWidth:0] back_panel_words_q;
  assign back_ready      = !back_busy_q;
  assign back_block_cols = 24'(back_q.block) << $clog2(PanelB);
  always_ff @(posedge clk_i or negedge core_rst_n) begin
    if (!core_rst_n) begin
      back_busy_q  <= 1'b0;
      back_start_q <= 1'b0;
      written_q    <= 1'b0;
      back_index_q <= '0;
    end else begin
      back_start_q <= back_valid && back_ready;
      if (back_valid && back_ready) begin
        back_busy_q  <= 1'b1;
        written_q    <= 1'b0;
        back_index_q <= front_index;
      end else begin
        if (back_busy_q && writer_ready) written_q <= 1'b1;
        if (!back_start_q && written_q && !path_busy)
          back_busy_q <= 1'b0;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (back_valid && back_ready) begin
      back_q             <= front;
      back_panel_words_q <= (AWidth + 1)'(panel_words);
      back_start_time_q  <= front_start_q;
    end
  end

  // ------------------------------------------------------- A, B, C and the mask
  logic                  op_valid, op_ready, op_last, tile_ready, tile_last;
  logic [Rows*Dot*4-1:0] op_a;
  logic [Cols*Dot*4-1:0] op_b;
  logic [RowsWidth-1:0]  tile_rows;
  logic [ColsWidth-1:0]  tile_cols;
  logic [23:0]           tile_m0, tile_n0;
  logic                  c_valid, c_ready, mask_valid, mask_ready;
  logic [Lanes*32-1:0]   c_data;
  logic [Lanes*4-1:0]    mask_data;
  operand_path #(
    .Rows(Rows), .Cols(Cols), .Dot(Dot), .Lanes(Lanes), .DepthA(DepthA), .DepthB(DepthB),
    .AxiData(AxiData), .AddrWidth(AddrWidth)
  ) u_path (
    .clk_i,
    .rst_ni         (core_rst_n),
    .load_start_i   (load_start),
    .load_busy_o    (load_busy),
    .front_i        (front_bits),
    .back_start_i   (back_start_q),
    .busy_o         (path_busy),
    .back_i         (back_q),
    .panel_words_i  (back_panel_words_q),
    .a_first_o      (a_first),
    .seg_valid_o(seg_valid), .seg_ready_i(seg_ready), .seg_addr_o(seg_addr), .seg_last_o(seg_last),
    .word_valid_i(word_valid), .word_data_i(word_data), .word_last_i(word_last),
    .op_valid_o(op_valid), .op_ready_i(op_ready), .op_last_o(op_last), .op_a_o(op_a), .op_b_o(op_b),
    .tile_rows_o(tile_rows), .tile_cols_o(tile_cols),
    .tile_m0_o(tile_m0), .tile_n0_o(tile_n0), .tile_last_o(tile_last),
    .c_valid_o(c_valid), .c_ready_i(c_ready), .c_data_o(c_data),
    .mask_valid_o(mask_valid), .mask_ready_i(mask_ready), .mask_data_o(mask_data),
    .stall_operand_o(count_stall_operand),
    .products_o     (count_products),
    .gated_o        (count_gated)
  );
  assign count_active      = op_valid && op_ready;
  assign count_stall_drain = op_valid && !op_ready;

  // ------------------------------------------------------------------ engine, results
  logic                d_valid, d_ready, d_beat_last, stats_valid, stats_ready;
  logic [Lanes*32-1:0] d_data;
  logic [Lanes-1:0]    d_lane_valid;
  logic [2:0]          d_sample;
  logic [31:0]         max_abs;
  logic [63:0]         sum_abs, wraps;
  logic [95:0]         sum_squares;
  logic [8*64-1:0]     zeros, clipped;
  tetralog_engine #(
    .Rows(Rows), .Cols(Cols), .Dot(Dot), .AccWidth(AccWidth), .Lanes(Lanes),
    .RandomBits(RandomBits)
  ) u_engine (
    .clk_i,
    .rst_ni             (core_rst_n),
    .tile_valid_i       (op_valid),
    .tile_ready_o       (tile_ready),
    .tile_a_format_i    (back_q.a_format),
    .tile_b_format_i    (back_q.b_format),
    .tile_d_format_i    (back_q.d_format),
    .tile_rounding_i    (back_q.rounding),
    .tile_scale_mul_i   (back_q.scale_mul),
    .tile_scale_shift_i (back_q.scale_shift[6:0]),
    .tile_c_enable_i    (back_q.c_enable),
    .tile_mask_enable_i (back_q.mask_enable),
    .tile_samples_i     (back_q.samples),
    .tile_sample0_i     (back_q.sample0),
    .tile_seed_i        (back_q.seed),
    .tile_rows_i        (tile_rows),
    .tile_cols_i        (tile_cols),
    .tile_row_i         (back_q.row0 + 32'(tile_m0)),
    .tile_col_i         (back_q.col0 + 32'(tile_n0)),
    .tile_last_i        (tile_last),
    .op_valid_i         (op_valid),
    .op_ready_o         (op_ready),
    .op_last_i          (op_last),
    .op_a_i             (op_a),
    .op_b_i             (op_b),
    .c_valid_i          (c_valid),
    .c_ready_o          (c_ready),
    .c_data_i           (c_data),
    .mask_valid_i       (mask_valid),
    .mask_ready_o       (mask_ready),
    .mask_data_i        (mask_data),
    .addend_wait_o      (count_stall_addend),
    .d_valid_o          (d_valid),
    .d_ready_i          (d_ready),
    .d_data_o           (d_data),
    .d_lane_valid_o     (d_lane_valid),
    .d_sample_o         (d_sample),
    .d_last_o           (d_beat_last),
    .stats_valid_o      (stats_valid),
    .stats_ready_i      (stats_ready),
    .stats_max_abs_o    (max_abs),
    .stats_sum_abs_o    (sum_abs),
    .stats_sum_squares_o(sum_squares),
    .stats_wraps_o      (wraps),
    .stats_zeros_o      (zeros),
    .stats_clipped_o    (clipped)
  );
  assign count_stall_write = d_valid && !d_ready;

  always_ff @(posedge clk_i)
    if (writer_ready && back_busy_q && !written_q) record_irq_q <= back_q.irq;

  result_writer #(
    .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AxiData(AxiData), .AddrWidth(AddrWidth)
  ) u_writer (
    .clk_i,
    .rst_ni               (core_rst_n),
    .cmd_valid_i          (back_busy_q && !written_q),
    .cmd_ready_o          (writer_ready),
    .cmd_d_base_i         (back_q.d_base[AddrWidth-1:0]),
    .cmd_d_stride_i       (back_q.d_stride),
    .cmd_d_sample_stride_i(back_q.d_sample_stride),
    .cmd_d_int32_i        (back_q.d_format == tetralog_pkg::FormatInt32),
    .cmd_d_transposed_i   (back_q.d_transposed),
    .cmd_samples_i        (back_q.samples),
    .cmd_m_i              (back_q.m[23:0]),
    .cmd_n_i              (back_q.n[23:0]),
    .cmd_block_cols_i     (back_block_cols),
    .cmd_index_i          (back_index_q),
    .cmd_tag_i            (back_q.tag),
    .cmd_start_i          (back_start_time_q),
    .now_i                (now_q),
    .record_base_i        (record_base[AddrWidth-1:0]),
    .ring_size_i          (ring_size),
    .d_valid_i            (d_valid),
    .d_ready_o            (d_ready),
    .d_data_i             (d_data),
    .d_sample_i           (d_sample),
    .stats_valid_i        (stats_valid),
    .stats_ready_o        (stats_ready),
    .stats_max_abs_i      (max_abs),
    .stats_sum_abs_i      (sum_abs),
    .stats_sum_squares_i  (sum_squares),
    .stats_wraps_i        (wraps),
    .stats_zeros_i        (zeros),
    .stats_clipped_i      (clipped),
    .done_o               (done),
    .halt_i               (halt),
    .error_o              (write_error),
    .busy_o               (write_busy),
    .write_bytes_o        (count_write_bytes),
    .m_axi_awid_o         (m_axi_awid_o[0]),
    .m_axi_bid_i          (m_axi_bid_i[0]),
    .m_axi_awvalid_o, .m_axi_awready_i, .m_axi_awaddr_o, .m_axi_awlen_o, .m_axi_awsize_o,
    .m_axi_awburst_o, .m_axi_awlock_o, .m_axi_awcache_o, .m_axi_awprot_o, .m_axi_awqos_o, .m_axi_wvalid_o,
    .m_axi_wready_i, .m_axi_wdata_o, .m_axi_wstrb_o, .m_axi_wlast_o, .m_axi_bvalid_i, .m_axi_bready_o, .m_axi_bresp_i
  );

  assign m_axi_awid_o[2:1] = 2'd0;

  logic unused_bits;
  assign unused_bits = ^{tile_ready, panel_words, m_axi_bid_i[2:1], d_lane_valid, d_beat_last, front, back_q};

endmodule
