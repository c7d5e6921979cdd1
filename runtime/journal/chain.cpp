#include "runtime/journal/chain.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <algorithm>
#include <memory>

#include "runtime/kernel/assert.hpp"

namespace drydock::journal {

namespace {
Hash sha256_of_two(std::string_view first, std::string_view second) {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  // One context a thread: making one for each record costs more than hashing it.
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  Hash hash;
  unsigned length = 0;
  ASSERT(context);
  ASSERT(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  ASSERT(EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1);
  ASSERT(EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1);
  ASSERT(EVP_DigestFinal_ex(context.get(), hash.data(), &length) == 1);
  ASSERT(length == hash.size());
  return hash;
}
}  // namespace

Hash sha256(std::string_view bytes) { return sha256_of_two(bytes, {}); }

Hash link(const Hash& previous, std::string_view bytes) {
  return sha256_of_two(view(previous), bytes);
}

Hash chain_start(const Incarnation& incarnation) {
  return sha256_of_two("drydock-journal",
                       {reinterpret_cast<const char*>(incarnation.data()), incarnation.size()});
}

std::string to_hex(const Hash& hash) {
  std::string text;
  for (const std::uint8_t byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

Hash hash_from(std::string_view bytes) {
  Hash hash{};
  if (bytes.size() >= hash.size()) std::copy_n(bytes.data(), hash.size(), hash.begin());
  return hash;
}

}  // namespace drydock::journal
