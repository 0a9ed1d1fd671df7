// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Shifts a significand right, with guard and round bits and a sticky bit for all that leaves: the aligner
// of fp_add. Combinational.
//
// value_i    significand
// distance_i places to shift
// value_o    value_i >> distance_i
// sticky_o   whether a one was shifted out

module align #(
    parameter int unsigned Width    = 26,
    parameter int unsigned Distance = 5
) (
    input  logic [Width-1:0]    value_i,
    input  logic [Distance-1:0] distance_i,
    output logic [Width-1:0]    value_o,
    output logic                sticky_o
);

  always_comb begin
    value_o  = value_i;
    sticky_o = 1'b0;
    for (int unsigned s = 0; s < Distance; s++) begin
      if (distance_i[s]) begin
        sticky_o = sticky_o | (|(value_o & ~({Width{1'b1}} << (2**s))));
        value_o  = value_o >> (2**s);
      end
    end
  end

endmodule
