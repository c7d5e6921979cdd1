#pragma once
// Brings a release to the centre: the manifest first, then only the chunks that the centre lacks.
// Cut off anywhere, it goes on from there when it is called again.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "messages/manifest.hpp"
#include "runtime/artifact/image_file.hpp"
#include "runtime/command/centre.hpp"
#include "runtime/command/world.hpp"

namespace drydock::command {

inline constexpr unsigned chunk_attempts_max = 3;  // of one chunk, when the line fails
inline constexpr Duration chunk_retry_after = seconds(1);

struct SignedManifest {
  std::string envelope;  // as it goes to the centre
  Manifest manifest;     // what the payload says; the centre, not we, holds the key to prove it
  Hash hash{};           // SHA-256 of the payload: the release's name at the centre
};
Result<SignedManifest> read_signed_manifest(const std::string& path);

// Reads the whole image; mismatch when it is not the one that was signed. Asked before the centre
// hears of the release, so that a wrong image leaves nothing half published.
Status check_image(const artifact::ImageFile& image, const Manifest& manifest);

struct UploadPlan {
  std::vector<std::uint32_t> missing;  // chunk numbers, rising
  std::uint64_t bytes = 0;             // of all of them
};
// Registers the manifest at the centre, which answers what it lacks.
Result<UploadPlan> announce(Centre& centre, const SignedManifest& release);

// mismatch, before anything of the chunk is sent, when the image has changed since check_image().
// `progress` is called with the bytes sent, at first with 0 and then after each chunk.
Status upload(Centre& centre, const artifact::ImageFile& image, const SignedManifest& release,
              const UploadPlan& plan, const World& world,
              const std::function<void(std::uint64_t bytes)>& progress);

}  // namespace drydock::command
