#include "runtime/trust/sha256.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace drydock::trust {

BOOST_AUTO_TEST_SUITE(trust_sha256)

BOOST_AUTO_TEST_CASE(sha256_gives_the_published_vectors) {
  BOOST_TEST(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hex(sha256("abc")) ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hex(sha256(std::string(1'000'000, 'a'))) ==
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(sha256_in_pieces_equals_sha256_in_one_call) {
  Sha256 hash;
  for (const char* piece : {"a", "", "bc"}) hash.update(piece);
  BOOST_TEST((hash.finish() == sha256("abc")));
}

BOOST_AUTO_TEST_CASE(a_finished_sha256_starts_a_new_hash) {
  Sha256 hash;
  hash.update("something else");
  (void)hash.finish();
  hash.update("abc");
  BOOST_TEST((hash.finish() == sha256("abc")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::trust
