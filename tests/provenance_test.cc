// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The revision in reports is that of the source that was built, not of the folder a program runs
// in; and the script that finds it: in a work tree, in one with changes, and without one.

#include "sim/provenance.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/scratch.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

constexpr char kGit[] =
    "git -c user.name=t -c user.email=t@t -c init.defaultBranch=m -c commit.gpgsign=false ";

class Provenances : public ::testing::Test {
 protected:
  static void Run(const std::string& command) {
    ASSERT_EQ(std::system((command + " > /dev/null 2>&1").c_str()), 0) << command;
  }
  static void Write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
  }
  // What the script finds in a folder.
  static std::string RevisionOf(const std::string& folder) {
    const std::string out = testing::Scratch("revision.cc");
    Run("sh sim/cmake/revision.sh '" + folder + "' '" + out + "'");
    std::ifstream in(out);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const size_t begin = text.find('"') + 1;
    return text.substr(begin, text.find('"', begin) - begin);
  }
};

TEST_F(Provenances, AreOfTheBuildWhereverAProgramRuns) {
  const auto here = Provenance();
  EXPECT_FALSE(here["git_revision"].get<std::string>().empty());
  EXPECT_EQ(here["tools"]["verilator"].get<std::string>().rfind("Verilator ", 0), 0u);
  const std::string other = testing::Scratch("other");
  Write(other + "/file", "text");
  Run(kGit + ("init '" + other + "'"));
  Run(kGit + ("-C '" + other + "' add file"));
  Run(kGit + ("-C '" + other + "' commit -m other"));
  const fs::path before = fs::current_path();
  fs::current_path(other);
  EXPECT_EQ(Provenance(), here);
  fs::current_path(before);
}

TEST_F(Provenances, AScriptFindsRevisionAndChanges) {
  const std::string tree = testing::Scratch("tree"), out = testing::Scratch("revision.cc");
  Write(tree + "/sub/file", "text");
  EXPECT_EQ(RevisionOf(tree), "unknown");
  Run(kGit + ("init '" + tree + "'"));
  EXPECT_EQ(RevisionOf(tree), "unknown") << "no commit yet";
  Run(kGit + ("-C '" + tree + "' add sub"));
  Run(kGit + ("-C '" + tree + "' commit -m first"));
  const std::string revision = RevisionOf(tree);
  EXPECT_EQ(revision.size(), 12u) << revision;
  EXPECT_EQ(RevisionOf(tree + "/sub"), "unknown") << "a copy inside another work tree";
  EXPECT_EQ(RevisionOf(tree), revision);
  const auto written = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(out, written);
  EXPECT_EQ(RevisionOf(tree), revision);
  EXPECT_EQ(fs::last_write_time(out), written) << "nothing changed, so nothing is compiled again";
  Write(tree + "/sub/file", "changed");
  EXPECT_EQ(RevisionOf(tree), revision + "-dirty");
}

}  // namespace
}  // namespace tetralog
