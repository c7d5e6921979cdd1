#include "runtime/observe/log.hpp"

#include <chrono>
#include <memory>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

namespace drydock::observe {
namespace {

std::string time_text(spdlog::log_clock::time_point when) {
  const auto since = when.time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::time_t{whole.count()}), ms);
}

std::string_view view(spdlog::string_view_t text) { return {text.data(), text.size()}; }

// A JSON string with its quotes.
std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class JsonLines final : public spdlog::formatter {
 public:
  explicit JsonLines(std::string program) : program_(std::move(program)) {}
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
    fmt::format_to(std::back_inserter(out),
                   "{{\"time\":\"{}\",\"level\":\"{}\",\"program\":{},\"message\":{}}}\n",
                   time_text(line.time), view(spdlog::level::to_string_view(line.level)),
                   json_string(program_), json_string(view(line.payload)));
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonLines>(program_);
  }

 private:
  std::string program_;
};

class TextLines final : public spdlog::formatter {
 public:
  explicit TextLines(std::string program) : program_(std::move(program)) {}
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
    fmt::format_to(std::back_inserter(out), "{} {} {}: ", time_text(line.time),
                   view(spdlog::level::to_string_view(line.level)), program_);
    constexpr std::string_view line_end = "\n    ";
    for (const char c : view(line.payload)) {
      if (c == '\n')
        out.append(line_end.data(), line_end.data() + line_end.size());
      else
        out.push_back(c);
    }
    out.push_back('\n');
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<TextLines>(program_);
  }

 private:
  std::string program_;
};

spdlog::level::level_enum level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug: return spdlog::level::debug;
    case config::LogLevel::info: return spdlog::level::info;
    case config::LogLevel::warning: return spdlog::level::warn;
    case config::LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void start_logging(const LogOptions& options) {
  auto logger = std::make_shared<spdlog::logger>(options.program,
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (options.json)
    logger->set_formatter(std::make_unique<JsonLines>(options.program));
  else
    logger->set_formatter(std::make_unique<TextLines>(options.program));
  logger->set_level(level_of(options.level));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace drydock::observe
