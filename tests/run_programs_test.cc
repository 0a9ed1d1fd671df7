// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Programs that are run at once: all end, one fails, a signal stops them.

#include "sim/run_programs.h"

#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "tests/train_toy.h"

namespace tetralog {
namespace {

using train::testing::ExpectErrorHas;
using train::testing::Folder;
using train::testing::ReadText;

Program Shell(const Folder& folder, const std::string& name, const std::string& script) {
  return {name, {"/bin/sh", "-c", script}, folder / (name + ".log")};
}

TEST(RunPrograms, AllRunAndLeaveTheirOutput) {
  const Folder folder;
  std::set<std::string> done;
  ProgramEvents events;
  events.done = [&](const Program& program, double) { done.insert(program.name); };
  std::vector<Program> programs;
  for (const char* name : {"a", "b", "c"})
    programs.push_back(Shell(folder, name, std::string("echo this is ") + name + " >&2"));
  EXPECT_TRUE(RunPrograms(programs, 2, events));
  EXPECT_EQ(done, (std::set<std::string>{"a", "b", "c"}));
  EXPECT_EQ(ReadText(folder / "c.log"), "this is c\n");
  EXPECT_TRUE(RunPrograms({}, 1, {}));
}

TEST(RunPrograms, AsManyAtOnceAsAsked) {
  const Folder folder;
  // Each waits for the file of the other.
  const auto script = [&](const std::string& mine, const std::string& other) {
    return "touch " + (folder / mine) + "; for i in $(seq 500); do test -e " + (folder / other) +
           " && exit 0; sleep 0.01; done; exit 1";
  };
  EXPECT_TRUE(RunPrograms(
      {Shell(folder, "a", script("1", "2")), Shell(folder, "b", script("2", "1"))}, 2, {}));
}

TEST(RunPrograms, OneThatFailsStopsTheOthersAndItsLastLineIsTheError) {
  const Folder folder;
  const auto start = std::chrono::steady_clock::now();
  ExpectErrorHas(
      [&] {
        RunPrograms({Shell(folder, "slow", "sleep 60"),
                     Shell(folder, "bad", "echo first; echo error: of mine >&2; exit 2")},
                    2, {});
      },
      {"bad: error: of mine", "bad.log"});
  ExpectErrorHas([&] { RunPrograms({Shell(folder, "killed", "kill -9 $$")}, 1, {}); },
                 {"killed: was ended by signal 9"});
  ExpectErrorHas(
      [&] {
        RunPrograms({{"none", {"/no/program"}, folder / "n.log"}}, 1, {});
      },
      {"none: cannot be started"});
  ExpectErrorHas(
      [&] {
        RunPrograms({{"x", {"/bin/true"}, folder / "no/x.log"}}, 1, {});
      },
      {"no/x.log: cannot be written"});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(RunPrograms, WhereFailuresAreListenedToTheOthersGoOn) {
  const Folder folder;
  std::vector<std::string> failed, done;
  ProgramEvents events;
  events.failed = [&](const Program& program, const std::string& message) {
    failed.push_back(program.name + "; " + message);
  };
  events.done = [&](const Program& program, double) { done.push_back(program.name); };
  EXPECT_TRUE(RunPrograms({Shell(folder, "bad", "echo error: of mine; exit 2"),
                           Shell(folder, "good", "exit 0"),
                           {"none", {"/no"}, folder / "n.log"}},
                          1, events));
  EXPECT_EQ(done, std::vector<std::string>{"good"});
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[0].rfind("bad; bad: error: of mine (", 0), 0u) << failed[0];
  EXPECT_EQ(failed[1].rfind("none; none: cannot be started", 0), 0u) << failed[1];
}

TEST(RunPrograms, ASignalIsPassedOnAndTheyEndInOrder) {
  const Folder folder;
  const std::string ready = folder / "ready", ended = folder / "ended";
  ProgramEvents events;
  events.wait = [&](const std::vector<std::string>&, double) {
    if (std::filesystem::exists(ready)) raise(SIGTERM);
  };
  const std::string script = "trap 'touch " + ended + "; exit 130' TERM; touch " + ready +
                             "; while :; do sleep 0.01; done";
  EXPECT_FALSE(
      RunPrograms({Shell(folder, "a", script), Shell(folder, "never", "exit 0")}, 1, events));
  EXPECT_TRUE(std::filesystem::exists(ended));
  EXPECT_FALSE(std::filesystem::exists(folder / "never.log"));
}

}  // namespace
}  // namespace tetralog
