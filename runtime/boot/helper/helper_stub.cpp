// Replacing the boot stub: the same steps as for a slot, one at each start. The order is signed for
// itself, the stub goes to the place that nothing starts, and GRUB counts its tries.
#include <fmt/format.h>

#include "runtime/boot/helper/helper.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t order_bytes_max = 4096;

Refusal io_error(const Error& error) { return {Reason::io_error, error}; }

Status done(const Result<Stored>& stored) { return stored ? Status(Done{}) : stored.error(); }

}  // namespace

Helper::Outcome Helper::act(const SettleStub&, int) {
  const auto said = boot_arguments(config_.layout);
  if (!said) return io_error(said.error());
  if (said->stub == Slot::none) return files::UniqueFd();  // another loader, which is not ours
  const LoadedBootState loaded = stub_store_.load();
  if (!loaded.state) {
    const auto stored = stub_store_.store(rebuilt(said->stub));
    return stored ? Outcome(files::UniqueFd()) : io_error(stored.error());
  }
  if (loaded.state->trial != Slot::none) {
    const auto judged = judge_stub(*loaded.state, said->stub);
    return judged ? Outcome(files::UniqueFd()) : io_error(judged.error());
  }
  if (loaded.state->good != said->stub)
    return refuse(Reason::unexpected_slot,
                  fmt::format("stub {} started this system, because the good one, {}, could not be "
                              "loaded; image this appliance anew",
                              name_of(said->stub), name_of(loaded.state->good)));
  return take_up_stub(*loaded.state);
}

// The floor first: a stub whose trial is over, either way, is not put on trial again.
Status Helper::judge_stub(const BootState& state, Slot running) {
  const auto tries = stub_store_.load_tries();
  const bool failed = running != state.trial && tries && exhausted(*tries, state.update);
  if (running != state.trial && !failed) return Done{};
  const auto floor = ledger_.stub_floor();
  if (!floor) return floor.error();
  if (floor->serial < state.update.value)
    if (auto s = ledger_.store(StubFloor{state.update.value}); !s) return s;
  const auto next = failed ? disarm(state) : commit(state, running, state.update);
  return next ? done(stub_store_.store(*next)) : next.error();
}

Helper::Outcome Helper::take_up_stub(const BootState& state) {
  const auto encoded = files::read(config_.stub_folder + "/order", order_bytes_max);
  if (!encoded && encoded.error().kind == ErrorKind::not_found) return files::UniqueFd();
  if (!encoded) return io_error(encoded.error());
  const LoadedBootState slots = store_.load();
  const auto active = active_slot(config_.layout, slots.state);
  // A release that is still on trial changes nothing that would outlive it.
  if (!active || !slots.state || slots.state->good != *active) return files::UniqueFd();
  auto order = orders_.open_stub(*encoded);
  if (!order) return order.refusal();
  const auto floor = ledger_.stub_floor();
  if (!floor) return io_error(floor.error());
  if (order->serial <= floor->serial) return files::UniqueFd();
  const auto there = stub_places_.holds(state.good, *order);
  if (!there) return io_error(there.error());
  if (!*there) {
    const std::string path = config_.stub_folder + "/stub.efi";
    const auto stub = files::read(path, stub_bytes_max);
    if (!stub) return io_error(stub.error());
    if (stub->size() != order->size || trust::sha256(*stub) != order->sha256)
      return Refusal{Reason::helper_refused,
                     {ErrorKind::mismatch,
                      fmt::format("{} is not the stub that order {} names", path, order->serial)}};
    if (auto s = stub_places_.write(other(state.good), *stub); !s) return io_error(s.error());
    if (auto s = stub_store_.ensure_tries(); !s) return io_error(s.error());
    const auto next = arm(state, other(state.good), UpdateId{order->serial});
    if (!next) return Refusal{Reason::helper_refused, next.error()};
    if (auto s = done(stub_store_.store(*next)); !s) return io_error(s.error());
  }
  if (auto s = ledger_.store(StubFloor{order->serial}); !s) return io_error(s.error());
  return files::UniqueFd();
}

}  // namespace drydock::boot
