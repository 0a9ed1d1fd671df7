// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The contract of the accelerator: number formats, widths and limits that hardware and software
// share. It is written by hand here and nowhere else: `model/contract.h` and the tables between
// `contract:` markers in `docs/` are generated from it by `make contract`, and `make lint` fails
// when they differ. Only literals and earlier constants of this package may stand on the right of
// an equals sign, and the comment that ends a line is the description in the generated tables.

package tetralog_pkg;

  // table: formats
  // Stored number formats of a tensor element.
  typedef enum logic [1:0] {
    FormatInt4  = 2'd0,  // two's complement -8..7; quantisers emit -7..7
    FormatUint4 = 2'd1,  // 0..15; activations after ReLU
    FormatLog4  = 2'd2,  // FP4 [1,3,0]: bit 3 sign s, bits 2:0 e; 0 if e = 0, else (-1)^s * 2^(e-1)
    FormatInt32 = 2'd3   // two's complement results
  } format_e;

  // table: rounding
  // Rounding of INT4 and UINT4 outputs. LOG4 outputs are always stochastic (LUQ).
  typedef enum logic [0:0] {
    RoundNearest    = 1'd0,  // to nearest, ties to even
    RoundStochastic = 1'd1   // up with probability equal to the fraction
  } rounding_e;

  // table: widths
  // Widths in bits.
  localparam int unsigned CODE_WIDTH         = 4;   // a stored element
  localparam int unsigned RESULT_WIDTH       = 32;  // an INT32 result z
  localparam int unsigned SCALE_MUL_WIDTH    = 8;   // multiplier m of the scale, 1..255
  localparam int unsigned SCALE_SHIFT_WIDTH  = 7;   // shift n of the scale, signed
  localparam int unsigned SEED_WIDTH         = 64;  // seed of the random bits
  localparam int unsigned INDEX_WIDTH        = 32;  // row or column of a logical output element
  localparam int unsigned SAMPLE_WIDTH       = 8;   // sample number of a random word
  localparam int unsigned RANDOM_WORD_WIDTH  = 16;  // random word of one output element
  localparam int unsigned STAT_MAX_WIDTH     = 32;  // max |z|
  localparam int unsigned STAT_SUM_WIDTH     = 64;  // sum of |z|
  localparam int unsigned STAT_SQUARES_WIDTH = 96;  // sum of z^2
  localparam int unsigned STAT_COUNT_WIDTH   = 64;  // wraps, zero codes, clipped elements

  // table: limits
  // Limits and defaults.
  localparam int          SCALE_SHIFT_MIN     = -32;  // least shift n
  localparam int          SCALE_SHIFT_MAX     = 63;   // greatest shift n
  localparam int unsigned INT4_MAX            = 7;    // greatest |code| that a quantiser emits
  localparam int unsigned UINT4_MAX           = 15;   // greatest UINT4 code
  localparam int unsigned LOG4_MAX            = 64;   // greatest LOG4 magnitude, in units of alpha
  localparam int unsigned MAX_SAMPLES         = 8;    // samples of one gradient (SMP)
  localparam int unsigned RANDOM_BITS         = 12;   // default R: the top R bits of a random word round
  localparam int unsigned RANDOM_GROUP        = 16;   // aligned columns that share one mixed state
  localparam int unsigned RANDOM_COLUMN_BITS  = 28;   // columns of a logical output lie below 2^28
  localparam int unsigned PRODUCT_MAX_II      = 64;   // greatest |a*b|, INT4 times INT4
  localparam int unsigned PRODUCT_MAX_IU      = 120;  // greatest |a*b|, INT4 times UINT4
  localparam int unsigned PRODUCT_MAX_LI      = 512;  // greatest |a*b|, LOG4 times INT4
  localparam int unsigned PRODUCT_MAX_LU      = 960;  // greatest |a*b|, LOG4 times UINT4

endpackage
