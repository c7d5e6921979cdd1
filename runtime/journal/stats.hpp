#pragma once
// Counters of one open journal, for metrics.
#include <cstddef>
#include <cstdint>

namespace drydock::journal {

struct Stats {
  std::uint64_t records = 0;  // made durable since open
  std::uint64_t syncs = 0;    // synced writes since open; fewer than records under load
  std::size_t waiting_items = 0;
  std::size_t waiting_bytes = 0;
};

}  // namespace drydock::journal
