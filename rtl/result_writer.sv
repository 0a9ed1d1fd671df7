// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Writes the outputs of one command after the other to memory, then its completion record.
//
// The engine's beats fill an output buffer of two tiles. A tile is written line by line (rows, or
// columns for a transposed D), of each line all samples; a row as soon as it is in the buffer, columns
// when the whole tile is. When all bytes of D are acknowledged, the record follows, 64 bytes and 16
// a sample; when that is acknowledged too, done_o. The next command is taken only then, so a
// command's D is never touched before the one before is finished.
//
// Bytes outside the elements of D and of the record are never strobed, pad nibbles are written 0. A
// burst is opened only when its data is in the buffer: halt_i or an error response stops the opening
// of bursts, and those open are finished without the engine. After an error done_o never comes.
//
// Latency: four cycles from the last beat of a row to its first WVALID (INT32), three at the end of
// a tile. Throughput: one beat of the engine, and one bus word of INT32 or max(Lanes, AxiData / 32)
// codes, a cycle; a line takes one read more where it does not start at a multiple of these.
// Limits: Rows, Cols, Lanes powers of two, Rows and Cols at least max(Lanes, AxiData / 32); the
// command is legal; tile sizes as in tile_walker.

module result_writer #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned Cols      = 16,
  parameter int unsigned Lanes     = 4,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40,
  localparam int unsigned WordBytes = AxiData / 8
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,

  // Context of the next command.
  input  logic                       cmd_valid_i,
  output logic                       cmd_ready_o,
  input  logic [AddrWidth-1:0]       cmd_d_base_i,
  input  logic [31:0]                cmd_d_stride_i,         // bytes
  input  logic [31:0]                cmd_d_sample_stride_i,  // bytes
  input  logic                       cmd_d_int32_i,
  input  logic                       cmd_d_transposed_i,
  input  logic [3:0]                 cmd_samples_i,          // 1..8, 1 for INT32
  input  logic [23:0]                cmd_m_i,
  input  logic [23:0]                cmd_n_i,
  input  logic [23:0]                cmd_block_cols_i,
  input  logic [31:0]                cmd_index_i,
  input  logic [31:0]                cmd_tag_i,
  input  logic [47:0]                cmd_start_i,            // now_i at the fetch of the command
  input  logic [47:0]                now_i,                  // cycles

  // Where records go: the place of a command is its index modulo the size, a power of two.
  input  logic [AddrWidth-1:0]       record_base_i,          // a multiple of 256
  input  logic [15:0]                ring_size_i,

  // Outputs of the engine.
  input  logic                       d_valid_i,
  output logic                       d_ready_o,
  input  logic [Lanes*32-1:0]        d_data_i,
  input  logic [2:0]                 d_sample_i,

  // Statistics of the command; taken when their last word has gone into the record.
  input  logic                       stats_valid_i,
  output logic                       stats_ready_o,
  input  logic [31:0]                stats_max_abs_i,
  input  logic [63:0]                stats_sum_abs_i,
  input  logic [95:0]                stats_sum_squares_i,
  input  logic [63:0]                stats_wraps_i,
  input  logic [511:0]               stats_zeros_i,          // of sample s in bits 64s+63:64s
  input  logic [511:0]               stats_clipped_i,

  output logic                       done_o,                 // pulse: the record is acknowledged
  input  logic                       halt_i,                 // open no more bursts
  output logic                       error_o,                // sticky: an error response came
  output logic                       busy_o,                 // a burst is open
  output logic [$clog2(WordBytes):0] write_bytes_o,          // strobed bytes that move in this cycle

  output logic                       m_axi_awid_o,
  output logic [AddrWidth-1:0]       m_axi_awaddr_o,
  output logic [7:0]                 m_axi_awlen_o,
  output logic [2:0]                 m_axi_awsize_o,
  output logic [1:0]                 m_axi_awburst_o,
  output logic                       m_axi_awlock_o,
  output logic [3:0]                 m_axi_awcache_o,
  output logic [2:0]                 m_axi_awprot_o,
  output logic [3:0]                 m_axi_awqos_o,
  output logic                       m_axi_awvalid_o,
  input  logic                       m_axi_awready_i,
  output logic [AxiData-1:0]         m_axi_wdata_o,
  output logic [WordBytes-1:0]       m_axi_wstrb_o,
  output logic                       m_axi_wlast_o,
  output logic                       m_axi_wvalid_o,
  input  logic                       m_axi_wready_i,
  input  logic                       m_axi_bid_i,
  input  logic [1:0]                 m_axi_bresp_i,
  input  logic                       m_axi_bvalid_i,
  output logic                       m_axi_bready_o
);

  localparam int unsigned Elements    = AxiData / 32;
  localparam int unsigned Banks       = (Lanes > Elements) ? Lanes : Elements;
  localparam int unsigned RowBits     = $clog2(Rows);
  localparam int unsigned ColBits     = $clog2(Cols);
  localparam int unsigned Low         = AddrWidth / 2;
  localparam int unsigned LineBits    = (RowBits > ColBits) ? RowBits : ColBits;
  localparam int unsigned RowsWidth   = RowBits + 1;
  localparam int unsigned ColsWidth   = ColBits + 1;
  localparam int unsigned LinesWidth  = LineBits + 1;
  localparam int unsigned BufferFirst = LineBits + 2;
  // A record is a segment of 32-bit elements too: 16, and 4 a sample.
  localparam int unsigned RecordMax   = 16 + 4 * tetralog_pkg::MAX_SAMPLES;
  localparam int unsigned MaxCount    = (2 ** LineBits > RecordMax) ? 2 ** LineBits : RecordMax;
  localparam int unsigned CountWidth  = $clog2(MaxCount + 1);
  localparam int unsigned FirstWidth  = CountWidth + 1;

  // --------------------------------------------------------------------- command
  typedef enum logic [2:0] {StIdle, StStart, StData, StDrain, StRecord, StAck} state_e;
  state_e state_q, state_d;
  logic   axi_idle, finished, data_end, seg_valid, seg_ready, tile_end, tile_last_q;
  assign finished = axi_idle && !error_o;
  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle:   if (cmd_valid_i) state_d = StStart;
      StStart:  state_d = StData;
      StData:   if (tile_end && tile_last_q) state_d = StDrain;
      StDrain:  if (finished) state_d = StRecord;
      StRecord: if (seg_valid && seg_ready) state_d = StAck;
      default:  if (finished) state_d = StIdle;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StIdle;
    else state_q <= state_d;
  end
  assign cmd_ready_o   = state_q == StIdle;
  assign done_o        = state_q == StAck && finished;
  assign stats_ready_o = state_q == StAck && data_end;

  logic [AddrWidth-1:0] base_q;
  logic [15:0]          record_place;
  logic [31:0]          stride_q, sample_stride_q, index_q, tag_q;
  logic                 int32_q, transposed_q, ends, ends_q;
  logic [2:0]           samples_q;  // less one
  logic [23:0]          m_q, n_q, block_cols_q;
  // At first the start, then how many. The upper half is subtracted a cycle after the lower one; when now_i
  // carries into its upper half in between, there was no borrow.
  logic [47:0]          cycles_q;
  logic [24:0]          cycles_low;
  logic                 borrow_q;
  assign ends       = state_q == StDrain && finished;
  assign cycles_low = {1'b0, now_i[23:0]} - {1'b0, cycles_q[23:0]};
  always_ff @(posedge clk_i) begin
    if (cmd_valid_i && cmd_ready_o) begin
      base_q          <= cmd_d_base_i;
      stride_q        <= cmd_d_stride_i;
      sample_stride_q <= cmd_d_sample_stride_i;
      int32_q         <= cmd_d_int32_i;
      transposed_q    <= cmd_d_transposed_i;
      samples_q       <= 3'(cmd_samples_i - 4'd1);
      m_q             <= cmd_m_i;
      n_q             <= cmd_n_i;
      block_cols_q    <= cmd_block_cols_i;
      index_q         <= cmd_index_i;
      tag_q           <= cmd_tag_i;
      cycles_q        <= cmd_start_i;
    end else begin
      if (ends) cycles_q[23:0] <= cycles_low[23:0];
      if (ends_q) cycles_q[47:24] <= now_i[47:24] - cycles_q[47:24] - 24'(borrow_q);
    end
    ends_q   <= ends;
    borrow_q <= cycles_low[24] || now_i[23:0] == '1;
  end
  for (genvar i = 0; i < 16; i++) begin : gen_place
    assign record_place[i] = index_q[i] && ring_size_i >> (i + 1) != '0;
  end

  // ---------------------------------------------------------- tiles: fill the buffer
  // The tile that is being filled makes room for the next when it is full and the write side has taken its
  // address and size. The walker is one tile ahead; it moves in the cycle after its tile is copied.
  logic [32:0]          line_step, element_step;  // nibbles
  logic [AddrWidth:0]   tile_addr, unused_addr;
  logic [RowsWidth-1:0] tile_rows;
  logic [ColsWidth-1:0] tile_cols;
  logic [AddrWidth:0]   tile_addr_q;
  logic [RowsWidth-1:0] tile_rows_q;
  logic [ColsWidth-1:0] tile_cols_q;
  logic                 tile_valid, tile_valid_q, tile_copy, tile_copied_q, tile_next;
  logic                 walk_last, walk_last_q;
  logic [23:0]          unused_m0, unused_n0;
  logic [4:0]           unused_flags;
  assign line_step     = {stride_q, 1'b0};
  assign element_step  = int32_q ? 33'd8 : 33'd1;
  tile_walker #(.Rows(Rows), .Cols(Cols), .AxiData(AxiData), .AddrWidth(AddrWidth)) u_walker (
    .clk_i, .rst_ni,
    .start_i      (state_q == StStart),
    .m_i          (m_q),
    .n_i          (n_q),
    .block_cols_i (block_cols_q),
    .base_i       (base_q),
    .row_step_i   (transposed_q ? element_step : line_step),
    .col_step_i   (transposed_q ? line_step : element_step),
    .valid_o      (tile_valid),
    .next_i       (tile_copied_q),
    .m0_o         (unused_m0),
    .n0_o         (unused_n0),
    .rows_o       (tile_rows),
    .cols_o       (tile_cols),
    .addr_o       (unused_addr),
    .addr_split_o (tile_addr),
    .last_col_o   (unused_flags[0]),
    .last_row_o   (unused_flags[1]),
    .last_panel_a_o(unused_flags[2]),
    .last_panel_b_o(unused_flags[3]),
    .last_block_o (unused_flags[4]),
    .last_o       (walk_last)
  );
  assign tile_copy = tile_valid && !tile_copied_q && (!tile_valid_q || tile_next);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      tile_valid_q  <= 1'b0;
      tile_copied_q <= 1'b0;
    end else begin
      tile_copied_q <= tile_copy;
      if (tile_copy) tile_valid_q <= 1'b1;
      else if (tile_next) tile_valid_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (tile_copy) begin
      tile_rows_q <= tile_rows;
      tile_cols_q <= tile_cols;
      tile_addr_q <= tile_addr;
      walk_last_q <= walk_last;
    end
  end

  logic               fill_half_q, full_q;  // the tile is full
  logic               taken_q, take;        // the write side has taken (takes) the tile
  logic [1:0]         held_q;               // tiles before this one that are in the buffer
  logic [RowBits-1:0] fill_row_q;
  logic [ColBits-1:0] fill_col_q;
  logic               fill, fill_last_col, fill_last_row, fill_end, release_tile;
  assign d_ready_o     = tile_valid_q && !full_q && !held_q[1];
  assign fill          = d_valid_i && d_ready_o && d_sample_i == samples_q;
  assign fill_last_col = {1'b0, fill_col_q} + ColsWidth'(Lanes) >= tile_cols_q;
  assign fill_last_row = {1'b0, fill_row_q} + RowsWidth'(1) == tile_rows_q;
  assign fill_end      = fill && fill_last_col && fill_last_row;
  assign tile_next     = (full_q || fill_end) && (taken_q || take);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fill_half_q <= 1'b0;
      full_q      <= 1'b0;
      taken_q     <= 1'b0;
      held_q      <= 2'd0;
      fill_row_q  <= '0;
      fill_col_q  <= '0;
    end else begin
      fill_half_q <= fill_half_q ^ tile_next;
      full_q      <= (full_q || fill_end) && !tile_next;
      taken_q     <= (taken_q || take) && !tile_next;
      held_q      <= held_q + {1'b0, tile_next} - {1'b0, release_tile};
      if (fill) begin
        fill_col_q <= fill_last_col ? '0 : fill_col_q + ColBits'(Lanes);
        if (fill_last_col) fill_row_q <= fill_last_row ? '0 : fill_row_q + RowBits'(1);
      end
    end
  end

  // -------------------------------------------------------- lines: write the buffer out
  logic                  tile_q, tile_half_q;       // a tile is being written
  logic [LinesWidth-1:0] lines_q, length_q;         // its lines, elements of a line
  logic [LineBits-1:0]   line_q;
  logic [2:0]            sample_q;
  // As tile_walker has them: upper half, carry into it, lower half.
  logic [AddrWidth:0]    line_addr_q, addr_q, addr_next;  // of sample 0 of the line, of the sample
  logic [AddrWidth:0]    addr_from;
  logic [AddrWidth-1:0]  addr_step, seg_addr;
  logic                  line_ready, last_sample, last_line, seg_take;
  // The tile that is filled is ready by rows; one before it is ready. Reads begin a cycle after this, so
  // the last beat need not be in the buffer yet: without that, transposed tiles would lose a cycle.
  assign line_ready  = !taken_q || fill_end ||
                       (!transposed_q && {1'b0, line_q} < LinesWidth'(fill_row_q));
  assign last_sample = sample_q == samples_q;
  assign last_line   = {1'b0, line_q} + LinesWidth'(1) == lines_q;
  assign seg_valid   = state_q == StRecord ? stats_valid_i : tile_q && line_ready;
  assign seg_take    = seg_valid && seg_ready && state_q != StRecord;
  assign tile_end    = seg_take && last_sample && last_line;
  // tile_end, without the way through line_ready, which is 1 then.
  assign take        = tile_valid_q && !taken_q &&
                       (!tile_q || (seg_ready && last_sample && last_line));
  // The record takes the place of the last line.
  always_comb begin
    if (state_q == StDrain) begin
      addr_from = {record_base_i[AddrWidth-1:Low], 1'b0, record_base_i[Low-1:8], 8'd0};
      addr_step = AddrWidth'({record_place, 8'd0});
    end else if (last_sample) begin
      addr_from = line_addr_q;
      addr_step = AddrWidth'(stride_q);
    end else begin
      addr_from = addr_q;
      addr_step = AddrWidth'(sample_stride_q);
    end
  end
  assign addr_next = {addr_from[AddrWidth:Low+1] + addr_step[AddrWidth-1:Low] +
                      (AddrWidth-Low)'(addr_from[Low]),
                      {1'b0, addr_from[Low-1:0]} + {1'b0, addr_step[Low-1:0]}};
  assign seg_addr  = {addr_q[AddrWidth:Low+1] + (AddrWidth-Low)'(addr_q[Low]), addr_q[Low-1:0]};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) tile_q <= 1'b0;
    else if (take) tile_q <= 1'b1;
    else if (tile_end) tile_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (take) begin
      tile_half_q <= fill_half_q;
      tile_last_q <= walk_last_q;
      lines_q     <= transposed_q ? LinesWidth'(tile_cols_q) : LinesWidth'(tile_rows_q);
      length_q    <= transposed_q ? LinesWidth'(tile_rows_q) : LinesWidth'(tile_cols_q);
      line_q      <= '0;
      sample_q    <= '0;
      line_addr_q <= tile_addr_q;
      addr_q      <= tile_addr_q;
    end else if (seg_take || ends) begin
      addr_q <= addr_next;
    end
    if (!take && seg_take) begin
      if (last_sample) begin
        line_addr_q <= addr_next;
        line_q      <= line_q + LineBits'(1);
        sample_q    <= '0;
      end else begin
        sample_q <= sample_q + 3'd1;
      end
    end
  end

  // What the reads of the segment taken last need.
  logic [LineBits-1:0] read_line_q;
  logic [2:0]          read_sample_q;
  logic                read_half_q, read_tile_end_q;
  always_ff @(posedge clk_i) begin
    if (seg_valid && seg_ready) begin
      read_line_q     <= line_q;
      read_sample_q   <= sample_q;
      read_half_q     <= tile_half_q;
      read_tile_end_q <= tile_end;
    end
  end

  logic                  rd_en, rd_end;
  logic [FirstWidth-1:0] rd_first;
  logic [Banks-1:0]      rd_valid;
  logic [AxiData-1:0]    word, record_word;
  logic [Banks*4-1:0]    codes;
  assign release_tile = rd_en && rd_end && read_tile_end_q;
  output_buffer #(.Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AxiData(AxiData)) u_buffer (
    .clk_i, .rst_ni,
    .wr_en_i         (d_valid_i && d_ready_o),
    .wr_half_i       (fill_half_q),
    .wr_row_i        (fill_row_q),
    .wr_col_i        (fill_col_q),
    .wr_int32_i      (int32_q),
    .wr_sample_i     (d_sample_i),
    .wr_data_i       (d_data_i),
    .rd_en_i         (rd_en && state_q != StAck),
    .rd_half_i       (read_half_q),
    .rd_transposed_i (transposed_q),
    .rd_line_i       (read_line_q),
    .rd_first_i      (rd_first[BufferFirst-1:0]),
    .rd_valid_i      (rd_valid),
    .rd_sample_i     (read_sample_q),
    .rd_word_o       (word),
    .rd_codes_o      (codes)
  );

  // ---------------------------------------------------------------------- record
  localparam int unsigned RecordWords = RecordMax * 32 / AxiData;
  localparam int unsigned PlaceBits   = $clog2(RecordWords);
  localparam int unsigned CountBits   = 48;  // M * N elements are fewer than 2^48
  logic [RecordMax*32-1:0] record;
  logic [PlaceBits-1:0]    record_place_q;
  logic                    unused_first;
  logic [tetralog_pkg::MAX_SAMPLES-1:0] unused_counts;
  tetralog_pkg::completion_t completion;
  always_comb begin
    completion             = '0;
    completion.status      = 8'd1;
    completion.index       = index_q;
    completion.cycles      = 64'(cycles_q);
    completion.sum_abs     = stats_sum_abs_i;
    completion.max_abs     = stats_max_abs_i;
    completion.tag         = tag_q;
    completion.sum_squares = stats_sum_squares_i;
    completion.wraps       = 64'(stats_wraps_i[CountBits-1:0]);
  end
  assign record[511:0] = completion;
  for (genvar s = 0; s < tetralog_pkg::MAX_SAMPLES; s++) begin : gen_sample
    assign record[512+128*s+:64]    = 64'(stats_zeros_i[64*s+:CountBits]);
    assign record[512+128*s+64+:64] = 64'(stats_clipped_i[64*s+:CountBits]);
    assign unused_counts[s]         = ^{stats_zeros_i[64*s+CountBits+:64-CountBits],
                                        stats_clipped_i[64*s+CountBits+:64-CountBits]};
  end
  always_ff @(posedge clk_i) begin
    if (rd_en) record_place_q <= PlaceBits'(rd_first >> $clog2(Elements));
  end
  always_comb begin
    record_word = '0;
    for (int i = 0; i < RecordWords; i++)
      if (record_place_q == PlaceBits'(i)) record_word = record[AxiData*i+:AxiData];
  end
  assign unused_first = ^{rd_first, record_base_i[7:0], unused_addr, unused_counts,
                          stats_wraps_i[63:CountBits]};

  axi_write #(
    .AddrWidth(AddrWidth), .AxiData(AxiData), .Group(Banks), .MaxCount(MaxCount)
  ) u_write (
    .clk_i, .rst_ni,
    .seg_valid_i (seg_valid),
    .seg_ready_o (seg_ready),
    .seg_addr_i  (seg_addr),
    .seg_count_i (state_q == StRecord ? CountWidth'(20) + CountWidth'({samples_q, 2'd0})
                                      : CountWidth'(length_q)),
    .seg_int32_i (state_q == StRecord || int32_q),
    .rd_en_o     (rd_en),
    .rd_first_o  (rd_first),
    .rd_valid_o  (rd_valid),
    .rd_end_o    (rd_end),
    .word_i      (state_q == StAck ? record_word : word),
    .codes_i     (codes),
    .data_end_o  (data_end),
    .halt_i,
    .error_o,
    .busy_o,
    .idle_o      (axi_idle),
    .write_bytes_o,
    .m_axi_awid_o, .m_axi_awaddr_o, .m_axi_awlen_o, .m_axi_awsize_o, .m_axi_awburst_o,
    .m_axi_awlock_o, .m_axi_awcache_o, .m_axi_awprot_o, .m_axi_awqos_o,
    .m_axi_awvalid_o, .m_axi_awready_i,
    .m_axi_wdata_o, .m_axi_wstrb_o, .m_axi_wlast_o, .m_axi_wvalid_o, .m_axi_wready_i,
    .m_axi_bid_i, .m_axi_bresp_i, .m_axi_bvalid_i, .m_axi_bready_o
  );

`ifndef SYNTHESIS
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (cmd_valid_i && !cmd_ready_o) |=> (cmd_valid_i && $stable(cmd_d_base_i) && $stable(cmd_index_i)))
    else $error("result_writer: a command changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (d_valid_i && !d_ready_o) |=> (d_valid_i && $stable(d_data_i) && $stable(d_sample_i)))
    else $error("result_writer: a beat changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni) tile_valid |-> !unused_addr[0])
    else $error("result_writer: a tile starts in the middle of a byte");
  assert property (@(posedge clk_i) disable iff (!rst_ni) held_q != 2'd3)
    else $error("result_writer: more tiles than the buffer holds");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      cmd_valid_i && cmd_ready_o |-> cmd_samples_i != '0 && cmd_samples_i <= 4'd8 &&
      (!cmd_d_int32_i || cmd_samples_i == 4'd1))
    else $error("result_writer: samples must be 1..8, and 1 for INT32");
`endif

endmodule
