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
// Sums go through trees of full adders. A count of all Rows codes has its top bit set and no other; so the
// bits that it gives to a product share the places of those that it does not give.
//
// Latency: three cycles. Throughput: a beat a cycle. The counts are 0 in cycles without a beat.
// Limits: Rows and Cols powers of two, 2 to 128; Dot * log2(min(Rows, Cols)) at most 141, for the tree.

module product_counter #(
  parameter int unsigned Rows = 16,
  parameter int unsigned Cols = 16,
  parameter int unsigned Dot  = 4,
  localparam int unsigned RowsWidth  = $clog2(Rows + 1),
  localparam int unsigned ColsWidth  = $clog2(Cols + 1),
  localparam int unsigned CountWidth = $clog2(Rows * Cols * Dot) + 1,
  localparam int unsigned PlacesWidth = $clog2(Dot + 1)
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
    logic [Rows-1:0] a_bits;
    logic [Cols-1:0] b_bits;
    always_comb begin
      for (int r = 0; r < Rows; r++)
        a_bits[r] = |{a_i[(r*Dot+d)*4 + 3] & ~a_log_i, a_i[(r*Dot+d)*4 +: 3]};
      for (int c = 0; c < Cols; c++) b_bits[c] = |b_i[(c*Dot+d)*4 +: 4];
    end
`ifndef SYNTHESIS
    assign a_count[d*RowsWidth +: RowsWidth] = RowsWidth'($countones(a_bits));
    assign b_count[d*ColsWidth +: ColsWidth] = ColsWidth'($countones(b_bits));
`else
    logic [RowsWidth*Rows-1:0] a_slots;
    logic [ColsWidth*Cols-1:0] b_slots;
    logic [RowsWidth-1:0]      a_row_a, a_row_b;
    logic [ColsWidth-1:0]      b_row_a, b_row_b;
    assign a_slots = (RowsWidth * Rows)'(a_bits);
    assign b_slots = (ColsWidth * Cols)'(b_bits);
    compressor_tree #(.Columns(RowsWidth), .Slots(Rows), .HEIGHTS((RowsWidth*8)'(Rows))) u_a (
      .bits_i(a_slots), .row_a_o(a_row_a), .row_b_o(a_row_b));
    compressor_tree #(.Columns(ColsWidth), .Slots(Cols), .HEIGHTS((ColsWidth*8)'(Cols))) u_b (
      .bits_i(b_slots), .row_a_o(b_row_a), .row_b_o(b_row_b));
    assign a_count[d*RowsWidth +: RowsWidth] = a_row_a + a_row_b;
    assign b_count[d*ColsWidth +: ColsWidth] = b_row_a + b_row_b;
`endif
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
  logic [PlacesWidth-1:0] places;
  always_comb begin
    places = '0;
    for (int d = 0; d < Dot; d++) places = places + PlacesWidth'(k_valid_q[d]);
    products = CountWidth'(rows_q) * CountWidth'(cols_q) * CountWidth'(places);
  end

`ifndef SYNTHESIS
  always_comb begin
    nonzero = '0;
    for (int d = 0; d < Dot; d++)
      nonzero = nonzero + CountWidth'(a_count_q[d*RowsWidth +: RowsWidth]) *
                          CountWidth'(b_count_q[d*ColsWidth +: ColsWidth]);
  end
`else
  // Bits of a product in a column: of the counts' lower bits a diagonal, and one more at the top.
  localparam int unsigned ABits  = RowsWidth - 1;
  localparam int unsigned BBits  = ColsWidth - 1;
  localparam int unsigned Height = (ABits < BBits) ? ABits : BBits;
  if (Rows > 128 || Cols > 128 || Dot * Height > 141)
    $error("product_counter: too large for compressor_tree");
  function automatic int unsigned first(input int unsigned column);  // bit of A in slot 0
    first = (column < BBits) ? 0 : column + 1 - BBits;
  endfunction
  function automatic int unsigned height(input int unsigned column);
    if (column + 1 < ABits + BBits) begin
      height = ((column < ABits) ? column + 1 : ABits) - first(column);
    end else begin
      height = (column <= ABits + BBits) ? 1 : 0;
    end
  endfunction
  function automatic logic [CountWidth*8-1:0] heights();
    for (int unsigned column = 0; column < CountWidth; column++)
      heights[8*column +: 8] = 8'(Dot * height(column));
  endfunction
  logic [CountWidth*Dot*Height-1:0] slots;
  logic [CountWidth-1:0]            row_a, row_b;
  for (genvar column = 0; column < CountWidth; column++) begin : gen_column
    localparam int unsigned Used = height(column);
    for (genvar d = 0; d < Dot; d++) begin : gen_bits
      localparam int unsigned At = (column * Dot * Height) + d * Used;
      logic [RowsWidth-1:0] a;
      logic [ColsWidth-1:0] b;
      logic                 full;  // of a count with its top bit set
      logic [CountWidth-1:0] shifted_a, shifted_b;
      logic                  unused_full;
      assign a           = a_count_q[d*RowsWidth +: RowsWidth];
      assign b           = b_count_q[d*ColsWidth +: ColsWidth];
      assign shifted_a   = CountWidth'(a) << BBits;
      assign shifted_b   = CountWidth'(b[BBits-1:0]) << ABits;
      assign full        = (shifted_a[column] & b[BBits]) | (shifted_b[column] & a[ABits]);
      assign unused_full = ^{shifted_a, shifted_b, full};
      if (column + 1 < ABits + BBits) begin : gen_diagonal
        for (genvar i = 0; i < Used; i++) begin : gen_bit
          if (i == 0) begin : gen_shared
            assign slots[At] = (a[first(column)] & b[column-first(column)]) | full;
          end else begin : gen_own
            assign slots[At+i] = a[first(column)+i] & b[column-first(column)-i];
          end
        end
      end else if (Used == 1) begin : gen_top
        assign slots[At] = full;
      end
    end
    for (genvar i = Dot * Used; i < Dot * Height; i++) begin : gen_unused
      assign slots[column*Dot*Height+i] = 1'b0;
    end
  end
  compressor_tree #(.Columns(CountWidth), .Slots(Dot * Height), .HEIGHTS(heights())) u_nonzero (
    .bits_i(slots), .row_a_o(row_a), .row_b_o(row_b));
  assign nonzero = row_a + row_b;
`endif
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
