// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Counts the products of an operand beat, and those that are zero.
//
// Per place d of the beat the array multiplies every A[m,d] by every B[d,n], so the products that
// are not zero are (codes of A that are not zero) * (codes of B that are not zero): two counts
// and a small product in place of a test in every processing element. Padding is not counted: it
// has zero codes and is outside rows_i x cols_i and k_valid_i.
//
// Latency: three cycles. Throughput: a beat a cycle. The counts are 0 in cycles without a beat.

module product_counter #(
  parameter int unsigned Rows = 16,
  parameter int unsigned Cols = 16,
  parameter int unsigned Dot  = 4,
  localparam int unsigned RowsWidth  = $clog2(Rows + 1),
  localparam int unsigned ColsWidth  = $clog2(Cols + 1),
  localparam int unsigned CountWidth = $clog2(Rows * Cols * Dot) + 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  beat_i,
  input  logic                  a_log_i,     // A holds LOG4 codes: 1000 is a zero too
  input  logic [Rows*Dot*4-1:0] a_i,         // row r, place d at [(r*Dot+d)*4 +: 4]
  input  logic [Cols*Dot*4-1:0] b_i,
  input  logic [Dot-1:0]        k_valid_i,
  input  logic [RowsWidth-1:0]  rows_i,
  input  logic [ColsWidth-1:0]  cols_i,
  output logic [CountWidth-1:0] products_o,
  output logic [CountWidth-1:0] gated_o      // products that are zero
);

  // Stage 1: codes that are not zero.
  logic                     valid_q;
  logic [Dot*RowsWidth-1:0] a_count, a_count_q;
  logic [Dot*ColsWidth-1:0] b_count, b_count_q;
  logic [Dot-1:0]           k_valid_q;
  logic [RowsWidth-1:0]     rows_q;
  logic [ColsWidth-1:0]     cols_q;
  for (genvar d = 0; d < Dot; d++) begin : gen_place
    logic [RowsWidth-1:0] a_sum;
    logic [ColsWidth-1:0] b_sum;
    always_comb begin
      a_sum = '0;
      for (int r = 0; r < Rows; r++)
        a_sum = a_sum + RowsWidth'(|{a_i[(r*Dot+d)*4 + 3] & ~a_log_i, a_i[(r*Dot+d)*4 +: 3]});
      b_sum = '0;
      for (int c = 0; c < Cols; c++)
        b_sum = b_sum + ColsWidth'(|b_i[(c*Dot+d)*4 +: 4]);
    end
    assign a_count[d*RowsWidth +: RowsWidth] = a_sum;
    assign b_count[d*ColsWidth +: ColsWidth] = b_sum;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else valid_q <= beat_i;
  end
  always_ff @(posedge clk_i) begin
    if (beat_i) begin
      a_count_q <= a_count;
      b_count_q <= b_count;
      k_valid_q <= k_valid_i;
      rows_q    <= rows_i;
      cols_q    <= cols_i;
    end
  end

  // Stage 2: products.
  logic                  valid2_q;
  logic [CountWidth-1:0] products, nonzero, products2_q, nonzero2_q;
  always_comb begin
    products = '0;
    nonzero  = '0;
    for (int d = 0; d < Dot; d++) begin
      products = products + (CountWidth'(rows_q) * CountWidth'(cols_q) & {CountWidth{k_valid_q[d]}});
      nonzero  = nonzero + CountWidth'(a_count_q[d*RowsWidth +: RowsWidth]) *
                           CountWidth'(b_count_q[d*ColsWidth +: ColsWidth]);
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid2_q <= 1'b0;
    else valid2_q <= valid_q;
  end
  always_ff @(posedge clk_i) begin
    if (valid_q) begin
      products2_q <= products;
      nonzero2_q  <= nonzero;
    end
  end

  // Stage 3: the difference.
  logic [CountWidth-1:0] products_q, gated_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      products_q <= '0;
      gated_q    <= '0;
    end else begin
      products_q <= products2_q & {CountWidth{valid2_q}};
      gated_q    <= (products2_q - nonzero2_q) & {CountWidth{valid2_q}};
    end
  end
  assign products_o = products_q;
  assign gated_o    = gated_q;

endmodule
