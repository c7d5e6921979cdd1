#include "runtime/journal/layout.hpp"

#include "runtime/journal/little_endian.hpp"

namespace drydock::journal {

namespace key {
namespace {
void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}
}  // namespace

std::string record(std::uint64_t seq) {
  std::string out = "r/";
  append_big_endian(out, seq, 8);
  return out;
}

std::string decision(std::uint64_t position) {
  std::string out = "l/";
  append_big_endian(out, position, 8);
  return out;
}

std::string row(std::uint32_t table, std::string_view key) {
  std::string out = "s/";
  append_big_endian(out, table, 4);
  out.push_back('/');
  return out.append(key);
}

std::string document(const Hash& hash) { return std::string("d/").append(view(hash)); }
std::string meta(std::string_view name) { return std::string("m/").append(name); }
std::string note(std::string_view name) { return std::string("n/").append(name); }

std::uint64_t number_in(std::string_view key) {
  if (key.size() != 10) return 0;
  std::uint64_t number = 0;
  for (const char byte : key.substr(2)) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

std::string after(std::string prefix) {
  prefix.back() = static_cast<char>(prefix.back() + 1);  // every prefix here ends in '/'
  return prefix;
}
}  // namespace key

namespace {
Error bad_value(const char* what) {
  return {ErrorKind::malformed, std::string(what) + " in the journal is cut short or unknown"};
}
}  // namespace

std::string encode_stored(const StoredRecord& stored) {
  std::string out;
  out.reserve(80 + stored.bytes.size());
  append_number(out, static_cast<std::uint8_t>(stored.evidence_no != 0));
  out.append(view(stored.link));
  if (stored.evidence_no != 0) {
    append_number(out, stored.evidence_no);
    out.append(view(stored.evidence_link));
  }
  return out.append(stored.bytes);
}

Result<StoredRecord> decode_stored(std::string_view value) {
  ByteReader in(value);
  StoredRecord stored;
  const auto kind = in.number<std::uint8_t>();
  stored.link = hash_from(in.take(32));
  if (kind == 1) {
    stored.evidence_no = in.number<std::uint64_t>();
    stored.evidence_link = hash_from(in.take(32));
  }
  if (!in.ok() || kind > 1) return bad_value("a stored record");
  stored.bytes = in.rest();
  return stored;
}

std::string encode_heads(const Heads& heads) {
  std::string out;
  append_number(out, heads.seq);
  out.append(view(heads.link));
  append_number(out, heads.bytes);
  append_number(out, heads.evidence_no);
  out.append(view(heads.evidence_link));
  append_number(out, heads.decision);
  out.append(view(heads.decision_link));
  return out;
}

Result<Heads> decode_heads(std::string_view value) {
  ByteReader in(value);
  Heads heads;
  heads.seq = in.number<std::uint64_t>();
  heads.link = hash_from(in.take(32));
  heads.bytes = in.number<std::uint64_t>();
  heads.evidence_no = in.number<std::uint64_t>();
  heads.evidence_link = hash_from(in.take(32));
  heads.decision = in.number<std::uint64_t>();
  heads.decision_link = hash_from(in.take(32));
  if (!in.ok()) return bad_value("the head");
  return heads;
}

std::string encode_first(const First& first) {
  std::string out;
  append_number(out, first.seq);
  out.append(view(first.link_before));
  append_number(out, first.bytes_before);
  return out;
}

Result<First> decode_first(std::string_view value) {
  ByteReader in(value);
  First first;
  first.seq = in.number<std::uint64_t>();
  first.link_before = hash_from(in.take(32));
  first.bytes_before = in.number<std::uint64_t>();
  if (!in.ok() || first.seq == 0) return bad_value("the retention mark");
  return first;
}

}  // namespace drydock::journal
