// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Reads byte segments of memory and delivers each as words that begin at the segment's first byte.
//
// A segment becomes bursts of aligned beats; no burst crosses a multiple of 16 * WordBytes bytes, so
// it has at most 16 beats and never crosses 4 KiB. The beats come back in the order of the requests,
// are rotated to the segment's offset, and merged with the beat before. Segments follow each other
// in order; a segment of n bytes gives ceil(n / WordBytes) words, the last of them marked, and what
// lies beyond the segment in its last word is unspecified.
//
// Bursts under way are remembered in a FIFO of Segments entries: a request waits while it is full.
// Latency: a request the cycle after its segment; a word in the cycle of the beat that completes it.
// Throughput: a beat a cycle, and one cycle more for an unaligned segment of several words whose
// last word needs no further beat. Requests of single aligned words follow each other every cycle
// for as long as the FIFO covers the latency of the memory.
// Limits: AxiData 64 or 128; Segments a power of two, at least 2; segments of 1..65535 bytes; Align
// a power of two that divides every address, up to WordBytes (which leaves out the rotator).

module stream_reader #(
  parameter int unsigned AddrWidth = 40,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned Segments  = 32,  // bursts under way
  parameter int unsigned Align     = 1    // bytes
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 seg_valid_i,
  output logic                 seg_ready_o,
  input  logic [AddrWidth-1:0] seg_addr_i,   // byte address
  input  logic [15:0]          seg_bytes_i,  // at least 1

  output logic                 req_valid_o,
  input  logic                 req_ready_i,
  output logic [AddrWidth-1:0] req_addr_o,   // a multiple of WordBytes
  output logic [7:0]           req_len_o,    // beats - 1

  input  logic                 beat_valid_i,
  output logic                 beat_ready_o,
  input  logic [AxiData-1:0]   beat_data_i,

  output logic                 word_valid_o,
  input  logic                 word_ready_i,
  output logic [AxiData-1:0]   word_data_o,
  output logic                 word_last_o   // last word of its segment
);

  localparam int unsigned WordBytes  = AxiData / 8;
  localparam int unsigned OffWidth   = $clog2(WordBytes);
  localparam int unsigned WordAddr   = AddrWidth - OffWidth;
  localparam int unsigned BeatsWidth = 17 - OffWidth;  // beats of a segment - 1
  localparam int unsigned PtrWidth   = $clog2(Segments);
  localparam int unsigned EntryWidth = OffWidth + 6;

  if (AxiData != 64 && AxiData != 128)
    $error("stream_reader: AxiData must be 64 or 128");
  if (Segments < 2 || (Segments & (Segments - 1)) != 0)
    $error("stream_reader: Segments must be a power of two, at least 2");
  if (Align > WordBytes || (Align & (Align - 1)) != 0)
    $error("stream_reader: Align must be a power of two up to WordBytes");

  // Requests: the segment at hand, cut at multiples of 16 words.
  logic                  req_q;
  logic [WordAddr-1:0]   req_word_q;
  logic [BeatsWidth-1:0] req_left_q;   // beats still to request - 1
  logic [OffWidth-1:0]   req_off_q;
  logic                  req_extra_q;  // a beat more than words

  logic                  fifo_full, req_fire, req_last;
  logic [3:0]            req_room, req_len;  // beats - 1 up to the boundary, and of the burst
  assign req_room    = ~req_word_q[3:0];
  assign req_last    = req_left_q <= BeatsWidth'(req_room);
  assign req_len     = req_last ? req_left_q[3:0] : req_room;
  assign req_valid_o = req_q && !fifo_full;
  assign req_addr_o  = {req_word_q, {OffWidth{1'b0}}};
  assign req_len_o   = {4'b0, req_len};
  assign req_fire    = req_valid_o && req_ready_i;
  assign seg_ready_o = !req_q || (req_fire && req_last);

  logic [OffWidth-1:0] seg_off;
  logic [15:0]         seg_end;   // bytes - 1
  logic [OffWidth:0]   seg_tail;  // place of the last byte, from the start of the last word's first beat
  assign seg_off  = seg_addr_i[OffWidth-1:0] & OffWidth'(~(Align - 1));
  assign seg_end  = seg_bytes_i - 16'd1;
  assign seg_tail = {1'b0, seg_off} + {1'b0, seg_end[OffWidth-1:0]};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) req_q <= 1'b0;
    else if (seg_valid_i && seg_ready_o) req_q <= 1'b1;
    else if (req_fire && req_last) req_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (seg_ready_o) begin
      req_word_q  <= seg_addr_i[AddrWidth-1:OffWidth];
      req_left_q  <= {1'b0, seg_end[15:OffWidth]} + BeatsWidth'(seg_tail[OffWidth]);
      req_off_q   <= seg_off;
      req_extra_q <= seg_tail[OffWidth];
    end else if (req_fire) begin
      req_word_q <= {req_word_q[WordAddr-1:4] + (WordAddr - 4)'(1), 4'b0};
      req_left_q <= req_left_q - BeatsWidth'(req_room) - BeatsWidth'(1);
    end
  end

  // Bursts under way.
  logic [PtrWidth:0]     wr_ptr_q, rd_ptr_q;
  logic [EntryWidth-1:0] fifo_q [Segments];
  logic [OffWidth-1:0]   off;    // of the oldest burst's segment
  logic [3:0]            len;    // beats - 1
  logic                  last;   // it ends its segment
  logic                  extra;
  logic                  fifo_empty, pop;
  assign fifo_full  = wr_ptr_q == {~rd_ptr_q[PtrWidth], rd_ptr_q[PtrWidth-1:0]};
  assign fifo_empty = wr_ptr_q == rd_ptr_q;
  assign {off, len, last, extra} = fifo_q[rd_ptr_q[PtrWidth-1:0]];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wr_ptr_q <= '0;
      rd_ptr_q <= '0;
    end else begin
      if (req_fire) wr_ptr_q <= wr_ptr_q + (PtrWidth + 1)'(1);
      if (pop) rd_ptr_q <= rd_ptr_q + (PtrWidth + 1)'(1);
    end
  end
  always_ff @(posedge clk_i)
    if (req_fire) fifo_q[wr_ptr_q[PtrWidth-1:0]] <= {req_off_q, req_len, req_last, req_extra_q};

  // Words. An unaligned segment keeps its first beat back; each further beat completes a word, and
  // what is left over at the end, if anything, goes out by itself.
  logic [3:0] beat_q;     // beats of the burst that came
  logic       partial_q;  // hold_q has the beat before
  logic       tail_q;     // hold_q has the last word
  logic       unaligned, burst_end, seg_end_beat, to_tail, emits, beat_fire;
  assign unaligned    = off != '0;
  assign burst_end    = beat_q == len;
  assign seg_end_beat = burst_end && last;
  assign to_tail      = seg_end_beat && partial_q && !extra;
  assign emits        = !unaligned || partial_q || seg_end_beat;

  assign word_valid_o = tail_q || (beat_valid_i && !fifo_empty && emits);
  assign word_last_o  = tail_q || (seg_end_beat && !to_tail);
  assign beat_ready_o = !fifo_empty && !tail_q && (word_ready_i || !emits);
  assign beat_fire    = beat_valid_i && beat_ready_o;
  assign pop          = tail_q ? word_ready_i : beat_fire && burst_end && !to_tail;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      beat_q    <= '0;
      partial_q <= 1'b0;
      tail_q    <= 1'b0;
    end else begin
      if (beat_fire) begin
        beat_q    <= burst_end ? '0 : beat_q + 4'd1;
        partial_q <= unaligned && !seg_end_beat;
      end
      if (tail_q ? word_ready_i : beat_fire) tail_q <= !tail_q && to_tail;
    end
  end

  // Beats are rotated before they are kept, so that one rotator serves both halves of a word. The
  // last byte of a rotated beat is never kept for a later word.
  logic [AxiData-1:0] rotated;
  always_comb begin
    rotated = beat_data_i;
    for (int unsigned i = 0; i < OffWidth; i++)
      if (off[i]) rotated = (rotated >> (8 << i)) | (rotated << (AxiData - (8 << i)));
  end

  if (Align < WordBytes) begin : gen_merge
    logic [AxiData-8*Align-1:0] hold_q;
    always_ff @(posedge clk_i) if (beat_fire && unaligned) hold_q <= rotated[AxiData-8*Align-1:0];
    for (genvar i = 0; i < WordBytes - Align; i++) begin : gen_byte
      logic held;
      assign held = tail_q || (partial_q && 32'(off) < WordBytes - i);
      assign word_data_o[8*i +: 8] = held ? hold_q[8*i +: 8] : rotated[8*i +: 8];
    end
    // Beyond the segment in a flushed word: 0, since the beats behind it come and go.
    assign word_data_o[AxiData-1 -: 8*Align] = rotated[AxiData-1 -: 8*Align] & {8*Align{!tail_q}};
  end else begin : gen_straight
    assign word_data_o = rotated;
  end

`ifndef SYNTHESIS
  a_seg : assert property (@(posedge clk_i) disable iff (!rst_ni)
    seg_valid_i |-> seg_bytes_i != '0 && (32'(seg_addr_i[OffWidth-1:0]) & (Align - 1)) == 0);
  a_seg_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    seg_valid_i && !seg_ready_o |=> seg_valid_i && $stable(seg_addr_i) && $stable(seg_bytes_i));
  a_req_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    req_valid_o && !req_ready_i |=> req_valid_o && $stable(req_addr_o) && $stable(req_len_o));
  a_word_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    word_valid_o && !word_ready_i |=> (!tail_q && !beat_valid_i) ||  // the port was halted
                                      (word_valid_o && $stable(word_last_o) && $stable(word_data_o)));
  a_beat_asked : assert property (@(posedge clk_i) disable iff (!rst_ni)
    beat_valid_i |-> !fifo_empty);
`endif

endmodule
