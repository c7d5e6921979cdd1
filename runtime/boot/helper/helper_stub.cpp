// Replacing the boot stub, in the steps of a slot's update: the order is signed for itself, the
// stub goes to the place that nothing starts, and GRUB counts its tries.
#include <fmt/format.h>

#include "runtime/boot/helper/helper.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t order_bytes_max = 4096;

// What a start by this stub makes good, when the good one could not even be loaded.
BootState started_instead(const BootState& state, Slot running) {
  return {state.seq + 1, running, Slot::none, {}};
}

}  // namespace

Helper::Outcome Helper::act(const SettleStub&, int) {
  const auto said = boot_arguments(config_.layout);
  if (!said) return io_error(said.error());
  if (said->stub == Slot::none) return files::UniqueFd();  // another loader, which is not ours
  auto state = stub_store_.load().state;
  if (!state) {
    state = rebuilt(said->stub);
    if (auto stored = stub_store_.store(*state); !stored) return io_error(stored.error());
  }
  const LoadedBootState slots = store_.load();
  const auto active = active_slot(config_.layout, slots.state);
  const bool on_good_slot = active && slots.state && slots.state->good == *active;
  if (state->trial != Slot::none) {
    const auto judged = judge_stub(*state, said->stub, on_good_slot);
    if (!judged) return io_error(judged.error());
    state = *judged;
  }
  // A release that is still on trial changes nothing that would outlive it.
  if (!on_good_slot) return files::UniqueFd();
  if (state->trial == Slot::none && state->good != said->stub) {
    state = started_instead(*state, said->stub);
    if (auto stored = stub_store_.store(*state); !stored) return io_error(stored.error());
  }
  return take_up_stub(*state);
}

// A trial of the slot at the same time leaves the question open which of the two it was that
// failed: a stub that got as far as this is not to pay for its release.
Result<BootState> Helper::judge_stub(const BootState& state, Slot running, bool on_good_slot) {
  if (auto s = stub_store_.ensure_tries(); !s) return s.error();
  const bool started = running == state.trial;
  if (started && !on_good_slot) {
    const auto renewed = stub_store_.renew_tries(state.update);
    return renewed ? Result<BootState>(state) : renewed.error();
  }
  const auto tries = stub_store_.load_tries();
  if (!tries) return tries.error();
  if (!started && !exhausted(*tries, state.update)) return state;
  // The floor first: a stub whose trial is over, either way, is not put on trial again. What was
  // armed was above it.
  if (auto s = ledger_.store(StubFloor{state.update.value}); !s) return s.error();
  const auto next = started ? commit(state, running, state.update) : disarm(state);
  if (!next) return next.error();
  const auto stored = stub_store_.store(*next);
  return stored ? *next : Result<BootState>(stored.error());
}

Helper::Outcome Helper::take_up_stub(BootState state) {
  const auto encoded = files::read(config_.stub_folder + "/order", order_bytes_max);
  if (!encoded && encoded.error().kind == ErrorKind::not_found) return files::UniqueFd();
  if (!encoded) return io_error(encoded.error());
  auto order = orders_.open_stub(*encoded);
  if (!order) return order.refusal();
  const auto floor = ledger_.stub_floor();
  if (!floor) return io_error(floor.error());
  // One that is still on trial gives way to a later one alone.
  if (order->serial <= std::max(floor->serial, state.update.value)) return files::UniqueFd();
  const auto there = stub_places_.holds(state.good, *order);
  if (!there) return io_error(there.error());
  if (!*there) {
    if (auto s = write_stub(state, *order); !s)
      return s.error().kind == ErrorKind::mismatch ? Refusal{Reason::helper_refused, s.error()}
                                                   : io_error(s.error());
    return files::UniqueFd();
  }
  if (auto s = ledger_.store(StubFloor{order->serial}); !s) return io_error(s.error());
  return files::UniqueFd();
}

Status Helper::write_stub(BootState state, const StubOrder& order) {
  const std::string path = config_.stub_folder + "/stub.efi";
  const auto stub = files::read(path, stub_bytes_max);
  if (!stub) return stub.error();
  if (stub->size() != order.size || trust::sha256(*stub) != order.sha256)
    return Error{ErrorKind::mismatch,
                 fmt::format("{} is not the stub that order {} names", path, order.serial)};
  if (state.trial != Slot::none) {
    const auto without = disarm(state);
    if (!without) return without.error();
    state = *without;
    if (auto stored = stub_store_.store(state); !stored) return stored.error();
  }
  const auto agreed = stub_store_.make_copies_agree(state);
  if (!agreed) return agreed.error();
  const Slot place = other(agreed->good);
  if (auto s = stub_places_.write(place, *stub); !s) return s;
  if (auto s = stub_store_.ensure_tries(); !s) return s;
  const auto next = arm(*agreed, place, UpdateId{order.serial});
  if (!next) return next.error();
  const auto stored = stub_store_.store(*next);
  return stored ? Status(Done{}) : stored.error();
}

}  // namespace drydock::boot
