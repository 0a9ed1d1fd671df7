// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Memory of Depth words with one write port, one read port and a write enable for every nibble.
//
// The body is behavioural: simulation and small builds use it as it is; a technology puts its SRAM
// macro in this module's place. Nothing is reset: a word reads unknown until it is written.
//
// Latency: rdata_o is valid in the cycle after re_i and keeps its value until the next re_i.
// Throughput: one write and one read a cycle.
// Limits: Width a multiple of 4, Depth a power of two, at least 2. No address is read and written
// in the same cycle.
//
//   we_i                      write
//   waddr_i  0..Depth-1       word to write
//   wdata_i                   its value
//   wmask_i  one bit a nibble nibbles that are written; the others keep their value
//   re_i                      read
//   raddr_i  0..Depth-1       word to read
//   rdata_o                   the word read last

module sram #(
  parameter int unsigned Width = 64,
  parameter int unsigned Depth = 64
) (
  input  logic                     clk_i,
  input  logic                     we_i,
  input  logic [$clog2(Depth)-1:0] waddr_i,
  input  logic [Width-1:0]         wdata_i,
  input  logic [Width/4-1:0]       wmask_i,
  input  logic                     re_i,
  input  logic [$clog2(Depth)-1:0] raddr_i,
  output logic [Width-1:0]         rdata_o
);

  logic [Width-1:0] mem [Depth];

  if (Width % 4 != 0 || Depth < 2 || Depth != 1 << $clog2(Depth)) begin : gen_check
    $error("sram: Width must be a multiple of 4 and Depth a power of two, at least 2");
  end

  // One assignment of a whole word: Verilator simulates it 15 times faster than one for every nibble,
  // and Yosys turns the unchanged nibbles back into write enables.
  function automatic logic [Width-1:0] merged(logic [Width-1:0] word, logic [Width-1:0] data,
                                              logic [Width/4-1:0] enables);
    for (int i = 0; i < Width / 4; i++) begin
      merged[i*4 +: 4] = enables[i] ? data[i*4 +: 4] : word[i*4 +: 4];
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (we_i) mem[waddr_i] <= merged(mem[waddr_i], wdata_i, wmask_i);
  end

  always_ff @(posedge clk_i) begin
    if (re_i) begin
      rdata_o <= mem[raddr_i];
`ifndef SYNTHESIS
      // Not a property of its own: of a hundred banks most are neither read nor written.
      a_collision : assert (!we_i || waddr_i != raddr_i)
        else $error("sram: word %0d is read and written in the same cycle", raddr_i);
`endif
    end
  end

endmodule
