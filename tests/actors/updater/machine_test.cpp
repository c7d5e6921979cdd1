// The updater: from an order to a staged, read-back release.
#include "actors/updater/machine.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/driver.hpp"
#include "tests/support/fuzz.hpp"

using namespace drydock;

namespace {

struct Box : testing::Driver<Updater> {
  using Phase = Updater::Phase;
  static constexpr std::uint8_t retry_tag = 1;
  static constexpr UpdateId update{500};
  static constexpr std::uint32_t chunks = 10;

  Phase phase() { return store().phase; }
  Grant grant() const {
    Grant g;
    g.kind = GrantKind::install;
    g.order = {10};
    g.update = update;
    g.version = make_version(1, 1, 0);
    g.manifest[0] = 0xAB;
    g.rollout = {3};
    return g;
  }
  void order() { tell(InstallOrdered{grant()}); }
  void write() {
    order();
    tell(Updater::ManifestReady{update, chunks});
    BOOST_REQUIRE((phase() == Phase::writing));
  }
  void written(std::uint32_t count) { tell(Updater::ChunkWritten{update, count}); }
  void end(Reason reason = Reason::none, bool transient = false) {
    tell(Updater::WorkEnded{update, store().work, reason, transient, "why"});
  }
  void read_back() {
    write();
    written(chunks);
    end();
    BOOST_REQUIRE((phase() == Phase::reading_back));
  }
  void stage() {
    read_back();
    end();
    BOOST_REQUIRE((phase() == Phase::staged));
  }
  Reason failed() const {
    const auto* e = get<InstallFailed>();
    return e == nullptr ? Reason::none : e->outcome.reason;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(updater, Box)

BOOST_AUTO_TEST_CASE(every_event_is_legal_in_every_phase) {
  for (std::uint64_t entity = 0; entity < 4; ++entity) testing::live<Updater>(entity, 5'000);
  testing::jump<Updater>(9, 20'000, 5);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(an_order_leads_to_manifest_image_read_back_and_staged) {
  order();
  BOOST_REQUIRE(get<Updater::FetchManifest>() != nullptr);
  BOOST_TEST((get<Updater::FetchManifest>()->order == grant().order));
  tell(Updater::ManifestReady{update, chunks});
  BOOST_TEST((get<Updater::WriteSlot>()->from_chunk == 0U));
  written(chunks);
  end();
  BOOST_TEST((get<Updater::ReadBack>()->update == update));
  end();
  BOOST_REQUIRE(get<Staged>() != nullptr);
  BOOST_TEST((get<Staged>()->outcome.version == grant().version));
}

BOOST_AUTO_TEST_CASE(an_order_told_again_begins_nothing_again) {
  write();
  written(4);
  order();
  BOOST_TEST((quiet() && store().chunks_done == 4U));
}

BOOST_AUTO_TEST_CASE(an_order_told_again_when_staged_is_answered_with_staged) {
  stage();
  order();
  BOOST_TEST(count<Staged>() == 1U);
}

BOOST_AUTO_TEST_CASE(another_order_stops_the_work_and_begins_anew) {
  write();
  written(4);
  Grant other = grant();
  other.update = {501};
  tell(InstallOrdered{other});
  BOOST_TEST((get<Updater::StopWork>()->update == update));
  BOOST_TEST((get<Updater::FetchManifest>()->update.value == 501U));
  BOOST_TEST(store().chunks_done == 0U);
}

BOOST_AUTO_TEST_CASE(a_restart_goes_on_from_the_last_chunk) {
  write();
  written(4);
  tell(Restarted{});
  BOOST_TEST((get<Updater::WriteSlot>()->from_chunk == 4U));
}

BOOST_AUTO_TEST_CASE(a_restart_takes_up_whatever_was_under_way) {
  order();
  tell(Restarted{});
  BOOST_TEST((get<Updater::FetchManifest>() != nullptr));
  read_back();
  tell(Restarted{});
  BOOST_TEST((get<Updater::ReadBack>() != nullptr));
  end();
  tell(Restarted{});
  BOOST_TEST((get<Staged>() != nullptr));
}

BOOST_AUTO_TEST_CASE(ends_of_older_work_are_ignored) {
  write();
  const std::uint32_t old = store().work;
  tell(Restarted{});
  tell(Updater::WorkEnded{update, old, Reason::download_cut, false, {}});
  BOOST_TEST((quiet() && phase() == Phase::writing));
}

BOOST_AUTO_TEST_CASE(a_server_that_begins_anew_sets_the_count_back) {
  write();
  written(7);
  end(Reason::download_cut, true);
  fire(retry_tag);
  written(1);
  BOOST_TEST(store().chunks_done == 1U);
}

BOOST_AUTO_TEST_CASE(more_chunks_than_the_manifest_has_are_not_believed) {
  write();
  written(chunks + 1);
  BOOST_TEST(store().chunks_done == 0U);
}

BOOST_AUTO_TEST_CASE(an_end_with_chunks_missing_is_a_cut_and_not_a_success) {
  write();
  written(chunks - 1);
  end();
  BOOST_TEST((phase() == Phase::writing && get<ArmTimer>() != nullptr));
  fire(retry_tag);
  BOOST_TEST((get<Updater::WriteSlot>()->from_chunk == chunks - 1));
}

BOOST_AUTO_TEST_CASE(cuts_wait_longer_and_longer_up_to_a_bound) {
  write();
  std::int64_t wanted = Updater::retry_first.value;
  for (int n = 0; n < 20; ++n) {
    end(Reason::download_cut, true);
    BOOST_TEST(timer(retry_tag).value >= wanted);
    BOOST_TEST(timer(retry_tag).value <= wanted * 3 / 2);
    wanted = std::min(wanted * 2, Updater::retry_max.value);
    fire(retry_tag);
  }
}

BOOST_AUTO_TEST_CASE(too_many_cuts_in_a_row_fail_the_install) {
  write();
  int cuts = 0;
  while (phase() == Phase::writing && cuts < 1'000) {
    end(Reason::download_cut, true);
    ++cuts;
  }
  BOOST_TEST(cuts == Updater::cuts_in_a_row_max);
  BOOST_TEST((failed() == Reason::download_cut && phase() == Phase::idle));
  BOOST_TEST((get<InstallFailed>()->outcome.detail.view() == "why"));
}

BOOST_AUTO_TEST_CASE(progress_forgives_cuts) {
  write();
  for (std::uint32_t n = 1; n < chunks; ++n) {
    for (int cut = 0; cut < 30; ++cut) end(Reason::download_cut, true);
    written(n);
  }
  BOOST_TEST((phase() == Phase::writing));
}

BOOST_AUTO_TEST_CASE(wrong_bytes_are_written_again_from_the_start) {
  read_back();
  end(Reason::read_back_mismatch);
  BOOST_TEST((phase() == Phase::writing && store().chunks_done == 0U));
  fire(retry_tag);
  BOOST_TEST((get<Updater::WriteSlot>()->from_chunk == 0U));
}

BOOST_AUTO_TEST_CASE(wrong_bytes_fail_the_install_after_a_few_tries) {
  write();
  int tries = 0;
  while (phase() != Phase::idle && tries < 100) {
    end(Reason::hash_mismatch);
    ++tries;
  }
  BOOST_TEST(tries == Updater::mismatches_max);
  BOOST_TEST((failed() == Reason::hash_mismatch));
}

BOOST_AUTO_TEST_CASE(a_wrong_manifest_is_fetched_again_and_nothing_is_written) {
  order();
  end(Reason::hash_mismatch);
  BOOST_TEST((phase() == Phase::fetching));
  fire(retry_tag);
  BOOST_TEST((get<Updater::FetchManifest>() != nullptr));
}

BOOST_AUTO_TEST_CASE(what_trying_again_cannot_help_fails_at_once) {
  write();
  end(Reason::disk_full);
  BOOST_TEST((failed() == Reason::disk_full && phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(a_cancelled_install_stops_in_every_phase) {
  const auto cancelled = [](Box box) {
    box.tell(InstallCancelled{{501}});
    BOOST_TEST((box.quiet() && box.phase() != Phase::idle));
    box.tell(InstallCancelled{update});
    BOOST_TEST((box.get<Updater::StopWork>()->update == update));
    BOOST_TEST((box.phase() == Phase::idle));
    const Updater::State idle = box.store();
    box.end();
    box.written(1);
    box.tell(Updater::ManifestReady{update, 3});
    box.tell(TimerFired{retry_tag, box.generation(retry_tag)});
    BOOST_TEST((box.quiet() && box.store() == idle));
  };
  Box fetching, writing, waiting, reading, staged;
  fetching.order();
  writing.write();
  waiting.write();
  waiting.end(Reason::download_cut, true);
  reading.read_back();
  staged.stage();
  for (const Box& box : {fetching, writing, waiting, reading, staged}) cancelled(box);
}

BOOST_AUTO_TEST_CASE(a_retry_that_is_overtaken_starts_no_second_writer) {
  order();
  end(Reason::download_cut, true);
  tell(Updater::ManifestReady{update, chunks});
  tell(TimerFired{retry_tag, generation(retry_tag)});
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(the_end_of_the_update_is_forgotten) {
  stage();
  UpdateOutcome outcome;
  outcome.update = update;
  tell(Committed{outcome});
  BOOST_TEST((phase() == Phase::idle));
  stage();
  tell(RolledBack{outcome});
  BOOST_TEST((phase() == Phase::idle));
}

BOOST_AUTO_TEST_SUITE_END()
