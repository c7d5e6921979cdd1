#include "runtime/observe/metrics.hpp"

#include <mutex>
#include <set>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "runtime/kernel/assert.hpp"

namespace drydock::observe {
namespace {

template <class Series>
struct Family {
  prometheus::Family<Series>* family = nullptr;
  std::set<Labels> known;
};

Labels others(Labels labels) {
  for (auto& [key, value] : labels) value = "other";
  return labels;
}

// The series for these labels, or the shared one once the family is full.
template <class Series>
Series* series_of(Family<Series>& family, const Labels& labels) {
  if (!family.known.contains(labels)) {
    if (family.known.size() >= Metrics::kSeriesMax) return &family.family->Add(others(labels));
    family.known.insert(labels);
  }
  return &family.family->Add(labels);
}

}  // namespace

struct Metrics::Inside {
  mutable std::mutex guard;  // of the two maps; the registry guards itself
  prometheus::Registry registry;
  std::map<std::string, Family<prometheus::Counter>> counters;
  std::map<std::string, Family<prometheus::Gauge>> gauges;
};

void Counter::add(std::uint64_t n) const {
  static_cast<prometheus::Counter*>(series_)->Increment(static_cast<double>(n));
}

void Gauge::set(std::int64_t value) const {
  static_cast<prometheus::Gauge*>(series_)->Set(static_cast<double>(value));
}

Metrics::Metrics() : inside_(std::make_unique<Inside>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  ASSERT(name.starts_with("drydock_"));
  const std::lock_guard hold(inside_->guard);
  ASSERT(!inside_->gauges.contains(name));
  auto& family = inside_->counters[name];
  if (family.family == nullptr)
    family.family = &prometheus::BuildCounter().Name(name).Help(help).Register(inside_->registry);
  return Counter(series_of(family, labels));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  ASSERT(name.starts_with("drydock_"));
  const std::lock_guard hold(inside_->guard);
  ASSERT(!inside_->counters.contains(name));
  auto& family = inside_->gauges[name];
  if (family.family == nullptr)
    family.family = &prometheus::BuildGauge().Name(name).Help(help).Register(inside_->registry);
  return Gauge(series_of(family, labels));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(inside_->registry.Collect());
}

}  // namespace drydock::observe
