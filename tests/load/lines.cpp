#include "tests/load/lines.hpp"

#include <iostream>
#include <unordered_map>

#include "messages/codec.hpp"
#include "runtime/appliance/centre_link.hpp"
#include "runtime/trust/identity_folder.hpp"

namespace drydock::load {

class Lines::Line {
 public:
  static Result<std::unique_ptr<Line>> open(const std::string& server, const std::string& folder) {
    auto identity = trust::load_identity(folder);
    if (!identity) return identity.error();
    http::ClientOptions options;
    options.base_url = server;
    options.ca_file = identity->authority_path;
    options.certificate_file = identity->certificate_path;
    options.key_file = identity->key_path;
    auto client = http::Client::make(options);
    if (!client) return client.error();
    return std::unique_ptr<Line>(new Line(std::move(*client), *identity));
  }

  // As the agent's own line does, but that the order's envelope is not kept on a disk.
  Result<Answer> check_in(CheckIn message) {
    message.facts.client = client_;
    message.facts.site_claim = site_;
    auto response = http_->send("POST", "/v1/check-in", encode(message), "application/x-protobuf");
    if (!response) return response.error();
    if (response->status != 200)
      return Error{ErrorKind::refused, std::to_string(response->status) + " " + response->body};
    SignedAnswer came;
    if (!decode_from(response->body, came))
      return Error{ErrorKind::malformed, "the centre's answer does not parse"};
    Answer answer = came.answer;
    answer.grant = {};
    if (!came.order) return answer;
    auto grant = appliance::open_grant(keys_, *came.order);
    if (!grant) return grant.error();
    answer.grant = *grant;
    return answer;
  }

 private:
  Line(std::unique_ptr<http::Client> client, const trust::Identity& identity)
      : http_(std::move(client)) {
    keys_.add(identity.order_key, std::string(grant_envelope_type));
    client_ = {name_number(identity.appliance.client)};
    site_ = {name_number(identity.appliance.client + "/" + identity.site)};
  }
  std::unique_ptr<http::Client> http_;
  trust::KeyRing keys_;
  ClientId client_;
  SiteId site_;
};

Result<std::unique_ptr<Lines>> Lines::open(const std::string& server, const std::string& identities,
                                           unsigned threads) {
  if (auto first = Line::open(server, identities + "/1"); !first) return first.error();
  return std::unique_ptr<Lines>(new Lines(server, identities, threads));
}

Lines::Lines(std::string server, std::string identities, unsigned threads)
    : server_(std::move(server)), identities_(std::move(identities)) {
  for (unsigned i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>());
  for (auto& worker : workers_)
    worker->thread =
        std::jthread([this, &worker](const std::stop_token& stop) { work(*worker, stop); });
}

Lines::~Lines() {
  for (auto& worker : workers_) worker->thread.request_stop();
}

void Lines::post(const Letter& letter) {
  Worker& worker = *workers_[letter.appliance % workers_.size()];
  const std::lock_guard lock(worker.mutex);
  worker.letters.push_back(letter);
  worker.more.notify_one();
}

std::vector<Reply> Lines::replies(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  came_.wait_until(lock, until, [&] { return !replies_.empty(); });
  return std::exchange(replies_, {});
}

void Lines::work(Worker& worker, const std::stop_token& stop) {
  std::unordered_map<std::uint32_t, std::unique_ptr<Line>> lines;
  for (;;) {
    Letter letter;
    {
      std::unique_lock lock(worker.mutex);
      if (!worker.more.wait(lock, stop, [&] { return !worker.letters.empty(); })) return;
      letter = worker.letters.front();
      worker.letters.pop_front();
    }
    Reply reply{letter.appliance, letter.process, letter.check_in.facts.serial, {}};
    auto& line = lines[letter.appliance];
    std::string trouble;
    if (!line) {
      auto opened = Line::open(server_, identities_ + "/" + std::to_string(letter.appliance));
      if (opened)
        line = std::move(*opened);
      else
        trouble = opened.error().text;
    }
    if (line) {
      const auto answer = line->check_in(letter.check_in);
      if (answer)
        reply.answer = *answer;
      else
        trouble = answer.error().text;
    }
    if (!trouble.empty())
      std::cerr << "appliance " + std::to_string(letter.appliance) + ": " + trouble + "\n";
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
    came_.notify_one();
  }
}

}  // namespace drydock::load
