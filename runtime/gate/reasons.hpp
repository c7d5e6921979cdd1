#pragma once
// How a verdict's reason is spelt in gate.log, for who writes it and who reads it.
#include <string>

#include "messages/report.hpp"

namespace drydock::gate {

// "check_failed: exit code 1"
inline std::string reason_text(Reason reason, const std::string& why) {
  std::string text(name_of(reason));
  if (!why.empty()) text += ": " + why;
  return text;
}

// The reason such a text begins with; none when it is not one of ours.
inline Reason reason_in(std::string_view text) {
  constexpr unsigned reasons_looked_at = 64;
  text = text.substr(0, text.find(':'));
  for (unsigned n = 0; n < reasons_looked_at; ++n)
    if (name_of(static_cast<Reason>(n)) == text) return static_cast<Reason>(n);
  return Reason::none;
}

}  // namespace drydock::gate
