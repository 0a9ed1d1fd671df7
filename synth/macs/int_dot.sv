// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// base + the sum of Dot products of two's complement numbers, modulo 2^SumWidth, all in one bit heap.
//
// A product of Bits-bit numbers x and y is, with their top bits negative, a square of partial products of
// which those with exactly one top bit count negative; they are inverted, and what that adds is a
// constant, 2^(2*Bits-1) - 2^Bits a product (Baugh and Wooley, 1973). Combinational.
//
// a_i, b_i  Dot numbers of Bits bits
// base_i    number to add, ignored if HasBase is 0
// sum_o     the sum

module int_dot #(
    parameter int unsigned Dot      = 1,
    parameter int unsigned Bits     = 8,
    parameter int unsigned SumWidth = 32,
    parameter int unsigned HasBase  = 1
) (
    input  logic [Dot*Bits-1:0] a_i,
    input  logic [Dot*Bits-1:0] b_i,
    input  logic [SumWidth-1:0] base_i,
    output logic [SumWidth-1:0] sum_o
);

  localparam int unsigned ROWS = Dot * Bits + HasBase;

  // Row r of a product has Bits partial products from bit r on; the base is the last row.
  function automatic logic [ROWS*SumWidth-1:0] row_bits(input int unsigned base);
    int unsigned r;
    row_bits = '0;
    for (r = 0; r < Dot * Bits; r = r + 1) begin
      row_bits = row_bits | ((ROWS*SumWidth)'({Bits{1'b1}}) << (r * SumWidth + r % Bits));
    end
    if (base != 0) begin
      row_bits = row_bits | ((ROWS*SumWidth)'({SumWidth{1'b1}}) << (Dot * Bits * SumWidth));
    end
  endfunction

  logic [ROWS*SumWidth-1:0] rows;
  for (genvar i = 0; i < Dot; i++) begin : gen_product
    for (genvar r = 0; r < Bits; r++) begin : gen_row
      localparam logic [Bits-1:0] NEGATIVE =
          (r == Bits - 1) ? {1'b0, {Bits-1{1'b1}}} : {1'b1, {Bits-1{1'b0}}};
      logic [Bits-1:0] row;
      assign row = (a_i[i*Bits +: Bits] & {Bits{b_i[i*Bits+r]}}) ^ NEGATIVE;
      assign rows[(i*Bits+r)*SumWidth +: SumWidth] = SumWidth'(row) << r;
    end
  end
  if (HasBase == 1) begin : gen_base
    assign rows[Dot*Bits*SumWidth +: SumWidth] = base_i;
  end else begin : gen_no_base
    logic unused_base;
    assign unused_base = &{1'b0, base_i};
  end

  sparse_heap #(
      .Rows    (ROWS),
      .Width   (SumWidth),
      .Mask    (row_bits(HasBase)),
      .Constant(SumWidth'(Dot * (2**Bits)) - SumWidth'(Dot * (2**(2*Bits-1))))
  ) u_heap (
      .rows_i(rows),
      .sum_o (sum_o)
  );

endmodule
