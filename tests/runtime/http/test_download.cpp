#include <boost/test/unit_test.hpp>

#include <unistd.h>
#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "tests/runtime/http/support.hpp"

namespace drydock::http::test {
namespace {
using namespace std::chrono_literals;
using End = DownloadOutcome::End;

struct Collector : DownloadSink {
  std::vector<Start> starts;
  std::string bytes;
  std::function<Status(std::span<const char>)> on_take;

  Status begin(const Start& start) override {
    starts.push_back(start);
    return Done{};
  }
  Status take(std::span<const char> more) override {
    BOOST_TEST_REQUIRE(starts.size() == 1u);
    bytes.append(more.data(), more.size());
    return on_take ? on_take(more) : Status(Done{});
  }
};

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

Handler file_handler(std::string path, std::string etag, std::uint64_t rate = 0) {
  return [=](Request, Responder responder) {
    Response response;
    response.status = 200;
    response.content_type = "application/octet-stream";
    response.file = FileBody{path, etag, rate};
    responder.send(std::move(response));
  };
}

std::unique_ptr<Client> plain_client(const std::string& url) {
  ClientOptions options;
  options.base_url = url;
  options.plain = PlainHttp::allow;
  options.low_speed_time = 1s;
  auto client = Client::make(options);
  BOOST_REQUIRE(client.ok());
  return std::move(*client);
}

DownloadOutcome downloaded(Client& client, std::uint64_t from, const std::string& etag,
                           Collector& sink) {
  auto outcome = client.download("/image", from, etag, sink);
  BOOST_REQUIRE_MESSAGE(outcome.ok(), (outcome.ok() ? "" : outcome.error().text));
  return std::move(*outcome);
}

struct WithFile {
  TempFolder folder;
  std::string content = pattern(5'000'003);
  std::string path = folder.write("image", content);
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(download, WithFile)

BOOST_AUTO_TEST_CASE(a_whole_file_arrives_as_it_is) {
  const auto server = started(tls_options(), file_handler(path, "v1"));
  Collector sink;
  const auto outcome = downloaded(*client_of(*server), 0, "", sink);
  BOOST_TEST((outcome.end == End::finished));
  BOOST_TEST(outcome.status == 200u);
  BOOST_TEST(!outcome.resumed);
  BOOST_TEST(!outcome.whole_from_zero);
  BOOST_TEST(outcome.etag == "v1");
  BOOST_TEST(outcome.bytes == content.size());
  BOOST_TEST((sink.bytes == content));
  BOOST_TEST(sink.starts[0].total_size == content.size());
}

BOOST_AUTO_TEST_CASE(a_download_resumes_where_it_stopped) {
  const auto server = started(tls_options(), file_handler(path, "v1"));
  const auto client = client_of(*server);
  Collector first, second;
  first.on_take = [&](std::span<const char>) -> Status {
    if (first.bytes.size() < 1'000'000) return Done{};
    return Error{ErrorKind::no_space, "enough"};
  };
  const auto stopped = downloaded(*client, 0, "", first);
  BOOST_TEST((stopped.end == End::stopped));
  BOOST_TEST(stopped.why->text.find("enough") != std::string::npos);
  const auto outcome = downloaded(*client, first.bytes.size(), stopped.etag, second);
  BOOST_TEST((outcome.end == End::finished));
  BOOST_TEST(outcome.resumed);
  BOOST_TEST(second.starts[0].offset == first.bytes.size());
  BOOST_TEST((first.bytes + second.bytes == content));
}

BOOST_AUTO_TEST_CASE(a_changed_file_comes_whole_from_zero) {
  const auto server = started(tls_options(), file_handler(path, "v2"));
  Collector sink;
  const auto outcome = downloaded(*client_of(*server), 1000, "v1", sink);
  BOOST_TEST((outcome.end == End::finished));
  BOOST_TEST(outcome.whole_from_zero);
  BOOST_TEST(!outcome.resumed);
  BOOST_TEST(sink.starts[0].offset == 0u);
  BOOST_TEST(sink.starts[0].etag == "v2");
  BOOST_TEST((sink.bytes == content));
}

BOOST_AUTO_TEST_CASE(an_offset_past_the_end_is_a_mismatch) {
  const auto server = started(tls_options(), file_handler(path, "v1"));
  const auto client = client_of(*server);
  Collector sink;
  const auto outcome = client->download("/image", content.size(), "v1", sink);
  BOOST_REQUIRE(!outcome.ok());
  BOOST_TEST((outcome.error().kind == ErrorKind::mismatch));
  BOOST_TEST(sink.starts.empty());
  BOOST_TEST(client->send("GET", "/image", "", "", {{"Range", "bytes=0-4"}})->body ==
             content.substr(0, 5));
}

BOOST_AUTO_TEST_CASE(head_of_a_file_tells_its_length_and_etag) {
  const auto server = started(tls_options(), file_handler(path, "v1"));
  const auto response = client_of(*server)->send("HEAD", "/image", "", "");
  BOOST_REQUIRE(response.ok());
  BOOST_TEST(response->body.empty());
  const auto has = [&](const Header& header) {
    return std::find(response->headers.begin(), response->headers.end(), header) !=
           response->headers.end();
  };
  BOOST_TEST(has({"content-length", std::to_string(content.size())}));
  BOOST_TEST(has({"etag", "\"v1\""}));
  BOOST_TEST(has({"accept-ranges", "bytes"}));
}

BOOST_AUTO_TEST_CASE(an_empty_file_finishes_with_no_bytes) {
  const auto server = started(tls_options(), file_handler(folder.write("empty", ""), "e"));
  Collector sink;
  const auto outcome = downloaded(*client_of(*server), 0, "", sink);
  BOOST_TEST((outcome.end == End::finished));
  BOOST_TEST(sink.starts.size() == 1u);
  BOOST_TEST(sink.bytes.empty());
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_not_found) {
  const auto server = started(tls_options(), file_handler(folder.file("gone"), "e"));
  Collector sink;
  const auto outcome = client_of(*server)->download("/image", 0, "", sink);
  BOOST_REQUIRE(!outcome.ok());
  BOOST_TEST((outcome.error().kind == ErrorKind::not_found));
  BOOST_TEST(sink.starts.empty());
}

BOOST_AUTO_TEST_CASE(a_connection_cut_in_mid_body_is_reported_as_cut) {
  const auto server = started(tls_options(), file_handler(path, "v1", 20'000'000));
  Collector sink;
  sink.on_take = [&](std::span<const char>) -> Status {
    server->stop();
    return Done{};
  };
  const auto outcome = downloaded(*client_of(*server), 0, "", sink);
  BOOST_TEST((outcome.end == End::cut));
  BOOST_TEST((outcome.why->kind == ErrorKind::unreachable), outcome.why->text);
  BOOST_TEST(outcome.bytes == sink.bytes.size());
  BOOST_TEST((content.starts_with(sink.bytes)));
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_while_it_is_sent_is_cut) {
  const auto server = started(tls_options(), file_handler(path, "v1", 20'000'000));
  Collector sink;
  sink.on_take = [&](std::span<const char>) -> Status {
    BOOST_TEST(::truncate(path.c_str(), 1000) == 0);
    return Done{};
  };
  BOOST_TEST((downloaded(*client_of(*server), 0, "", sink).end == End::cut));
}

BOOST_AUTO_TEST_CASE(rate_limited_downloads_arrive_complete) {
  auto options = tls_options();
  options.limits.file_bytes_per_second_max = 40'000'000;
  const auto server = started(options, file_handler(path, "v1", 25'000'000));
  Collector sink;
  BOOST_TEST((downloaded(*client_of(*server), 0, "", sink).end == End::finished));
  BOOST_TEST((sink.bytes == content));
}

BOOST_AUTO_TEST_CASE(a_stalled_download_is_cut_as_timed_out) {
  const FakeServer server([](int fd) {
    read_request(fd);
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
    wait_for_hangup(fd);
  });
  Collector sink;
  const auto outcome = downloaded(*plain_client(server.url()), 0, "", sink);
  BOOST_TEST((outcome.end == End::cut));
  BOOST_TEST((outcome.why->kind == ErrorKind::timed_out));
  BOOST_TEST(sink.bytes == "part");
}

BOOST_AUTO_TEST_CASE(a_response_that_breaks_its_promise_is_malformed_and_hands_over_nothing) {
  for (const std::string head :
       {"HTTP/1.1 206 P\r\nContent-Length: 4\r\nContent-Range: bytes 0-3/14\r\n\r\nabcd",
        "HTTP/1.1 206 P\r\nContent-Length: 4\r\nContent-Range: bytes 10-12/14\r\n\r\nabcd",
        "HTTP/1.1 206 P\r\nContent-Length: 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcd"}) {
    const FakeServer server([&](int fd) {
      read_request(fd);
      say(fd, head);
    });
    Collector sink;
    const auto outcome = plain_client(server.url())->download("/image", 10, "", sink);
    BOOST_REQUIRE(!outcome.ok());
    BOOST_TEST((outcome.error().kind == ErrorKind::malformed), outcome.error().text);
    BOOST_TEST(sink.starts.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::http::test
