// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The files of waveforms: what may not be replaced, links, and files that are cut anywhere.

#include "sim/wave_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/scratch.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kEnd = 1234;

std::string ErrorOf(const std::string& path) {
  try {
    const WaveFile file(path);
    file.Check(kEnd);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "";
}

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string BigEndian(uint64_t value) {
  std::string text;
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift);
  return text;
}

std::string Block(int kind, const std::string& rest) {
  return static_cast<char>(kind) + BigEndian(8 + rest.size()) + rest;
}

// A header with times and `blocks` blocks of changes, two such, geometry and hierarchy.
std::string Fst(uint64_t blocks = 2) {
  std::string header = BigEndian(0) + BigEndian(kEnd) + std::string(40, '\0') + BigEndian(blocks);
  header.resize(321);
  return Block(0, header) + Block(8, "changes") + Block(8, "more") + Block(3, "geometry") +
         Block(6, "hierarchy");
}

TEST(WaveFiles, AWholeOneIsAcceptedAndEveryCutIsNot) {
  const std::string path = testing::Scratch("w.fst"), whole = Fst();
  Write(path, whole);
  EXPECT_EQ(ErrorOf(path), "");
  for (size_t size = 0; size < whole.size(); ++size) {
    Write(path, whole.substr(0, size));
    EXPECT_NE(ErrorOf(path).find("w.fst: the waveform is not whole"), std::string::npos) << size;
  }
  for (const std::string& other :
       {Fst(3), Fst(1), whole + "x", "x" + whole, whole.substr(0, 330) + std::string(40, '\0')}) {
    Write(path, other);
    EXPECT_NE(ErrorOf(path), "");
  }
  Write(path, whole);
  EXPECT_THROW(WaveFile(path).Check(kEnd + 1), std::runtime_error) << "the last times are lost";
}

TEST(WaveFiles, DevicesPipesAndFoldersStay) {
  const std::string pipe = testing::Scratch("pipe"), link = testing::Scratch("to_pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0666), 0);
  fs::create_symlink(pipe, link);
  for (const std::string& path : {pipe, link, std::string("/dev/stdout")})
    EXPECT_EQ(ErrorOf(path).rfind("cannot write " + path + ": a waveform needs a file", 0), 0u)
        << ErrorOf(path);
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(ErrorOf(testing::Scratch("")).rfind("cannot write ", 0), 0u);
  EXPECT_EQ(ErrorOf("/proc/none/w.fst").rfind("cannot write /proc/none/w.fst: ", 0), 0u);
}

TEST(WaveFiles, LinksAreFollowed) {
  const std::string file = testing::Scratch("file"), link = testing::Scratch("link");
  fs::create_symlink("file", link);
  EXPECT_EQ(WaveFile(link).path(), file) << "to a file that is not there yet";
  Write(file, "old");
  EXPECT_EQ(WaveFile(link).path(), file);
  EXPECT_TRUE(fs::is_symlink(link));
}

TEST(WaveFiles, ABusErrorIsAFullDisk) {
  const std::string path = testing::Scratch("bus.fst");
  Write(path + ".hier", "");
  const auto bus_error = [&] {
    const WaveFile file(path);
    std::raise(SIGBUS);
  };
  EXPECT_EXIT(bus_error(), ::testing::ExitedWithCode(2), "bus.fst: the waveform is not whole");
  EXPECT_FALSE(fs::exists(path + ".hier"));
  { const WaveFile first(path), second(path); }
  EXPECT_EQ(std::signal(SIGBUS, SIG_DFL), SIG_DFL) << "the handler goes with the last file";
}

}  // namespace
}  // namespace tetralog
