// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Files written whole, with every error of the system seen.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tetralog {

// Puts a new file in the place of an old one in one step: whatever fails, the old one stays as it
// was. PATH.tmp is written and renamed; links stay links; a device or a pipe is written itself.
// `sync`: until it is on the disk. 0, or the errno of what failed.
int ReplaceFile(const std::string& path, const std::vector<std::span<const uint8_t>>& parts,
                bool sync = false);

// Whether ReplaceFile can: 0 or an errno. Leaves everything as it was.
int CheckReplace(const std::string& path);

// A text as the new contents of a file, whose folder is made. Throws std::runtime_error with one
// line when that fails.
void WriteOutput(const std::string& path, std::string_view text);

// Before any work: makes the folder of a file, and makes sure that WriteOutput can. An empty path
// is no file. Throws as WriteOutput.
void CheckOutput(const std::string& path);

// The same for all files that a command writes. Throws also when one of them is another, or one of
// `inputs`, whatever their names are: neither may silently take the place of the other.
void CheckOutputs(const std::vector<std::string>& outputs,
                  const std::vector<std::string>& inputs = {});

// What was printed so far, to whom it is for. Throws std::runtime_error when not all of it got
// there: a command whose table is cut off has not done its work.
void FlushStandardOutput();

// Where nothing can be renamed to: devices, pipes, folders, and the links of the system to what a
// process has open, as /dev/stdout.
bool IsInPlace(const std::string& path);

// There is something at the path that is no regular file: a folder, a device, a pipe.
bool IsSpecialFile(const std::string& path);

}  // namespace tetralog
