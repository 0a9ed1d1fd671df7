// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Adds Dot floating-point products to a floating-point accumulator: the back end of the blocks whose
// products are floating-point numbers.
//
// Dot 1: the product is added to the accumulator. Above, the products are first added as integers and
// the sum is rounded once to the accumulator's format (int_to_fp), so that they share one floating-point
// adder. With Window 0 products are integers below 2^IntWidth and this is exact; else products are
// aligned to the largest exponent among them, and what lies below the Window bits from its leading one
// on is cut off. Numbers are those of fp_add. Combinational.
//
// products_i  product i at [i*PRODUCT_WIDTH +: PRODUCT_WIDTH], with a bias of ProductBias; 1 with Window 0
// base_i      accumulator so far, with a bias of AccBias
// sum_o       base_i plus the products

module fp_accumulate #(
    parameter int unsigned Dot         = 1,
    parameter int unsigned ProductExp  = 4,
    parameter int unsigned ProductMan  = 2,
    parameter int          ProductBias = 1,
    parameter int unsigned IntWidth    = 10,
    parameter int unsigned Window      = 0,
    parameter int unsigned AccExp      = 8,
    parameter int unsigned AccMan      = 23,
    parameter int          AccBias     = 127,
    localparam int unsigned PRODUCT_WIDTH = 1 + ProductExp + ProductMan,
    localparam int unsigned ACC_WIDTH     = 1 + AccExp + AccMan
) (
    input  logic [Dot*PRODUCT_WIDTH-1:0] products_i,
    input  logic [ACC_WIDTH-1:0]         base_i,
    output logic [ACC_WIDTH-1:0]         sum_o
);

  logic [ACC_WIDTH-1:0] addend;

  if (Dot == 1) begin : gen_one
    logic [AccExp-1:0] exponent;
    assign exponent = (AccExp'(products_i[ProductMan +: ProductExp]) + AccExp'(AccBias - ProductBias))
                    & {AccExp{|products_i[ProductMan +: ProductExp]}};
    assign addend   = {products_i[PRODUCT_WIDTH-1], exponent,
                       AccMan'(products_i[ProductMan-1:0]) << (AccMan - ProductMan)};
  end else begin : gen_dot
    localparam int unsigned MAG_WIDTH = (Window == 0) ? IntWidth : Window;
    localparam int unsigned SUM_WIDTH = MAG_WIDTH + 1 + $clog2(Dot);

    logic [Dot-1:0] signs;
    logic [Dot*MAG_WIDTH-1:0] magnitudes;
    logic signed [AccExp+1:0] unit;  // exponent code of a one of the magnitudes

    if (Window == 0) begin : gen_integers
      for (genvar i = 0; i < Dot; i++) begin : gen_product
        logic [ProductExp-1:0] exponent;
        logic [MAG_WIDTH+ProductMan-1:0] scaled;
        assign exponent = products_i[i*PRODUCT_WIDTH+ProductMan +: ProductExp];
        // A zero, of exponent 0, is shifted out.
        assign scaled   = (MAG_WIDTH+ProductMan)'({1'b1,
                          products_i[i*PRODUCT_WIDTH +: ProductMan]}) << (exponent - 1'b1);
        assign magnitudes[i*MAG_WIDTH +: MAG_WIDTH] = scaled[ProductMan +: MAG_WIDTH];
        assign signs[i] = products_i[i*PRODUCT_WIDTH+PRODUCT_WIDTH-1];
        logic unused_fraction;
        assign unused_fraction = &{1'b0, scaled[ProductMan-1:0]};
      end
      assign unit = (AccExp+2)'(AccBias);
    end else begin : gen_aligned
      logic [ProductExp-1:0] largest;
      always_comb begin
        largest = '0;
        for (int unsigned i = 0; i < Dot; i++) begin
          if (products_i[i*PRODUCT_WIDTH+ProductMan +: ProductExp] > largest) begin
            largest = products_i[i*PRODUCT_WIDTH+ProductMan +: ProductExp];
          end
        end
      end
      for (genvar i = 0; i < Dot; i++) begin : gen_product
        logic [ProductExp-1:0] exponent;
        logic [ProductMan:0] significand;
        assign exponent    = products_i[i*PRODUCT_WIDTH+ProductMan +: ProductExp];
        assign significand = {1'b1, products_i[i*PRODUCT_WIDTH +: ProductMan]}
                           & {ProductMan+1{|exponent}};
        assign magnitudes[i*MAG_WIDTH +: MAG_WIDTH] =
            (MAG_WIDTH'(significand) << (MAG_WIDTH - ProductMan - 1)) >> (largest - exponent);
        assign signs[i] = products_i[i*PRODUCT_WIDTH+PRODUCT_WIDTH-1];
      end
      assign unit = (AccExp+2)'(largest) + (AccExp+2)'(AccBias - ProductBias - MAG_WIDTH + 1);
    end

    logic [SUM_WIDTH-1:0] sum;
    signed_sum #(
        .Dot  (Dot),
        .Width(MAG_WIDTH)
    ) u_sum (
        .signs_i     (signs),
        .magnitudes_i(magnitudes),
        .sum_o       (sum)
    );
    int_to_fp #(
        .Width   (SUM_WIDTH),
        .ExpWidth(AccExp),
        .ManWidth(AccMan)
    ) u_round (
        .value_i   (sum),
        .exponent_i(unit),
        .number_o  (addend)
    );
  end

  fp_add #(
      .ExpWidth(AccExp),
      .ManWidth(AccMan)
  ) u_add (
      .a_i  (base_i),
      .b_i  (addend),
      .sum_o(sum_o)
  );

endmodule
