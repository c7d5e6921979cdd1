#pragma once
// Where log lines go: stderr, one line each, as text or as JSON. After start_logging everyone logs
// through spdlog::info and its siblings, from any thread.
#include <string>

#include "runtime/config/log_level.hpp"

namespace drydock::observe {

struct LogOptions {
  std::string program;  // as in "compliance-agent"
  config::LogLevel level = config::LogLevel::info;
  bool json = false;  // --log-json
};

// Text:  2026-11-22T22:17:54.123Z warning compliance-agent: the text
// JSON:  {"time":"2026-11-22T22:17:54.123Z","level":"warning","program":"...","message":"the text"}
// A JSON line is valid whatever the text holds: bytes that are no UTF-8 become U+FFFD. In text mode
// line ends within a message become "\n    ", so that a message cannot pose as another line.
// Call once, early, from main; a second call replaces the first.
void start_logging(const LogOptions& options);

}  // namespace drydock::observe
