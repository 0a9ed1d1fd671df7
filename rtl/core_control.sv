// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Counts completed commands, stops the core at an error, and resets it on request.
//
// A command at which something went wrong may have earlier ones before it in flight: those complete
// first. Then the core halts: no AXI transaction begins any more, those outstanding end, and error_o
// stays with cause and index until a soft reset: no command completes any more, so the index is the
// head. Indices are head - 1 to head + 2, so two bits of them are compared. A soft reset halts the core
// too, waits until no transaction is outstanding, and then resets everything but the registers.
//
// Errors come from the front end (ring, legality, reads of ring, A and B), the back end (reads of C
// and mask) and the writer; the oldest command's is reported. A read error of a command whose check has
// not ended, or that is not legal, gives way to the verdict.
//
// Latency: error_o and halt_o a cycle after the fault of the oldest command, head_o a cycle after done_i.
// soft_reset_done_o comes five cycles after the last transaction has ended; core_rst_no is low in that cycle
// and the three before. Throughput: a completion a cycle.
// Limits: done_i never comes after a fault.

module core_control (
  input  logic        clk_i,
  input  logic        rst_ni,          // hard reset

  input  logic        soft_reset_i,    // request, until soft_reset_done_o
  output logic        soft_reset_done_o,
  output logic        core_rst_no,     // reset of all but the registers
  output logic        halt_o,          // begin no AXI transaction

  input  logic        done_i,          // pulse: a command is complete
  output logic [31:0] head_o,          // commands completed

  input  logic [31:0] front_index_i,
  input  logic        front_failed_i,
  input  logic [7:0]  front_cause_i,
  input  logic        front_read_error_i,
  input  logic        front_checking_i,  // the verdict on the command in front is not there yet
  input  logic [31:0] back_index_i,
  input  logic        back_read_error_i,
  input  logic        write_error_i,

  input  logic        axi_busy_i,      // transactions outstanding
  output logic        error_o,
  output logic [7:0]  cause_o,         // tetralog_pkg::cause_e
  output logic [31:0] index_o
);

  logic [31:0] head_q;
  logic [3:0]  cause_q;
  logic        error_q;

  logic       write_stop, back_stop, front_stop, stop;
  logic [7:0] cause;
  assign write_stop = write_error_i;
  assign back_stop  = back_read_error_i && back_index_i[1:0] == head_q[1:0];
  assign front_stop = front_index_i[1:0] == head_q[1:0] &&
                      (front_failed_i || (front_read_error_i && !front_checking_i));
  assign stop       = write_stop || back_stop || front_stop;
  assign cause      = write_stop                   ? tetralog_pkg::CauseWrite :
                      back_stop || !front_failed_i ? tetralog_pkg::CauseRead : front_cause_i;

  // ------------------------------------------------------------------ soft reset
  typedef enum logic [1:0] {StRunning, StReset, StRelease} state_e;
  state_e     state_q;
  logic [1:0] count_q;  // cycles of reset
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StRunning;
      count_q <= '0;
    end else begin
      case (state_q)
        StRunning: begin
          count_q <= '0;
          if (soft_reset_i && !axi_busy_i && halt_q) state_q <= StReset;
        end
        StReset: begin
          count_q <= count_q + 2'd1;
          if (count_q == 2'd3) state_q <= StRelease;
        end
        default: state_q <= StRunning;
      endcase
    end
  end
  assign soft_reset_done_o = state_q == StRelease;

  // The reset of the core is a register and the hard reset, so it has no glitch.
  logic core_rst_nq, halt_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) core_rst_nq <= 1'b0;
    else core_rst_nq <= state_q != StReset;
  end
  assign core_rst_no = core_rst_nq && rst_ni;

  // ------------------------------------------------------------------- head, error
  // The core is in reset, with clocks, or about to leave it: this clears what has no reset of its own.
  logic clear, fail;
  assign clear = state_q == StReset || !core_rst_nq;
  assign fail  = stop && !error_q && !soft_reset_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      error_q <= 1'b0;
      halt_q  <= 1'b0;
    end else begin
      error_q <= (error_q || fail) && !clear;
      halt_q  <= ((error_q || stop) && !clear) || soft_reset_i;
    end
  end
  always_ff @(posedge clk_i) begin
    if (clear || done_i) head_q <= (head_q + 32'd1) & {32{!clear}};
    if (clear || fail) cause_q <= cause[3:0] & {4{!clear}};
  end

  assign head_o  = head_q;
  assign halt_o  = halt_q;
  assign error_o = error_q;
  assign cause_o = {4'd0, cause_q};
  assign index_o = head_q & {32{error_q}};

  logic unused_bits;
  assign unused_bits = ^{front_index_i[31:2], back_index_i[31:2], cause[7:4]};

`ifndef SYNTHESIS
  assert property (@(posedge clk_i) disable iff (!rst_ni) error_q || fail |-> !done_i || clear)
    else $error("core_control: a command completes after an error");
  assert property (@(posedge clk_i) disable iff (!rst_ni || clear)
    (!front_stop || front_index_i == head_q) && (!back_stop || back_index_i == head_q))
    else $error("core_control: an index is too far from the head");
`endif

endmodule
