#pragma once
// One child process with its output pipe: started, watched through a pidfd, ended for certain.
// Used by command.cpp alone. One thread at a time.
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/files/files.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::checks {

class Child {
 public:
  static Result<Child> start(const std::vector<std::string>& argv);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  // kills the group and reaps the leader

  // Collects output until the leader ended (true) or `until` is reached (false).
  bool wait(Instant until);
  void signal_group(int number) const;
  // Kills what is left of the group, takes the last output and reaps the leader: its wait status.
  int reap();
  pid_t pid() const { return pid_; }
  const std::string& output() const { return output_; }

 private:
  Child(pid_t pid, files::UniqueFd watch, files::UniqueFd pipe);
  void collect();  // takes what the pipe holds now; keeps the end of it

  pid_t pid_ = -1;  // of the leader and of its group; -1 after reap
  files::UniqueFd watch_;
  files::UniqueFd pipe_;
  std::string output_;
};

// Time that limits how long a child may run; not for records.
Instant steady_now();

}  // namespace drydock::checks
