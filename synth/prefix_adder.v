// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Yosys's adder with its carries from a Sklansky prefix tree: depth ceil(log2 width), less than the
// default's, at more fan-out and area.

(* techmap_celltype = "$alu" *)
module prefix_adder (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;

  (* force_downto *) input [A_WIDTH-1:0] A;
  (* force_downto *) input [B_WIDTH-1:0] B;
  input CI, BI;
  (* force_downto *) output [Y_WIDTH-1:0] X, Y, CO;

  localparam LEVELS = $clog2(Y_WIDTH);

  (* force_downto *) wire [Y_WIDTH-1:0] a, b_wide, b;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(b_wide));
  assign b = b_wide ^ {Y_WIDTH{BI}};

  // Bit i of level k: does the block of bits that ends at i and starts at a multiple of 2^k generate or
  // pass on a carry?
  (* force_downto *) wire [(LEVELS+1)*Y_WIDTH-1:0] generated, passed;
  assign passed[Y_WIDTH-1:0] = a ^ b;
  assign generated[Y_WIDTH-1:0] = (a & b) | ((a ^ b) & {{Y_WIDTH{1'b0}}, CI});

  genvar k, i;
  generate
    for (k = 0; k < LEVELS; k = k + 1) begin : level
      for (i = 0; i < Y_WIDTH; i = i + 1) begin : bits
        // The last bit of the lower half of the block.
        localparam LOWER = ((i >> k) << k) - 1;
        if ((i >> k) & 1) begin
          assign generated[(k+1)*Y_WIDTH+i] =
              generated[k*Y_WIDTH+i] | (passed[k*Y_WIDTH+i] & generated[k*Y_WIDTH+LOWER]);
          assign passed[(k+1)*Y_WIDTH+i] = passed[k*Y_WIDTH+i] & passed[k*Y_WIDTH+LOWER];
        end else begin
          assign generated[(k+1)*Y_WIDTH+i] = generated[k*Y_WIDTH+i];
          assign passed[(k+1)*Y_WIDTH+i] = passed[k*Y_WIDTH+i];
        end
      end
    end
  endgenerate

  assign X = a ^ b;
  assign CO = generated[LEVELS*Y_WIDTH +: Y_WIDTH];
  assign Y = X ^ {CO, CI};
endmodule
