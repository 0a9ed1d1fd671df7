// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Makes netlists with synth/netlist.sh and Yosys, and keeps them until a source changes.

#pragma once

#include <string>

namespace tetralog {

// Synthesises a module of rtl/, or of the directory of further sources, and returns the path of its
// netlist as JSON. `params` are Name=Value, `keep` the modules that stay apart, both with spaces
// between; run from the top of the tree. Throws std::runtime_error when synthesis fails.
std::string MakeNetlist(const std::string& liberty, const std::string& dir, const std::string& top,
                        const std::string& params, const std::string& keep,
                        const std::string& more_sources = "");

}  // namespace tetralog
