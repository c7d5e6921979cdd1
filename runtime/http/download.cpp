// Client::download: a resumable GET whose every promise by the server is checked.
#include <charconv>

#include <fmt/format.h>

#include "runtime/http/curl_call.hpp"

namespace drydock::http {
namespace {

constexpr std::size_t refusal_bytes_max = 1024;  // of a refusal's body, to tell why

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string bare_etag(std::string_view quoted) {  // a weak one does not promise equal bytes
  if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return {};
  return std::string(quoted.substr(1, quoted.size() - 2));
}

// "bytes 5-9/10" as {first, total}; only a range up to the end is one we asked for.
std::optional<std::pair<std::uint64_t, std::uint64_t>> content_range(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const auto dash = text.find('-'), slash = text.find('/');
  if (dash == text.npos || slash == text.npos || slash < dash) return std::nullopt;
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1, slash - dash - 1));
  const auto total = number(text.substr(slash + 1));
  if (!first || !last || !total || *total == 0 || *last != *total - 1) return std::nullopt;
  return std::pair{*first, *total};
}

Error malformed(std::string text) { return {ErrorKind::malformed, std::move(text)}; }

class Receiver {
 public:
  Receiver(DownloadSink& sink, std::uint64_t from) : sink_(sink), from_(from) {}

  Status take(const ResponseHead& head, std::span<const char> bytes) {
    if (head.status != 200 && head.status != 206) {
      const auto room = refusal_bytes_max - refusal_.size();
      refusal_.append(bytes.data(), std::min(room, bytes.size()));
      if (room < bytes.size()) return status_error(head.status, refusal_);
      return Done{};
    }
    if (auto s = begin(head); !s) return s;
    if (bytes.size() > length_ - outcome_.bytes) return malformed("more bytes than announced");
    if (auto s = sink_.take(bytes); !s) return s;
    outcome_.bytes += bytes.size();
    return Done{};
  }

  // Also called at the end, for a body without bytes.
  Status begin(const ResponseHead& head) {
    if (begun_) return Done{};
    const auto length = number(head.header("content-length"));
    if (!length) return malformed("the response does not say how long its body is");
    length_ = *length;
    DownloadSink::Start start{0, length_, bare_etag(head.header("etag"))};
    if (head.status == 206) {
      const auto range = content_range(head.header("content-range"));
      if (from_ == 0 || !range || range->first != from_ || range->second - from_ != length_)
        return malformed(fmt::format("asked for bytes from {}, was given \"{}\"", from_,
                                     head.header("content-range")));
      start.offset = from_;
      start.total_size = range->second;
    }
    outcome_.status = head.status;
    outcome_.resumed = head.status == 206;
    outcome_.whole_from_zero = head.status == 200 && from_ != 0;
    outcome_.etag = start.etag;
    begun_ = true;
    return sink_.begin(start);
  }

  Result<DownloadOutcome> finish(CallResult result) {
    const unsigned status = result.head.status;
    if (!result.error && status != 200 && status != 206) return status_error(status, refusal_);
    if (!result.error)
      if (auto s = begin(result.head); !s) {
        result.error = s.error();
        result.ended_here = true;
      }
    if (!begun_) return *result.error;
    using End = DownloadOutcome::End;
    if (result.error) {
      outcome_.end = result.ended_here ? End::stopped : End::cut;
      outcome_.why = std::move(result.error);
    } else if (outcome_.bytes == length_) {
      outcome_.end = End::finished;
    } else {
      outcome_.why = Error{ErrorKind::unreachable, "the body ended early"};
    }
    return std::move(outcome_);
  }

 private:
  DownloadSink& sink_;
  const std::uint64_t from_;
  bool begun_ = false;
  std::uint64_t length_ = 0;
  std::string refusal_;
  DownloadOutcome outcome_;
};

}  // namespace

Result<DownloadOutcome> Client::download(const std::string& target, std::uint64_t from_offset,
                                         const std::string& if_range, DownloadSink& sink) {
  CallPlan plan;
  plan.method = "GET";
  plan.target = target;
  if (from_offset != 0) {
    plan.headers.emplace_back("Range", fmt::format("bytes={}-", from_offset));
    if (!if_range.empty()) plan.headers.emplace_back("If-Range", '"' + if_range + '"');
  }
  Receiver receiver(sink, from_offset);
  plan.take = [&](const ResponseHead& head, std::span<const char> bytes) {
    return receiver.take(head, bytes);
  };
  auto result = call_->perform(plan);
  if (!result) return result.error();
  auto outcome = receiver.finish(std::move(*result));
  if (!outcome) return std::move(outcome).error().in(call_->describe(plan));
  if (outcome->why) outcome->why = std::move(*outcome->why).in(call_->describe(plan));
  return outcome;
}

}  // namespace drydock::http
