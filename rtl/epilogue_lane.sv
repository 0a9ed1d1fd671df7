// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One lane of the epilogue: turns an accumulator into an output element in four pipeline stages.
//
//   stage 1  the lower bits of acc + C
//   stage 2  z = wrap32(signext(acc) + C), 0 where the mask or the lane's valid bit blocks it; |z|, which
//            the statistics take from here
//   stage 3  p = |z| * m;  INT32: p = z
//   stage 4  |y| = p * 2^-n, rounded to INT4, UINT4 or LOG4;  INT32: z
//
// Stages 1 and 2 take an element while accept_i is high, stages 3 and 4 move while advance_i is high:
// the owner lets an element of stage 2 wait by keeping accept_i low. Latency 4, one element a cycle.
// The inputs of a stage are read when the element enters it; what is common to all lanes (scale,
// format, random bits) is carried beside the lanes and not in each of them. No register is reset: the
// valid bits of the pipeline are kept outside as well. A blocked element has z = 0, so its code is zero.
//
// An INT32 result passes the multiplier too: m is 1, and with s the sign of z, z = (|z| ^ s) + s; the
// first row of the product is |z| ^ s and s one more bit of it.
//
// Limits: AccWidth 3..32 (a core: 12..32); RandomBits 1..16. n and the formats as in the contract.

module epilogue_lane #(
  parameter int unsigned AccWidth   = 24,
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS
) (
  input  logic                  clk_i,
  input  logic                  accept_i,       // stages 1 and 2 move
  input  logic                  advance_i,      // stages 3 and 4 move

  // Stage 1.
  input  logic [AccWidth-1:0]   acc_i,          // signed
  input  logic                  valid_i,        // 0: padding
  input  logic                  c_enable_i,
  input  logic [31:0]           c_i,            // signed
  input  logic                  mask_enable_i,
  input  logic [3:0]            mask_i,         // the element passes when not zero

  // Stage 2, and what follows from it.
  output logic [31:0]           magnitude_o,    // registered: |z|
  output logic                  wide_o,         // registered: |z| >= 2^16
  output logic                  wrapped_o,      // registered: acc + C is outside INT32 and valid

  input  logic                  pass_z_i,       // 1: p = z (INT32; scale_mul_i must be 1)
  input  logic [7:0]            scale_mul_i,    // m; registered here, near the 32 gates a bit drives

  // Stage 4.
  input  logic [1:0]            format_i,       // tetralog_pkg::format_e
  input  logic                  stochastic_i,   // rounding of INT4 and UINT4
  input  logic [6:0]            scale_shift_i,  // n, two's complement
  input  logic [RandomBits-1:0] random_i,       // r
  output logic [31:0]           result_o,       // registered: z, or the code in bits 3:0
  output logic                  clipped_o       // registered
);

  localparam int unsigned ProductWidth = 39;  // 2^31 * 255

  // ------------------------------------------------------------------- stage 1
  // C comes late, from a memory, so only the bits below the accumulator's sign are added here, their
  // upper half for both carries of the lower. Above them the accumulator is all sign, and the sum is C, or
  // C and one more or less.
  localparam int unsigned LowWidth  = AccWidth - 1;
  localparam int unsigned HighWidth = 32 - LowWidth;
  localparam int unsigned Half      = (LowWidth + 1) / 2;
  logic [31:0]          addend;
  logic [LowWidth-1:0]  low_q;
  logic [HighWidth-1:0] high_q;
  logic                 carry_q, acc_negative_q, valid_q, pass_q;
  assign addend = c_i & {32{c_enable_i}};

  logic [Half:0]          low_sum;
  logic [LowWidth-Half:0] mid_sum, mid_sum_carried;
  assign low_sum         = {1'b0, acc_i[Half-1:0]} + {1'b0, addend[Half-1:0]};
  assign mid_sum         = {1'b0, acc_i[LowWidth-1:Half]} + {1'b0, addend[LowWidth-1:Half]};
  assign mid_sum_carried = {1'b0, acc_i[LowWidth-1:Half]} + {1'b0, addend[LowWidth-1:Half]} + 1'b1;
  always_ff @(posedge clk_i) begin
    if (accept_i) begin
      {carry_q, low_q} <= {low_sum[Half] ? mid_sum_carried : mid_sum, low_sum[Half-1:0]};
      high_q           <= addend[31:LowWidth];
      acc_negative_q   <= acc_i[AccWidth-1];
      valid_q          <= valid_i;
      pass_q           <= valid_i & (~mask_enable_i | (|mask_i));
    end
  end

  // ------------------------------------------------------------------- stage 2
  // |z| >= 2^16 is seen without |z|: in the ones of z ^ s, or where adding s carries as far.
  logic [HighWidth:0] high;
  logic [31:0]        z, ones_magnitude;
  logic [31:0] magnitude_q;
  logic        sign_q, negate_q, wide_q, wrapped_q;  // negate: p = -|z|
  logic [7:0]  scale_mul_q;
  assign high           = {high_q[HighWidth-1], high_q} + {HighWidth+1{acc_negative_q}} +
                          (HighWidth+1)'(carry_q);
  assign z              = {high[HighWidth-1:0], low_q} & {32{pass_q}};
  assign ones_magnitude = z ^ {32{z[31]}};
  always_ff @(posedge clk_i) begin
    if (accept_i) begin
      magnitude_q <= ones_magnitude + {31'd0, z[31]};
      sign_q      <= z[31];
      negate_q    <= z[31] & pass_z_i;
      scale_mul_q <= scale_mul_i;
      wide_q      <= (|ones_magnitude[31:16]) | (z[31] & ~(|z[15:0]));
      wrapped_q   <= (high[HighWidth] ^ high[HighWidth-1]) & valid_q;
    end
  end
  assign magnitude_o = magnitude_q;
  assign wide_o      = wide_q;
  assign wrapped_o   = wrapped_q;

  // ------------------------------------------------------------------- stage 3
  logic [ProductWidth-1:0] product;
`ifndef SYNTHESIS
  assign product = {7'd0, magnitude_q ^ {32{negate_q}}} * {31'd0, scale_mul_q} + {38'd0, negate_q};
`else
  // Column c of the product has the bits |z|[c-i] & m[i].
  function automatic logic [ProductWidth*8-1:0] product_heights();
    product_heights = '0;
    for (int c = 0; c < ProductWidth; c++) begin
      for (int i = 0; i < 8; i++) begin
        if (c >= i && c - i < 32) product_heights[8*c+:8] = product_heights[8*c+:8] + 8'd1;
      end
    end
    product_heights[7:0] = 8'd2;  // and negate_q
  endfunction

  logic [ProductWidth*8-1:0] product_bits;
  logic [ProductWidth-1:0]   row_a, row_b;
  for (genvar c = 0; c < ProductWidth; c++) begin : gen_column
    for (genvar slot = 0; slot < 8; slot++) begin : gen_slot
      // The row that comes last, i = 0, is in the highest slot.
      localparam int I = ((c < 7) ? c : 7) - slot;
      if (I < 0 || c - I > 31) begin : gen_none
        if (c == 0 && slot == 1) assign product_bits[1] = negate_q;
        else assign product_bits[8*c+slot] = 1'b0;
      end else if (I == 0) begin : gen_first_row
        assign product_bits[8*c+slot] = (magnitude_q[c] & scale_mul_q[0]) ^ negate_q;
      end else begin : gen_row
        assign product_bits[8*c+slot] = magnitude_q[c-I] & scale_mul_q[I];
      end
    end
  end
  compressor_tree #(
    .Columns(ProductWidth),
    .Slots  (8),
    .HEIGHTS(product_heights())
  ) u_tree (
    .bits_i (product_bits),
    .row_a_o(row_a),
    .row_b_o(row_b)
  );
  // The upper half is added for both carries of the lower one.
  localparam int unsigned LowerWidth = 20;
  localparam int unsigned UpperWidth = ProductWidth - LowerWidth;
  logic [LowerWidth:0]   lower;
  logic [UpperWidth-1:0] upper;
  logic [UpperWidth:0]   upper_carried;
  assign lower         = {1'b0, row_a[LowerWidth-1:0]} + {1'b0, row_b[LowerWidth-1:0]};
  assign upper         = row_a[ProductWidth-1:LowerWidth] + row_b[ProductWidth-1:LowerWidth];
  assign upper_carried = {row_a[ProductWidth-1:LowerWidth], 1'b1} +
                         {row_b[ProductWidth-1:LowerWidth], 1'b1};
  assign product       = {lower[LowerWidth] ? upper_carried[UpperWidth:1] : upper,
                          lower[LowerWidth-1:0]};
  logic unused_carried;
  assign unused_carried = upper_carried[0];
`endif

  logic [ProductWidth-1:0] product_q;
  logic                    negative_q;
  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      product_q  <= product;
      negative_q <= sign_q;
    end
  end

  // ------------------------------------------------------------------- stage 4
  logic [RandomBits+7:0] y;
  logic                  sticky, overflow;
  scale_shift #(
    .RandomBits(RandomBits),
    .Width     (ProductWidth)
  ) u_scale_shift (
    .product_i  (product_q),
    .shift_i    (scale_shift_i),
    .magnitude_o(y),
    .sticky_o   (sticky),
    .overflow_o (overflow)
  );

  logic [3:0] luq_code, int_code;
  logic       luq_clipped, int_clipped;
  luq_quantizer #(
    .RandomBits(RandomBits)
  ) u_luq_quantizer (
    .sign_i     (negative_q),
    .magnitude_i(y),
    .sticky_i   (sticky),
    .overflow_i (overflow),
    .random_i,
    .code_o     (luq_code),
    .clipped_o  (luq_clipped)
  );
  int_quantizer #(
    .RandomBits(RandomBits)
  ) u_int_quantizer (
    .uint4_i     (format_i == tetralog_pkg::FormatUint4),
    .stochastic_i,
    .sign_i      (negative_q),
    .magnitude_i (y),
    .sticky_i    (sticky),
    .overflow_i  (overflow),
    .random_i,
    .code_o      (int_code),
    .clipped_o   (int_clipped)
  );

  logic is_log4, is_int32;
  assign is_log4  = format_i == tetralog_pkg::FormatLog4;
  assign is_int32 = format_i == tetralog_pkg::FormatInt32;

  logic [31:0] result_q;
  logic        clipped_q;
  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      result_q  <= is_int32 ? product_q[31:0] : {28'd0, is_log4 ? luq_code : int_code};
      clipped_q <= ~is_int32 & (is_log4 ? luq_clipped : int_clipped);
    end
  end
  assign result_o  = result_q;
  assign clipped_o = clipped_q;

endmodule
