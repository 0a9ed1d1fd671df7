// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One lane of the epilogue: turns an accumulator into an output element in three pipeline stages.
//
//   stage 1  z = wrap32(signext(acc) + C), 0 where the mask or the lane's valid bit blocks it
//   stage 2  p = |z| * m;  INT32: p = z
//   stage 3  |y| = p * 2^-n, rounded to INT4, UINT4 or LOG4;  INT32: z
//
// Stage 1 takes an element while accept_i is high, stages 2 and 3 move while advance_i is high: the
// owner lets an element of stage 1 wait by keeping accept_i low. Latency 3, one element a cycle. The
// inputs of a stage are read when the element enters it; what is common to all lanes (scale, format,
// random bits) is carried beside the lanes and not in each of them. No register is reset: the valid
// bits of the pipeline are kept outside as well. A blocked element has z = 0, so its code is zero.
//
// |z| is never formed: with s the sign of z, |z| = (z ^ s) + s, and stage 2 adds s * m as one more
// row of the product. With s held at 0 and m at 1, INT32 results pass through the same registers.
//
// Limits: AccWidth 2..32; RandomBits 1..16. n and the formats as in the contract.

module epilogue_lane #(
  parameter int unsigned AccWidth   = 24,
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS
) (
  input  logic                  clk_i,
  input  logic                  accept_i,       // stage 1 moves
  input  logic                  advance_i,      // stages 2 and 3 move

  // Stage 1.
  input  logic [AccWidth-1:0]   acc_i,          // signed
  input  logic                  valid_i,        // 0: padding
  input  logic                  c_enable_i,
  input  logic [31:0]           c_i,            // signed
  input  logic                  mask_enable_i,
  input  logic [3:0]            mask_i,         // the element passes when not zero
  output logic [31:0]           z_o,            // registered
  output logic                  wrapped_o,      // registered: acc + C is outside INT32 and valid

  // Stage 2.
  input  logic                  pass_z_i,       // 1: p = z (INT32; scale_mul_i must be 1)
  input  logic [7:0]            scale_mul_i,    // m

  // Stage 3.
  input  logic [1:0]            format_i,       // tetralog_pkg::format_e
  input  logic                  stochastic_i,   // rounding of INT4 and UINT4
  input  logic [6:0]            scale_shift_i,  // n, two's complement
  input  logic [RandomBits-1:0] random_i,       // r
  output logic [31:0]           result_o,       // registered: z, or the code in bits 3:0
  output logic                  clipped_o       // registered
);

  localparam int unsigned ProductWidth = 39;  // 2^31 * 255

  // ------------------------------------------------------------------- stage 1
  logic [32:0] sum;
  logic        pass;
  assign sum = 33'(signed'(acc_i)) + ({c_i[31], c_i} & {33{c_enable_i}});
  assign pass = valid_i & (~mask_enable_i | (|mask_i));

  logic [31:0] z_q;
  logic        wrapped_q;
  always_ff @(posedge clk_i) begin
    if (accept_i) begin
      z_q       <= sum[31:0] & {32{pass}};
      wrapped_q <= (sum[32] ^ sum[31]) & valid_i;
    end
  end
  assign z_o       = z_q;
  assign wrapped_o = wrapped_q;

  // ------------------------------------------------------------------- stage 2
  logic                    negative;
  logic [31:0]             magnitude;  // |z| - 1 where z is negative
  logic [ProductWidth-1:0] product;
  assign negative  = z_q[31] & ~pass_z_i;
  assign magnitude = z_q ^ {32{negative}};
  assign product   = ProductWidth'(magnitude) * ProductWidth'(scale_mul_i) +
                     {31'd0, scale_mul_i & {8{negative}}};

  logic [ProductWidth-1:0] product_q;
  logic                    negative_q;
  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      product_q  <= product;
      negative_q <= negative;
    end
  end

  // ------------------------------------------------------------------- stage 3
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
