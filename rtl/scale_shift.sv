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

  // Before the stage of 2^s the bits from Window + 2^(s+1) - 1 upwards are overflow.
  logic [Full+127:0] value;
  logic              below, beyond;
  always_comb begin
    value  = {128'd0, product_i, {Above{1'b0}}};
    below  = 1'b0;
    beyond = 1'b0;
    for (int s = 6; s >= 0; s--) begin
      for (int b = 0; b < (1 << s); b++) begin
        below = below | (amount[s] & value[b]);
      end
      if (amount[s]) value = value >> (1 << s);
      for (int b = Window + (1 << s) - 1; b < Full; b++) begin
        beyond   = beyond | value[b];
        value[b] = 1'b0;
      end
    end
  end

  assign magnitude_o = value[Window-1:0];
  assign sticky_o    = below;
  assign overflow_o  = beyond;

endmodule
