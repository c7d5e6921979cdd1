#pragma once
// The updater's blocking work: fetch a manifest, stream an image into the standby slot, read it
// back. The slot's descriptor comes from root-helper, which verifies grant and manifest itself.
// Blocking; one thread at a time. What it finds is told through `post`, in order.
#include <functional>
#include <stop_token>
#include <string>

#include "actors/updater/machine.hpp"
#include "runtime/appliance/envelope_files.hpp"
#include "runtime/boot/helper_client/helper_client.hpp"
#include "runtime/http/client.hpp"
#include "runtime/trust/keys.hpp"

namespace drydock::appliance {

struct InstallPlaces {
  http::ClientOptions centre;  // a client is made for each piece of work, so that it can be stopped
  std::string root_helper;     // socket
  std::string data;            // MSP-DATA
};

class InstallWork {
 public:
  using Post = std::function<void(const Updater::Event&)>;
  InstallWork(InstallPlaces places, const trust::KeyRing& keys, Post post);

  void fetch(const Updater::FetchManifest& ask, std::stop_token stop);
  void write(const Updater::WriteSlot& ask, std::stop_token stop);
  void read_back(const Updater::ReadBack& ask);

 private:
  struct Order {
    Envelope envelope;
    Grant grant;  // what it says; the signature was verified
  };
  Result<Order> order_of(OrderNumber number) const;
  Result<std::unique_ptr<http::Client>> client(std::stop_token stop) const;
  void ended(UpdateId update, std::uint32_t work, const Error& error);
  void ended(UpdateId update, std::uint32_t work, Reason reason, bool transient,
             const std::string& why);

  InstallPlaces places_;
  const trust::KeyRing& keys_;
  EnvelopeFiles orders_, manifests_;
  Post post_;
};

}  // namespace drydock::appliance
