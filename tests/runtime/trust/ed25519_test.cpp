#include "runtime/trust/ed25519.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "messages/ids.hpp"

namespace drydock::trust {

namespace {

Ed25519Raw raw(std::string_view digits) {
  Hash bytes{};
  BOOST_REQUIRE(read_hex(digits, bytes));
  return bytes;
}

std::string signature_of(std::string_view first_half, std::string_view second_half) {
  std::string bytes;
  for (const auto half : {first_half, second_half})
    for (const auto byte : raw(half)) bytes += static_cast<char>(byte);
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trust_ed25519)

BOOST_AUTO_TEST_CASE(ed25519_gives_the_first_vector_of_rfc_8032) {
  const auto key =
      ed25519_from_seed(raw("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  BOOST_TEST((ed25519_public(*key) ==
              raw("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
  BOOST_TEST(ed25519_sign(*key, "") ==
             signature_of("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
                          "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"));
}

BOOST_AUTO_TEST_CASE(ed25519_gives_the_second_vector_of_rfc_8032) {
  const auto key =
      ed25519_from_seed(raw("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const auto public_key = raw("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature =
      signature_of("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
                   "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  BOOST_TEST((ed25519_public(*key) == public_key));
  BOOST_TEST(ed25519_sign(*key, "\x72") == signature);
  BOOST_TEST(ed25519_verify(public_key, "\x72", signature));
}

BOOST_AUTO_TEST_CASE(ed25519_refuses_every_flipped_bit_of_a_signature) {
  const auto key = ed25519_generate();
  const auto public_key = ed25519_public(*key);
  const std::string signature = ed25519_sign(*key, "order 7");
  BOOST_REQUIRE(ed25519_verify(public_key, "order 7", signature));
  int accepted = 0;
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    std::string altered = signature;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    if (ed25519_verify(public_key, "order 7", altered)) ++accepted;
  }
  BOOST_TEST(accepted == 0);
}

BOOST_AUTO_TEST_CASE(ed25519_refuses_a_signature_of_another_length) {
  const auto key = ed25519_generate();
  const auto public_key = ed25519_public(*key);
  const std::string signature = ed25519_sign(*key, "x");
  BOOST_TEST(!ed25519_verify(public_key, "x", ""));
  BOOST_TEST(!ed25519_verify(public_key, "x", signature.substr(0, 63)));
  BOOST_TEST(!ed25519_verify(public_key, "x", signature + '\0'));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::trust
