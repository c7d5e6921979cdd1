// The verbs of an update: open the standby slot, prove what it holds, put it on trial.
#include <algorithm>

#include <fmt/format.h>

#include "runtime/artifact/manifest.hpp"
#include "runtime/artifact/read_back.hpp"
#include "runtime/boot/helper/helper.hpp"
#include "runtime/boot/helper_wire/packet.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t manifest_envelope_max = artifact::manifest_bytes_max + 1024;

}  // namespace

Checked<Orders::SignedManifest> Helper::attached_manifest(int attached) const {
  if (attached < 0)
    return Refusal{Reason::manifest_refused,
                   {ErrorKind::malformed, "the request came without a manifest beside it"}};
  auto bytes = read_memory_file(attached, manifest_envelope_max);
  if (!bytes) return Refusal{Reason::manifest_refused, bytes.error()};
  return orders_.open_manifest(*bytes);
}

Checked<UsedOrders> Helper::check_replay(const Grant& grant) const {
  auto used = ledger_.used_orders();
  if (!used) return io_error(used.error());
  if (grant.epoch < used->epoch)
    return refuse(Reason::stale_epoch,
                  fmt::format("order {} is of epoch {}; epoch {} was seen", grant.order.value,
                              grant.epoch.value, used->epoch.value));
  const bool install = grant.kind == GrantKind::install;
  const OrderNumber floor = install ? std::max(used->install, used->reboot) : used->reboot;
  // The same install order may come again, for a resume; the same reboot order only until its
  // trial is armed, for a cut between the ledger and the boot state.
  const bool again = install ? grant.order == used->install && grant.order > used->reboot
                             : grant.order == used->reboot && !used->reboot_armed;
  if (grant.order <= floor && !again)
    return refuse(Reason::replayed, fmt::format("order {} was used or overtaken; the newest is {}",
                                                grant.order.value, floor.value));
  return *used;
}

Status Helper::discredit(const BootState& state) {
  if (auto s = ledger_.store(VerifiedSlot{}); !s) return s;
  if (auto s = ledger_.store(ReturnRight{}); !s) return s;
  if (state.trial == Slot::none) {
    // An older copy may still have this slot on trial.
    const auto agreed = store_.make_copies_agree(state);
    return agreed ? Status(Done{}) : Status(agreed.error());
  }
  const auto next = disarm(state);
  if (!next) return next.error();
  const auto stored = store_.store(*next);
  return stored ? Status(Done{}) : Status(stored.error());
}

Helper::Outcome Helper::act(const OpenStandby& asked, int attached) {
  auto grant = orders_.open(asked.grant, GrantKind::install, now_());
  if (!grant) return grant.refusal();
  auto signed_manifest = attached_manifest(attached);
  if (!signed_manifest) return signed_manifest.refusal();
  const Manifest& manifest = signed_manifest->manifest;
  if (signed_manifest->hash != grant->manifest || manifest.version != grant->version)
    return Refusal{Reason::manifest_refused,
                   {ErrorKind::mismatch, "the manifest is not the one the order names"}};
  auto used = check_replay(*grant);
  if (!used) return used.refusal();
  auto footing = stand_on_good_slot();
  if (!footing) return footing.refusal();
  const Slot standby = footing->standby;
  const auto size = slot_size(config_.layout, standby);
  if (!size) return io_error(size.error());
  if (auto s = artifact::check_fits(manifest, *size, standby); !s)
    return Refusal{Reason::image_too_large, s.error()};
  auto slot = open_slot(config_.layout, standby);
  if (!slot) return io_error(slot.error());

  // From here on the slot may be overwritten.
  if (auto s = discredit(footing->state); !s) return io_error(s.error());
  if (auto s = store_.ensure_tries(); !s) return io_error(s.error());
  used->install = grant->order;
  used->epoch = grant->epoch;
  if (auto s = ledger_.store(*used); !s) return io_error(s.error());
  if (auto s = set_read_only(slot->get(), false); !s) return io_error(s.error());
  return std::move(*slot);
}

Helper::Outcome Helper::act(const VerifyStandby&, int attached) {
  auto signed_manifest = attached_manifest(attached);
  if (!signed_manifest) return signed_manifest.refusal();
  auto footing = stand_on_good_slot();
  if (!footing) return footing.refusal();
  const auto size = slot_size(config_.layout, footing->standby);
  if (!size) return io_error(size.error());
  if (auto s = artifact::check_fits(signed_manifest->manifest, *size, footing->standby); !s)
    return Refusal{Reason::image_too_large, s.error()};
  auto slot = open_slot(config_.layout, footing->standby);
  if (!slot) return io_error(slot.error());
  // The agent still holds a writable descriptor; what is proved now must stay so.
  if (auto s = set_read_only(slot->get(), true); !s) return io_error(s.error());
  if (auto s = artifact::read_back(slot->get(), signed_manifest->manifest); !s) {
    if (auto cleared = discredit(footing->state); !cleared) return io_error(cleared.error());
    return Refusal{
        s.error().kind == ErrorKind::mismatch ? Reason::read_back_mismatch : Reason::io_error,
        s.error()};
  }
  if (auto s = ledger_.store(VerifiedSlot{footing->standby, signed_manifest->hash}); !s)
    return io_error(s.error());
  return files::UniqueFd();
}

Checked<Helper::Footing> Helper::check_arm(const Grant& token) {
  auto footing = stand_on_good_slot();
  if (!footing) return footing.refusal();
  const auto verified = ledger_.verified();
  if (!verified) return io_error(verified.error());
  if (verified->slot != footing->standby || verified->manifest != token.manifest)
    return refuse(Reason::helper_refused,
                  fmt::format("slot {} was not read back against the manifest this token names",
                              name_of(footing->standby)));
  const auto tries = store_.load_tries();
  if (tries && exhausted(*tries, token.update))
    return refuse(Reason::helper_refused,
                  fmt::format("update {} has used up its attempts", hex(token.update.value)));
  return footing;
}

Helper::Outcome Helper::act(const ArmTrial& asked, int) {
  auto token = orders_.open(asked.token, GrantKind::reboot, now_());
  if (!token) return token.refusal();
  auto footing = check_arm(*token);
  if (!footing) return footing.refusal();
  const BootState& state = footing->state;
  const bool armed = state.trial == footing->standby && state.update == token->update;
  auto used = check_replay(*token);
  if (!used) {
    // The answer to this very token was lost: it is done.
    const auto known = ledger_.used_orders();
    if (armed && known && token->order == known->reboot) return files::UniqueFd();
    return used.refusal();
  }
  // First the order is marked as taken up, then the trial is armed, then the order is used up: a
  // cut in between leaves a token that can be offered again, and never one that works twice.
  used->reboot = token->order;
  used->reboot_armed = false;
  used->epoch = token->epoch;
  if (auto s = ledger_.store(*used); !s) return io_error(s.error());
  if (!armed) {
    if (auto s = store_.ensure_tries(); !s) return io_error(s.error());
    const auto next = arm(state, footing->standby, token->update);
    if (!next) return Refusal{Reason::helper_refused, next.error()};
    if (auto stored = store_.store(*next); !stored) return io_error(stored.error());
  }
  used->reboot_armed = true;
  if (auto s = ledger_.store(*used); !s) return io_error(s.error());
  return files::UniqueFd();
}

}  // namespace drydock::boot
