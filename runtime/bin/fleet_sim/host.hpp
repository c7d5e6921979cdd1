#pragma once
// What this machine took: measured around a run, never seen in it.
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace drydock::fleet_sim {

class Stopwatch {  // from its making on, of this process
 public:
  double wall_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  double cpu_s() const { return cpu_now() - cpu_; }
  static std::uint64_t peak_mb() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) / 1024;
  }

 private:
  static double cpu_now() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double cpu_ = cpu_now();
};

// The line of JSON with what depends on this machine under its one key "host".
std::string with_host(const std::string& line, std::uint64_t events, const Stopwatch& watch);

}  // namespace drydock::fleet_sim
