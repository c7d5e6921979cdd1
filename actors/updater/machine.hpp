#pragma once
// The updater: from an install order to a staged, read-back release. It never touches boot state.
#include "actors/machine.hpp"
#include "messages/appliance.hpp"

namespace drydock {

struct Updater {
  static constexpr const char* name = "updater";
  static constexpr std::uint32_t id = 2;
  static constexpr std::uint32_t logic_version = 3;
  static constexpr bool durable = true;

  // Bounds. A cut line is tried again for hours; wrong bytes are not worth more than three tries.
  static constexpr std::uint8_t cuts_in_a_row_max = 40;
  static constexpr std::uint8_t mismatches_max = 3;
  static constexpr Duration retry_first = seconds(1);
  static constexpr Duration retry_max = minutes(5);

  struct ManifestReady {  // fetched, signature verified, hash as granted, fits the slot
    static constexpr const char* name = "ManifestReady";
    UpdateId update;
    std::uint32_t chunks = 0;
    static constexpr auto fields() {
      return std::tuple{field<1>("update", &ManifestReady::update),
                        field<2>("chunks", &ManifestReady::chunks)};
    }
    friend bool operator==(const ManifestReady&, const ManifestReady&) = default;
  };
  struct ChunkWritten {  // chunks [0, count) are in the slot, hashed and synced
    static constexpr const char* name = "ChunkWritten";
    UpdateId update;
    std::uint32_t count = 0;
    static constexpr auto fields() {
      return std::tuple{field<1>("update", &ChunkWritten::update),
                        field<2>("count", &ChunkWritten::count)};
    }
    friend bool operator==(const ChunkWritten&, const ChunkWritten&) = default;
  };
  // How a piece of work ended. reason none: well. transient: worth trying again.
  struct WorkEnded {
    static constexpr const char* name = "WorkEnded";
    UpdateId update;
    std::uint32_t work = 0;  // the number the effect carried
    Reason reason = Reason::none;
    bool transient = false;
    Text<40> detail;
    static constexpr auto fields() {
      return std::tuple{field<1>("update", &WorkEnded::update), field<2>("work", &WorkEnded::work),
                        field<3>("reason", &WorkEnded::reason),
                        field<4>("transient", &WorkEnded::transient),
                        field<5>("detail", &WorkEnded::detail)};
    }
    friend bool operator==(const WorkEnded&, const WorkEnded&) = default;
  };
  using Event = std::variant<Restarted, InstallOrdered, InstallCancelled, ManifestReady,
                             ChunkWritten, WorkEnded, TimerFired, Committed, RolledBack>;

  // Work for a detached worker. `work` names it: ends of older work are ignored. Which manifest,
  // the signed order says.
  struct FetchManifest {
    static constexpr const char* name = "FetchManifest";
    UpdateId update;
    OrderNumber order;
    std::uint32_t work = 0;
    static constexpr auto fields() {
      return std::tuple{field<1>("update", &FetchManifest::update),
                        field<2>("order", &FetchManifest::order),
                        field<4>("work", &FetchManifest::work)};
    }
    friend bool operator==(const FetchManifest&, const FetchManifest&) = default;
  };
  struct WriteSlot {  // stream the image from this chunk on into the standby slot
    static constexpr const char* name = "WriteSlot";
    UpdateId update;
    OrderNumber order;
    std::uint32_t from_chunk = 0;
    std::uint32_t work = 0;
    static constexpr auto fields() {
      return std::tuple{
          field<1>("update", &WriteSlot::update), field<2>("order", &WriteSlot::order),
          field<4>("from_chunk", &WriteSlot::from_chunk), field<5>("work", &WriteSlot::work)};
    }
    friend bool operator==(const WriteSlot&, const WriteSlot&) = default;
  };
  struct ReadBack {  // compare the slot, past the cache, with the signed hash
    static constexpr const char* name = "ReadBack";
    UpdateId update;
    OrderNumber order;
    std::uint32_t work = 0;
    static constexpr auto fields() {
      return std::tuple{field<1>("update", &ReadBack::update), field<2>("order", &ReadBack::order),
                        field<4>("work", &ReadBack::work)};
    }
    friend bool operator==(const ReadBack&, const ReadBack&) = default;
  };
  struct StopWork {
    static constexpr const char* name = "StopWork";
    UpdateId update;
    static constexpr auto fields() { return std::tuple{field<1>("update", &StopWork::update)}; }
    friend bool operator==(const StopWork&, const StopWork&) = default;
  };
  using Effect =
      std::variant<FetchManifest, WriteSlot, ReadBack, StopWork, ArmTimer, Staged, InstallFailed>;

  enum class Phase : std::uint8_t { idle, fetching, writing, reading_back, staged };
  struct State {
    UpdateId update;
    OrderNumber order;
    Version version;
    RolloutId rollout;
    std::uint32_t chunks = 0, chunks_done = 0;
    std::uint32_t work = 0;        // number of the newest piece of work
    std::uint32_t generation = 0;  // of the retry timer
    std::uint8_t cuts = 0;         // transient failures since the last progress
    std::uint8_t mismatches = 0;
    Phase phase = Phase::idle;
    static constexpr auto fields() {
      return std::tuple{
          field<1>("update", &State::update),   field<2>("order", &State::order),
          field<3>("version", &State::version), field<5>("rollout", &State::rollout),
          field<6>("chunks", &State::chunks),   field<7>("chunks_done", &State::chunks_done),
          field<8>("work", &State::work),       field<9>("generation", &State::generation),
          field<10>("cuts", &State::cuts),      field<11>("mismatches", &State::mismatches),
          field<12>("phase", &State::phase)};
    }
    friend bool operator==(const State&, const State&) = default;
  };
  using Store = State;

  static void step(State&, const Event&, const Turn&, Outbox<Effect>&) noexcept;
  static bool only_answers(const Effect&) noexcept { return false; }
};

}  // namespace drydock
