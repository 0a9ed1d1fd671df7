// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Files put in the place of old ones: an old file stays as it was until there is a whole new one. A
// limit on the size of files stands for a disk that is full.

#include "sim/whole_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "tests/scratch.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

class WholeFile : public ::testing::Test {
 protected:
  static std::string At(const std::string& name) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    fs::create_directories(testing::Scratch(test->name()));
    return testing::Scratch(test->name()) + "/" + name;
  }
  static std::string Read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::string ErrorOf(const std::function<void()>& call) {
    try {
      call();
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  }
};

TEST_F(WholeFile, PutsATextInThePlaceOfAnOldOneAndMakesItsFolder) {
  for (const std::string text : {"old", "and new"}) {
    WriteOutput(At("a/b/c.json"), text);
    EXPECT_EQ(Read(At("a/b/c.json")), text);
    EXPECT_FALSE(fs::exists(At("a/b/c.json.tmp")));
  }
}

TEST_F(WholeFile, AnOldFileStaysWhenTheNewOneDoesNotFit) {
  WriteOutput(At("f"), "old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {100, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string error = ErrorOf([&] { WriteOutput(At("f"), std::string(200, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(error, "cannot write " + At("f") + ": File too large; give a path that can be written");
  EXPECT_EQ(Read(At("f")), "old");
  EXPECT_FALSE(fs::exists(At("f.tmp")));
}

TEST_F(WholeFile, ACheckLeavesEverythingAsItWas) {
  CheckOutput("");
  WriteOutput(At("old"), "old");
  CheckOutput(At("old"));
  CheckOutput(At("sub/new"));
  EXPECT_EQ(Read(At("old")), "old");
  EXPECT_FALSE(fs::exists(At("old.tmp")));
  EXPECT_TRUE(fs::is_empty(At("sub")));
}

TEST_F(WholeFile, WhatCannotBeWrittenIsRefusedWithItsReason) {
  const std::pair<std::string, std::string> cases[] = {{At(""), "Is a directory"},
                                                       {"/proc/none/x", "No such file"},
                                                       {At("f") + "/x", "Not a directory"}};
  WriteOutput(At("f"), "");
  for (const auto& [path, reason] : cases)
    for (const auto& call : {std::function([path = path] { CheckOutput(path); }),
                             std::function([path = path] { WriteOutput(path, "text"); })}) {
      const std::string error = ErrorOf(call);
      EXPECT_EQ(error.rfind("cannot write " + path + ": " + reason, 0), 0u) << error;
    }
  CheckOutput("/dev/full");
  EXPECT_NE(ErrorOf([] { WriteOutput("/dev/full", "text"); }).find("No space left"),
            std::string::npos);
  EXPECT_TRUE(IsSpecialFile("/dev/full"));
}

TEST_F(WholeFile, AFileForTwoPurposesIsRefusedWhateverItsName) {
  WriteOutput(At("in"), "old");
  fs::create_symlink("in", At("link"));
  for (const std::string& path : {At("in"), At("sub/../in"), At("link")})
    EXPECT_EQ(ErrorOf([&] {
                CheckOutputs({At("out"), path}, {At("other"), At("in")});
              }),
              path + ": named for two files; give every file that is written a name of its own");
  EXPECT_NE(ErrorOf([&] { CheckOutputs({At("new"), At("new")}); }), "");
  EXPECT_EQ(Read(At("in")), "old");
  EXPECT_EQ(ErrorOf([&] { CheckOutputs({At("a"), At("b"), ""}, {At("in"), At("in"), ""}); }), "");
  EXPECT_EQ(ErrorOf([] { CheckOutputs({"/dev/null", "/dev/null"}, {"/dev/null"}); }), "");
}

// Root may write every file: while this lives it is nobody.
class Nobody {
 public:
  Nobody() { Become(65534); }
  ~Nobody() { Become(0); }

 private:
  void Become(uid_t user) {
    if (root_) EXPECT_EQ(setresuid(user, user, 0), 0);
  }
  const bool root_ = geteuid() == 0;
};

TEST_F(WholeFile, AFileThatMayNotBeWrittenIsNotReplaced) {
  const std::string path = At("f");
  WriteOutput(path, "kept");
  fs::permissions(path, fs::perms::owner_read);
  fs::permissions(fs::path(path).parent_path(), fs::perms::all);  // only the file itself forbids it
  {
    const Nobody nobody;
    EXPECT_NE(ErrorOf([&] { CheckOutput(path); }).find("Permission denied"), std::string::npos);
    EXPECT_NE(ErrorOf([&] { WriteOutput(path, ""); }).find("Permission denied"), std::string::npos);
  }
  EXPECT_EQ(Read(path), "kept");
}

TEST_F(WholeFile, ALinkStaysALink) {
  WriteOutput(At("f"), "old");
  fs::create_symlink("f", At("link"));
  WriteOutput(At("link"), "new");
  EXPECT_TRUE(fs::is_symlink(At("link")));
  EXPECT_EQ(Read(At("f")), "new");
}

}  // namespace
}  // namespace tetralog
