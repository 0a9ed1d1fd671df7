// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Buffer of one operand: a bank of memory for each row of a panel, which turns corners as it is written.
//
// A bank holds codes of one row, consecutive k in consecutive nibbles of a word. A bus word is written
//   along   whole, to the bank of its row;
//   across  nibble b of it to bank wr_bank_i + b, all at nibble wr_nibble_i of word wr_addr_i.
// For both, one rotator turns the word by wr_nibble_i or by the number of the bank, and every bank takes
// the rotated word turned back by its own number, which is only wiring.
//
// Reading a word of the Rows banks of a tile row gives, Dot nibbles of every row at a time, the operands
// of WordCodes / Dot beats; the other tile rows of the panel rest.
//
// Latency: a word is there in the cycle after rd_en_i and stays until the next rd_en_i; beat_i selects
// within the cycle.
// Throughput: a write and a read a cycle.
// Limits: no word of a bank is read and written in the same cycle. Dot divides AxiData / 4.

module operand_buffer #(
  parameter int unsigned Rows    = 16,   // rows of a tile
  parameter int unsigned Panel   = 32,   // banks, at least Rows and AxiData / 4
  parameter int unsigned Dot     = 4,    // codes of a row that leave at a time
  parameter int unsigned AxiData = 128,  // bits of a word
  parameter int unsigned Depth   = 512,  // words of a bank
  localparam int unsigned WordCodes   = AxiData / 4,
  localparam int unsigned Groups      = Panel / Rows,
  localparam int unsigned Beats       = WordCodes / Dot,
  localparam int unsigned DepthWidth  = $clog2(Depth),
  localparam int unsigned PanelWidth  = $clog2(Panel),
  localparam int unsigned NibbleWidth = $clog2(WordCodes),
  localparam int unsigned GroupWidth  = Groups > 1 ? $clog2(Groups) : 1,
  localparam int unsigned BeatWidth   = Beats > 1 ? $clog2(Beats) : 1
) (
  input  logic                   clk_i,

  input  logic                   wr_valid_i,
  input  logic                   wr_across_i,
  input  logic [PanelWidth-1:0]  wr_bank_i,    // across: a multiple of WordCodes
  input  logic [DepthWidth-1:0]  wr_addr_i,
  input  logic [NibbleWidth-1:0] wr_nibble_i,  // used across
  input  logic [AxiData-1:0]     wr_data_i,

  input  logic                   rd_en_i,
  input  logic [DepthWidth-1:0]  rd_addr_i,
  input  logic [GroupWidth-1:0]  rd_group_i,   // tile row of the panel
  input  logic [BeatWidth-1:0]   beat_i,       // which Dot codes of the word
  output logic [Rows*Dot*4-1:0]  op_o          // code d of row r at [(r*Dot+d)*4 +: 4]
);

  // Nibble j of the rotated word is nibble j - turn of the bus word.
  logic [NibbleWidth-1:0] turn;
  logic [AxiData-1:0]     rotated, unused_rotated;
  logic [WordCodes-1:0]   mask;
  assign turn    = wr_across_i ? wr_nibble_i : wr_bank_i[NibbleWidth-1:0];
  assign {rotated, unused_rotated} = {wr_data_i, wr_data_i} << {turn, 2'b00};
  assign mask    = wr_across_i ? WordCodes'(1) << wr_nibble_i : '1;

`ifndef SYNTHESIS
  logic [Panel*Dot*4-1:0]   beat;   // of every bank
`else
  logic [Panel*AxiData-1:0] words;  // of every bank
`endif
  for (genvar b = 0; b < Panel; b++) begin : gen_bank
    localparam int unsigned Back = b % WordCodes;
    logic               we, re;
    logic [AxiData-1:0] wdata, rdata;

    assign we = wr_valid_i && (wr_across_i || wr_bank_i[NibbleWidth-1:0] == NibbleWidth'(Back)) &&
                wr_bank_i >> NibbleWidth == PanelWidth'(b / WordCodes);
    assign re = rd_en_i && rd_group_i == GroupWidth'(b / Rows);
    if (Back == 0) begin : gen_straight
      assign wdata = rotated;
    end else begin : gen_back
      assign wdata = {rotated[Back*4-1:0], rotated[AxiData-1:Back*4]};
    end

    sram #(.Width(AxiData), .Depth(Depth)) u_sram (
      .clk_i, .we_i(we), .waddr_i(wr_addr_i), .wdata_i(wdata), .wmask_i(mask),
      .re_i(re), .raddr_i(rd_addr_i), .rdata_o(rdata)
    );

`ifndef SYNTHESIS
    if (Beats > 1) begin : gen_beats
      assign beat[b*Dot*4 +: Dot*4] = rdata[beat_i*(Dot*4) +: Dot*4];
    end else begin : gen_beat
      logic unused_beat;
      assign unused_beat = beat_i;
      assign beat[b*Dot*4 +: Dot*4] = rdata;
    end
`else
    assign words[b*AxiData +: AxiData] = rdata;
`endif
  end

  // Bank b is row b % Rows of tile row b / Rows.
  logic [GroupWidth-1:0] group_q;
  if (Groups > 1) begin : gen_group
    always_ff @(posedge clk_i) begin
      if (rd_en_i) group_q <= rd_group_i;
    end
  end else begin : gen_no_group
    assign group_q = '0;
  end

`ifndef SYNTHESIS
  assign op_o = beat[group_q*(Rows*Dot*4) +: Rows*Dot*4];
`else
  // AND-OR over tile rows and beats together: a tree of multiplexers is 1.4 times as large.
  // The mapper does not buffer what drives cells that it was given.
  logic [Groups*Beats-1:0] select, select_line;
  for (genvar s = 0; s < Groups * Beats; s++) begin : gen_select
    line_driver u_line (.a_i(select[s]), .y_o(select_line[s]), .y_n_o());
    assign select[s] = (Groups == 1 || group_q == GroupWidth'(s / Beats)) &&
                       (Beats == 1 || beat_i == BeatWidth'(s % Beats));
  end
  for (genvar r = 0; r < Rows; r++) begin : gen_row
    logic [Groups*Beats-1:0] row_select;
    for (genvar s = 0; s < Groups * Beats; s++) begin : gen_line
      line_driver u_line (.a_i(select_line[s]), .y_o(row_select[s]), .y_n_o());
    end
    for (genvar i = 0; i < Dot * 4; i++) begin : gen_bit
      logic [(Groups*Beats+1)/2-1:0] none;
      for (genvar s = 0; s < Groups * Beats; s += 2) begin : gen_pair
        localparam int unsigned First  = ((s/Beats)*Rows + r)*AxiData + (s%Beats)*Dot*4 + i;
        localparam int unsigned Second = (((s+1)/Beats)*Rows + r)*AxiData + ((s+1)%Beats)*Dot*4 + i;
        if (s + 1 < Groups * Beats) begin : gen_two
          and_or_invert u_pair (.a_i(row_select[s]), .b_i(words[First]), .c_i(row_select[s+1]),
                                .d_i(words[Second]), .y_o(none[s/2]));
        end else begin : gen_one
          assign none[s/2] = ~(row_select[s] & words[First]);
        end
      end
      assign op_o[r*Dot*4+i] = ~&none;
    end
  end
`endif

endmodule
