// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Shifts an exact product p to the fixed point that the quantisers read: |y| = p * 2^-n.
//
// Combinational. No information that rounding needs is lost: what falls off below is kept as a
// sticky bit, what does not fit above is reported as overflow. The shift runs from the coarsest
// stage to the finest, and each stage keeps only the bits that can still reach the window.

module scale_shift #(
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS,
  parameter int unsigned Width      = 39                          // of p
) (
  input  logic [Width-1:0]      product_i,    // p
  input  logic [6:0]            shift_i,      // n, two's complement, -32..63
  output logic [RandomBits+7:0] magnitude_o,  // 7 integer and RandomBits+1 fraction bits of |y|
  output logic                  sticky_o,     // |y| has ones below magnitude_o
  output logic                  overflow_o    // |y| >= 128; then magnitude_o is meaningless
);

  localparam int Window = RandomBits + 8;
  // p enters as if n were -32, so that the shift is to the right only, by n + 32 in 0..95.
  localparam int Above = RandomBits + 1 + 32;
  localparam int Full  = Width + Above;

  logic [6:0] amount;
  assign amount = {shift_i[6:5] + 2'd1, shift_i[4:0]};

  // Before the stage of 2^s the bits from Window + 2^(s+1) - 1 upwards are overflow. Bits are tested
  // by masks, a word at a time, and the last stages have a vector of their own, which is one word in
  // simulation.
  localparam int Fine = Window + 31;

  logic [Full-1:0] coarse;
  logic [Fine-1:0] value;
  logic            below, beyond;
  always_comb begin
    coarse = {product_i, {Above{1'b0}}};
    below  = 1'b0;
    for (int s = 6; s >= 5; s--) begin
      below = below | (amount[s] & (|(coarse & ((Full'(1) << (1 << s)) - Full'(1)))));
      if (amount[s]) coarse = coarse >> (1 << s);
    end
    beyond = |(coarse >> Fine);
    value  = coarse[Fine-1:0];
    for (int s = 4; s >= 0; s--) begin
      below = below | (amount[s] & (|(value & ((Fine'(1) << (1 << s)) - Fine'(1)))));
      if (amount[s]) value = value >> (1 << s);
      beyond = beyond | (|(value >> (Window + (1 << s) - 1)));
      value  = value & ((Fine'(1) << (Window + (1 << s) - 1)) - Fine'(1));
    end
  end

  assign magnitude_o = value[Window-1:0];
  assign sticky_o    = below;
  assign overflow_o  = beyond;

endmodule
