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

  // table: operations
  // Operation of a command. A ring entry that software forgot to write (all zero) is refused.
  typedef enum logic [7:0] {
    OpNone = 8'd0,  // refused
    OpGemm = 8'd1   // D = out(A * B + C)
  } operation_e;

  // table: command
  // A command in the ring: 128 bytes, little endian. Addresses and strides are in bytes; reserved bits
  // must be 0.
  typedef struct packed {
    logic [95:0] reserved2;        // 0
    logic [31:0] tag;              // any value; comes back in the completion record
    logic [31:0] col0;             // logical column of D[0,0], a multiple of 16; col0 + N <= 2^28
    logic [31:0] row0;             // logical row of D[0,0]
    logic [63:0] seed;             // seed of the random bits
    logic [63:0] mask_base;        // address of the mask, M x N stored 4-bit codes
    logic [31:0] d_sample_stride;  // from one sample of D to the next
    logic [31:0] d_stride;         // from one stored row of D to the next; INT32: a multiple of 4
    logic [63:0] d_base;           // address of D; INT32: a multiple of 4
    logic [31:0] c_col_stride;     // from C[m,n] to C[m,n+1]; this or c_row_stride is 4
    logic [31:0] c_row_stride;     // from C[m,n] to C[m+1,n]; multiples of 4, 0 repeats one row or column
    logic [63:0] c_base;           // address of C, INT32, a multiple of 4
    logic [31:0] mask_stride;      // from one stored row of the mask to the next
    logic [31:0] b_stride;         // from one stored row of B to the next
    logic [63:0] b_base;           // address of B
    logic [31:0] a_sample_stride;  // from one sample of A to the next
    logic [31:0] a_stride;         // from one stored row of A to the next
    logic [63:0] a_base;           // address of A
    logic [15:0] reserved1;        // 0
    logic [15:0] block;            // columns of B that stay resident, in panels of PANEL_B columns
    logic [31:0] k;                // K, 1..MAX_DIM
    logic [31:0] n;                // N, 1..MAX_DIM
    logic [31:0] m;                // M, 1..MAX_DIM
    logic [7:0]  scale_shift;      // shift n of the scale, signed, -32..63; ignored for INT32
    logic [7:0]  scale_mul;        // multiplier m of the scale, 1..255, 1 for LOG4; ignored for INT32
    logic [7:0]  sample0;          // sample number of the first sample
    logic [3:0]  a_samples;        // 1..8: samples of A that the sum runs over
    logic [3:0]  samples;          // 1..8: samples of D; more than 1 for LOG4 only
    logic [4:0]  reserved0;        // 0
    logic        a_resident;       // 1: all of A stays in the buffer and is read once
    logic        mask_transposed;  // 1: stored row n of the mask holds its column n
    logic        d_transposed;     // 1: stored row n of D holds column n
    logic        b_transposed;     // 1: stored row n of B holds column n; 0: stored row k
    logic        a_transposed;     // 1: stored row k of A holds column k; 0: stored row m
    logic        mask_enable;      // elements whose mask code is zero become z = 0
    logic        c_enable;         // C is added
    logic        irq;              // raise the completion interrupt
    logic        rounding;         // rounding_e, for INT4 and UINT4 outputs
    logic [1:0]  d_format;         // format_e, any
    logic [1:0]  b_format;         // format_e, INT4 or UINT4
    logic [1:0]  a_format;         // format_e, INT4 or LOG4
    logic [3:0]  reserved3;        // 0
    logic [7:0]  op;               // operation_e
  } command_t;

  // table: completion
  // A completion record: 64 bytes, little endian, and 16 more for every sample of D: zero codes
  // (64 bits), then clipped elements (64 bits).
  typedef struct packed {
    logic [63:0] reserved2;    // 0
    logic [63:0] wraps;        // elements whose acc + C left INT32
    logic [31:0] reserved1;    // 0
    logic [95:0] sum_squares;  // sum of z^2
    logic [31:0] tag;          // of the command
    logic [31:0] max_abs;      // max |z|
    logic [63:0] sum_abs;      // sum of |z|
    logic [63:0] cycles;       // from the fetch of the command to its last write; differs by level
    logic [31:0] index;        // number of the command since reset
    logic [23:0] reserved0;    // 0
    logic [7:0]  status;       // 1: done. Clear it before submitting to poll for it
  } completion_t;

  // table: causes
  // Why the ring stopped. Of several causes of a refused command the lowest is reported.
  typedef enum logic [7:0] {
    CauseNone      = 8'd0,   // no error
    CauseOperation = 8'd1,   // unknown operation, or a reserved bit is not 0
    CauseFormat    = 8'd2,   // A is not INT4 or LOG4, or B is not INT4 or UINT4
    CauseDimension = 8'd3,   // M, N or K is 0 or above MAX_DIM
    CauseSamples   = 8'd4,   // samples or a_samples not in 1..8, or several samples not LOG4
    CauseScale     = 8'd5,   // scale_mul 0, not 1 for LOG4, or scale_shift not in -32..63
    CauseIndex     = 8'd6,   // col0 no multiple of 16, or col0 + N > 2^28
    CauseOverflow  = 8'd7,   // K * a_samples could overflow the accumulator; split K through C
    CauseBuffer    = 8'd8,   // A's panel, all of a resident A, or the block of B exceeds its buffer
    CauseAlignment = 8'd9,   // C or INT32 D: address or stride no multiple of 4; no stride of C is 4
    CauseStride    = 8'd10,  // a stored row is longer than its stride, or samples of D overlap
    CauseAddress   = 8'd11,  // a tensor ends beyond the address width of the build
    CauseOverlap   = 8'd12,  // D overlaps A, B, the mask, a ring, or C without being exactly C
    CauseRing      = 8'd13,  // more commands submitted than the ring holds, or a bad ring register
    CauseRead      = 8'd14,  // AXI error response to a read
    CauseWrite     = 8'd15   // AXI error response to a write
  } cause_e;

  // table: registers
  // Registers, 32 bits, byte offsets on the AXI4-Lite port. Other offsets refuse reads and writes, and
  // ro registers refuse writes (SLVERR, no effect).
  localparam int unsigned REG_ID              = 0;    // ro: 0x544C4F47
  localparam int unsigned REG_VERSION         = 4;    // ro: major in bits 31:16, minor in 15:0
  localparam int unsigned REG_ARRAY           = 8;    // ro: rows in bits 15:0, columns in 31:16
  localparam int unsigned REG_UNITS           = 12;   // ro: dot 7:0, lanes 15:8, accumulator bits 23:16, R 31:24
  localparam int unsigned REG_BUFFERS         = 16;   // ro: words of a bank of A in bits 15:0, of B in 31:16
  localparam int unsigned REG_BUS             = 20;   // ro: AXI data bits 15:0, address bits 31:16
  localparam int unsigned REG_CONTROL         = 32;   // rw: see control
  localparam int unsigned REG_STATUS          = 36;   // ro: see status
  localparam int unsigned REG_RING_BASE_LO    = 40;   // rw: address of the command ring, a multiple of 128
  localparam int unsigned REG_RING_BASE_HI    = 44;   // rw
  localparam int unsigned REG_RING_SIZE       = 48;   // rw: entries, a power of two, 1..32768
  localparam int unsigned REG_RECORD_BASE_LO  = 52;   // rw: address of the completion records, a multiple of 256
  localparam int unsigned REG_RECORD_BASE_HI  = 56;   // rw
  localparam int unsigned REG_TAIL            = 60;   // rw: doorbell: commands submitted since reset
  localparam int unsigned REG_HEAD            = 64;   // ro: commands completed since reset
  localparam int unsigned REG_IRQ_ENABLE      = 68;   // rw: see interrupts
  localparam int unsigned REG_IRQ_STATUS      = 72;   // w1c: see interrupts
  localparam int unsigned REG_ERROR_CAUSE     = 76;   // ro: cause_e of the error that stopped the ring
  localparam int unsigned REG_ERROR_INDEX     = 80;   // ro: number of the command that failed
  localparam int unsigned REG_COUNTERS        = 128;  // ro: counters, 64 bits each; reading the low word holds the high

  // table: control
  // Bits of REG_CONTROL and REG_STATUS.
  localparam int unsigned CONTROL_ENABLE         = 0;  // commands are fetched while 1
  localparam int unsigned CONTROL_SOFT_RESET     = 1;  // write 1: forget all commands, clear error, head and tail; reads 1 until done
  localparam int unsigned CONTROL_CLEAR_COUNTERS = 2;  // write 1: counters become 0; reads 0
  localparam int unsigned STATUS_BUSY            = 0;  // a command is in flight, or an AXI transaction outstanding
  localparam int unsigned STATUS_ERROR           = 1;  // the ring stopped by an error

  // table: interrupts
  // Bits of REG_IRQ_ENABLE and REG_IRQ_STATUS; the interrupt is high while an enabled one is set.
  localparam int unsigned IRQ_COMPLETION = 0;  // a command with its interrupt bit completed
  localparam int unsigned IRQ_ERROR      = 1;  // the ring stopped by an error

  // table: counters
  // Performance counters: places behind REG_COUNTERS, 8 bytes each.
  localparam int unsigned COUNTER_BUSY          = 0;  // cycles with a command in flight, doorbell to completion
  localparam int unsigned COUNTER_ACTIVE        = 1;  // cycles in which operands enter the array
  localparam int unsigned COUNTER_STALL_OPERAND = 2;  // cycles in which the array waits for A or B
  localparam int unsigned COUNTER_STALL_DRAIN   = 3;  // cycles in which the array waits for the tile before
  localparam int unsigned COUNTER_STALL_ADDEND  = 4;  // cycles in which the drain waits for C or the mask
  localparam int unsigned COUNTER_STALL_WRITE   = 5;  // cycles in which the drain waits for the output buffer
  localparam int unsigned COUNTER_READ_BYTES    = 6;  // bytes of AXI read beats
  localparam int unsigned COUNTER_WRITE_BYTES   = 7;  // bytes of AXI write beats with a strobe
  localparam int unsigned COUNTER_PRODUCTS      = 8;  // products m, k, n of A * B, padding not counted
  localparam int unsigned COUNTER_GATED         = 9;  // those with A[m,k] * B[k,n] = 0
  localparam int unsigned COUNTERS              = 10; // number of counters

  // table: machine
  // Sizes of the programming model.
  localparam int unsigned COMMAND_BYTES = 128;       // of a ring entry
  localparam int unsigned RECORD_BYTES  = 256;       // of a place for a completion record
  localparam int unsigned MAX_RING      = 32768;     // entries of a ring
  localparam int unsigned MAX_DIM       = 16777215;  // greatest M, N, K
  localparam int unsigned IDENTITY      = 1414287175;  // REG_ID, "TLOG"
  localparam int unsigned VERSION       = 65536;     // REG_VERSION, 1.0

endpackage
