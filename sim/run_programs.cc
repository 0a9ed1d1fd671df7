// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/run_programs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>
#include <thread>

#include "sim/stop_signals.h"

namespace tetralog {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

pid_t Start(const Program& program) {
  std::vector<char*> argv;
  for (const std::string& word : program.words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int log = open(program.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (log < 0)
    throw std::runtime_error(fmt::format("{}: cannot be written: {}; give another folder",
                                         program.log, std::strerror(errno)));
  const pid_t parent = getpid(), child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);  // it died before the call above
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(argv[0], argv.data());
    const char text[] = "cannot be started; is it built?\n";
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(127);
  }
  close(log);
  if (child < 0) throw std::runtime_error("no new process: too many are running");
  return child;
}

class Pool {
 public:
  Pool(const std::vector<Program>& programs, const ProgramEvents& events)
      : programs_(programs), events_(events) {}
  ~Pool() { StopAll(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  bool Run(size_t at_once) {
    for (size_t next = 0; next < programs_.size() || !running_.empty();) {
      if (StopSignals::Seen()) return false;
      while (next < programs_.size() && running_.size() < at_once) {
        const pid_t child = Start(programs_[next]);
        running_[child] = {&programs_[next++], Clock::now()};
      }
      if (!Collect()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return true;
  }

 private:
  struct Running {
    const Program* program;
    Clock::time_point start;
  };

  // True when one has ended.
  bool Collect() {
    int status = 0;
    const pid_t child = waitpid(-1, &status, WNOHANG);
    if (child <= 0 || !running_.contains(child)) {
      std::vector<std::string> names;
      for (const auto& [id, running] : running_) names.push_back(running.program->name);
      if (events_.wait) events_.wait(names, Seconds(start_));
      return false;
    }
    const auto [program, start] = running_.at(child);
    running_.erase(child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      if (StopSignals::Seen()) return true;
      const std::string how = WIFSIGNALED(status)
                                  ? fmt::format("was ended by signal {}", WTERMSIG(status))
                                  : LastLine(program->log);
      const std::string message = fmt::format("{}: {} ({})", program->name, how, program->log);
      if (!events_.failed) throw std::runtime_error(message);
      events_.failed(*program, message);
      return true;
    }
    if (events_.done) events_.done(*program, Seconds(start));
    return true;
  }

  void StopAll() {
    for (const auto& [child, running] : running_) kill(child, SIGTERM);
    for (const auto& [child, running] : running_) waitpid(child, nullptr, 0);
    running_.clear();
  }

  const std::vector<Program>& programs_;
  const ProgramEvents& events_;
  const StopSignals signals_;
  std::map<pid_t, Running> running_;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace

std::string LastLine(const std::string& path) {
  std::ifstream in(path);
  std::string last, line;
  while (std::getline(in, line))
    if (!line.empty()) last = line;
  return last.empty() ? "no output" : last;
}

bool RunPrograms(const std::vector<Program>& programs, size_t at_once,
                 const ProgramEvents& events) {
  return Pool(programs, events).Run(at_once);
}

}  // namespace tetralog
