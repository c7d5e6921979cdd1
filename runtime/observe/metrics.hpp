#pragma once
// Counters and gauges of one process, and their text for GET /metrics. Safe from any thread.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace drydock::observe {

using Labels = std::map<std::string, std::string>;

// A series that only grows. Cheap to copy and to add to; it must not outlive its Metrics.
class Counter {
 public:
  void add(std::uint64_t n = 1) const;

 private:
  friend class Metrics;
  explicit Counter(void* series) : series_(series) {}
  void* series_;  // prometheus::Counter
};

// A series that is set. Cheap to copy and to set; it must not outlive its Metrics.
class Gauge {
 public:
  void set(std::int64_t value) const;

 private:
  friend class Metrics;
  explicit Gauge(void* series) : series_(series) {}
  void* series_;  // prometheus::Gauge
};

class Metrics {
 public:
  // Each name holds at most this many series. Those that come later share one whose label values
  // are all "other": sums stay true, memory stays bounded whatever a peer sends.
  static constexpr std::size_t kSeriesMax = 1000;

  Metrics();
  Metrics(const Metrics&) = delete;
  ~Metrics();

  // The series with this name and these labels, made when it is new. A name begins with "drydock_",
  // has one kind and one help text; anything else is a bug of the caller.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});

  // All series in Prometheus' text format 0.0.4.
  std::string text() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

// The value of Content-Type for text().
inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace drydock::observe
