#include "runtime/sinks/cache.hpp"

#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <charconv>
#include <functional>
#include <string>

#include <fmt/format.h>

namespace drydock::sinks {
namespace {

constexpr timeval patience{Cache::patience_s, 0};
constexpr std::string_view seen_prefix = "drydock:seen:";
constexpr std::int64_t seen_kept_s = 7 * 24 * 60 * 60, count_kept_s = 120;

struct Free {
  void operator()(redisContext* context) const { redisFree(context); }
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, Free>;
using Reply = std::unique_ptr<redisReply, Free>;
using Words = std::vector<std::string>;

std::string_view text_of(const redisReply& reply) { return {reply.str, reply.len}; }

template <class Int>
std::optional<Int> number(std::string_view text, int base = 10) {
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

struct Cache::Parts {
  Context context;

  Error failed() const { return {ErrorKind::unreachable, context->errstr}; }
  Status send(const Words& words) {
    std::vector<const char*> begins;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      begins.push_back(word.data());
      sizes.push_back(word.size());
    }
    const int sent = redisAppendCommandArgv(context.get(), static_cast<int>(words.size()),
                                            begins.data(), sizes.data());
    if (sent != REDIS_OK) return failed();
    return Done{};
  }
  Result<Reply> answer() {
    void* raw = nullptr;
    if (redisGetReply(context.get(), &raw) != REDIS_OK || raw == nullptr) return failed();
    Reply reply(static_cast<redisReply*>(raw));
    if (reply->type == REDIS_REPLY_ERROR)
      return Error{ErrorKind::refused, std::string(text_of(*reply))};
    return reply;
  }
  Result<Reply> ask(const Words& words) {
    if (auto sent = send(words); !sent) return sent.error();
    return answer();
  }
};

Cache::Cache(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Cache::~Cache() = default;

Result<std::unique_ptr<Cache>> Cache::open(const config::RedisPlace& place) {
  auto parts = std::make_unique<Parts>();
  parts->context.reset(place.host.empty()
                           ? redisConnectUnixWithTimeout(place.socket.c_str(), patience)
                           : redisConnectWithTimeout(place.host.c_str(), place.port, patience));
  if (!parts->context) return Error{ErrorKind::no_space, "no memory for a connection"};
  if (parts->context->err != 0) return parts->failed();
  redisSetTimeout(parts->context.get(), patience);
  if (!place.password.empty()) {
    const auto said = parts->ask(place.user.empty() ? Words{"AUTH", place.password}
                                                    : Words{"AUTH", place.user, place.password});
    if (!said) return said.error();
  }
  if (place.database != 0)
    if (const auto said = parts->ask({"SELECT", std::to_string(place.database)}); !said)
      return said.error();
  if (const auto said = parts->ask({"PING"}); !said) return said.error();
  return std::unique_ptr<Cache>(new Cache(std::move(parts)));
}

void Cache::cut() { ::shutdown(parts_->context->fd, SHUT_RDWR); }

Status Cache::put(const std::vector<Seen>& seen) {
  for (std::size_t from = 0; from < seen.size(); from += pipeline_max) {
    const std::size_t to = std::min(seen.size(), from + pipeline_max);
    for (std::size_t i = from; i < to; ++i)
      if (auto sent =
              parts_->send({"SET", std::string(seen_prefix) + hex(seen[i].appliance.value),
                            std::to_string(seen[i].when.value), "EX", std::to_string(seen_kept_s)});
          !sent)
        return sent;
    for (std::size_t i = from; i < to; ++i)
      if (const auto said = parts_->answer(); !said) return said.error();
  }
  return Done{};
}

Result<std::vector<Seen>> Cache::seen() {
  std::vector<Seen> found;
  std::string cursor = "0";
  do {
    const auto page = parts_->ask({"SCAN", cursor, "MATCH", std::string(seen_prefix) + "*", "COUNT",
                                   std::to_string(pipeline_max)});
    if (!page) return page.error();
    if ((*page)->type != REDIS_REPLY_ARRAY || (*page)->elements != 2)
      return Error{ErrorKind::malformed, "SCAN answers no page"};
    cursor = text_of(*(*page)->element[0]);
    const redisReply& keys = *(*page)->element[1];
    if (keys.elements == 0) continue;
    Words values{"MGET"};
    for (std::size_t i = 0; i < keys.elements; ++i) values.emplace_back(text_of(*keys.element[i]));
    const auto got = parts_->ask(values);
    if (!got) return got.error();
    for (std::size_t i = 0; i < (*got)->elements && i + 1 < values.size(); ++i) {
      const redisReply& value = *(*got)->element[i];
      if (value.type != REDIS_REPLY_STRING) continue;  // it expired between the two
      const auto key = std::string_view(values[i + 1]).substr(seen_prefix.size());
      const auto id = number<std::uint64_t>(key, 16);
      const auto when = number<std::int64_t>(text_of(value));
      if (id && when) found.push_back({{*id}, {*when}});
    }
  } while (cursor != "0" && found.size() < read_max);
  return found;
}

Result<std::vector<Count>> Cache::add(const std::vector<Count>& counts) {
  std::vector<Count> now;
  for (std::size_t from = 0; from < counts.size(); from += pipeline_max) {
    const std::size_t to = std::min(counts.size(), from + pipeline_max);
    for (std::size_t i = from; i < to; ++i) {
      const std::string key =
          fmt::format("drydock:rate:{}:{}", hex(counts[i].appliance.value), counts[i].minute);
      auto sent = parts_->send({"INCRBY", key, std::to_string(counts[i].check_ins)});
      if (sent) sent = parts_->send({"EXPIRE", key, std::to_string(count_kept_s)});
      if (!sent) return sent.error();
    }
    for (std::size_t i = from; i < to; ++i) {
      const auto total = parts_->answer();
      if (!total) return total.error();
      if (const auto kept = parts_->answer(); !kept) return kept.error();
      if ((*total)->type != REDIS_REPLY_INTEGER)
        return Error{ErrorKind::malformed, "INCRBY answers no number"};
      now.push_back(
          {counts[i].appliance, counts[i].minute, static_cast<std::uint32_t>((*total)->integer)});
    }
  }
  return now;
}

}  // namespace drydock::sinks
