// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the synthesis tools share: whole text files, hashes, commands.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace tetralog {

// Throws std::runtime_error when the file cannot be read or written.
std::string ReadTextFile(const std::filesystem::path& path);
void WriteTextFile(const std::filesystem::path& path, const std::string& text);

// FNV-1a, 64 bits: names results after what they were made of.
uint64_t TextHash(const std::string& text, uint64_t hash = 0xcbf29ce484222325u);

// Runs a shell command whose errors go to the terminal; throws std::runtime_error with `failed`
// when it fails.
void RunCommand(const std::string& command, const std::string& failed);

}  // namespace tetralog
