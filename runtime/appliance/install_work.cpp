#include "runtime/appliance/install_work.hpp"

#include <spdlog/spdlog.h>

#include "runtime/appliance/centre_link.hpp"
#include "runtime/artifact/manifest.hpp"
#include "runtime/artifact/slot_writer.hpp"

namespace drydock::appliance {
namespace {

// What an error of the line, the disk or the helper means to the updater.
struct Meaning {
  Reason reason;
  bool transient;
};
Meaning meaning(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::mismatch: return {Reason::hash_mismatch, true};
    case ErrorKind::no_space: return {Reason::disk_full, false};
    case ErrorKind::refused: return {Reason::manifest_refused, false};
    case ErrorKind::malformed: return {Reason::manifest_refused, false};
    case ErrorKind::io: return {Reason::io_error, true};
    case ErrorKind::not_found:
    case ErrorKind::unreachable:
    case ErrorKind::timed_out: return {Reason::download_cut, true};
  }
  return {Reason::io_error, true};
}

// The bytes of the image, on their way into the slot.
class ImageSink : public http::DownloadSink {
 public:
  ImageSink(int fd, const Manifest& manifest, std::uint32_t from,
            artifact::SlotWriter::OnChunk on_chunk)
      : fd_(fd),
        manifest_(manifest),
        on_chunk_(std::move(on_chunk)),
        writer_(fd, manifest, from, on_chunk_) {}

  Status begin(const Start& start) override {
    if (start.total_size != manifest_.image_size)
      return Error{ErrorKind::mismatch, "the image's size is not the manifest's"};
    if (start.offset == writer_.offset()) return Done{};
    ASSERT(start.offset == 0);
    writer_ =
        artifact::SlotWriter(fd_, manifest_, 0, on_chunk_);  // the server began anew: so do we
    return Done{};
  }
  Status take(std::span<const char> bytes) override {
    return writer_.take({bytes.data(), bytes.size()});
  }
  Status finish() const { return writer_.finish(); }

 private:
  int fd_;
  const Manifest& manifest_;
  artifact::SlotWriter::OnChunk on_chunk_;
  artifact::SlotWriter writer_;
};

}  // namespace

InstallWork::InstallWork(InstallPlaces places, const trust::KeyRing& keys, Post post)
    : places_(std::move(places)),
      keys_(keys),
      orders_(places_.data + "/update/orders"),
      manifests_(places_.data + "/update/manifests"),
      post_(std::move(post)) {}

Result<std::unique_ptr<http::Client>> InstallWork::client(std::stop_token stop) const {
  http::ClientOptions options = places_.centre;
  options.response_bytes_max = 8u << 20;  // a manifest of 65,536 chunks is 2 MiB
  options.stop = std::move(stop);
  return http::Client::make(std::move(options));
}

Result<InstallWork::Order> InstallWork::order_of(OrderNumber number) const {
  auto envelope = orders_.load(hex(number.value));
  if (!envelope) return envelope.error();
  auto grant = open_grant(keys_, *envelope);
  if (!grant) return grant.error();
  return Order{*envelope, *grant};
}

void InstallWork::ended(UpdateId update, std::uint32_t work, Reason reason, bool transient,
                        const std::string& why) {
  if (reason != Reason::none)
    spdlog::warn("update {}: {} ({})", hex(update.value), why, name_of(reason));
  post_(Updater::WorkEnded{update, work, reason, transient, Text<40>(why)});
}

void InstallWork::ended(UpdateId update, std::uint32_t work, const Error& error) {
  const Meaning m = meaning(error.kind);
  ended(update, work, m.reason, m.transient, error.text);
}

void InstallWork::fetch(const Updater::FetchManifest& ask, std::stop_token stop) {
  auto order = order_of(ask.order);
  if (!order) return ended(ask.update, ask.work, order.error());
  const Hash& hash = order->grant.manifest;
  auto centre = client(std::move(stop));
  if (!centre) return ended(ask.update, ask.work, centre.error());
  auto envelope = fetch_manifest(**centre, keys_, hash);
  if (!envelope) return ended(ask.update, ask.work, envelope.error());
  if (auto kept = manifests_.keep(hex(hash), *envelope); !kept)
    return ended(ask.update, ask.work, kept.error());
  auto manifest = open_manifest(keys_, *envelope, hash);
  if (!manifest) return ended(ask.update, ask.work, manifest.error());
  post_(Updater::ManifestReady{ask.update,
                               static_cast<std::uint32_t>(manifest->chunk_sha256.size())});
}

void InstallWork::write(const Updater::WriteSlot& ask, std::stop_token stop) {
  const auto fail = [&](const Error& error) { ended(ask.update, ask.work, error); };
  auto order = order_of(ask.order);
  if (!order) return fail(order.error());
  const Hash& hash = order->grant.manifest;
  auto envelope = manifests_.load(hex(hash));
  if (!envelope) return fail(envelope.error());
  auto manifest = open_manifest(keys_, *envelope, hash);
  if (!manifest) return fail(manifest.error());
  auto helper = boot::HelperClient::connect(places_.root_helper);
  if (!helper) return fail(helper.error());
  auto slot = helper->open_standby(order->envelope, *envelope);
  if (!slot) return fail(slot.error());
  if (!slot->ok())
    return ended(ask.update, ask.work, slot->answer.reason,
                 slot->answer.failure == HelperFailure::io, slot->answer.text);
  const std::uint32_t chunks = static_cast<std::uint32_t>(manifest->chunk_sha256.size());
  const std::uint32_t from = ask.from_chunk <= chunks ? ask.from_chunk : 0;
  ImageSink sink(slot->slot.get(), *manifest, from, [&](std::uint32_t chunk) {
    post_(Updater::ChunkWritten{ask.update, chunk + 1});
  });
  spdlog::info("update {}: writing from chunk {} of {}", hex(ask.update.value), from, chunks);
  if (from == chunks) return ended(ask.update, ask.work, Reason::none, false, {});
  auto centre = client(std::move(stop));
  if (!centre) return fail(centre.error());
  auto outcome = (*centre)->download("/v1/releases/" + hex(hash) + "/image",
                                     artifact::chunk_offset(*manifest, from),
                                     hex(manifest->image_sha256), sink);
  if (!outcome) return fail(outcome.error());
  using End = http::DownloadOutcome::End;
  if (outcome->end != End::finished)
    return fail(outcome->why.value_or(Error{ErrorKind::unreachable, "the download was cut"}));
  if (auto whole = sink.finish(); !whole) return fail(whole.error());
  ended(ask.update, ask.work, Reason::none, false, {});
}

void InstallWork::read_back(const Updater::ReadBack& ask) {
  auto order = order_of(ask.order);
  if (!order) return ended(ask.update, ask.work, order.error());
  auto envelope = manifests_.load(hex(order->grant.manifest));
  if (!envelope) return ended(ask.update, ask.work, envelope.error());
  auto helper = boot::HelperClient::connect(places_.root_helper);
  if (!helper) return ended(ask.update, ask.work, helper.error());
  auto verified = helper->verify(*envelope);
  if (!verified) return ended(ask.update, ask.work, verified.error());
  if (verified->ok()) return ended(ask.update, ask.work, Reason::none, false, {});
  const bool differs = verified->answer.failure == HelperFailure::mismatch;
  ended(ask.update, ask.work, differs ? Reason::read_back_mismatch : verified->answer.reason,
        verified->answer.failure == HelperFailure::io, verified->answer.text);
}

}  // namespace drydock::appliance
