// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/tool.h"

int main(int argc, char** argv) { return tetralog::ToolMain("tetralog", argc, argv); }
