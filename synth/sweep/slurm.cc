// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "sim/stop_signals.h"
#include "synth/sweep/launcher.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::minutes(10);  // with a controller that does not answer

double Seconds(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// For the shell.
std::string Quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

struct Said {
  int status = -1;
  std::string text;  // standard output and error
};

Said Ask(const std::string& command) {
  Said said;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return said;
  std::array<char, 4096> buffer;
  while (const size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
    said.text.append(buffer.data(), n);
  said.status = WEXITSTATUS(pclose(pipe));
  return said;
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

class SlurmArray {
 public:
  SlurmArray(const std::vector<Program>& programs, const LaunchOptions& options)
      : folder_(fs::absolute(options.folder)), count_(programs.size()) {
    CancelLast();
    // Task i runs line i. The exit code outlives the queue in a file beside the log.
    std::string lines;
    for (const Program& program : programs) {
      std::string line;
      for (const std::string& word : program.words) line += Quoted(word) + " ";
      const std::string log = Quoted(program.log), code = Quoted(program.log + ".exit");
      fs::remove(program.log + ".exit");
      lines += fmt::format("{}>> {} 2>&1; echo $? > {}.new; mv {}.new {}\n", line, log, code, code,
                           code);
    }
    WriteTextFile(folder_ / "commands", lines);
    WriteTextFile(
        folder_ / "task.sh",
        fmt::format("#!/bin/sh\neval \"$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" {})\"\n",
                    Quoted((folder_ / "commands").string())));
    const Said said = Ask(fmt::format(
        "sbatch --parsable --job-name=tetralog-sweep --array=0-{}%{} --chdir=\"$PWD\" --output={} "
        "{} {}",
        count_ - 1, options.jobs, Quoted((folder_ / "slurm-%a.out").string()), options.sbatch,
        Quoted((folder_ / "task.sh").string())));
    if (said.status != 0)
      throw std::runtime_error(
          fmt::format("sbatch: {}; is there a Slurm cluster? else give --launcher local",
                      said.text.empty() ? "cannot be started" : FirstLine(said.text)));
    // Warnings may stand before the number of the job; a cluster's name may stand behind it.
    std::istringstream out(said.text);
    for (std::string line; std::getline(out, line);)
      if (!line.empty()) job_ = line.substr(0, line.find(';'));
    WriteTextFile(folder_ / "job", job_);
  }
  ~SlurmArray() {
    if (!job_.empty()) CancelLast();
  }
  SlurmArray(const SlurmArray&) = delete;
  SlurmArray& operator=(const SlurmArray&) = delete;

  const std::string& job() const { return job_; }

  // The tasks that wait or run. Slurm forgets a job some time after its end.
  std::set<size_t> Queued() {
    const Said said = Ask(fmt::format("squeue --noheader --array --format=%K --jobs={}", job_));
    std::set<size_t> tasks;
    if (said.status != 0) {
      if (said.text.find("Invalid job id") != std::string::npos) return tasks;
      if (Clock::now() - answered_ > kPatience)
        throw std::runtime_error("squeue: " + FirstLine(said.text));
      for (size_t i = 0; i < count_; ++i) tasks.insert(i);
      return tasks;
    }
    answered_ = Clock::now();
    std::istringstream in(said.text);
    for (size_t task; in >> task;) tasks.insert(task);
    return tasks;
  }

 private:
  // Of this sweep or, after it was killed, of the last one in this folder.
  void CancelLast() {
    const fs::path file = folder_ / "job";
    if (!fs::exists(file)) return;
    Ask("scancel " + Quoted(ReadTextFile(file)));
    fs::remove(file);
  }

  fs::path folder_;
  size_t count_;
  std::string job_;
  Clock::time_point answered_ = Clock::now();
};

}  // namespace

bool RunSlurm(const std::vector<Program>& programs, const LaunchOptions& options,
              const ProgramEvents& events) {
  const StopSignals signals;
  const Clock::time_point start = Clock::now();
  SlurmArray array(programs, options);
  fmt::print("Slurm job {}: {} points\n", array.job(), programs.size());
  std::fflush(stdout);
  std::set<size_t> left;
  for (size_t i = 0; i < programs.size(); ++i) left.insert(i);
  Clock::time_point asked = start;
  while (!left.empty()) {
    if (StopSignals::Seen()) return false;
    if (events.wait) events.wait({fmt::format("Slurm job {}", array.job())}, Seconds(start));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (Seconds(asked) < options.poll_seconds) continue;
    const std::set<size_t> queued = array.Queued();
    asked = Clock::now();
    for (const size_t i : std::set<size_t>(left)) {
      if (queued.contains(i)) continue;
      left.erase(i);
      const Program& program = programs[i];
      const std::string code = program.log + ".exit";
      if (fs::exists(code) && LastLine(code) == "0") {
        if (events.done) events.done(program, Seconds(start));
        continue;
      }
      const std::string how = fs::exists(code) ? LastLine(program.log) : "was ended by Slurm";
      const std::string message = fmt::format("{}: {} ({})", program.name, how, program.log);
      if (!events.failed) throw std::runtime_error(message);
      events.failed(program, message);
    }
  }
  return true;
}

}  // namespace tetralog
