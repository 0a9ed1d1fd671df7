// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Puts cells of the library in the place of leaf modules: its full adder (5 GE, where gates made of
// XOR and majority logic cost 7 to 8), its AND-OR-invert gate and drivers of wires with many loads.

module full_adder (
    input  a_i,
    input  b_i,
    input  c_i,
    output sum_o,
    output carry_o
);

  FAX1 _TECHMAP_REPLACE_ (.A(a_i), .B(b_i), .C(c_i), .YS(sum_o), .YC(carry_o));

endmodule

module and_or_invert (
    input  a_i,
    input  b_i,
    input  c_i,
    input  d_i,
    output y_o
);

  AOI22X1 _TECHMAP_REPLACE_ (.A(a_i), .B(b_i), .C(c_i), .D(d_i), .Y(y_o));

endmodule

module line_driver (
    input  a_i,
    output y_o,
    output y_n_o
);

  BUFX4 buffer (.A(a_i), .Y(y_o));
  INVX4 inverter (.A(a_i), .Y(y_n_o));

endmodule
