#pragma once
// A committed release that never reaches the centre is left for the previous one, once: that return
// is a trial of its own, under an id of its own. Ids of updates are odd, those of returns even.
#include "messages/ids.hpp"

namespace drydock {

constexpr UpdateId return_of(UpdateId update) { return {~update.value}; }

}  // namespace drydock
