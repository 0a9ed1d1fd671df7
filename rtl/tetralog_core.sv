// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The accelerator core: runs GEMM commands from memory to memory.
//
//   AXI4-Lite -> control_registers -> command_front -> operand_loader A, B -> operand_buffer A, B
//                                          |                                      |
//                                     back command -> addend, mask loaders      feeder
//                                                              |                  |
//   AXI4 write <- result_writer <--------------------------- tetralog_engine <----+
//   AXI4 read  -> axi_read -> stream_reader -> A, B, C, mask; ring entries
//
// Up to three commands are in flight: the one whose operands load (front), the one that computes
// (back), and the one whose results are written. Registers, commands, records and rules are in
// docs/interface.md, the life of a command cycle by cycle in docs/core.md.
//
// AXI4: INCR bursts of full words, at most 16 beats, never across 4 KiB; read IDs 0 to 4 (ring, A, B,
// C, mask), write ID 0. All AXI outputs hold until they are accepted.
// Limits: Rows, Cols, Dot, Lanes, DepthA, DepthB are powers of two; Rows and Cols are at least Lanes and
// AxiData / 32; Dot divides AxiData / 4; AxiData is 64 or 128.
// Source: LUQ, Chmiel et al., ICLR 2023.

module tetralog_core #(
  parameter int unsigned Rows       = 16,
  parameter int unsigned Cols       = 16,
  parameter int unsigned Dot        = 4,
  parameter int unsigned AccWidth   = 24,
  parameter int unsigned Lanes      = 4,
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS,
  parameter int unsigned DepthA     = 64,   // words of a bank
  parameter int unsigned DepthB     = 128,
  parameter int unsigned AxiData    = 128,
  parameter int unsigned AddrWidth  = 40
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  output logic                 irq_o,

  input  logic                 s_axil_awvalid_i,
  output logic                 s_axil_awready_o,
  input  logic [11:0]          s_axil_awaddr_i,
  input  logic                 s_axil_wvalid_i,
  output logic                 s_axil_wready_o,
  input  logic [31:0]          s_axil_wdata_i,
  input  logic [3:0]           s_axil_wstrb_i,
  output logic                 s_axil_bvalid_o,
  input  logic                 s_axil_bready_i,
  output logic [1:0]           s_axil_bresp_o,
  input  logic                 s_axil_arvalid_i,
  output logic                 s_axil_arready_o,
  input  logic [11:0]          s_axil_araddr_i,
  output logic                 s_axil_rvalid_o,
  input  logic                 s_axil_rready_i,
  output logic [31:0]          s_axil_rdata_o,
  output logic [1:0]           s_axil_rresp_o,

  output logic                 m_axi_awvalid_o,
  input  logic                 m_axi_awready_i,
  output logic [2:0]           m_axi_awid_o,
  output logic [AddrWidth-1:0] m_axi_awaddr_o,
  output logic [7:0]           m_axi_awlen_o,
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
  output logic [2:0]           m_axi_arid_o,
  output logic [AddrWidth-1:0] m_axi_araddr_o,
  output logic [7:0]           m_axi_arlen_o,
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
  localparam int unsigned PanelA      = (Rows > WordCodes) ? Rows : WordCodes;
  localparam int unsigned PanelB      = (Cols > WordCodes) ? Cols : WordCodes;
  localparam int unsigned GroupAWidth = (PanelA > Rows) ? $clog2(PanelA / Rows) : 1;
  localparam int unsigned GroupBWidth = (PanelB > Cols) ? $clog2(PanelB / Cols) : 1;
  localparam int unsigned BeatWidth   = (WordCodes > Dot) ? $clog2(WordCodes / Dot) : 1;
  localparam int unsigned AWidth      = $clog2(DepthA);
  localparam int unsigned BWidth      = $clog2(DepthB);
  localparam int unsigned ACount      = AWidth + $clog2(PanelA / Rows) + 1;  // of tile rows
  localparam int unsigned BCount      = BWidth + $clog2(PanelB / Cols) + 1;
  localparam int unsigned CountWidth  = $clog2(Rows * Cols * Dot) + 1;
  localparam int unsigned BytesWidth  = $clog2(AxiData / 8) + 1;

  // Streams of the read port.
  localparam int unsigned StreamRing = 0;
  localparam int unsigned StreamA    = 1;
  localparam int unsigned StreamB    = 2;
  localparam int unsigned StreamC    = 3;
  localparam int unsigned StreamMask = 4;
  localparam int unsigned Streams    = 5;
  // Those of the stream_reader.
  localparam int unsigned ReaderA    = 0;
  localparam int unsigned ReaderB    = 1;
  localparam int unsigned ReaderC    = 2;
  localparam int unsigned ReaderMask = 3;
  localparam int unsigned Readers    = 4;
  // The longest segment: K codes along, a line of C, or a panel across.
  localparam int unsigned MinDepth   = (DepthA < DepthB) ? DepthA : DepthB;
  localparam int unsigned MaxRows    = (Rows > Cols) ? Rows : Cols;
  localparam int unsigned KBytes     = MinDepth * AxiData / 8;
  localparam int unsigned LineBytes  = (MaxRows * 4 > AxiData / 8) ? MaxRows * 4 : AxiData / 8;
  localparam int unsigned SegWidth   = $clog2((KBytes > LineBytes) ? KBytes : LineBytes);

  if (Rows < Lanes || Cols < Lanes || Rows < AxiData / 32 || Cols < AxiData / 32)
    $error("Rows and Cols must be at least Lanes and AxiData / 32");
  if ((Rows & (Rows - 1)) != 0 || (Cols & (Cols - 1)) != 0 || (Dot & (Dot - 1)) != 0)
    $error("Rows, Cols and Dot must be powers of two");
  if ((DepthA & (DepthA - 1)) != 0 || (DepthB & (DepthB - 1)) != 0 || DepthA < 2 || DepthB < 2)
    $error("DepthA and DepthB must be powers of two, at least 2");

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

  logic [Streams-1:0] read_error;
  logic [31:0]        front_index, back_index_q;
  logic               front_failed, front_checking;
  logic [7:0]         front_cause;
  core_control u_control (
    .clk_i, .rst_ni,
    .soft_reset_i      (soft_reset),
    .soft_reset_done_o (soft_reset_done),
    .core_rst_no       (core_rst_n),
    .halt_o            (halt),
    .done_i            (done),
    .head_o            (head),
    .front_index_i     (front_index),
    .front_failed_i    (front_failed),
    .front_cause_i     (front_cause),
    .front_read_error_i(read_error[StreamRing] || read_error[StreamA] || read_error[StreamB]),
    .front_checking_i  (front_checking),
    .back_index_i      (back_index_q),
    .back_read_error_i (read_error[StreamC] || read_error[StreamMask]),
    .write_error_i     (write_error),
    .axi_busy_i        (read_busy || write_busy),
    .error_o           (error),
    .cause_o           (error_cause),
    .index_o           (error_index)
  );

  logic [47:0] now_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) now_q <= '0;
    else now_q <= now_q + 48'd1;
  end

  // -------------------------------------------------------------------- read port
  logic [Streams-1:0]           req_valid, req_ready, beat_valid, beat_ready, next_beat;
  logic [Streams*AddrWidth-1:0] req_addr;
  logic [Streams*8-1:0]         req_len;
  logic [AxiData-1:0]           beat_data;
  logic                         beat_last, next_last;
  // C and mask are small and near their use; of A and B the feeder knows which is needed first.
  logic [Streams-1:0] urgent;
  logic               a_first;
  assign urgent = Streams'(1) << StreamC | Streams'(1) << StreamMask |
                  Streams'(a_first) << StreamA | Streams'(!a_first) << StreamB;
  axi_read #(.Streams(Streams), .AddrWidth(AddrWidth), .AxiData(AxiData), .IdWidth(3)) u_read (
    .clk_i,
    .rst_ni      (core_rst_n),
    .req_valid_i (req_valid),
    .req_ready_o (req_ready),
    .req_addr_i  (req_addr),
    .req_len_i   (req_len),
    .urgent_i    (urgent),
    .beat_valid_o(beat_valid),
    .beat_ready_i(beat_ready),
    .beat_data_o (beat_data),
    .beat_last_o (beat_last),
    .next_o      (next_beat),
    .next_last_o (next_last),
    .halt_i      (halt),
    .error_o     (read_error),
    .busy_o      (read_busy),
    .beat_o      (count_read),
    .m_axi_arvalid_o, .m_axi_arready_i, .m_axi_arid_o, .m_axi_araddr_o, .m_axi_arlen_o,
    .m_axi_arsize_o, .m_axi_arburst_o, .m_axi_arlock_o, .m_axi_arcache_o, .m_axi_arprot_o,
    .m_axi_arqos_o, .m_axi_rvalid_i, .m_axi_rready_o, .m_axi_rid_i, .m_axi_rdata_i,
    .m_axi_rresp_i, .m_axi_rlast_i
  );

  // Segments in, words out, for each stream but the ring. Words are always taken.
  logic [Readers-1:0]           seg_valid, seg_ready, word_valid;
  logic [Readers*AddrWidth-1:0] seg_addr;
  logic [Readers*16-1:0]        seg_last;
  logic [AxiData-1:0]           word_data;
  logic                         word_last, reader_ready;
  assign beat_ready[Streams-1:StreamA] = {Readers{reader_ready}};
  logic [Readers*SegWidth-1:0]  seg_end;
  for (genvar r = 0; r < Readers; r++) begin : gen_segment
    assign seg_end[r*SegWidth +: SegWidth] = seg_last[r*16 +: SegWidth];
  end
  stream_reader #(
    .Streams(Readers), .AddrWidth(AddrWidth), .AxiData(AxiData), .BytesWidth(SegWidth)
  ) u_reader (
    .clk_i,
    .rst_ni      (core_rst_n),
    .seg_valid_i (seg_valid),
    .seg_ready_o (seg_ready),
    .seg_addr_i  (seg_addr),
    .seg_last_i  (seg_end),
    .req_valid_o (req_valid[Streams-1:StreamA]),
    .req_ready_i (req_ready[Streams-1:StreamA]),
    .req_addr_o  (req_addr[Streams*AddrWidth-1:StreamA*AddrWidth]),
    .req_len_o   (req_len[Streams*8-1:StreamA*8]),
    .next_i      (next_beat[Streams-1:StreamA]),
    .next_last_i (next_last),
    .beat_valid_i(beat_valid[Streams-1:StreamA]),
    .beat_ready_o(reader_ready),
    .beat_last_i (beat_last),
    .beat_data_i (beat_data),
    .word_valid_o(word_valid),
    .word_data_o (word_data),
    .word_last_o (word_last)
  );
  logic unused_reads;
  assign unused_reads = ^{next_beat[StreamRing], seg_last};

  // -------------------------------------------------------------------- front end
  logic [1023:0]          front_bits;
  tetralog_pkg::command_t front;
  logic                   fetched, load_start, a_load_busy, b_load_busy, back_valid, back_ready;
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
    .req_valid_o  (req_valid[StreamRing]),
    .req_ready_i  (req_ready[StreamRing]),
    .req_addr_o   (req_addr[StreamRing*AddrWidth +: AddrWidth]),
    .req_len_o    (req_len[StreamRing*8 +: 8]),
    .beat_valid_i (beat_valid[StreamRing]),
    .beat_ready_o (beat_ready[StreamRing]),
    .beat_data_i  (beat_data),
    .slot_busy_i  (slot_busy_q),
    .slot_first_i (slot_first_q),
    .slot_last_i  (slot_last_q),
    .cmd_o        (front_bits),
    .index_o      (front_index),
    .fetched_o    (fetched),
    .load_start_o (load_start),
    .load_busy_i  (a_load_busy || b_load_busy),
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

  // ------------------------------------------------------------------ operands A, B
  logic        a_release, b_release;
  logic [ACount-1:0] a_asked, a_asked_next, a_loaded;
  logic [BCount-1:0] b_asked, b_asked_next, b_loaded;
  logic [BWidth:0] b_panel_words;
  logic        a_wr_valid, a_wr_across, b_wr_valid, b_wr_across;
  logic [$clog2(PanelA)-1:0]    a_wr_bank;
  logic [$clog2(PanelB)-1:0]    b_wr_bank;
  logic [AWidth-1:0]            a_wr_addr;
  logic [BWidth-1:0]            b_wr_addr;
  logic [$clog2(WordCodes)-1:0] a_wr_nibble, b_wr_nibble;
  logic [AxiData-1:0]           a_wr_data, b_wr_data;
  logic [23:0] front_block_cols;
  logic [AWidth:0] back_panel_words_q;
  assign front_block_cols = 24'(front.block) << $clog2(PanelB);

  operand_loader #(
    .Rows(Rows), .Panel(PanelA), .AxiData(AxiData), .AddrWidth(AddrWidth), .Depth(DepthA)
  ) u_load_a (
    .clk_i,
    .rst_ni         (core_rst_n),
    .start_i        (load_start),
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
    .release_words_i(back_panel_words_q),
    .seg_valid_o    (seg_valid[ReaderA]),
    .seg_ready_i    (seg_ready[ReaderA]),
    .seg_addr_o     (seg_addr[ReaderA*AddrWidth +: AddrWidth]),
    .seg_last_o     (seg_last[ReaderA*16 +: 16]),
    .word_valid_i   (word_valid[ReaderA]),
    .word_data_i    (word_data),
    .word_last_i    (word_last),
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
    .clk_i,
    .rst_ni         (core_rst_n),
    .start_i        (load_start),
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
    .seg_valid_o    (seg_valid[ReaderB]),
    .seg_ready_i    (seg_ready[ReaderB]),
    .seg_addr_o     (seg_addr[ReaderB*AddrWidth +: AddrWidth]),
    .seg_last_o     (seg_last[ReaderB*16 +: 16]),
    .word_valid_i   (word_valid[ReaderB]),
    .word_data_i    (word_data),
    .word_last_i    (word_last),
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

  logic                   rd_en;
  logic [AWidth-1:0]      a_rd_addr;
  logic [BWidth-1:0]      b_rd_addr;
  logic [GroupAWidth-1:0] a_rd_group;
  logic [GroupBWidth-1:0] b_rd_group;
  logic [BeatWidth-1:0]   rd_beat;
  logic [Rows*Dot*4-1:0]  a_codes, op_a;
  logic [Cols*Dot*4-1:0]  b_codes, op_b;
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

  // --------------------------------------------------------------------- back end
  // The command that computes. Its parts start together; it makes room when its operands are in the
  // array, its C and mask are taken, and the writer has its context.
  tetralog_pkg::command_t back_q;
  logic        back_busy_q, back_start_q, written_q;
  logic        feed_busy, addend_busy, mask_busy, writer_ready;
  logic [47:0] back_start_time_q;
  logic [23:0] back_block_cols;
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
        if (!back_start_q && written_q && !feed_busy && !addend_busy && !mask_busy)
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

  logic                        op_valid, op_ready, op_last, tile_ready, tile_last;
  logic [Dot-1:0]              op_k_valid;
  logic [$clog2(Rows+1)-1:0]   tile_rows;
  logic [$clog2(Cols+1)-1:0]   tile_cols;
  logic [23:0]                 tile_m0, tile_n0;
  feeder #(
    .Rows(Rows), .Cols(Cols), .Dot(Dot), .DepthA(DepthA), .DepthB(DepthB), .AxiData(AxiData)
  ) u_feeder (
    .clk_i,
    .rst_ni           (core_rst_n),
    .start_i          (back_start_q),
    .busy_o           (feed_busy),
    .cmd_m_i          (back_q.m[23:0]),
    .cmd_n_i          (back_q.n[23:0]),
    .cmd_k_i          (back_q.k[23:0]),
    .cmd_block_cols_i (back_block_cols),
    .cmd_a_samples_i  (back_q.a_samples),
    .cmd_a_resident_i (back_q.a_resident),
    .cmd_panel_words_i(back_panel_words_q),
    .a_ask_i          (seg_valid[ReaderA] && seg_ready[ReaderA]),
    .b_ask_i          (seg_valid[ReaderB] && seg_ready[ReaderB]),
    .a_asked_i        (a_asked),
    .b_asked_i        (b_asked),
    .a_asked_next_i   (a_asked_next),
    .b_asked_next_i   (b_asked_next),
    .a_loaded_i       (a_loaded),
    .b_loaded_i       (b_loaded),
    .a_first_o        (a_first),
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
    .op_valid_o       (op_valid),
    .op_ready_i       (op_ready),
    .op_last_o        (op_last),
    .op_a_o           (op_a),
    .op_b_o           (op_b),
    .op_k_valid_o     (op_k_valid),
    .tile_rows_o      (tile_rows),
    .tile_cols_o      (tile_cols),
    .tile_m0_o        (tile_m0),
    .tile_n0_o        (tile_n0),
    .tile_last_o      (tile_last),
    .stall_operand_o  (count_stall_operand)
  );
  assign count_active      = op_valid && op_ready;
  assign count_stall_drain = op_valid && !op_ready;

  product_counter #(.Rows(Rows), .Cols(Cols), .Dot(Dot)) u_products (
    .clk_i,
    .rst_ni    (core_rst_n),
    .beat_i    (count_active),
    .a_log_i   (back_q.a_format == tetralog_pkg::FormatLog4),
    .a_i       (op_a),
    .b_i       (op_b),
    .k_valid_i (op_k_valid),
    .rows_i    (tile_rows),
    .cols_i    (tile_cols),
    .products_o(count_products),
    .gated_o   (count_gated)
  );

  // C and mask.
  logic                c_valid, c_ready, mask_valid, mask_ready;
  logic [Lanes*32-1:0] c_data;
  logic [Lanes*4-1:0]  mask_data;
  addend_loader #(
    .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AxiData(AxiData), .AddrWidth(AddrWidth)
  ) u_addend (
    .clk_i,
    .rst_ni      (core_rst_n),
    .start_i     (back_start_q && back_q.c_enable),
    .busy_o      (addend_busy),
    .base_i      (back_q.c_base[AddrWidth-1:0]),
    .row_stride_i(back_q.c_row_stride),
    .col_stride_i(back_q.c_col_stride),
    .m_i         (back_q.m[23:0]),
    .n_i         (back_q.n[23:0]),
    .block_cols_i(back_block_cols),
    .seg_valid_o (seg_valid[ReaderC]),
    .seg_ready_i (seg_ready[ReaderC]),
    .seg_addr_o  (seg_addr[ReaderC*AddrWidth +: AddrWidth]),
    .seg_last_o  (seg_last[ReaderC*16 +: 16]),
    .word_valid_i(word_valid[ReaderC]),
    .word_data_i (word_data),
    .word_last_i (word_last),
    .c_valid_o   (c_valid),
    .c_ready_i   (c_ready),
    .c_data_o    (c_data)
  );
  mask_loader #(
    .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AxiData(AxiData), .AddrWidth(AddrWidth)
  ) u_mask (
    .clk_i,
    .rst_ni      (core_rst_n),
    .start_i     (back_start_q && back_q.mask_enable),
    .busy_o      (mask_busy),
    .base_i      (back_q.mask_base[AddrWidth-1:0]),
    .stride_i    (back_q.mask_stride),
    .transposed_i(back_q.mask_transposed),
    .m_i         (back_q.m[23:0]),
    .n_i         (back_q.n[23:0]),
    .block_cols_i(back_block_cols),
    .seg_valid_o (seg_valid[ReaderMask]),
    .seg_ready_i (seg_ready[ReaderMask]),
    .seg_addr_o  (seg_addr[ReaderMask*AddrWidth +: AddrWidth]),
    .seg_last_o  (seg_last[ReaderMask*16 +: 16]),
    .word_valid_i(word_valid[ReaderMask]),
    .word_data_i (word_data),
    .word_last_i (word_last),
    .mask_valid_o(mask_valid),
    .mask_ready_i(mask_ready),
    .mask_data_o (mask_data)
  );

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
    .m_axi_awvalid_o, .m_axi_awready_i, .m_axi_awaddr_o, .m_axi_awlen_o, .m_axi_awsize_o, .m_axi_awburst_o, .m_axi_awlock_o, .m_axi_awcache_o, .m_axi_awprot_o,
    .m_axi_awqos_o, .m_axi_wvalid_o, .m_axi_wready_i, .m_axi_wdata_o, .m_axi_wstrb_o,
    .m_axi_wlast_o, .m_axi_bvalid_i, .m_axi_bready_o, .m_axi_bresp_i
  );

  assign m_axi_awid_o[2:1] = 2'd0;

  logic unused_bits;
  assign unused_bits = ^{tile_ready, panel_words, m_axi_bid_i[2:1], d_lane_valid, d_beat_last, front, back_q};

endmodule
