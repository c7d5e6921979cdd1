#include "runtime/command/upload.hpp"

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "messages/envelope.hpp"
#include "runtime/artifact/manifest.hpp"
#include "runtime/files/files.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::command {
namespace {

constexpr std::size_t envelope_bytes_max = artifact::manifest_bytes_max + 4096;

Result<std::string> read_chunk(const artifact::ImageFile& image, const Manifest& manifest,
                               std::uint32_t chunk) {
  auto bytes =
      image.read(artifact::chunk_length(manifest, chunk), artifact::chunk_offset(manifest, chunk));
  if (!bytes) return bytes;
  if (trust::sha256(*bytes) == manifest.chunk_sha256[chunk]) return bytes;
  return Error{ErrorKind::mismatch,
               fmt::format("{} is not the image that was signed: chunk {} differs from the "
                           "manifest; sign it again, or give the right one",
                           image.name(), chunk)};
}

bool worth_another_try(const Error& error) {
  return error.kind == ErrorKind::unreachable || error.kind == ErrorKind::timed_out;
}

Result<Json> put_chunk(Centre& centre, const std::string& target, const std::string& bytes,
                       const World& world) {
  for (unsigned attempt = 1;; ++attempt) {
    auto answer = centre.put_bytes(target, bytes);
    if (answer || attempt == chunk_attempts_max || !worth_another_try(answer.error()))
      return answer;
    world.pause(chunk_retry_after);
  }
}

}  // namespace

Result<SignedManifest> read_signed_manifest(const std::string& path) {
  auto bytes = files::read(path, envelope_bytes_max);
  if (!bytes) return bytes.error();
  Envelope envelope;
  if (!decode_from(*bytes, envelope) || envelope.type != manifest_envelope_type)
    return Error{ErrorKind::malformed,
                 path + " is not a signed manifest; make one with drydock release sign"};
  auto manifest = artifact::read_manifest(envelope.payload);
  if (!manifest) return std::move(manifest).error().in(path);
  return SignedManifest{std::move(*bytes), std::move(*manifest), trust::sha256(envelope.payload)};
}

Status check_image(const artifact::ImageFile& image, const Manifest& manifest) {
  if (image.size() != manifest.image_size)
    return Error{ErrorKind::mismatch,
                 fmt::format("{} has {} bytes, the manifest speaks of {}: sign this image, or give "
                             "the one that was signed",
                             image.name(), image.size(), manifest.image_size)};
  for (std::uint32_t chunk = 0; chunk < manifest.chunk_sha256.size(); ++chunk)
    if (auto bytes = read_chunk(image, manifest, chunk); !bytes) return bytes.error();
  return Done{};
}

Result<UploadPlan> announce(Centre& centre, const SignedManifest& release) {
  const auto answer = centre.post_bytes("/v1/releases", release.envelope);
  if (!answer) return answer.error();
  const Json* missing = list_in(*answer, "missing_chunks");
  const auto broken = [](const char* what) {
    return Error{ErrorKind::malformed, fmt::format("the centre's answer to the manifest {}", what)};
  };
  if (missing == nullptr) return broken("does not say which chunks are missing");
  if (text_in(*answer, "manifest") != hex(release.hash))
    return broken("names another manifest than the one that was sent");
  UploadPlan plan;
  for (const Json& item : *missing) {
    const auto chunk = item.is_number_unsigned() ? item.get<std::uint64_t>() : UINT64_MAX;
    if (chunk >= release.manifest.chunk_sha256.size() ||
        (!plan.missing.empty() && chunk <= plan.missing.back()))
      return broken("lists chunks that the manifest does not have, or not in order");
    plan.missing.push_back(static_cast<std::uint32_t>(chunk));
    plan.bytes += artifact::chunk_length(release.manifest, plan.missing.back());
  }
  return plan;
}

Status upload(Centre& centre, const artifact::ImageFile& image, const SignedManifest& release,
              const UploadPlan& plan, const World& world,
              const std::function<void(std::uint64_t bytes)>& progress) {
  std::uint64_t sent = 0, still_missing = 0;
  progress(sent);
  for (const std::uint32_t chunk : plan.missing) {
    const auto bytes = read_chunk(image, release.manifest, chunk);
    if (!bytes) return bytes.error();
    const std::string target = fmt::format("/v1/releases/{}/chunks/{}", hex(release.hash), chunk);
    const auto answer = put_chunk(centre, target, *bytes, world);
    if (!answer)
      return answer.error().in(
          fmt::format("chunk {} of {}; run the same command again to go on from here", chunk,
                      release.manifest.chunk_sha256.size()));
    const auto missing = number_in(*answer, "missing");
    if (!missing)
      return Error{ErrorKind::malformed, "the centre does not say how many chunks are missing"};
    still_missing = *missing;
    sent += bytes->size();
    progress(sent);
  }
  if (still_missing == 0) return Done{};
  return Error{
      ErrorKind::mismatch,
      fmt::format("the centre still lacks {} chunks; run the same command again", still_missing)};
}

}  // namespace drydock::command
