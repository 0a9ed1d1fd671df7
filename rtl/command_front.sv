// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches commands from the ring, lets them be checked, starts the loads of their operands, and hands
// them to the back end, one after the other.
//
//   idle -> fetch -> receive -> run: check | load A and B | hand over -> idle
//
// A command waits with its loads while an earlier command that is not complete writes its A or B, and
// is handed over when none writes anything that it reads. When its operands surely fit the buffers
// its loads begin before the check has ended, without earlier commands at once: they read memory, and
// nothing is computed or written before the verdict. A command that may not run stays: failed_o rises,
// with its cause, and only a reset goes on.
//
// Latency from a doorbell to the first request of operands: 4 cycles, the read latency of the ring, and
// 128 bytes of beats. Throughput: the next command is fetched when all operands of this one are in
// the buffers.
// Limits: AxiData 64 or 128, AddrWidth 32 to 63, Rows, DepthA and DepthB powers of two. Ring registers are stable
// while a command is in flight, and in the cycle before tail_i counts a new one; a size that is no power of two
// in 1..32768 fails with CauseRing. What the slots hold is stable while they are busy.

module command_front #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned AccWidth  = 24,
  parameter int unsigned DepthA    = 64,   // words of a bank
  parameter int unsigned DepthB    = 128,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   enable_i,
  input  logic                   halt_i,          // fetch nothing more
  input  logic [63:0]            ring_base_i,
  input  logic [63:0]            record_base_i,
  input  logic [15:0]            ring_size_i,     // entries
  input  logic [31:0]            tail_i,          // commands submitted
  input  logic [31:0]            head_i,          // commands completed

  // Ring entries, from axi_read.
  output logic                   req_valid_o,
  input  logic                   req_ready_i,
  output logic [AddrWidth-1:0]   req_addr_o,
  output logic [7:0]             req_len_o,
  input  logic                   beat_valid_i,
  output logic                   beat_ready_o,
  input  logic [AxiData-1:0]     beat_data_i,

  // Earlier commands, by the lowest bit of their index: in flight, and what they write.
  input  logic [1:0]             slot_busy_i,
  input  logic [2*AddrWidth-1:0] slot_first_i,
  input  logic [2*AddrWidth-1:0] slot_last_i,

  // The command, stable from the start of its loads to the end of them; addresses beyond AddrWidth, which
  // are refused, are cut.
  output logic [1023:0]          cmd_o,           // tetralog_pkg::command_t
  output logic [31:0]            index_o,
  output logic                   fetched_o,       // pulse: the fetch of a command begins
  output logic                   load_start_o,    // pulse to both operand loaders
  input  logic                   load_busy_i,

  output logic                   back_valid_o,
  input  logic                   back_ready_i,
  output logic [AddrWidth-1:0]   d_first_o,       // range of D
  output logic [AddrWidth-1:0]   d_last_o,
  output logic [15:0]            panel_words_o,

  output logic                   busy_o,          // a command is fetched or its operands load
  output logic                   checking_o,      // no verdict yet on the command, or a bad one
  output logic                   failed_o,
  output logic [7:0]             cause_o
);

  localparam int unsigned Beats = tetralog_pkg::COMMAND_BYTES * 8 / AxiData;
  localparam int unsigned BeatWidth = $clog2(Beats);

  typedef enum logic [2:0] {StIdle, StFetch, StReceive, StRun, StFailed} state_e;
  state_e state_q, state_d;

  // ------------------------------------------------------------------- ring rules
  // What follows from the ring registers alone is known a cycle after them: software writes the tail later.
  logic [31:0] index_q;
  logic [15:0] size_less, size_less_q;
  logic        config_bad, config_bad_q, ring_failed_q, pending;
  logic [AddrWidth-7:0] ring_end;    // the last entry
  logic [AddrWidth-8:0] record_end;  // the last place of a record
  // A power of two less one.
  for (genvar i = 0; i < 16; i++) begin : gen_size_less
    assign size_less[i] = ring_size_i >> (i + 1) != '0;
  end
  assign ring_end   = {1'b0, ring_base_i[AddrWidth-1:7]} + (AddrWidth-6)'(size_less);
  assign record_end = {1'b0, record_base_i[AddrWidth-1:8]} + (AddrWidth-7)'(size_less);
  assign config_bad = ring_size_i == '0 || (ring_size_i & size_less) != '0 ||
                      ring_base_i[6:0] != '0 || record_base_i[7:0] != '0 ||
                      (ring_base_i >> AddrWidth) != '0 || ring_end[AddrWidth-7] ||
                      (record_base_i >> AddrWidth) != '0 || record_end[AddrWidth-8];
  always_ff @(posedge clk_i) begin
    size_less_q  <= size_less;
    config_bad_q <= config_bad;
  end
  assign pending = enable_i && !halt_i && tail_i != index_q;

  // More commands than entries: tail - head, in halves, against a power of two of 16 bits.
  logic [16:0] flying;
  logic        too_many;
  assign flying   = {1'b0, tail_i[15:0]} - {1'b0, head_i[15:0]};
  assign too_many = tail_i[31:16] != (flying[16] ? head_i[31:16] + 16'd1 : head_i[31:16]) ||
                    (flying[15:0] & ~(size_less_q | ring_size_i)) != '0 ||
                    ((flying[15:0] & ring_size_i) != '0 && (flying[15:0] & size_less_q) != '0);

  // ----------------------------------------------------------------------- fetch
  // Of what nobody but the check reads, and what must be zero, a bit is kept that says whether it is.
  tetralog_pkg::command_t beat, kept;
  assign beat = {Beats{beat_data_i}};
  always_comb begin
    kept           = beat;
    kept.op        = 8'(beat.op == tetralog_pkg::OpGemm && beat.reserved0 == '0 && beat.reserved3 == '0);
    kept.reserved0 = '0;
    kept.reserved3 = '0;
    kept.reserved1 = 16'(beat.reserved1 != '0);
    kept.reserved2 = {63'd0, beat.reserved2[95:32] != '0, 31'd0, beat.reserved2[31:0] != '0};
    kept.m         = {7'd0, beat.m[31:24] != '0, beat.m[23:0]};
    kept.n         = {7'd0, beat.n[31:24] != '0, beat.n[23:0]};
    kept.k         = {7'd0, beat.k[31:24] != '0, beat.k[23:0]};
    kept.col0      = {3'd0, beat.col0[31:28] != '0, beat.col0[27:4], 3'd0, beat.col0[3:0] != '0};
    kept.a_base    = short_base(beat.a_base);
    kept.b_base    = short_base(beat.b_base);
    kept.c_base    = short_base(beat.c_base);
    kept.d_base    = short_base(beat.d_base);
    kept.mask_base = short_base(beat.mask_base);
  end
  function automatic logic [63:0] short_base(input logic [63:0] base);
    short_base            = 64'(base[AddrWidth-1:0]);
    short_base[AddrWidth] = base[63:AddrWidth] != '0;
  endfunction

  logic [1023:0]        cmd_q;
  logic [BeatWidth-1:0] beat_q;
  logic [16:0]          entry_q;  // its address in entries: 16 bits, and the carry into the others
  logic                 take_beat, last_beat;
  assign req_valid_o  = state_q == StFetch && !ring_failed_q;
  assign req_addr_o   = {ring_base_i[AddrWidth-1:23] + (AddrWidth-23)'(entry_q[16]), entry_q[15:0], 7'd0};
  assign req_len_o    = 8'(Beats - 1);
  assign beat_ready_o = state_q == StReceive;
  assign take_beat    = beat_valid_i && beat_ready_o;
  assign last_beat    = take_beat && beat_q == BeatWidth'(Beats - 1);
  always_ff @(posedge clk_i) begin
    if (state_q == StIdle)
      entry_q <= {1'b0, ring_base_i[22:7]} + {1'b0, index_q[15:0] & size_less_q};
    if (state_q == StFetch) beat_q <= '0;
    else if (take_beat) beat_q <= beat_q + BeatWidth'(1);
  end
  for (genvar i = 0; i < Beats; i++) begin : gen_beat
    always_ff @(posedge clk_i)
      if (take_beat && beat_q == BeatWidth'(i)) cmd_q[i*AxiData +: AxiData] <= kept[i*AxiData +: AxiData];
  end

  // ------------------------------------------------------------------------ check
  logic       check_start_q, early_ok, load_known, check_done, legal;
  logic [7:0] check_cause;
  logic [1:0] load_conflict, conflict;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) check_start_q <= 1'b0;
    else check_start_q <= last_beat;
  end
  command_check #(
    .Rows(Rows), .AccWidth(AccWidth), .DepthA(DepthA), .DepthB(DepthB), .AxiData(AxiData),
    .AddrWidth(AddrWidth)
  ) u_check (
    .clk_i, .rst_ni,
    .start_i      (check_start_q),
    .cmd_i        (cmd_q),
    .ring_base_i  (ring_base_i[AddrWidth-1:0]),
    .record_base_i(record_base_i[AddrWidth-1:0]),
    .ring_size_i,
    .busy_first_i (slot_first_i),
    .busy_last_i  (slot_last_i),
    .early_ok_o   (early_ok),
    .load_known_o (load_known),
    .load_conflict_o(load_conflict),
    .done_o       (check_done),
    .legal_o      (legal),
    .cause_o      (check_cause),
    .conflict_o   (conflict),
    .d_first_o, .d_last_o, .panel_words_o
  );

  // ----------------------------------------------------------- load and hand over
  logic started_q, handed_q, fits, no_hazard;
  assign fits         = legal || (early_ok && !check_done);
  assign no_hazard    = slot_busy_i == 2'd0 || (load_known && (load_conflict & slot_busy_i) == 2'd0);
  assign load_start_o = state_q == StRun && !started_q && !load_busy_i && fits && no_hazard;
  assign back_valid_o = state_q == StRun && started_q && !handed_q && legal &&
                        (conflict & slot_busy_i) == 2'd0;

  always_comb begin
    state_d = state_q;
    case (state_q)
      StIdle:    if (pending) state_d = StFetch;
      StFetch:   if (ring_failed_q) state_d = StFailed;
                 else if (req_ready_i) state_d = StReceive;
      StReceive: if (last_beat) state_d = StRun;
      StRun: begin
        if (check_done && !legal) state_d = StFailed;
        else if (started_q && handed_q && !load_busy_i) state_d = StIdle;
      end
      default:   state_d = StFailed;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= StIdle;
      started_q <= 1'b0;
      handed_q  <= 1'b0;
      index_q   <= '0;
    end else begin
      state_q <= state_d;
      if (load_start_o) started_q <= 1'b1;
      if (back_valid_o && back_ready_i) handed_q <= 1'b1;
      if (state_q == StRun && state_d == StIdle) begin
        started_q <= 1'b0;
        handed_q  <= 1'b0;
        index_q   <= index_q + 32'd1;
      end
    end
  end

  logic asks_q;  // the first cycle of a fetch
  always_ff @(posedge clk_i) begin
    if (state_q == StIdle) ring_failed_q <= config_bad_q || too_many;
    asks_q <= state_q == StIdle;
  end

  assign cmd_o      = cmd_q;
  assign index_o    = index_q;
  assign fetched_o  = req_valid_o && asks_q;
  assign busy_o     = state_q != StIdle && state_q != StFailed;
  assign checking_o = state_q == StRun && !legal;
  assign failed_o   = state_q == StFailed;
  assign cause_o    = ring_failed_q ? tetralog_pkg::CauseRing : check_cause;

endmodule
