#include <boost/test/unit_test.hpp>

#include <set>

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "messages/manifest.hpp"
#include "runtime/artifact/manifest.hpp"
#include "runtime/trust/keys.hpp"
#include "runtime/trust/sha256.hpp"
#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

// Three chunks: two whole ones and a short one, all different.
std::string image_bytes() {
  std::string bytes(2 * std::size_t{manifest_chunk_size} + 1000, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 4096) bytes[i] = static_cast<char>(i >> 12);
  return bytes;
}

struct Bench : Desk {
  std::string image = folder.put("slot.img", image_bytes());
  std::string manifest = folder / "1.1.0.manifest";

  Said sign() {
    return run({"release", "sign", "--image", image, "--version", "1.1.0", "--hardware", "box-1",
                "--key", pki_folder() + "/release.key", "--out", manifest, "--json"});
  }
  Said publish(const FakeCentre& centre) {
    return ask(centre, {"release", "publish", "--image", image, "--manifest", manifest});
  }
};

// The centre's side of an upload. Used from the server's thread, under the fake's lock.
struct Store {
  std::string hash;
  std::map<unsigned, std::string> chunks;
  unsigned chunks_max = 99;  // then it breaks
  unsigned busy = 0;         // so many chunks are answered 503 first
  static constexpr unsigned all = 3;

  http::Response operator()(const Asked& asked) {
    if (asked.line == "POST /v1/releases") {
      Envelope envelope;
      if (!decode_from(asked.body, envelope)) return http::json_response(400, "{}");
      hash = hex(trust::sha256(envelope.payload));
      Json missing = Json::array();
      for (unsigned n = 0; n < all; ++n)
        if (!chunks.contains(n)) missing.push_back(n);
      return http::json_response(
          201, json_text({{"manifest", hash}, {"version", "1.1.0"}, {"missing_chunks", missing}}));
    }
    const std::string put = "PUT /v1/releases/" + hash + "/chunks/";
    if (!asked.line.starts_with(put)) return not_hooked();
    if (busy > 0 && busy-- > 0) return http::json_response(503, R"({"error":"busy, ask again"})");
    if (chunks.size() >= chunks_max) return http::json_response(500, R"({"error":"disk broke"})");
    chunks[static_cast<unsigned>(std::stoul(asked.line.substr(put.size())))] = asked.body;
    return http::json_response(200, fmt::format("{{\"missing\":{}}}", all - chunks.size()));
  }
  std::string image() const {
    std::string bytes;
    for (const auto& [n, chunk] : chunks) bytes += chunk;
    return bytes;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(command_release)

BOOST_AUTO_TEST_CASE(what_is_signed_opens_with_the_release_key_and_describes_the_image) {
  Bench bench;
  const auto said = bench.sign();
  BOOST_TEST_REQUIRE(said.exit == 0);
  Envelope envelope;
  BOOST_TEST_REQUIRE(decode_from(bench.read("1.1.0.manifest"), envelope));
  trust::KeyRing ring;
  ring.add(*trust::PublicKey::load(pki_folder() + "/release.pub"),
           std::string(manifest_envelope_type));
  const auto payload = ring.open(envelope, manifest_envelope_type);
  BOOST_TEST_REQUIRE(payload.ok());
  const auto manifest = artifact::read_manifest(*payload);
  BOOST_TEST_REQUIRE(manifest.ok());
  BOOST_TEST((manifest->version == make_version(1, 1, 0)));
  BOOST_TEST(manifest->hardware == "box-1");
  BOOST_TEST((manifest->image_sha256 == trust::sha256(image_bytes())));
  BOOST_TEST(said.json()["manifest"] == hex(trust::sha256(*payload)));
}

BOOST_AUTO_TEST_CASE(signing_does_not_overwrite_a_manifest) {
  Bench bench;
  BOOST_TEST_REQUIRE(bench.sign().exit == 0);
  const auto again = bench.sign();
  BOOST_TEST(again.exit == 2);
  BOOST_TEST(holds(again.err, "is not overwritten"));
}

BOOST_AUTO_TEST_CASE(a_key_that_cannot_sign_releases_is_refused) {
  Bench bench;
  const auto said =
      bench.run({"release", "sign", "--image", bench.image, "--version", "1.1.0", "--hardware",
                 "box-1", "--key", pki_folder() + "/appliance-ca.key", "--out", bench.manifest});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(!std::filesystem::exists(bench.manifest));
}

BOOST_AUTO_TEST_CASE(publishing_brings_the_whole_image) {
  Bench bench;
  BOOST_TEST_REQUIRE(bench.sign().exit == 0);
  FakeCentre centre;
  Store store;
  centre.hook([&](const Asked& asked) { return store(asked); });
  const auto said = bench.publish(centre);
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "Published 1.1.0"));
  BOOST_TEST((store.image() == image_bytes()));
}

BOOST_AUTO_TEST_CASE(publishing_again_sends_only_what_an_interruption_left_out) {
  Bench bench;
  BOOST_TEST_REQUIRE(bench.sign().exit == 0);
  FakeCentre centre;
  Store store;
  store.chunks_max = 1;
  centre.hook([&](const Asked& asked) { return store(asked); });
  const auto cut = bench.publish(centre);
  BOOST_TEST(cut.exit == 1);
  BOOST_TEST(holds(cut.err, "disk broke"));
  BOOST_TEST(holds(cut.err, "run the same command again"));
  const std::size_t before = centre.asked().size();

  centre.hook([&](const Asked& asked) {
    store.chunks_max = 99;
    return store(asked);
  });
  const auto said = bench.publish(centre);
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(centre.asked().size() - before == 3u);  // the manifest and two chunks
  BOOST_TEST((store.image() == image_bytes()));
}

BOOST_AUTO_TEST_CASE(a_published_release_is_published_again_without_a_chunk) {
  Bench bench;
  BOOST_TEST_REQUIRE(bench.sign().exit == 0);
  FakeCentre centre;
  Store store;
  centre.hook([&](const Asked& asked) { return store(asked); });
  BOOST_TEST(bench.publish(centre).exit == 0);
  const std::size_t before = centre.asked().size();
  BOOST_TEST(bench.publish(centre).exit == 0);
  BOOST_TEST(centre.asked().size() - before == 1u);
}

BOOST_AUTO_TEST_CASE(a_busy_centre_is_asked_again_a_bounded_number_of_times) {
  Bench bench;
  BOOST_TEST_REQUIRE(bench.sign().exit == 0);
  FakeCentre centre;
  Store store;
  store.busy = 2;
  centre.hook([&](const Asked& asked) { return store(asked); });
  BOOST_TEST(bench.publish(centre).exit == 0);
  BOOST_TEST(bench.pauses == 2u);

  Store busier;
  busier.busy = 3;
  centre.hook([&](const Asked& asked) { return busier(asked); });
  const auto said = bench.publish(centre);
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "busy, ask again"));
}

BOOST_AUTO_TEST_CASE(of_an_iso_exactly_the_slot_image_is_signed_and_sent) {
  Bench bench;
  bench.folder.put("raw.img", image_bytes());
  bench.image = bench.folder / "appliance.iso";
  BOOST_TEST_REQUIRE(std::system(fmt::format("xorriso -as mkisofs -quiet -o {} -graft-points "
                                             "slot.img={}/raw.img >/dev/null 2>&1",
                                             bench.image, bench.folder.path())
                                     .c_str()) == 0);
  const auto signed_ = bench.sign();
  BOOST_TEST_REQUIRE(signed_.exit == 0);
  const Json slot = signed_.json()["slot"];
  BOOST_TEST(slot["iso"] == true);
  BOOST_TEST(slot["bytes"] == image_bytes().size());
  const auto offset = slot["parts"][0]["offset"].get<std::size_t>();
  BOOST_TEST((bench.read("appliance.iso").substr(offset, image_bytes().size()) == image_bytes()));
  FakeCentre centre;
  Store store;
  centre.hook([&](const Asked& asked) { return store(asked); });
  const auto said = bench.publish(centre);
  BOOST_TEST(said.exit == 0);
  BOOST_TEST((store.image() == image_bytes()));
  BOOST_TEST(holds(said.out, "Into the slot go 8.0 MiB (8389608 bytes, unknown, no filesystem"));
  BOOST_TEST(holds(said.out, fmt::format("of /slot.img of {}, bytes {} to {}.\n", bench.image,
                                         offset, offset + image_bytes().size() - 1)));
}

BOOST_AUTO_TEST_CASE(of_an_iso_that_is_cut_off_nothing_is_published) {
  Bench bench;
  bench.folder.put("raw.img", image_bytes());
  bench.image = bench.folder / "appliance.iso";
  BOOST_TEST_REQUIRE(std::system(fmt::format("genisoimage -quiet -o {} -graft-points "
                                             "slot.img={}/raw.img >/dev/null 2>&1",
                                             bench.image, bench.folder.path())
                                     .c_str()) == 0);
  BOOST_TEST_REQUIRE(bench.sign().exit == 0);
  bench.folder.put("appliance.iso", bench.read("appliance.iso").substr(0, 5'000'000));
  FakeCentre centre;
  const auto said = bench.publish(centre);
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "is cut off, with 5000000 of"));
  BOOST_TEST(centre.asked().empty());
}

BOOST_AUTO_TEST_CASE(an_image_other_than_the_signed_one_is_refused_before_the_centre_is_asked) {
  Bench bench;
  BOOST_TEST_REQUIRE(bench.sign().exit == 0);
  FakeCentre centre;
  std::string other = image_bytes();
  other.back() = '!';
  bench.folder.put("slot.img", other);
  const auto said = bench.publish(centre);
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "chunk 2 differs"));

  bench.folder.put("slot.img", "short");
  const auto shorter = bench.publish(centre);
  BOOST_TEST(shorter.exit == 1);
  BOOST_TEST(holds(shorter.err, "has 5 bytes"));
  BOOST_TEST(centre.asked().empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_manifest_is_refused_before_the_centre_is_asked) {
  Bench bench;
  bench.folder.put("1.1.0.manifest", "no manifest");
  FakeCentre centre;
  const auto said = bench.publish(centre);
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "make one with drydock release sign"));
  BOOST_TEST(centre.asked().empty());
}

BOOST_AUTO_TEST_CASE(an_upload_shows_rate_and_remaining_time_on_a_terminal) {
  Bench bench;
  BOOST_TEST_REQUIRE(bench.sign().exit == 0);
  FakeCentre centre;
  Store store;
  centre.hook([&](const Asked& asked) {
    bench.up = bench.up + seconds(1);
    return store(asked);
  });
  bench.terminal = true;
  const auto said = bench.publish(centre);
  BOOST_TEST(holds(said.err, "/s  "));
  BOOST_TEST(holds(said.err, "left"));
  BOOST_TEST(holds(said.err, "\r"));
}

BOOST_AUTO_TEST_CASE(releases_are_listed_with_what_is_still_missing) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/releases", 200,
                R"({"releases":[{"version":"1.1.0","manifest":"ab","hardware":"box-1",
                "image_size":1572864,"chunks":3,"have_chunks":1,"complete":false,
                "published_ms":1700000000000}]})");
  const auto said = desk.ask(centre, {"release", "list"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "1.5 MiB"));
  BOOST_TEST(holds(said.out, "1 of 3 chunks"));
  BOOST_TEST(holds(said.out, "2023-11-14 22:13:20Z"));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
