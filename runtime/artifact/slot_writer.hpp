#pragma once
// Writes an image into a slot while it arrives: one chunk is collected and hashed in the same pass,
// and only a chunk whose hash is the signed one reaches the slot. Memory is one chunk, whatever the
// image. Used by one thread at a time; take() blocks while a chunk is written and flushed.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "messages/manifest.hpp"
#include "runtime/result.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::artifact {

class SlotWriter {
 public:
  // Called once for each chunk that is durable in the slot, in order.
  using OnChunk = std::function<void(std::uint32_t chunk)>;

  // fd: the slot, open for writing, owned by the caller for the writer's life. The manifest passed
  // check_manifest. start_chunk: the first one that is not in the slot yet; all before it are.
  SlotWriter(int fd, Manifest manifest, std::uint32_t start_chunk, OnChunk on_chunk);

  // Bytes of the image from offset() on, in any split. Errors:
  //   mismatch  a chunk's hash is wrong: nothing of it was written, offset() is at its start again,
  //             and its bytes may be offered anew;
  //             or there are more bytes than the manifest says: none of the surplus was taken;
  //   io, no_space  the slot cannot be written: the writer answers this error from now on.
  Status take(std::string_view bytes);

  // Done when every chunk is durable; mismatch when bytes are missing.
  Status finish() const;

  std::uint64_t offset() const;                            // the next byte of the image wanted
  std::uint32_t chunks_durable() const { return chunk_; }  // from the image's start

 private:
  Status close_chunk();
  bool whole() const { return chunk_ == manifest_.chunk_sha256.size(); }

  struct FreeBuffer {
    void operator()(char* buffer) const { std::free(buffer); }
  };

  int fd_;
  Manifest manifest_;
  std::uint32_t chunk_;       // the chunk being collected
  std::uint32_t filled_ = 0;  // bytes of it in buffer_
  std::unique_ptr<char, FreeBuffer> buffer_;
  trust::Sha256 hash_;
  OnChunk on_chunk_;
  std::optional<Error> broken_;
};

}  // namespace drydock::artifact
