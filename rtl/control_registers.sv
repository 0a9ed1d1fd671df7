// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The registers of the core behind an AXI4-Lite port, with its interrupt and performance counters.
//
// Offsets and bits are those of tetralog_pkg (tables registers, control, interrupts, counters). An
// offset without a register, no multiple of 4, or a write to a register that only reads is answered
// SLVERR and has no effect; the data of a refused read is 0.
//
// Writes: AW and W are accepted together, in whichever order they come; strobes choose bytes. A write
// takes 2 cycles from the later of the two to B, a read 2 cycles from AR to R; one of each at a time.
// The AXI4-Lite outputs are registers.
//
// Soft reset: soft_reset_o is high from the write of the bit until soft_reset_done_i, which also
// clears tail and the interrupt status. Ring registers, enables and counters stay.
//
// Counters are 48 bits, shown as 64. Reading a low word holds the upper half of that counter for the
// read that follows; all counters share the place where it is held. Only the low bits of a counter
// count at once. The carry out of them waits for the one incrementer of all the high bits, which works
// on one counter a cycle and adds what still waits to what is read.
//
// Throughput: an access of either kind every 3 cycles; an event of every counter a cycle.
// Limits: AxiData 64 or 128, AddrWidth 32 to 63; Rows, Cols, DepthA, DepthB below 2^16 and the others below
// 2^8, the width of their register fields. The master keeps what it offers until it is taken.

module control_registers #(
  parameter int unsigned Rows       = 16,
  parameter int unsigned Cols       = 16,
  parameter int unsigned Dot        = 4,
  parameter int unsigned Lanes      = 4,
  parameter int unsigned AccWidth   = 24,
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS,
  parameter int unsigned DepthA     = 64,   // words of a bank
  parameter int unsigned DepthB     = 128,
  parameter int unsigned AxiData    = 128,
  parameter int unsigned AddrWidth  = 40,
  localparam int unsigned CountWidth = $clog2(Rows * Cols * Dot) + 1,
  localparam int unsigned BytesWidth = $clog2(AxiData / 8) + 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,            // hard reset only

  input  logic                  s_axil_awvalid_i,
  output logic                  s_axil_awready_o,
  input  logic [11:0]           s_axil_awaddr_i,
  input  logic                  s_axil_wvalid_i,
  output logic                  s_axil_wready_o,
  input  logic [31:0]           s_axil_wdata_i,
  input  logic [3:0]            s_axil_wstrb_i,
  output logic                  s_axil_bvalid_o,
  input  logic                  s_axil_bready_i,
  output logic [1:0]            s_axil_bresp_o,
  input  logic                  s_axil_arvalid_i,
  output logic                  s_axil_arready_o,
  input  logic [11:0]           s_axil_araddr_i,
  output logic                  s_axil_rvalid_o,
  input  logic                  s_axil_rready_i,
  output logic [31:0]           s_axil_rdata_o,
  output logic [1:0]            s_axil_rresp_o,
  output logic                  irq_o,             // level

  output logic                  enable_o,
  output logic                  soft_reset_o,      // level, until soft_reset_done_i
  input  logic                  soft_reset_done_i, // pulse
  output logic [63:0]           ring_base_o,       // bytes
  output logic [15:0]           ring_size_o,       // entries
  output logic [63:0]           record_base_o,     // bytes
  output logic [31:0]           tail_o,            // commands submitted

  input  logic [31:0]           head_i,            // commands completed
  input  logic                  busy_i,
  input  logic                  error_i,           // level
  input  logic [7:0]            error_cause_i,     // tetralog_pkg::cause_e
  input  logic [31:0]           error_index_i,
  input  logic                  completion_i,      // pulse: a command with its interrupt bit completed

  input  logic                  count_busy_i,      // events of this cycle
  input  logic                  count_active_i,
  input  logic                  count_stall_operand_i,
  input  logic                  count_stall_drain_i,
  input  logic                  count_stall_addend_i,
  input  logic                  count_stall_write_i,
  input  logic                  count_read_i,         // a beat of AxiData / 8 bytes
  input  logic [BytesWidth-1:0] count_write_bytes_i,  // 0..AxiData / 8
  input  logic [CountWidth-1:0] count_products_i,     // 0..Rows * Cols * Dot
  input  logic [CountWidth-1:0] count_gated_i
);

  localparam int unsigned Counters = tetralog_pkg::COUNTERS;
  localparam int unsigned Width    = 48;  // bits of a counter
  // Bits that count at once, of a counter of one event a cycle and of any other: a carry comes at most
  // every 64 cycles, and never waits as long: a read takes the incrementer in one cycle of three at most.
  localparam int unsigned Narrow   = 8;
  localparam int unsigned Wide     = (CountWidth + 5 > 16) ? CountWidth + 5 : 16;
  localparam int unsigned ReadStep = AxiData / 8;

  function automatic logic at(input logic [11:0] addr, input logic [31:0] offset);
    at = {20'd0, addr} == offset;
  endfunction

  // --------------------------------------------------------------------- handshakes
  // A ready is high for one cycle, in which the transfer happens.
  logic write_q, bvalid_q, bad_write_q, read_q, rvalid_q, bad_read_q;
  logic write_ok, read_ok, read_d;
  logic awake_q;  // 0 in reset and one cycle longer, which clears the registers without a reset
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      awake_q  <= 1'b0;
      write_q  <= 1'b0;
      bvalid_q <= 1'b0;
      read_q   <= 1'b0;
      rvalid_q <= 1'b0;
    end else begin
      awake_q  <= 1'b1;
      write_q  <= awake_q && s_axil_awvalid_i && s_axil_wvalid_i && !write_q && !bvalid_q;
      bvalid_q <= write_q || (bvalid_q && !s_axil_bready_i);
      read_q   <= read_d;
      rvalid_q <= read_q || (rvalid_q && !s_axil_rready_i);
    end
  end

  assign read_d = awake_q && s_axil_arvalid_i && !read_q && !rvalid_q;
  always_ff @(posedge clk_i) begin
    if (write_q) bad_write_q <= !write_ok;
    if (read_q) bad_read_q <= !read_ok;
  end

  assign s_axil_awready_o = write_q;
  assign s_axil_wready_o  = write_q;
  assign s_axil_bvalid_o  = bvalid_q;
  assign s_axil_bresp_o   = {bad_write_q, 1'b0};
  assign s_axil_arready_o = read_q;
  assign s_axil_rvalid_o  = rvalid_q;
  assign s_axil_rresp_o   = {bad_read_q, 1'b0};

  // ------------------------------------------------------------------------- writes
  logic wr_control, wr_ring_lo, wr_ring_hi, wr_size, wr_record_lo, wr_record_hi, wr_tail;
  logic wr_irq_enable, wr_irq_status;
  assign wr_control    = at(s_axil_awaddr_i, tetralog_pkg::REG_CONTROL);
  assign wr_ring_lo    = at(s_axil_awaddr_i, tetralog_pkg::REG_RING_BASE_LO);
  assign wr_ring_hi    = at(s_axil_awaddr_i, tetralog_pkg::REG_RING_BASE_HI);
  assign wr_size       = at(s_axil_awaddr_i, tetralog_pkg::REG_RING_SIZE);
  assign wr_record_lo  = at(s_axil_awaddr_i, tetralog_pkg::REG_RECORD_BASE_LO);
  assign wr_record_hi  = at(s_axil_awaddr_i, tetralog_pkg::REG_RECORD_BASE_HI);
  assign wr_tail       = at(s_axil_awaddr_i, tetralog_pkg::REG_TAIL);
  assign wr_irq_enable = at(s_axil_awaddr_i, tetralog_pkg::REG_IRQ_ENABLE);
  assign wr_irq_status = at(s_axil_awaddr_i, tetralog_pkg::REG_IRQ_STATUS);
  assign write_ok      = wr_control || wr_ring_lo || wr_ring_hi || wr_size || wr_record_lo ||
                         wr_record_hi || wr_tail || wr_irq_enable || wr_irq_status;

  // Registers that the hard reset clears by writing 0 to all of them.
  logic [31:0] wdata;
  logic [3:0]  strobe;
  logic        clear_tail;
  assign wdata      = s_axil_wdata_i & {32{awake_q}};
  assign strobe     = s_axil_wstrb_i & {4{write_q}};
  assign clear_tail = soft_reset_done_i || !awake_q;

  logic [63:0] ring_base_q, record_base_q;
  logic [15:0] ring_size_q;
  logic [31:0] tail_q;
  for (genvar b = 0; b < 4; b++) begin : gen_byte
    logic       clear;
    logic [7:0] data;
    assign clear = !awake_q;
    assign data  = wdata[8*b +: 8];
    always_ff @(posedge clk_i) begin
      if (clear || (wr_ring_lo && strobe[b])) ring_base_q[8*b +: 8] <= data;
      if (clear || (wr_ring_hi && strobe[b])) ring_base_q[32+8*b +: 8] <= data;
      if (clear || (wr_record_lo && strobe[b])) record_base_q[8*b +: 8] <= data;
      if (clear || (wr_record_hi && strobe[b])) record_base_q[32+8*b +: 8] <= data;
      if (clear_tail || (wr_tail && strobe[b])) tail_q[8*b +: 8] <= data & {8{!clear_tail}};
    end
    if (b < 2) begin : gen_size
      always_ff @(posedge clk_i) begin
        if (clear || (wr_size && strobe[b])) ring_size_q[8*b +: 8] <= data;
      end
    end
  end

  logic [1:0] irq_enable_q, irq_status_q, irq_set, irq_clear;
  logic       enable_q, soft_reset_q, error_q, write_clear, clear_hold_q, clear_counters;
  assign irq_set[tetralog_pkg::IRQ_COMPLETION] = completion_i;
  assign irq_set[tetralog_pkg::IRQ_ERROR]      = error_i && !error_q;
  assign irq_clear = s_axil_wdata_i[1:0] & {2{wr_irq_status && strobe[0]}};
  // Asked for together with a soft reset, a clear lasts until its end: what still runs is not counted.
  assign write_clear    = wr_control && strobe[0] &&
                          s_axil_wdata_i[tetralog_pkg::CONTROL_CLEAR_COUNTERS];
  assign clear_counters = !awake_q || write_clear || clear_hold_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      enable_q     <= 1'b0;
      soft_reset_q <= 1'b0;
      error_q      <= 1'b0;
      clear_hold_q <= 1'b0;
      irq_enable_q <= '0;
      irq_status_q <= '0;
    end else begin
      error_q <= error_i;
      clear_hold_q <= (clear_hold_q && !soft_reset_done_i) ||
                      (write_clear && ((soft_reset_q && !soft_reset_done_i) ||
                                       s_axil_wdata_i[tetralog_pkg::CONTROL_SOFT_RESET]));
      if (wr_control && strobe[0]) enable_q <= s_axil_wdata_i[tetralog_pkg::CONTROL_ENABLE];
      if (wr_irq_enable && strobe[0]) irq_enable_q <= s_axil_wdata_i[1:0];
      // An event in the cycle of its clearing is kept, a request in the cycle of the last one's end too.
      irq_status_q <= soft_reset_done_i ? 2'd0 : (irq_status_q & ~irq_clear) | irq_set;
      soft_reset_q <= (soft_reset_q && !soft_reset_done_i) ||
                      (wr_control && strobe[0] &&
                       s_axil_wdata_i[tetralog_pkg::CONTROL_SOFT_RESET]);
    end
  end

  assign enable_o      = enable_q;
  assign soft_reset_o  = soft_reset_q;
  assign ring_base_o   = ring_base_q;
  assign ring_size_o   = ring_size_q;
  assign record_base_o = record_base_q;
  assign tail_o        = tail_q;
  assign irq_o         = (irq_enable_q & irq_status_q) != '0;

  // ----------------------------------------------------------------------- counters
  // Events in units of the lowest bit that counts: reads are counted in beats.
  logic [Counters*Wide-1:0] events;
  assign events[Wide*tetralog_pkg::COUNTER_BUSY          +: Wide] = Wide'(count_busy_i);
  assign events[Wide*tetralog_pkg::COUNTER_ACTIVE        +: Wide] = Wide'(count_active_i);
  assign events[Wide*tetralog_pkg::COUNTER_STALL_OPERAND +: Wide] = Wide'(count_stall_operand_i);
  assign events[Wide*tetralog_pkg::COUNTER_STALL_DRAIN   +: Wide] = Wide'(count_stall_drain_i);
  assign events[Wide*tetralog_pkg::COUNTER_STALL_ADDEND  +: Wide] = Wide'(count_stall_addend_i);
  assign events[Wide*tetralog_pkg::COUNTER_STALL_WRITE   +: Wide] = Wide'(count_stall_write_i);
  assign events[Wide*tetralog_pkg::COUNTER_READ_BYTES    +: Wide] = Wide'(count_read_i);
  assign events[Wide*tetralog_pkg::COUNTER_WRITE_BYTES   +: Wide] = Wide'(count_write_bytes_i);
  assign events[Wide*tetralog_pkg::COUNTER_PRODUCTS      +: Wide] = Wide'(count_products_i);
  assign events[Wide*tetralog_pkg::COUNTER_GATED         +: Wide] = Wide'(count_gated_i);

  // The counter on which the incrementer works, at most one: the one that the next cycle reads, else the
  // first whose carry waits.
  logic [Counters-1:0] select_q, rd_low, rd_high, grant, carry_all;
  always_comb begin
    grant = '0;
    for (int i = Counters - 1; i >= 0; i--)
      if (carry_all[i] && !select_q[i]) grant = Counters'(1) << i;
    {rd_low, rd_high} = '0;
`ifndef SYNTHESIS
    if (s_axil_arvalid_i)  // simulation decodes no more often than it is asked
`endif
    for (int unsigned i = 0; i < Counters; i++) begin
      rd_low[i]  = at(s_axil_araddr_i, tetralog_pkg::REG_COUNTERS + 32'd8 * i);
      rd_high[i] = at(s_axil_araddr_i, tetralog_pkg::REG_COUNTERS + 32'd8 * i + 32'd4);
    end
  end
  always_ff @(posedge clk_i) select_q <= read_d ? rd_low : grant;

  logic [Counters*Width-1:0] value_all;
  logic [Width-1:0]          value, count;
  logic [Wide-Narrow:0]      middle;  // with its carry
  logic                      carry_narrow, carry_wide;
  always_comb begin
    value        = '0;
    carry_narrow = 1'b0;
    carry_wide   = 1'b0;
`ifndef SYNTHESIS
    if (select_q != '0)  // as above
`endif
    for (int unsigned i = 0; i < Counters; i++) begin
      value = value | (value_all[Width*i +: Width] & {Width{select_q[i]}});
      if (i < tetralog_pkg::COUNTER_READ_BYTES)
        carry_narrow = carry_narrow | (carry_all[i] & select_q[i]);
      else
        carry_wide   = carry_wide | (carry_all[i] & select_q[i]);
    end
  end
  assign middle = {1'b0, value[Wide-1:Narrow]} + (Wide - Narrow + 1)'(carry_narrow);
  assign count  = {value[Width-1:Wide] + (Width - Wide)'(carry_wide || middle[Wide-Narrow]),
                   middle[Wide-Narrow-1:0], value[Narrow-1:0]};

  for (genvar i = 0; i < Counters; i++) begin : gen_counter
    localparam bit          Single  = i < tetralog_pkg::COUNTER_READ_BYTES;
    localparam int unsigned Low     = Single ? Narrow : Wide;
    localparam int unsigned Shift   = (i == tetralog_pkg::COUNTER_READ_BYTES) ? $clog2(ReadStep) : 0;
    localparam int unsigned LowBits = Low - Shift;
    logic [LowBits-1:0]   low_q;
    logic [Width-Low-1:0] high_q;
    logic [LowBits:0]     sum;
    logic                 carry_q, carry_d, serve;
    if (Single || Shift != 0) begin : gen_one
      // One event a cycle, which comes late, has no adder behind it.
      assign sum     = {1'b0, low_q} + (LowBits + 1)'(1);
      assign carry_d = sum[LowBits] && events[Wide*i];
      always_ff @(posedge clk_i)
        if (events[Wide*i] || clear_counters) low_q <= sum[LowBits-1:0] & {LowBits{!clear_counters}};
    end else begin : gen_several
      assign sum     = {1'b0, low_q} + {1'b0, events[Wide*i +: LowBits]};
      assign carry_d = sum[LowBits];
      always_ff @(posedge clk_i) low_q <= sum[LowBits-1:0] & {LowBits{!clear_counters}};
    end
    assign serve = select_q[i] && carry_q;
    always_ff @(posedge clk_i) begin
      carry_q <= (carry_d || (carry_q && !select_q[i])) && !clear_counters;
      if (serve || clear_counters) high_q <= count[Width-1:Low] & {Width-Low{!clear_counters}};
    end
    assign value_all[Width*i +: Width] = {high_q, low_q, {Shift{1'b0}}};
    assign carry_all[i]                = carry_q;
    logic unused_events;
    assign unused_events = ^events[Wide*i +: Wide];
`ifndef SYNTHESIS
    assert property (@(posedge clk_i) disable iff (!rst_ni) carry_q && carry_d |-> select_q[i])
      else $error("control_registers: a carry of counter %0d is lost", i);
`endif
  end

  // -------------------------------------------------------------------------- reads
  logic [15:0] held_q;
  logic [31:0] control, status, rdata, rdata_q;
  always_comb begin
    control = '0;
    control[tetralog_pkg::CONTROL_ENABLE]     = enable_q;
    control[tetralog_pkg::CONTROL_SOFT_RESET] = soft_reset_q;
    status = '0;
    status[tetralog_pkg::STATUS_BUSY]  = busy_i;
    status[tetralog_pkg::STATUS_ERROR] = error_i;
  end

  always_comb begin
    read_ok = 1'b1;
    rdata   = '0;
`ifndef SYNTHESIS
    if (read_q)  // as above
`endif
    case ({20'd0, s_axil_araddr_i})
      tetralog_pkg::REG_ID:             rdata = tetralog_pkg::IDENTITY;
      tetralog_pkg::REG_VERSION:        rdata = tetralog_pkg::VERSION;
      tetralog_pkg::REG_ARRAY:          rdata = {16'(Cols), 16'(Rows)};
      tetralog_pkg::REG_UNITS:          rdata = {8'(RandomBits), 8'(AccWidth), 8'(Lanes), 8'(Dot)};
      tetralog_pkg::REG_BUFFERS:        rdata = {16'(DepthB), 16'(DepthA)};
      tetralog_pkg::REG_BUS:            rdata = {16'(AddrWidth), 16'(AxiData)};
      tetralog_pkg::REG_CONTROL:        rdata = control;
      tetralog_pkg::REG_STATUS:         rdata = status;
      tetralog_pkg::REG_RING_BASE_LO:   rdata = ring_base_q[31:0];
      tetralog_pkg::REG_RING_BASE_HI:   rdata = ring_base_q[63:32];
      tetralog_pkg::REG_RING_SIZE:      rdata = {16'd0, ring_size_q};
      tetralog_pkg::REG_RECORD_BASE_LO: rdata = record_base_q[31:0];
      tetralog_pkg::REG_RECORD_BASE_HI: rdata = record_base_q[63:32];
      tetralog_pkg::REG_TAIL:           rdata = tail_q;
      tetralog_pkg::REG_HEAD:           rdata = head_i;
      tetralog_pkg::REG_IRQ_ENABLE:     rdata = {30'd0, irq_enable_q};
      tetralog_pkg::REG_IRQ_STATUS:     rdata = {30'd0, irq_status_q};
      tetralog_pkg::REG_ERROR_CAUSE:    rdata = {24'd0, error_cause_i};
      tetralog_pkg::REG_ERROR_INDEX:    rdata = error_index_i;
      default: begin
        rdata   = (select_q != '0) ? count[31:0] : {16'd0, held_q & {16{rd_high != '0}}};
        read_ok = select_q != '0 || rd_high != '0;
      end
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (read_q) rdata_q <= rdata;
    if (!awake_q || (read_q && select_q != '0)) held_q <= count[Width-1:32] & {16{awake_q}};
  end
  assign s_axil_rdata_o = rdata_q;

`ifndef SYNTHESIS
  // The master keeps what it offers until it is taken; so do the answers.
  assert property (@(posedge clk_i) disable iff (!rst_ni)
    s_axil_awvalid_i && !s_axil_awready_o |=> s_axil_awvalid_i && $stable(s_axil_awaddr_i));
  assert property (@(posedge clk_i) disable iff (!rst_ni)
    s_axil_wvalid_i && !s_axil_wready_o |=>
    s_axil_wvalid_i && $stable(s_axil_wdata_i) && $stable(s_axil_wstrb_i));
  assert property (@(posedge clk_i) disable iff (!rst_ni)
    s_axil_arvalid_i && !s_axil_arready_o |=> s_axil_arvalid_i && $stable(s_axil_araddr_i));
  assert property (@(posedge clk_i) disable iff (!rst_ni)
    s_axil_bvalid_o && !s_axil_bready_i |=> s_axil_bvalid_o && $stable(s_axil_bresp_o));
  assert property (@(posedge clk_i) disable iff (!rst_ni)
    s_axil_rvalid_o && !s_axil_rready_i |=>
    s_axil_rvalid_o && $stable(s_axil_rdata_o) && $stable(s_axil_rresp_o));
`endif

endmodule
