#include "runtime/journal/verify.hpp"

#include <fmt/format.h>

#include "runtime/journal/batch.hpp"
#include "runtime/journal/opening.hpp"

namespace drydock::journal {

namespace {
// Follows the main chain from first on, and the evidence chain from its beginning.
class RecordWalk {
 public:
  RecordWalk(const Identity& identity, VerifyReport& report)
      : heads_(identity.heads),
        first_(identity.first),
        next_(identity.first.seq),
        link_(identity.first.link_before),
        evidence_link_(chain_start(identity.incarnation)),
        report_(report) {
    report_.first_seq = first_.seq;
  }

  Walk look(std::uint64_t seq, std::string_view value) {
    const auto stored = decode_stored(value);
    if (!stored || !decode(stored->bytes)) return bad(seq, "it does not parse");
    if (seq < first_.seq && stored->evidence_no == 0)
      return bad(seq, "it lies before the chain and is no evidence");
    if (seq >= first_.seq) {
      if (seq != next_) return bad(next_, "it is missing");
      link_ = link(link_, stored->bytes);
      if (stored->link != link_) return bad(seq, "its link does not follow from the one before");
      ++next_;
    }
    if (stored->evidence_no != 0) {
      evidence_link_ = link(evidence_link_, stored->bytes);
      if (stored->evidence_no != ++report_.evidence)
        return bad(seq, fmt::format("evidence {} is missing before it", report_.evidence));
      if (stored->evidence_link != evidence_link_)
        return bad(seq, "its evidence link does not follow from the one before");
    }
    ++report_.records;
    return Walk::on;
  }

  void finish() {
    report_.last_seq = heads_.seq;
    report_.last_link = heads_.link;
    if (!report_.why.empty()) return;
    if (next_ != heads_.seq + 1)
      bad(next_, fmt::format("it is missing, the head is {}", heads_.seq));
    else if (link_ != heads_.link)
      bad(heads_.seq, "the head names another link");
    else if (report_.evidence != heads_.evidence_no || evidence_link_ != heads_.evidence_link)
      bad(heads_.seq, "the head names other evidence");
  }

 private:
  Walk bad(std::uint64_t seq, const std::string& why) {
    report_.first_bad = seq;
    report_.why = fmt::format("record {}: {}", seq, why);
    return Walk::stop;
  }

  const Heads& heads_;
  const First& first_;
  std::uint64_t next_;
  Hash link_, evidence_link_;
  VerifyReport& report_;
};

Status verify_decisions(const Store& store, const Identity& identity, VerifyReport& report) {
  Hash expected = chain_start(identity.incarnation);
  const auto bad = [&](std::uint64_t position, const std::string& why) {
    report.first_bad = position;
    report.why = fmt::format("decision {}: {}", position, why);
    return Walk::stop;
  };
  const auto walked = store.scan("l/", "l0", [&](std::string_view key, std::string_view value) {
    const auto stored = decode_decision(value);
    const std::uint64_t position = key::number_in(key);
    if (position != report.decisions + 1) return bad(report.decisions + 1, "it is missing");
    expected = link(expected, linked_part(value));
    if (!stored || stored->link != expected)
      return bad(position, "its link does not follow from the one before");
    ++report.decisions;
    return Walk::on;
  });
  if (!walked || !report.why.empty()) return walked;
  if (report.decisions != identity.heads.decision)
    bad(report.decisions + 1,
        fmt::format("it is missing, the head is {}", identity.heads.decision));
  else if (expected != identity.heads.decision_link)
    bad(report.decisions, "the head names another link");
  return Done{};
}
}  // namespace

Result<VerifyReport> verify(const std::string& path, Profile profile) {
  const auto store = Store::open_to_read(path + "/db", profile);
  if (!store) return store.error().in(path);
  const auto identity = read_identity(**store);
  if (!identity) return identity.error().in(path);
  VerifyReport report;
  RecordWalk records(*identity, report);
  const auto walked = (*store)->scan("r/", "r0", [&](std::string_view key, std::string_view value) {
    return records.look(key::number_in(key), value);
  });
  if (!walked) return walked.error().in(path);
  records.finish();
  if (report.why.empty()) {
    if (auto s = verify_decisions(**store, *identity, report); !s) return s.error().in(path);
  }
  report.ok = report.why.empty();
  return report;
}

}  // namespace drydock::journal
