// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Random words of neighbouring output elements: a pure function of seed, sample, row and column.
//
// Two combinational halves, for a register between them: state_o is what two of the five rounds make of
// seed and place, words_o what the rest makes of state_i. One 64-bit state is mixed for the row and the
// group of 16 aligned columns that the lanes lie in, and each lane maps the state, rotated by its column
// in the group, to 16 bits. The function and its known-answer vectors are fixed in docs/random.md.
//
// Limits: Lanes in {1, 2, 4, 8, 16}; place_i is a multiple of Lanes, so its low bits are ignored.
// In gates: five rounds of two exclusive ors and one and-xor a bit, a rotation by multiples of
// 4 * Lanes (wiring at 16 lanes), three gates a bit and lane.

module random_source #(
  parameter int unsigned Lanes = 4
) (
  input  logic [63:0]         seed_i,
  input  logic [7:0]          sample_i,  // sample0 + sample, modulo 256
  input  logic [31:0]         row_i,     // row of the logical output element
  input  logic [27:4]         group_i,   // its column in lane 0, over 16
  output logic [63:0]         state_o,

  input  logic [63:0]         state_i,
  input  logic [3:0]          place_i,   // its column in lane 0, modulo 16
  output logic [Lanes*16-1:0] words_o    // lane i in bits 16i+15:16i, of column 16 * group_i + place_i + i
);

  if (Lanes != 1 && Lanes != 2 && Lanes != 4 && Lanes != 8 && Lanes != 16) begin : gen_bad_lanes
    $error("random_source: Lanes must be 1, 2, 4, 8 or 16");
  end

  // Digits of the fraction of pi; round 0 is on the right.
  localparam logic [319:0] ROUND_CONSTANTS = {
    64'h452821e638d01377,
    64'h082efa98ec4e6c89, 64'ha4093822299f31d0, 64'h13198a2e03707344, 64'h243f6a8885a308d3
  };

  // Places p, q, r, s in the rotated state y of word bit b = y[p] ^ y[q] ^ (y[r] & y[s]); bit 0 is
  // on the right.
  localparam logic [383:0] LANE_MAP = {
    {6'd13, 6'd1, 6'd48, 6'd17},   // bit 15
    {6'd47, 6'd49, 6'd57, 6'd58},  // bit 14
    {6'd6, 6'd40, 6'd5, 6'd15},    // bit 13
    {6'd18, 6'd54, 6'd46, 6'd21},  // bit 12
    {6'd62, 6'd12, 6'd29, 6'd4},   // bit 11
    {6'd27, 6'd52, 6'd0, 6'd9},    // bit 10
    {6'd19, 6'd59, 6'd2, 6'd32},   // bit 9
    {6'd38, 6'd45, 6'd24, 6'd31},  // bit 8
    {6'd61, 6'd8, 6'd56, 6'd50},   // bit 7
    {6'd28, 6'd44, 6'd37, 6'd25},  // bit 6
    {6'd7, 6'd30, 6'd63, 6'd35},   // bit 5
    {6'd10, 6'd36, 6'd11, 6'd26},  // bit 4
    {6'd43, 6'd22, 6'd20, 6'd42},  // bit 3
    {6'd41, 6'd14, 6'd34, 6'd23},  // bit 2
    {6'd16, 6'd51, 6'd53, 6'd3},   // bit 1
    {6'd60, 6'd39, 6'd33, 6'd55}   // bit 0
  };

  localparam int FirstRounds = 2;
  logic [63:0] mixed;
`ifndef SYNTHESIS
  function automatic logic [63:0] round(input logic [63:0] state, input int i);
    round = state ^ ROUND_CONSTANTS[64*i+:64];
    round = round ^ {round[52:0], round[63:53]} ^ {round[36:0], round[63:37]};
    round = round ^ ({round[62:0], round[63]} & {round[55:0], round[63:56]});
  endfunction

  always_comb begin
    state_o = seed_i ^ {sample_i, group_i, row_i};
    for (int i = 0; i < FirstRounds; i++) state_o = round(state_o, i);
    mixed = state_i;
    for (int i = FirstRounds; i < 5; i++) mixed = round(mixed, i);
  end
`else
  // The same with the exclusive or of three as the sum of a full adder, a cell of the library: it
  // keeps the linear layers whole, which optimised across the rounds come out half as large again.
  logic [5*64-1:0] starts, ends;  // of each round
  assign state_o = ends[64*(FirstRounds-1)+:64];
  assign mixed   = ends[64*4+:64];
  for (genvar i = 0; i < 5; i++) begin : gen_round
    logic [63:0] keyed, linear;
    if (i == 0) begin : gen_first
      assign starts[63:0] = seed_i ^ {sample_i, group_i, row_i};
    end else if (i == FirstRounds) begin : gen_half
      assign starts[64*i+:64] = state_i;
    end else begin : gen_next
      assign starts[64*i+:64] = ends[64*(i-1)+:64];
    end
    assign keyed = starts[64*i+:64] ^ ROUND_CONSTANTS[64*i+:64];
    for (genvar b = 0; b < 64; b++) begin : gen_linear
      logic unused_carry;
      full_adder u_xor (
        .a_i    (keyed[b]),
        .b_i    (keyed[(b+64-11)%64]),
        .c_i    (keyed[(b+64-27)%64]),
        .sum_o  (linear[b]),
        .carry_o(unused_carry)
      );
    end
    assign ends[64*i+:64] = linear ^ ({linear[62:0], linear[63]} & {linear[55:0], linear[63:56]});
  end
`endif

  // The state as lane 0 sees it: rotated left by 4 times its column in the group.
  logic [63:0] rotated;
  always_comb begin
    rotated = mixed;
    if (Lanes < 16 && place_i[3]) rotated = {rotated[31:0], rotated[63:32]};
    if (Lanes < 8 && place_i[2])  rotated = {rotated[47:0], rotated[63:48]};
    if (Lanes < 4 && place_i[1])  rotated = {rotated[55:0], rotated[63:56]};
    if (Lanes < 2 && place_i[0])  rotated = {rotated[59:0], rotated[63:60]};
  end

  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    for (genvar b = 0; b < 16; b++) begin : gen_bit
      // Bit i of the state rotated left by 4 * lane is bit i - 4 * lane.
      localparam int unsigned P = (32'(LANE_MAP[24*b+18+:6]) + 64 - 4 * lane) % 64;
      localparam int unsigned Q = (32'(LANE_MAP[24*b+12+:6]) + 64 - 4 * lane) % 64;
      localparam int unsigned R = (32'(LANE_MAP[24*b+6+:6]) + 64 - 4 * lane) % 64;
      localparam int unsigned S = (32'(LANE_MAP[24*b+:6]) + 64 - 4 * lane) % 64;
      assign words_o[16*lane+b] = rotated[P] ^ rotated[Q] ^ (rotated[R] & rotated[S]);
    end
  end

  logic unused_place;
  assign unused_place = ^place_i;

endmodule
