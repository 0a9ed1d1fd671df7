// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// All reads of the core: bursts of the command ring as they come, and byte segments of A, B, C and the
// mask as words that begin at the segment's first byte.
//
// The read IDs are 0 for the ring and 1 to 4 for A, B, C and the mask; the sets of four streams below
// are in that order, A in bit 0. The ring goes first, then C and mask, which are small and near their
// use, and of A and B the one that is needed first. A stream must ask only for what it can take: words
// are taken when they come. See axi_read for errors and halt, stream_reader for segments.
//
// Latency: two cycles from a segment to its address, two from R to the word that a beat completes.
// Throughput: an address and a beat a cycle. Limits: those of axi_read and stream_reader.

module read_port #(
  parameter int unsigned AddrWidth  = 40,
  parameter int unsigned AxiData    = 128,
  parameter int unsigned BytesWidth = 16    // of seg_last_i
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    halt_i,
  input  logic                    a_first_i,        // of A and B, A

  input  logic                    ring_req_valid_i,
  output logic                    ring_req_ready_o,
  input  logic [AddrWidth-1:0]    ring_req_addr_i,
  input  logic [7:0]              ring_req_len_i,   // beats - 1
  output logic                    ring_beat_valid_o,
  input  logic                    ring_beat_ready_i,
  output logic [AxiData-1:0]      ring_beat_data_o,

  input  logic [3:0]              seg_valid_i,
  output logic [3:0]              seg_ready_o,
  input  logic [4*AddrWidth-1:0]  seg_addr_i,       // bytes
  input  logic [4*BytesWidth-1:0] seg_last_i,       // bytes - 1
  output logic [3:0]              word_valid_o,     // at most one of them
  output logic [AxiData-1:0]      word_data_o,
  output logic                    word_last_o,      // of its segment

  output logic                    front_error_o,    // of ring, A or B; stays until reset
  output logic                    back_error_o,     // of C or mask
  output logic                    busy_o,           // a burst granted and not over
  output logic                    beat_o,           // a beat moved on R

  output logic                    m_axi_arvalid_o,
  input  logic                    m_axi_arready_i,
  output logic [2:0]              m_axi_arid_o,
  output logic [AddrWidth-1:0]    m_axi_araddr_o,
  output logic [7:0]              m_axi_arlen_o,
  output logic [2:0]              m_axi_arsize_o,
  output logic [1:0]              m_axi_arburst_o,
  output logic                    m_axi_arlock_o,
  output logic [3:0]              m_axi_arcache_o,
  output logic [2:0]              m_axi_arprot_o,
  output logic [3:0]              m_axi_arqos_o,
  input  logic                    m_axi_rvalid_i,
  output logic                    m_axi_rready_o,
  input  logic [2:0]              m_axi_rid_i,
  input  logic [AxiData-1:0]      m_axi_rdata_i,
  input  logic [1:0]              m_axi_rresp_i,
  input  logic                    m_axi_rlast_i
);

  // The ring is stream 0 of axi_read, the others follow.
  logic [3:0]             req_valid, req_ready, beat_valid, next_beat;
  logic [4*AddrWidth-1:0] req_addr;
  logic [4*8-1:0]         req_len;
  logic [AxiData-1:0]     beat_data;
  logic                   beat_last, beat_ready, next_last, unused_next;
  logic [4:0]             error;
  axi_read #(.Streams(5), .AddrWidth(AddrWidth), .AxiData(AxiData), .IdWidth(3)) u_axi (
    .clk_i, .rst_ni, .halt_i, .busy_o, .beat_o,
    .req_valid_i ({req_valid, ring_req_valid_i}),
    .req_ready_o ({req_ready, ring_req_ready_o}),
    .req_addr_i  ({req_addr, ring_req_addr_i}),
    .req_len_i   ({req_len, ring_req_len_i}),
    .urgent_i    ({2'b11, !a_first_i, a_first_i, 1'b0}),
    .beat_valid_o({beat_valid, ring_beat_valid_o}),
    .beat_ready_i({{4{beat_ready}}, ring_beat_ready_i}),
    .beat_data_o (beat_data),
    .beat_last_o (beat_last),
    .next_o      ({next_beat, unused_next}),
    .next_last_o (next_last),
    .error_o     (error),
    .m_axi_arvalid_o, .m_axi_arready_i, .m_axi_arid_o, .m_axi_araddr_o, .m_axi_arlen_o,
    .m_axi_arsize_o, .m_axi_arburst_o, .m_axi_arlock_o, .m_axi_arcache_o, .m_axi_arprot_o,
    .m_axi_arqos_o, .m_axi_rvalid_i, .m_axi_rready_o, .m_axi_rid_i, .m_axi_rdata_i,
    .m_axi_rresp_i, .m_axi_rlast_i
  );
  assign ring_beat_data_o = beat_data;
  assign front_error_o    = |error[2:0];
  assign back_error_o     = |error[4:3];

  stream_reader #(
    .Streams(4), .AddrWidth(AddrWidth), .AxiData(AxiData), .BytesWidth(BytesWidth)
  ) u_reader (
    .clk_i, .rst_ni,
    .seg_valid_i, .seg_ready_o, .seg_addr_i, .seg_last_i,
    .req_valid_o (req_valid),
    .req_ready_i (req_ready),
    .req_addr_o  (req_addr),
    .req_len_o   (req_len),
    .next_i      (next_beat),
    .next_last_i (next_last),
    .beat_valid_i(beat_valid),
    .beat_ready_o(beat_ready),
    .beat_last_i (beat_last),
    .beat_data_i (beat_data),
    .word_valid_o, .word_data_o, .word_last_o
  );

endmodule
