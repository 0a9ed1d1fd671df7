// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Files written whole, with every error of the system seen.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tetralog {

// Writes a file, made or truncated; `sync`: until it is on the disk. 0, or the errno of what
// failed.
int WriteWholeFile(const std::string& path, const std::vector<std::span<const uint8_t>>& parts,
                   bool sync = false);

// Until the entries of a folder are on the disk, where the file system can do that.
void SyncFolder(const std::string& folder);

// Where the bytes of a file are written before they take its place: beside it. A special file keeps
// its place: the path itself.
std::string TemporaryPath(const std::string& path);

// There is something at the path that is no regular file: a folder, a device, a pipe.
bool IsSpecialFile(const std::string& path);

}  // namespace tetralog
