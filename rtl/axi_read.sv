// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Joins the read requests of several streams into one AXI4 read port and routes the beats back.
//
// The ID of a burst is the number of its stream. Stream 0 goes first, then streams marked urgent_i,
// and among equals the highest number, burst by burst. Streams have room for what they ask, and
// none asks without end, so none starves. Little is asked ahead (MaxBeats), so that a stream that goes
// first does not wait long behind what the others have asked for.
// Beats of different IDs may interleave; those of one ID come in order, as AXI demands.
// A beat with an error response (RRESP[1]) makes its stream fail until reset: neither that beat nor
// a later one is delivered, the rest of its bursts is swallowed and nothing more is requested for it.
// Under halt_i nothing more is granted and all beats are swallowed, so the port comes to rest: an
// address that is out stays until it is accepted, and busy_o falls with the last beat.
//
// A stream must ask only for what it can take: a beat that waits holds up all beats behind it.
// Which stream's beat comes next is told a cycle ahead (next_o), whether or not it will be delivered.
// Both AXI channels are registered: no path leads from an AXI input to an AXI output.
// Latency: one cycle from request to address, one from R to the stream. Throughput: an address and a
// beat a cycle. Limits: a burst is granted while fewer than MaxBeats (up to 240) beats are outstanding: MaxBeats
// must cover the latency of the memory for a full rate; bursts of at most 16 beats;
// 2 <= Streams <= 2^IdWidth.

module axi_read #(
  parameter int unsigned Streams   = 5,
  parameter int unsigned AddrWidth = 40,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned IdWidth   = 3,
  parameter int unsigned MaxBeats  = 64
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,

  input  logic [Streams-1:0]           req_valid_i,
  output logic [Streams-1:0]           req_ready_o,
  input  logic [Streams*AddrWidth-1:0] req_addr_i,
  input  logic [Streams*8-1:0]         req_len_i,     // beats - 1, at most 15
  input  logic [Streams-1:0]           urgent_i,

  output logic [Streams-1:0]           beat_valid_o,
  input  logic [Streams-1:0]           beat_ready_i,
  output logic [AxiData-1:0]           beat_data_o,   // of all streams
  output logic                         beat_last_o,   // of its burst
  output logic [Streams-1:0]           next_o,        // a beat of this stream is there in the next cycle
  output logic                         next_last_o,   // and is the last of its burst

  input  logic                         halt_i,
  output logic [Streams-1:0]           error_o,       // stays until reset
  output logic                         busy_o,        // a burst granted and not over
  output logic                         beat_o,        // a beat moved on R

  output logic                         m_axi_arvalid_o,
  input  logic                         m_axi_arready_i,
  output logic [IdWidth-1:0]           m_axi_arid_o,
  output logic [AddrWidth-1:0]         m_axi_araddr_o,
  output logic [7:0]                   m_axi_arlen_o,
  output logic [2:0]                   m_axi_arsize_o,
  output logic [1:0]                   m_axi_arburst_o,
  output logic                         m_axi_arlock_o,
  output logic [3:0]                   m_axi_arcache_o,
  output logic [2:0]                   m_axi_arprot_o,
  output logic [3:0]                   m_axi_arqos_o,

  input  logic                         m_axi_rvalid_i,
  output logic                         m_axi_rready_o,
  input  logic [IdWidth-1:0]           m_axi_rid_i,
  input  logic [AxiData-1:0]           m_axi_rdata_i,
  input  logic [1:0]                   m_axi_rresp_i,
  input  logic                         m_axi_rlast_i
);

  if (Streams < 2 || Streams > 2**IdWidth)
    $error("axi_read: Streams must be 2 to 2^IdWidth");
  if (MaxBeats < 1 || MaxBeats > 240)
    $error("axi_read: MaxBeats must be 1 to 240");

  logic [Streams-1:0] error_q;
  logic [7:0]         beats_q;  // granted and not over

  // Arbiter: the highest of the streams that may go first. Whether stream 0 asks, which comes late,
  // is seen last.
  logic [Streams-1:0] wants, grant;
  logic [Streams-1:1] others, pool, pick;
  logic               ar_free, may, granted;
  logic               ar_valid_q;
  assign ar_free = !ar_valid_q || m_axi_arready_i;
  assign may     = ar_free && !halt_i && beats_q < 8'(MaxBeats);
  assign wants   = req_valid_i & ~error_q;
  assign others  = wants[Streams-1:1];
  assign pool    = |(others & urgent_i[Streams-1:1]) ? others & urgent_i[Streams-1:1] : others;
  always_comb begin
    pick = '0;
    for (int unsigned s = 1; s < Streams; s++)
      if (pool[s]) pick = (Streams-1)'(1) << (s - 1);
  end
  assign grant   = {pick & {Streams-1{may && !wants[0]}}, may && wants[0]};
  assign granted = |grant;
  assign req_ready_o = grant;

  logic [IdWidth-1:0]   ar_id_d, ar_id_q;
  logic [AddrWidth-1:0] ar_addr_d, ar_addr_q;
  logic [7:0]           ar_len_d, ar_len_q;
  always_comb begin
    ar_id_d   = '0;
    ar_addr_d = '0;
    ar_len_d  = '0;
    for (int unsigned s = 0; s < Streams; s++) begin
      ar_id_d   |= IdWidth'(s) & {IdWidth{grant[s]}};
      ar_addr_d |= req_addr_i[s*AddrWidth +: AddrWidth] & {AddrWidth{grant[s]}};
      ar_len_d  |= req_len_i[s*8 +: 8] & {8{grant[s]}};
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_valid_q <= 1'b0;
    end else if (ar_free) begin
      ar_valid_q <= granted;
    end
  end
  always_ff @(posedge clk_i) begin
    if (granted) begin
      ar_id_q   <= ar_id_d;
      ar_addr_q <= ar_addr_d;
      ar_len_q  <= ar_len_d;
    end
  end

  assign m_axi_arvalid_o = ar_valid_q;
  assign m_axi_arid_o    = ar_id_q;
  assign m_axi_araddr_o  = ar_addr_q;
  assign m_axi_arlen_o   = ar_len_q;
  assign m_axi_arsize_o  = 3'($clog2(AxiData / 8));
  assign m_axi_arburst_o = 2'b01;    // INCR
  assign m_axi_arlock_o  = 1'b0;
  assign m_axi_arcache_o = 4'b0011;  // normal, not cacheable, bufferable
  assign m_axi_arprot_o  = 3'b000;
  assign m_axi_arqos_o   = 4'b0000;

  // Beats: a register, and a second one for the beat that arrives while the first is held up.
  localparam int unsigned BeatWidth = IdWidth + AxiData + 2;
  logic                 r_valid_q, skid_valid_q, r_free;
  logic [BeatWidth-1:0] r_q, skid_q, r_in, r_d;
  logic [IdWidth-1:0]   r_id;
  logic                 r_bad, r_done;
  logic [Streams-1:0]   r_sel, drop;
  assign r_in = {m_axi_rid_i, m_axi_rlast_i, m_axi_rresp_i[1], m_axi_rdata_i};
  assign r_d  = skid_valid_q ? skid_q : r_in;
  assign m_axi_rready_o = !skid_valid_q;
  assign {r_id, beat_last_o, r_bad, beat_data_o} = r_q;
  assign next_last_o = r_d[BeatWidth-IdWidth-1];

  for (genvar s = 0; s < Streams; s++) begin : gen_stream
    assign r_sel[s]  = r_valid_q && r_id == IdWidth'(s);
    assign next_o[s] = r_free && (skid_valid_q || m_axi_rvalid_i) &&
                       r_d[BeatWidth-1 -: IdWidth] == IdWidth'(s);
  end
  assign drop         = error_q | {Streams{halt_i || r_bad}};
  assign beat_valid_o = r_sel & ~drop;
  assign r_done       = r_valid_q && ((r_sel & (drop | beat_ready_i)) != '0);
  assign r_free       = !r_valid_q || r_done;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      r_valid_q    <= 1'b0;
      skid_valid_q <= 1'b0;
      error_q      <= '0;
      beats_q      <= '0;
    end else begin
      if (r_free) r_valid_q <= skid_valid_q || m_axi_rvalid_i;
      skid_valid_q <= !r_free && (skid_valid_q || m_axi_rvalid_i);
      if (r_bad) error_q <= error_q | r_sel;
      beats_q <= beats_q + ((ar_len_d + 8'd1) & {8{granted}}) - 8'(r_done);
    end
  end
  always_ff @(posedge clk_i) begin
    if (r_free) r_q <= r_d;
    if (!skid_valid_q) skid_q <= r_in;
  end

  assign error_o = error_q;
  assign busy_o  = beats_q != '0;
  assign beat_o  = m_axi_rvalid_i && m_axi_rready_o;

  // Exclusive accesses are never asked for.
  logic unused_bits;
  assign unused_bits = ^{m_axi_rresp_i[0], urgent_i[0]};

`ifndef SYNTHESIS
  a_ar_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    m_axi_arvalid_o && !m_axi_arready_i |=> m_axi_arvalid_o && $stable(m_axi_arid_o) &&
                                            $stable(m_axi_araddr_o) && $stable(m_axi_arlen_o));
  a_short_burst : assert property (@(posedge clk_i) disable iff (!rst_ni)
    granted |-> ar_len_d < 8'd16);
  a_one_grant : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(grant));
  a_beat_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    |(beat_valid_o & ~beat_ready_i) |=> halt_i || ($stable(beat_valid_o) && $stable(beat_data_o)));
  a_known_id : assert property (@(posedge clk_i) disable iff (!rst_ni)
    m_axi_rvalid_i |-> 32'(m_axi_rid_i) < Streams);
  a_beat_asked : assert property (@(posedge clk_i) disable iff (!rst_ni)
    m_axi_rvalid_i |-> busy_o);
`endif

endmodule
