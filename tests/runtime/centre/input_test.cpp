// What comes in over HTTP: paths, JSON, and the queue before the desk.
#include <boost/test/unit_test.hpp>
#include <future>

#include "actors/planner/odds.hpp"
#include "runtime/centre/desk.hpp"
#include "runtime/centre/json_input.hpp"
#include "runtime/centre/policy_input.hpp"
#include "runtime/centre/route.hpp"
#include "runtime/centre/words.hpp"

namespace drydock::centre::test {

BOOST_AUTO_TEST_SUITE(input)

BOOST_AUTO_TEST_CASE(path_is_taken_apart_only_when_it_is_plain) {
  const auto parts = path_parts("/v1/releases/x");
  BOOST_REQUIRE(parts.size() == 3u);
  BOOST_TEST(parts[2] == "x");
  for (const char* path : {"", "v1", "/", "//", "/v1//x", "/v1/", "/1/2/3/4/5/6/7/8/9"})
    BOOST_TEST(path_parts(path).empty(), path);
}

BOOST_AUTO_TEST_CASE(star_in_a_shape_stands_for_one_part) {
  BOOST_TEST(path_fits("/v1/rollouts/*/start", path_parts("/v1/rollouts/7/start")));
  BOOST_TEST(!path_fits("/v1/rollouts/*/start", path_parts("/v1/rollouts/start")));
  BOOST_TEST(!path_fits("/v1/rollouts/*", path_parts("/v1/rollouts/7/start")));
}

BOOST_AUTO_TEST_CASE(first_problem_of_an_input_is_told_with_its_key) {
  const auto problem = [](const char* body) {
    JsonInput in = JsonInput::of(body);
    (void)in.text("name", 4);
    (void)in.number("count", 1, 0, 9);
    (void)in.flag("on");
    const auto done = in.done();
    return done.ok() ? "" : done.error().text;
  };
  BOOST_TEST(problem(R"({"name":"ada","count":3,"on":true})").empty());
  BOOST_TEST(problem(R"({"name":"ada"})").empty());
  BOOST_TEST(problem("").find("name") != std::string::npos);
  BOOST_TEST(problem(R"({"name":"agatha"})").find("name") != std::string::npos);
  BOOST_TEST(problem(R"({"name":7})").find("name") != std::string::npos);
  BOOST_TEST(problem(R"({"name":"ada","count":10})").find("count") != std::string::npos);
  BOOST_TEST(problem(R"({"name":"ada","count":-1})").find("count") != std::string::npos);
  BOOST_TEST(problem(R"({"name":"ada","count":1.5})").find("count") != std::string::npos);
  BOOST_TEST(problem(R"({"name":"ada","count":18446744073709551615})").find("count") !=
             std::string::npos);
  BOOST_TEST(problem(R"({"name":"ada","on":1})").find("on") != std::string::npos);
  BOOST_TEST(problem(R"({"name":"ada","nmae":1})").find("nmae") != std::string::npos);
  BOOST_TEST(problem("nonsense").find("JSON") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(policy_comes_back_as_it_was_given) {
  Policy policy;
  policy.canary = 3;
  policy.poll_hint = seconds(5);
  const nlohmann::json body = {{"policy", policy_json(policy)}};
  JsonInput in = JsonInput::of(body.dump());
  BOOST_TEST((read_policy(in) == policy));
  BOOST_TEST(in.done().ok());
}

BOOST_AUTO_TEST_CASE(a_policy_on_evidence_is_compiled_here_and_comes_back_as_it_was_given) {
  Policy policy;
  policy.canary = policy.failure_limit = 0;
  policy.growth_unproven = 500;
  policy.cap_ppm = 5'000;
  policy.installs_ahead = 1'000;
  policy.stratum_halts_all = policy.download_only = true;
  policy.lifetime = hours(48);
  planner::compile({.tolerated_ppm = 2'000}, policy);
  const nlohmann::json body = {{"policy", policy_json(policy)}};
  JsonInput in = JsonInput::of(body.dump());
  BOOST_TEST((read_policy(in) == policy));
  BOOST_TEST(in.done().ok());
}

BOOST_AUTO_TEST_CASE(evidence_that_could_never_move_is_refused) {
  const auto refusal = [](const nlohmann::json& policy) {
    JsonInput in = JsonInput::of(nlohmann::json{{"policy", policy}}.dump());
    (void)read_policy(in);
    const auto status = in.done();
    return status.ok() ? std::string() : status.error().text;
  };
  const nlohmann::json good = {
      {"tolerated_ppm", 5'000}, {"cap_ppm", 5'000}, {"growth_unproven_permille", 500}};
  BOOST_TEST(refusal(good) == "");
  auto bad = good;
  bad["cap_ppm"] = 0;
  BOOST_TEST(refusal(bad).find("cap_ppm") != std::string::npos);
  bad = good;
  bad["tolerated_ppm"] = 3;
  BOOST_TEST(refusal(bad).find("at least 100") != std::string::npos);
  bad = good;
  bad["tolerated_ppm"] = 900'000;
  BOOST_TEST(refusal(bad).find("tolerated_ppm") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_list_of_texts_is_read_whole_or_refused) {
  JsonInput in = JsonInput::of(R"({"ends":["1.0.0","1.1.0"],"bad":["x",1],"long":["a","b","c"]})");
  BOOST_TEST(in.texts("ends", 8, 2).size() == 2U);
  BOOST_TEST(in.texts("absent", 8, 2).empty());
  BOOST_TEST(in.texts("bad", 8, 2).empty());
  BOOST_TEST(in.done().error().text.find("\"bad\"") != std::string::npos);
  JsonInput many = JsonInput::of(R"({"long":["a","b","c"]})");
  BOOST_TEST(many.texts("long", 8, 2).empty());
  BOOST_TEST(!many.done().ok());
}

BOOST_AUTO_TEST_CASE(every_reason_to_wait_has_its_own_word) {
  BOOST_TEST(wait_word(WaitReason::site_busy) == "site_busy");
  BOOST_TEST(wait_word(WaitReason::not_tried_yet) == "not_tried_yet");
  BOOST_TEST(wait_word(WaitReason::clock_unset) == "clock_unset");
  BOOST_TEST(wait_word(WaitReason::exposure) == "exposure");
  BOOST_TEST(wait_word(WaitReason::quarantined) == "quarantined");
  BOOST_TEST(wait_word(static_cast<WaitReason>(250)) == "unknown");
}

BOOST_AUTO_TEST_CASE(desk_refuses_what_does_not_fit_and_what_comes_after_its_end) {
  std::promise<void> begun, go;
  auto gate = go.get_future().share();
  std::vector<unsigned> statuses(5, 0);
  const auto responder = [&](std::size_t n) {
    return http::Responder([&, n](http::Response r) { statuses[n] = r.status; });
  };
  Desk desk(1, 1, [&, first = true](const http::Request&) mutable {
    if (std::exchange(first, false)) begun.set_value();
    gate.wait();
    return http::text_response(200, "done");
  });
  desk.take({}, responder(0));
  begun.get_future().wait();    // one is being worked on
  desk.take({}, responder(1));  // one waits
  desk.take({}, responder(2));  // one is too many
  BOOST_TEST(statuses[2] == 503u);
  go.set_value();
  desk.stop();
  desk.take({}, responder(3));
  BOOST_TEST(statuses[0] == 200u);
  BOOST_TEST((statuses[1] == 200u || statuses[1] == 503u));  // answered in any case
  BOOST_TEST(statuses[3] == 503u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
