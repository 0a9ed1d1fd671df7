// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A latch, which synth/lint.sh must reject. The package beside it is empty.

module latch (
  input  logic enable_i,
  input  logic d_i,
  output logic q_o
);
  always_comb if (enable_i) q_o = d_i;
endmodule
