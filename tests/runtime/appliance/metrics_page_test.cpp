#include "runtime/appliance/metrics_page.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "runtime/files/files.hpp"

namespace drydock::appliance {
namespace {

Figures figures() {
  Figures f;
  f.site = "north";
  f.running = make_version(1, 2, 3);
  f.active = Slot::b;
  f.up = seconds(90);
  f.answered_ago = seconds(7);
  f.answered = 12;
  f.failed = 3;
  f.reports_owed = 4;
  f.journal_bytes = 4096;
  f.checks = {{HostCheck::disk, Healer::Level::good, false, false},
              {HostCheck::clock, Healer::Level::bad, true, true},
              {HostCheck::process, Healer::Level::unknown, false, false}};
  return f;
}

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line) != std::string::npos;
}

std::string asked(std::uint16_t port, const std::string& request) {
  files::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  const std::string head = request + " HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n";
  BOOST_REQUIRE(files::write_all(fd.get(), head, "the page"));
  std::string answer;
  char some[4096];
  for (ssize_t n; (n = ::recv(fd.get(), some, sizeof some, 0)) > 0;)
    answer.append(some, static_cast<std::size_t>(n));
  return answer;
}

std::unique_ptr<MetricsPage> page(MetricsPage::Ask ask) {
  auto made = MetricsPage::start("127.0.0.1:0", std::move(ask));
  BOOST_REQUIRE(made);
  return std::move(*made);
}

BOOST_AUTO_TEST_CASE(the_text_tells_slot_version_check_ins_drift_reports_and_journal) {
  const std::string text = text_of(figures());
  for (const char* line :
       {"drydock_agent_info{site=\"north\",slot=\"B\",version=\"1.2.3\"} 1",
        "drydock_agent_on_trial 0", "drydock_agent_up_seconds 90",
        "drydock_agent_check_in_age_seconds 7",
        "drydock_agent_check_ins_total{result=\"answered\"} 12",
        "drydock_agent_check_ins_total{result=\"failed\"} 3", "drydock_agent_reports_owed 4",
        "drydock_agent_journal_bytes 4096", "drydock_agent_check_good{check=\"disk\"} 1",
        "drydock_agent_check_good{check=\"clock\"} 0", "drydock_agent_drift{check=\"clock\"} 1",
        "drydock_agent_drift_escalated{check=\"clock\"} 1",
        "drydock_agent_drift{check=\"disk\"} 0"})
    BOOST_TEST(has(text, line), line << " is not in\n" << text);
}

BOOST_AUTO_TEST_CASE(what_is_unknown_has_no_line) {
  Figures f = figures();
  f.answered_ago.reset();
  f.journal_bytes.reset();
  const std::string text = text_of(f);
  BOOST_TEST(!has(text, "drydock_agent_check_in_age_seconds"));
  BOOST_TEST(!has(text, "drydock_agent_journal_bytes"));
  BOOST_TEST(!has(text, "drydock_agent_check_good{check=\"process\"}"));
}

BOOST_AUTO_TEST_CASE(only_get_metrics_is_answered) {
  const auto served = page([] { return std::optional(figures()); });
  const auto good = asked(served->port(), "GET /metrics");
  BOOST_TEST(good.starts_with("HTTP/1.1 200"), good);
  BOOST_TEST(good.find("version=0.0.4") != std::string::npos);
  BOOST_TEST(good.find("\ndrydock_agent_on_trial 0\n") != std::string::npos);
  BOOST_TEST(asked(served->port(), "GET /health").starts_with("HTTP/1.1 404"));
  BOOST_TEST(asked(served->port(), "POST /metrics").starts_with("HTTP/1.1 405"));
}

BOOST_AUTO_TEST_CASE(figures_that_nobody_gives_are_a_503_and_no_zeros) {
  const auto served = page([] { return std::optional<Figures>{}; });
  const auto said = asked(served->port(), "GET /metrics");
  BOOST_TEST(said.starts_with("HTTP/1.1 503"), said);
  BOOST_TEST(said.find("drydock_agent") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_told_with_its_key) {
  const auto served = page([] { return std::optional(figures()); });
  const auto second = MetricsPage::start("127.0.0.1:" + std::to_string(served->port()),
                                         [] { return std::optional(figures()); });
  BOOST_REQUIRE(!second);
  BOOST_TEST(second.error().text.find("metrics.listen") != std::string::npos, second.error().text);
}

BOOST_AUTO_TEST_CASE(a_folder_s_bytes_are_those_of_its_files_and_a_missing_one_is_unknown) {
  char name[] = "/tmp/drydock-figures.XXXXXX";
  BOOST_REQUIRE(::mkdtemp(name) != nullptr);
  const std::filesystem::path folder = name;
  std::filesystem::create_directory(folder / "db");
  std::ofstream(folder / "one") << std::string(100, 'x');
  std::ofstream(folder / "db" / "two") << std::string(23, 'x');
  BOOST_TEST(folder_bytes(folder).value() == 123u);
  std::filesystem::remove_all(folder);
  BOOST_TEST(!folder_bytes(folder).has_value());
}

}  // namespace
}  // namespace drydock::appliance
