// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Reads byte segments of memory for several streams and delivers each as words that begin at the
// segment's first byte.
//
// A segment becomes bursts of aligned beats; no burst crosses a multiple of 16 * WordBytes bytes, so
// it has at most 16 beats and never crosses 4 KiB. The beats of a stream come back in the order of its
// requests, are rotated to the segment's offset, and merged with the beat before. The segments of a
// stream follow each other in order; a segment of n bytes gives ceil(n / WordBytes) words, the last
// of them marked, and what lies beyond the segment in its last word is unspecified.
//
// Each stream cuts its own segments. Of all streams one beat comes at a time, so they share one way
// from beat to word, and one memory for what is to be known of the bursts under way; that is read
// when a beat is announced by next_i, the cycle before it comes. A request waits while Segments bursts of
// its stream are under way. Words must be taken when they come.
//
// Latency: a request the cycle after its segment; a word the cycle after the beat that completes it.
// Throughput: a beat a cycle, and one cycle more for an unaligned segment of several words whose
// last word needs no further beat. Requests of single aligned words follow each other every cycle
// for as long as Segments covers the latency of the memory.
// Limits: AxiData 64 or 128; Streams and Segments powers of two, at least 2; segments of up to
// 2^BytesWidth bytes, BytesWidth from log2(AxiData / 8) + 1 to 16.

module stream_reader #(
  parameter int unsigned Streams    = 4,
  parameter int unsigned AddrWidth  = 40,
  parameter int unsigned AxiData    = 128,
  parameter int unsigned Segments   = 32,  // bursts of a stream under way
  parameter int unsigned BytesWidth = 16   // of seg_last_i
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,

  input  logic [Streams-1:0]           seg_valid_i,
  output logic [Streams-1:0]           seg_ready_o,
  input  logic [Streams*AddrWidth-1:0] seg_addr_i,   // byte addresses
  input  logic [Streams*BytesWidth-1:0] seg_last_i,  // bytes - 1

  output logic [Streams-1:0]           req_valid_o,
  input  logic [Streams-1:0]           req_ready_i,  // at most one of those that are valid
  output logic [Streams*AddrWidth-1:0] req_addr_o,   // multiples of WordBytes
  output logic [Streams*8-1:0]         req_len_o,    // beats - 1

  input  logic [Streams-1:0]           next_i,       // a beat of this stream comes in the next cycle
  input  logic                         next_last_i,  // it is the last of its burst
  input  logic [Streams-1:0]           beat_valid_i, // at most one of them
  output logic                         beat_ready_o,
  input  logic                         beat_last_i,
  input  logic [AxiData-1:0]           beat_data_i,

  output logic [Streams-1:0]           word_valid_o, // at most one of them
  output logic [AxiData-1:0]           word_data_o,
  output logic                         word_last_o   // last word of its segment
);

  localparam int unsigned WordBytes   = AxiData / 8;
  localparam int unsigned OffWidth    = $clog2(WordBytes);
  localparam int unsigned BlockBits   = OffWidth + 4;    // a burst stays within 16 words
  localparam int unsigned EndWidth    = ((BytesWidth > BlockBits) ? BytesWidth : BlockBits) + 1;
  localparam int unsigned LeftWidth   = EndWidth - BlockBits;
  localparam int unsigned PtrWidth    = $clog2(Segments);
  localparam int unsigned StreamWidth = $clog2(Streams);
  localparam int unsigned EntryWidth  = OffWidth + 2;
  localparam int unsigned MemoryWidth = (EntryWidth + 3) / 4 * 4;

  if (AxiData != 64 && AxiData != 128)
    $error("stream_reader: AxiData must be 64 or 128");
  if (BytesWidth <= OffWidth || BytesWidth > 16)
    $error("stream_reader: BytesWidth must be log2(AxiData / 8) + 1 to 16");
  if (Segments < 2 || (Segments & (Segments - 1)) != 0 || Streams < 2 ||
      (Streams & (Streams - 1)) != 0)
    $error("stream_reader: Streams and Segments must be powers of two, at least 2");

  // ---------------------------------------------------------------------- requests
  logic [Streams-1:0]            req_fire;
  logic [Streams*EntryWidth-1:0] entry;     // offset in its words, ends its segment, a beat more than words
  logic [Streams*PtrWidth-1:0]   wr_ptr, rd_ptr;
  for (genvar s = 0; s < Streams; s++) begin : gen_stream
    // The segment at hand, cut at multiples of 16 words.
    logic                          req_q;
    logic [AddrWidth-BlockBits-1:0] block_q;  // 16 words
    logic [3:0]                    first_q;  // word of the block with which the burst begins
    logic [3:0]                    end_q;    // word with which the last burst ends
    logic [LeftWidth-1:0]          left_q;   // bursts after this one
    logic [OffWidth-1:0]           off_q;
    logic                          extra_q;  // a beat more than words
    logic [PtrWidth-1:0]           wr_ptr_q, rd_ptr_q, wr_ptr_next;
    logic                          full_q;
    logic                          last, beats_end, follows, step, seg_ready;
    logic [AddrWidth-1:0]          addr;
    logic [BytesWidth-1:0]         bytes_last;
    logic [EndWidth-1:0]           last_byte;  // from the start of the first block
    assign addr       = seg_addr_i[s*AddrWidth +: AddrWidth];
    assign bytes_last = seg_last_i[s*BytesWidth +: BytesWidth];
    assign last_byte  = EndWidth'(addr[BlockBits-1:0]) + EndWidth'(bytes_last);

    assign last          = left_q == '0;
    assign req_valid_o[s] = req_q && !full_q;
    assign req_addr_o[s*AddrWidth +: AddrWidth] = {block_q, first_q, OffWidth'(0)};
    assign req_len_o[s*8 +: 8] = {4'b0, (last ? end_q : 4'd15) - first_q};
    assign req_fire[s]   = req_ready_i[s];
    // A burst is granted late; what follows it is known before.
    assign follows       = !req_q || last;  // a segment
    assign step          = !req_q || req_fire[s];
    assign seg_ready     = step && follows;
    assign seg_ready_o[s] = seg_ready;
    assign entry[s*EntryWidth +: EntryWidth] = {off_q, last, extra_q};
    assign wr_ptr[s*PtrWidth +: PtrWidth]    = wr_ptr_q;
    assign rd_ptr[s*PtrWidth +: PtrWidth]    = rd_ptr_q;
    assign wr_ptr_next   = wr_ptr_q + PtrWidth'(1);
    assign beats_end     = next_i[s] && next_last_i;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        req_q    <= 1'b0;
        wr_ptr_q <= '0;
        rd_ptr_q <= '0;
        full_q   <= 1'b0;
      end else begin
        if (seg_ready) req_q <= seg_valid_i[s];
        if (req_fire[s]) wr_ptr_q <= wr_ptr_next;
        if (beats_end) rd_ptr_q <= rd_ptr_q + PtrWidth'(1);
        // A register, since the arbiter of the read port waits for it.
        full_q <= !beats_end && (full_q || (req_fire[s] && wr_ptr_next == rd_ptr_q));
      end
    end
    always_ff @(posedge clk_i) begin
      if (step) begin
        block_q <= follows ? addr[AddrWidth-1:BlockBits] : block_q + (AddrWidth - BlockBits)'(1);
        first_q <= follows ? addr[BlockBits-1:OffWidth] : '0;
        left_q  <= follows ? last_byte[EndWidth-1:BlockBits] : left_q - LeftWidth'(1);
      end
      if (seg_ready) begin
        end_q   <= last_byte[BlockBits-1:OffWidth];
        off_q   <= addr[OffWidth-1:0];
        extra_q <= last_byte[OffWidth] ^ addr[OffWidth] ^ bytes_last[OffWidth];
      end
    end

`ifndef SYNTHESIS
    a_seg_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
      seg_valid_i[s] && !seg_ready |=> seg_valid_i[s] && $stable(addr) && $stable(bytes_last));
    a_req_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
      req_valid_o[s] && !req_ready_i[s] |=> req_valid_o[s] && $stable(block_q) && $stable(first_q));
    a_beat_asked : assert property (@(posedge clk_i) disable iff (!rst_ni)
      next_i[s] |-> wr_ptr_q != rd_ptr_q || full_q);
`endif
  end

  // --------------------------------------------------------------- bursts under way
  logic [StreamWidth+PtrWidth-1:0] wr_addr, rd_addr;
  logic [EntryWidth-1:0]           wr_entry;
  logic [MemoryWidth-1:0]          rd_entry;
  always_comb begin
    wr_addr  = '0;
    rd_addr  = '0;
    wr_entry = '0;
    for (int unsigned s = 0; s < Streams; s++) begin
      wr_addr  |= {StreamWidth'(s), wr_ptr[s*PtrWidth +: PtrWidth]} &
                  {StreamWidth+PtrWidth{req_ready_i[s]}};
      wr_entry |= entry[s*EntryWidth +: EntryWidth] & {EntryWidth{req_ready_i[s]}};
      rd_addr  |= {StreamWidth'(s), rd_ptr[s*PtrWidth +: PtrWidth]} &
                  {StreamWidth+PtrWidth{next_i[s]}};
    end
  end
  sram #(.Width(MemoryWidth), .Depth(Streams * Segments)) u_bursts (
    .clk_i,
    .we_i   (|req_fire),
    .waddr_i(wr_addr),
    .wdata_i(MemoryWidth'(wr_entry)),
    .wmask_i({MemoryWidth/4{1'b1}}),
    .re_i   (|next_i),
    .raddr_i(rd_addr),
    .rdata_o(rd_entry)
  );

  // ------------------------------------------------------------------------- words
  // An unaligned segment keeps its first beat back; each further beat completes a word, and what is
  // left over at the end, if anything, goes out by itself.
  logic [OffWidth-1:0] off;        // of the beat's segment
  logic                ends, extra, partial, unaligned, seg_end, to_tail, emits, beat_fire;
  logic [Streams-1:0]  partial_q;  // the stream's hold register has the beat before
  logic                tail_q;     // one has a last word
  logic [Streams-1:0]  tail_sel_q; // of this stream
  assign {off, ends, extra} = rd_entry[EntryWidth-1:0];
  assign partial      = |(partial_q & beat_valid_i);
  assign unaligned    = off != '0;
  assign seg_end      = beat_last_i && ends;
  assign to_tail      = seg_end && partial && !extra;
  assign emits        = !unaligned || partial || seg_end;
  assign beat_ready_o = !tail_q;
  assign beat_fire    = |beat_valid_i && !tail_q;

  logic [Streams-1:0] word_valid_q;
  logic               word_last_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      partial_q    <= '0;
      tail_q       <= 1'b0;
      word_valid_q <= '0;
    end else begin
      tail_q       <= beat_fire && to_tail;
      word_valid_q <= tail_q ? tail_sel_q : beat_valid_i & {Streams{emits}};
      if (beat_fire)
        partial_q <= (partial_q & ~beat_valid_i) | (beat_valid_i & {Streams{unaligned && !seg_end}});
    end
  end
  always_ff @(posedge clk_i) begin
    tail_sel_q  <= beat_valid_i;
    word_last_q <= tail_q || (seg_end && !to_tail);
  end

  // Beats are rotated before they are kept, so that one rotator serves both halves of a word. The
  // last byte of a rotated beat is never kept for a later word.
  logic [AxiData-1:0] rotated, word_data_q;
  always_comb begin
    rotated = beat_data_i;
    for (int unsigned i = 0; i < OffWidth; i++)
      if (off[i]) rotated = (rotated >> (8 << i)) | (rotated << (AxiData - (8 << i)));
  end

  logic [AxiData-9:0]         hold;    // of the stream that has a word
  logic [Streams*AxiData-1:0] holds;
  for (genvar s = 0; s < Streams; s++) begin : gen_hold
    logic [AxiData-9:0] hold_q;
    always_ff @(posedge clk_i) if (beat_valid_i[s] && !tail_q) hold_q <= rotated[AxiData-9:0];
    assign holds[s*AxiData +: AxiData] = {8'b0, hold_q};
  end
  always_comb begin
    hold = '0;
    for (int unsigned s = 0; s < Streams; s++)
      hold |= holds[s*AxiData +: AxiData-8] & {AxiData-8{tail_q ? tail_sel_q[s] : beat_valid_i[s]}};
  end
  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < WordBytes - 1; i++)
      word_data_q[8*i +: 8] <= tail_q || (partial && 32'(off) < WordBytes - i) ? hold[8*i +: 8]
                                                                               : rotated[8*i +: 8];
    // Beyond the segment in a flushed word: 0, since the beats behind it come and go.
    word_data_q[AxiData-1 -: 8] <= rotated[AxiData-1 -: 8] & {8{!tail_q}};
  end
  assign word_valid_o = word_valid_q;
  assign word_last_o  = word_last_q;
  assign word_data_o  = word_data_q;

  logic unused_bits;
  assign unused_bits = ^{rd_entry, holds};

`ifndef SYNTHESIS
  a_one_request : assert property (@(posedge clk_i) disable iff (!rst_ni)
    $onehot0(req_ready_i) && (req_ready_i & ~req_valid_o) == '0);
  a_one_beat : assert property (@(posedge clk_i) disable iff (!rst_ni)
    $onehot0(beat_valid_i) && $onehot0(next_i));
`endif

endmodule
