// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the two replays of `tetralog replay` share: on whole machines, and on the engine alone.

#pragma once

#include <string>
#include <vector>

#include "sim/engine.h"
#include "sim/tool.h"
#include "sim/trace_file.h"

namespace tetralog {

struct ReplayArguments {
  std::string tool;  // the program
  std::vector<std::string> traces;
  std::string gemm;  // only GEMMs whose name contains this
  MachineArguments machines;
  bool engine = false;
  std::string json, wave;
};

struct SelectedTrace {
  std::string file;
  Trace trace;  // with the selected GEMMs only
};

// Everything that can be wrong with traces and selection is found here, before any work.
std::vector<SelectedTrace> ReadTraces(const ReplayArguments& args);

std::string ReproducingCommand(const ReplayArguments& args, const std::string& file,
                               const std::string& gemm);

// "fc1_forward" of "step000/fc1_forward".
std::string ShortName(const TraceGemm& gemm);

// "177 million MACs"; all digits of a few.
std::string MacsText(uint64_t macs);

// Of the column of names in a table.
size_t NameWidth(const std::vector<SelectedTrace>& traces);

// The entry of a GEMM in a report, without results.
Json GemmJson(const Trace& trace, const TraceGemm& gemm);

int RunEngineReplay(const ReplayArguments& args);

}  // namespace tetralog
