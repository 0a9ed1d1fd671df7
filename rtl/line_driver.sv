// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Drives a wire with many loads, true and inverted.
//
// It is a module of its own so that synthesis can put strong cells of the library in its place: the
// mapper sizes what it made itself, and most loads of these wires are cells that it was given.
// Combinational; an output that is not used costs nothing.

module line_driver (
    input  logic a_i,
    output logic y_o,
    output logic y_n_o
);

  assign y_o   = a_i;
  assign y_n_o = ~a_i;

endmodule
