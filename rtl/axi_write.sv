// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Writes segments of neighbouring elements, 32 or 4 bits each, to memory over AXI4.
//
// A segment starts at any byte (at a multiple of 4 for 32-bit elements); its data must be readable
// when it is offered. It becomes bursts that never cross a multiple of 16 bus words, so they have at
// most 16 beats and never cross 4 KiB. The first and the last bus word are strobed in part; the pad
// nibble of an odd number of codes is 0, and so are all bytes without a strobe.
//
// Data is read from a source with one cycle of latency that keeps what it read: rd_en_o asks for
// the elements rd_first_o + i with rd_valid_o[i] of the segment taken last, a bus word of 32-bit
// elements or Group codes; the next cycle word_i holds the former, codes_i the latter in place i.
// So no element is ever shifted here: the source starts where the bus word does.
//
// A burst is opened (AWVALID) and read together, and waits for nothing but the AXI slave: halt_i
// stops the opening of bursts, and those open are finished. After an error response no burst is
// opened either. Bursts are answered in order (one ID).
//
// Latency: two cycles from a segment taken to its first WVALID for 32-bit elements. Throughput: a
// segment a cycle, a beat a cycle of 32-bit elements, Group codes a cycle; up to 63 bursts unanswered.
// Limits: AxiData 64 or 128; Group a power of two, AxiData / 32 <= Group <= AxiData / 4;
// 1 <= seg_count_i <= MaxCount.

module axi_write #(
  parameter int unsigned AddrWidth = 40,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned Group     = 4,    // codes of a read
  parameter int unsigned MaxCount  = 48,   // elements of a segment
  localparam int unsigned WordBytes  = AxiData / 8,
  localparam int unsigned ByteBits   = $clog2(WordBytes),
  localparam int unsigned CountWidth = $clog2(MaxCount + 1),
  localparam int unsigned FirstWidth = CountWidth + 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  seg_valid_i,
  output logic                  seg_ready_o,
  input  logic [AddrWidth-1:0]  seg_addr_i,    // bytes
  input  logic [CountWidth-1:0] seg_count_i,   // elements
  input  logic                  seg_int32_i,   // 1: 32-bit elements, 0: 4-bit codes

  output logic                  rd_en_o,
  output logic [FirstWidth-1:0] rd_first_o,    // signed, above -Group
  output logic [Group-1:0]      rd_valid_o,
  output logic                  rd_end_o,      // with rd_en_o: the last read of the segment
  input  logic [AxiData-1:0]    word_i,
  input  logic [Group*4-1:0]    codes_i,
  output logic                  data_end_o,    // the last data of the segment is taken in this cycle

  input  logic                  halt_i,
  output logic                  error_o,       // sticky: an error response came
  output logic                  busy_o,        // a burst is open
  output logic                  idle_o,        // no burst is open, and nothing of a segment left
  output logic [ByteBits:0]     write_bytes_o, // strobed bytes that move in this cycle

  output logic                  m_axi_awid_o,
  output logic [AddrWidth-1:0]  m_axi_awaddr_o,
  output logic [7:0]            m_axi_awlen_o,
  output logic [2:0]            m_axi_awsize_o,
  output logic [1:0]            m_axi_awburst_o,
  output logic                  m_axi_awlock_o,
  output logic [3:0]            m_axi_awcache_o,
  output logic [2:0]            m_axi_awprot_o,
  output logic [3:0]            m_axi_awqos_o,
  output logic                  m_axi_awvalid_o,
  input  logic                  m_axi_awready_i,
  output logic [AxiData-1:0]    m_axi_wdata_o,
  output logic [WordBytes-1:0]  m_axi_wstrb_o,
  output logic                  m_axi_wlast_o,
  output logic                  m_axi_wvalid_o,
  input  logic                  m_axi_wready_i,
  input  logic                  m_axi_bid_i,
  input  logic [1:0]            m_axi_bresp_i,
  input  logic                  m_axi_bvalid_i,
  output logic                  m_axi_bready_o
);

  localparam int unsigned Elements  = AxiData / 32;
  localparam int unsigned Codes     = AxiData / 4;
  localparam int unsigned GroupBits = $clog2(Group);
  localparam int unsigned Slots     = Codes / Group;  // reads of codes to a bus word
  localparam int unsigned SlotBits  = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned PlaceBits = ByteBits + 1;   // place of a code in its bus word
  localparam int unsigned EndWidth  = ((CountWidth > PlaceBits) ? CountWidth : PlaceBits) + 1;
  localparam int unsigned BurstBits = ByteBits + 4;   // address bits within a window of 16 words
  localparam int unsigned HighBits  = AddrWidth - BurstBits;
  localparam int unsigned OpenBits  = 6;

  logic                 awvalid_q, wvalid_q, wlast_q, error_q;
  logic [AddrWidth-1:0] awaddr_q;
  logic [3:0]           awlen_q;
  logic [AxiData-1:0]   wdata_q;
  logic [WordBytes-1:0] wstrb_q;
  logic [OpenBits-1:0]  open_q;  // bursts not answered

  // ---------------------------------------------------------- segments to bursts
  // What did not fit into the first burst of a segment follows at the next multiple of 16 words.
  logic                 more_q;
  logic [EndWidth-1:0]  words_left_q, words, beats;
  logic [PlaceBits-1:0] place;  // of the first element in its bus word
  logic [EndWidth-1:0]  place_end;
  logic [4:0]           room;
  logic                 can_open, open, fits;
  assign place     = seg_int32_i ? PlaceBits'(seg_addr_i[ByteBits-1:2])
                                 : {seg_addr_i[ByteBits-1:0], 1'b0};
  assign place_end = EndWidth'(place) + EndWidth'(seg_count_i);
  assign room      = more_q ? 5'd16 : 5'd16 - {1'b0, seg_addr_i[ByteBits+3:ByteBits]};
  always_comb begin
    if (more_q) words = words_left_q;
    else if (seg_int32_i) words = (place_end + EndWidth'(Elements - 1)) >> (ByteBits - 2);
    else words = (place_end + EndWidth'(Codes - 1)) >> (ByteBits + 1);
  end
  assign fits  = words <= EndWidth'(room);
  assign beats = fits ? words : EndWidth'(room);

  // ----------------------------------------------------------------------- reads
  logic                  read_q, int32_q, read_move, seg_end, word_end, burst_end;
  logic [3:0]            beat_q;   // beats of the burst behind this one
  logic [FirstWidth-1:0] first_q;  // element in place 0 of the read
  logic [CountWidth:0]   left_q;   // elements from there to the end of the segment
  logic [SlotBits-1:0]   slot_q;   // place of the read's codes in their bus word
  logic [CountWidth:0]   step;
  logic [GroupBits-1:0]  skip;     // places of the first read before the segment
  assign skip      = seg_int32_i ? GroupBits'(seg_addr_i[ByteBits-1:2])
                                 : GroupBits'({seg_addr_i[ByteBits-1:0], 1'b0});
  assign step      = int32_q ? (CountWidth + 1)'(Elements) : (CountWidth + 1)'(Group);
  assign seg_end   = left_q <= step;
  assign word_end  = int32_q || seg_end || slot_q == SlotBits'(Slots - 1);
  assign burst_end = word_end && beat_q == '0;

  assign can_open    = !halt_i && !error_q && open_q != '1 && (!awvalid_q || m_axi_awready_i) &&
                       (!read_q || (read_move && burst_end));
  assign open        = can_open && (more_q || seg_valid_i);
  assign seg_ready_o = can_open && !more_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      more_q    <= 1'b0;
      awvalid_q <= 1'b0;
      read_q    <= 1'b0;
    end else begin
      if (open) more_q <= !fits;
      if (open) awvalid_q <= 1'b1;
      else if (m_axi_awready_i) awvalid_q <= 1'b0;
      if (open) read_q <= 1'b1;
      else if (read_move && burst_end) read_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (open) begin
      words_left_q <= words - beats;
      awlen_q      <= 4'(beats - EndWidth'(1));
      awaddr_q     <= more_q ? {awaddr_q[AddrWidth-1:BurstBits] + HighBits'(1), {BurstBits{1'b0}}}
                             : {seg_addr_i[AddrWidth-1:ByteBits], {ByteBits{1'b0}}};
      beat_q       <= 4'(beats - EndWidth'(1));
    end else if (read_move && word_end) begin
      beat_q       <= beat_q - 4'd1;
    end
    if (open && !more_q) begin
      int32_q <= seg_int32_i;
      first_q <= '0 - FirstWidth'(skip);
      left_q  <= {1'b0, seg_count_i} + (CountWidth + 1)'(skip);
      slot_q  <= SlotBits'(place >> GroupBits);
    end else if (read_move) begin
      first_q <= first_q + FirstWidth'(step);
      left_q  <= left_q - step;
      slot_q  <= (Slots > 1) ? slot_q + SlotBits'(1) : '0;
    end
  end

  // Place i holds element first + i: it exists when that is neither negative nor beyond the end.
  for (genvar i = 0; i < Group; i++) begin : gen_valid
    localparam logic [GroupBits:0] Place = (GroupBits + 1)'(i);
    logic [GroupBits:0] sum;
    assign sum           = Place + {1'b0, first_q[GroupBits-1:0]};
    assign rd_valid_o[i] = (!first_q[FirstWidth-1] || sum[GroupBits]) &&
                           left_q > (CountWidth + 1)'(Place);
    logic unused_sum;
    assign unused_sum = ^sum;
  end
  assign rd_en_o    = read_move;
  assign rd_first_o = first_q;
  assign rd_end_o   = seg_end;

  // ------------------------------------------------- data read, on its way to WDATA
  logic                data_q, data_int32_q, data_word_end_q, data_burst_end_q, data_seg_end_q, load;
  logic [SlotBits-1:0] data_slot_q;
  logic [Group-1:0]    data_valid_q;
  logic                part_q;  // WDATA holds a part of a bus word of codes
  assign load       = data_q && (!wvalid_q || m_axi_wready_i);
  assign read_move  = read_q && (!data_q || load);
  assign data_end_o = load && data_seg_end_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      data_q   <= 1'b0;
      part_q   <= 1'b0;
      wvalid_q <= 1'b0;
    end else begin
      if (read_move) data_q <= 1'b1;
      else if (load) data_q <= 1'b0;
      if (load) part_q <= !data_word_end_q;
      if (load) wvalid_q <= data_word_end_q;
      else if (m_axi_wready_i) wvalid_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (read_move) begin
      data_int32_q     <= int32_q;
      data_slot_q      <= slot_q;
      data_valid_q     <= rd_valid_o;
      data_word_end_q  <= word_end;
      data_burst_end_q <= burst_end;
      data_seg_end_q   <= seg_end;
    end
  end

  logic [Group*4-1:0]   codes;
  logic [Group/2-1:0]   code_strobes;
  logic [Slots-1:0]     slot;  // where the codes go
  logic [AxiData-1:0]   wdata;
  logic [WordBytes-1:0] wstrb;
  always_comb begin
    for (int i = 0; i < Group; i++) codes[4*i+:4] = codes_i[4*i+:4] & {4{data_valid_q[i]}};
    // A segment starts at a byte, so a byte's upper code exists only where its lower one does.
    for (int i = 0; i < Group / 2; i++) code_strobes[i] = data_valid_q[2*i];
    for (int s = 0; s < Slots; s++) begin
      slot[s]                   = data_slot_q == SlotBits'(s);
      wdata[s*Group*4+:Group*4] = codes & {(Group*4){slot[s]}};
      wstrb[s*Group/2+:Group/2] = code_strobes & {(Group/2){slot[s]}};
    end
    if (data_int32_q) begin
      for (int i = 0; i < Elements; i++) begin
        wdata[32*i+:32] = word_i[32*i+:32] & {32{data_valid_q[i]}};
        wstrb[4*i+:4]   = {4{data_valid_q[i]}};
      end
    end
  end
  // The first codes of a word clear the other slots.
  for (genvar s = 0; s < Slots; s++) begin : gen_slot
    always_ff @(posedge clk_i) begin
      if (load && (slot[s] || !part_q)) begin
        wdata_q[s*Group*4+:Group*4] <= wdata[s*Group*4+:Group*4];
        wstrb_q[s*Group/2+:Group/2] <= wstrb[s*Group/2+:Group/2];
      end
    end
  end
  // Strobes are counted on their way to WSTRB, so that the count is there with WREADY.
  logic [ByteBits:0] bytes, bytes_q;
  always_comb begin
    bytes = '0;
    if (data_int32_q) begin
      for (int i = 0; i < Elements; i++) bytes = bytes + (ByteBits + 1)'({data_valid_q[i], 2'b00});
    end else begin
      for (int i = 0; i < Group / 2; i++) bytes = bytes + (ByteBits + 1)'(code_strobes[i]);
      bytes = bytes + (bytes_q & {(ByteBits + 1){part_q}});
    end
  end
  always_ff @(posedge clk_i) begin
    if (load) begin
      bytes_q <= bytes;
      wlast_q <= data_burst_end_q;
    end
  end

  // ------------------------------------------------------------------- responses
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q  <= '0;
      error_q <= 1'b0;
    end else begin
      if (open && !m_axi_bvalid_i) open_q <= open_q + OpenBits'(1);
      else if (!open && m_axi_bvalid_i) open_q <= open_q - OpenBits'(1);
      if (m_axi_bvalid_i && m_axi_bresp_i[1]) error_q <= 1'b1;
    end
  end
  assign error_o = error_q;
  assign busy_o  = open_q != '0;
  assign idle_o  = !busy_o && !more_q;

  assign write_bytes_o = bytes_q & {(ByteBits + 1){wvalid_q && m_axi_wready_i}};

  assign m_axi_awid_o    = 1'b0;
  assign m_axi_awaddr_o  = awaddr_q;
  assign m_axi_awlen_o   = {4'd0, awlen_q};
  assign m_axi_awsize_o  = 3'(ByteBits);
  assign m_axi_awburst_o = 2'b01;
  assign m_axi_awlock_o  = 1'b0;
  assign m_axi_awcache_o = 4'b0011;
  assign m_axi_awprot_o  = 3'b000;
  assign m_axi_awqos_o   = 4'd0;
  assign m_axi_awvalid_o = awvalid_q;
  assign m_axi_wdata_o   = wdata_q;
  assign m_axi_wstrb_o   = wstrb_q;
  assign m_axi_wlast_o   = wlast_q;
  assign m_axi_wvalid_o  = wvalid_q;
  assign m_axi_bready_o  = 1'b1;

  logic unused_response;
  assign unused_response = m_axi_bid_i ^ m_axi_bresp_i[0];

  if (Group < Elements || Group > Codes || (Group & (Group - 1)) != 0)
    $error("axi_write: Group must be a power of two from AxiData / 32 to AxiData / 4");

`ifndef SYNTHESIS
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (seg_valid_i && !seg_ready_o) |=> (seg_valid_i && $stable(seg_addr_i) && $stable(seg_count_i) &&
                                         $stable(seg_int32_i)))
    else $error("axi_write: a segment changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      seg_valid_i |-> (seg_count_i != '0 && (!seg_int32_i || seg_addr_i[1:0] == '0)))
    else $error("axi_write: a segment is empty or misaligned");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (awvalid_q && !m_axi_awready_i) |=> (awvalid_q && $stable(awaddr_q) && $stable(awlen_q)))
    else $error("axi_write: AW changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (wvalid_q && !m_axi_wready_i) |=>
      (wvalid_q && $stable(wdata_q) && $stable(wstrb_q) && $stable(wlast_q)))
    else $error("axi_write: W changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni) (read_q && seg_end) |-> (beat_q == '0 && !more_q))
    else $error("axi_write: a segment ended before its burst");
  assert property (@(posedge clk_i) disable iff (!rst_ni) m_axi_bvalid_i |-> busy_o)
    else $error("axi_write: a response came with no burst open");
`endif

endmodule
