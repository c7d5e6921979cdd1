#include "runtime/trust/openssl_error.hpp"

#include <string>

#include <openssl/err.h>

namespace drydock::trust {

namespace {
constexpr int reasons_max = 4;  // the first ones name the cause, the rest only repeat it
}

Error openssl_error(ErrorKind kind, std::string_view what) {
  std::string text(what);
  std::string_view separator = ": ";
  for (int i = 0; i < reasons_max; ++i) {
    const unsigned long code = ERR_get_error();
    if (code == 0) break;
    const char* reason = ERR_reason_error_string(code);
    text += separator;
    text += reason != nullptr ? std::string(reason) : "error " + std::to_string(code);
    separator = "; ";
  }
  ERR_clear_error();
  return {kind, std::move(text)};
}

}  // namespace drydock::trust
