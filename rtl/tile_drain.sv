// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Reads a finished tile out of the array, row by row, Lanes columns a beat, takes the bias of the row
// off its sums, and hands the beats to the epilogue through a queue of three.
//
// `start_i` marks the cycle in which the tile's last operand beat enters the array; its shadow registers
// are read from Delay cycles later on, when the wavefront has passed, to the cycle after the next
// start_i. Only the valid rows and columns of an edge tile are read. The epilogue may be as slow as it
// likes: `busy_o` holds the next tile's last operand beat back until what is left of this one is sure to be
// read in time: at most two beats, with room for them in the queue. So the wavefront of the next tile
// runs while the last beats of this one are taken. After the last tile of a command busy_o stays
// until all is taken, because the next tile may have another configuration.
//
// Latency: Delay + 1 cycles from start_i to the first acc_valid_o. Throughput: one beat a cycle; a tile
// takes rows * ceil(cols / Lanes) + Delay - 2 cycles, one more where a row is a single beat.
// Limits: Lanes a power of two that divides Cols; col_i a multiple of Lanes and below 2^28; 1 <= rows_i <=
// Rows, likewise cols; Delay >= 3.

module tile_drain #(
  parameter int unsigned Rows     = 16,
  parameter int unsigned Cols     = 16,
  parameter int unsigned AccWidth = 24,
  parameter int unsigned Lanes    = 4,
  parameter int unsigned Delay    = 3,  // cycles, at least 3
  localparam int unsigned RowsWidth = $clog2(Rows + 1),
  localparam int unsigned ColsWidth = $clog2(Cols + 1),
  localparam int unsigned IndexWidth = tetralog_pkg::INDEX_WIDTH
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      start_i,  // only while busy_o is low
  input  logic [RowsWidth-1:0]      rows_i,   // valid rows of the tile
  input  logic [ColsWidth-1:0]      cols_i,   // valid columns of the tile
  input  logic [IndexWidth-1:0]     row_i,    // logical output row of the tile's first row
  input  logic [IndexWidth-1:0]     col_i,    // logical output column of its first column
  input  logic                      last_i,   // last tile of the command
  output logic                      busy_o,

  // Read port of the array.
  output logic [Rows-1:0]           row_sel_o,  // one-hot
  input  logic [Cols*AccWidth-1:0]  row_data_i,  // sums, each plus row_bias_i
  input  logic [AccWidth-1:0]       row_bias_i,

  // Accumulators to the epilogue.
  output logic                      acc_valid_o,
  input  logic                      acc_ready_i,
  output logic [Lanes*AccWidth-1:0] acc_data_o,
  output logic [Lanes-1:0]          acc_lane_valid_o,
  output logic [IndexWidth-1:0]     acc_row_o,   // logical row of the beat
  output logic [IndexWidth-1:0]     acc_col_o,   // logical column of lane 0
  output logic                      acc_last_o   // last beat of the command
);

  localparam int unsigned Chunks     = Cols / Lanes;
  localparam int unsigned DelayWidth = $clog2(Delay + 1);
  localparam int unsigned BeatWidth  = Lanes * AccWidth;
  localparam int unsigned LaneBits   = $clog2(Lanes);
  localparam int unsigned TailBits   = (Lanes > 1) ? LaneBits : 1;
  localparam int unsigned ChunkBits  = (Chunks > 1) ? $clog2(Chunks) : 1;
  localparam int unsigned ColumnBits = tetralog_pkg::RANDOM_COLUMN_BITS - LaneBits;  // of a beat

  // The tile started last, until the read side and the output side have taken it over.
  logic                  read_next_q, out_next_q;
  logic [DelayWidth-1:0] wait_q;  // cycles until its wavefront has passed
  logic [RowsWidth-1:0]  next_rows_q, rows_less;    // rows, beats of a row, lanes of its last beat, less one
  logic [ChunkBits-1:0]  next_chunks_q;
  logic [TailBits-1:0]   next_tail_q;
  logic [ColsWidth-1:0]  cols_less;
  logic [IndexWidth-1:0] next_row_q;
  logic [ColumnBits-1:0] next_col_q;
  logic                  next_last_q, read_take, out_take;
  assign rows_less = rows_i - RowsWidth'(1);
  assign cols_less = cols_i - ColsWidth'(1);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_next_q <= 1'b0;
      out_next_q  <= 1'b0;
    end else if (start_i) begin
      read_next_q <= 1'b1;
      out_next_q  <= 1'b1;
    end else begin
      if (read_take) read_next_q <= 1'b0;
      if (out_take) out_next_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      wait_q      <= DelayWidth'(Delay - 1);
      next_rows_q <= rows_less;
      next_chunks_q <= ChunkBits'(cols_less >> LaneBits);
      next_tail_q   <= TailBits'(cols_less & ColsWidth'(Lanes - 1));
      next_row_q  <= row_i;
      next_col_q  <= col_i[LaneBits +: ColumnBits];
      next_last_q <= last_i;
    end else if (wait_q != '0) begin
      wait_q <= wait_q - DelayWidth'(1);
    end
  end

  // ------------------------------------------------------------------- read side
  logic                 read_busy_q;
  logic [Rows-1:0]      row_sel_q;
  logic [RowsWidth-1:0] rows_left_q;              // rows behind this one
  logic [ChunkBits-1:0] chunks_q, chunks_left_q;  // beats of a row less one, behind this one
  logic [Chunks-1:0]    chunk_sel_q;              // the beat, one-hot
  logic [1:0]           count_q;                  // beats in the queue
  logic                 read, read_last, last_chunk, last_row;
  // While the next tile waits to be read, wait_q is that one's.
  assign read       = read_busy_q && (read_next_q || wait_q == '0) && count_q != 2'd3;
  assign last_chunk = chunks_left_q == '0;
  assign last_row   = rows_left_q == '0;
  assign read_last  = read && last_chunk && last_row;
  assign read_take  = read_next_q && (!read_busy_q || read_last);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) read_busy_q <= 1'b0;
    else if (read_take) read_busy_q <= 1'b1;
    else if (read_last) read_busy_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (read_take) begin
      row_sel_q     <= Rows'(1);
      rows_left_q   <= next_rows_q;
      chunks_q      <= next_chunks_q;
      chunks_left_q <= next_chunks_q;
      chunk_sel_q   <= Chunks'(1);
    end else if (read) begin
      if (last_chunk) begin
        chunks_left_q <= chunks_q;
        chunk_sel_q   <= Chunks'(1);
        row_sel_q     <= row_sel_q << 1;
        rows_left_q   <= rows_left_q - RowsWidth'(1);
      end else begin
        chunks_left_q <= chunks_left_q - ChunkBits'(1);
        chunk_sel_q   <= chunk_sel_q << 1;
      end
    end
  end
  // The buses are long: the selection comes out of registers, whether or not the row is taken.
  assign row_sel_o = row_sel_q;

  // Chunk of the selected row, as an and-or of constant slices.
  logic [BeatWidth-1:0] chunk_data, read_data;
  always_comb begin
    chunk_data = '0;
    for (int unsigned j = 0; j < Chunks; j++)
      chunk_data |= row_data_i[j*BeatWidth +: BeatWidth] &
                    {BeatWidth{chunk_sel_q[j]}};
  end
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign read_data[l*AccWidth +: AccWidth] =
        chunk_data[l*AccWidth +: AccWidth] - row_bias_i;
  end

  // ----------------------------------------------------------- queue, output side
  logic                  out_busy_q, take, out_last_beat, out_last_chunk;
  logic [RowsWidth-1:0]  out_rows_q;                // rows behind this one
  logic [ChunkBits-1:0]  out_chunks_q, out_left_q;  // as on the read side
  logic [TailBits-1:0]   out_tail_q;
  logic [IndexWidth-1:0] row_q;              // row of the beat
  logic [ColumnBits-1:0] col_q, beat_col_q;  // first column of the tile, of the beat
  logic                  last_q;
  assign acc_valid_o    = count_q != 2'd0;
  assign take           = acc_valid_o && acc_ready_i;
  assign out_last_chunk = out_left_q == '0;
  assign out_last_beat  = out_last_chunk && out_rows_q == '0;
  assign out_take       = out_next_q && (!out_busy_q || (take && out_last_beat));

  // The oldest beat is in front, the others in turn in the two places beside it.
  logic [BeatWidth-1:0] front_q, side0_q, side1_q;
  logic                 to_front, to_side, from_side, write_side_q, read_side_q;
  assign to_front  = read && (count_q == 2'd0 || (count_q == 2'd1 && take));
  assign to_side   = read && !to_front;
  assign from_side = take && count_q[1];
  always_ff @(posedge clk_i) begin
    if (to_front) front_q <= read_data;
    else if (from_side) front_q <= read_side_q ? side1_q : side0_q;
    if (to_side && !write_side_q) side0_q <= read_data;
    if (to_side && write_side_q) side1_q <= read_data;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q      <= 2'd0;
      out_busy_q   <= 1'b0;
      write_side_q <= 1'b0;
      read_side_q  <= 1'b0;
    end else begin
      count_q      <= count_q + 2'(read) - 2'(take);
      write_side_q <= write_side_q ^ to_side;
      read_side_q  <= read_side_q ^ from_side;
      if (out_take) out_busy_q <= 1'b1;
      else if (take && out_last_beat) out_busy_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (out_take) begin
      out_rows_q   <= next_rows_q;
      out_chunks_q <= next_chunks_q;
      out_left_q   <= next_chunks_q;
      out_tail_q   <= next_tail_q;
      row_q        <= next_row_q;
      col_q        <= next_col_q;
      beat_col_q   <= next_col_q;
      last_q       <= next_last_q;
    end else if (take) begin
      if (out_last_chunk) begin
        out_left_q <= out_chunks_q;
        out_rows_q <= out_rows_q - RowsWidth'(1);
        row_q      <= {row_q[31:16] + 16'(row_q[15:0] == '1), row_q[15:0] + 16'd1};
        beat_col_q <= col_q;
      end else begin
        out_left_q <= out_left_q - ChunkBits'(1);
        beat_col_q <= beat_col_q + ColumnBits'(1);
      end
    end
  end

  assign acc_data_o = front_q;
  for (genvar l = 0; l < Lanes; l++) begin : gen_valid
    assign acc_lane_valid_o[l] = l == 0 || !out_last_chunk || 32'(out_tail_q) >= l;
  end
  assign acc_row_o  = row_q;
  assign acc_col_o  = IndexWidth'(beat_col_q) << LaneBits;
  assign acc_last_o = last_q && out_last_beat;

  // Two beats (one beat) of the tile are left to read and fit the queue, or none.
  logic two_left, fits;
  assign two_left = last_row && (chunks_left_q >> 1) == '0;
  assign fits     = wait_q == '0 && two_left && (last_chunk ? count_q != 2'd3 : !count_q[1]);
  assign busy_o   = read_next_q || out_next_q ||
                    (out_busy_q && (last_q || (read_busy_q && !fits)));

  logic unused_bits;
  assign unused_bits = ^{cols_less, col_i};

`ifndef SYNTHESIS
  a_start_when_free : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> !busy_o);
  a_tile_fits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> rows_i != '0 && rows_i <= RowsWidth'(Rows) && cols_i != '0 &&
                cols_i <= ColsWidth'(Cols));
  a_column : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> col_i == IndexWidth'(col_i[LaneBits +: ColumnBits]) << LaneBits);
  a_one_row : assert property (@(posedge clk_i) disable iff (!rst_ni)
    read |-> $onehot(row_sel_o) && $onehot(chunk_sel_q));
  // Nothing of a tile is left two cycles after the next one has started.
  a_read_in_time : assert property (@(posedge clk_i) disable iff (!rst_ni)
    $past(start_i) && read_busy_q && read_next_q |-> read_last);
  a_beat_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    acc_valid_o && !acc_ready_i |=> acc_valid_o && $stable(acc_data_o) && $stable(acc_row_o) &&
                                    $stable(acc_col_o));
`endif

endmodule
