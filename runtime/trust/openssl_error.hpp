#pragma once
// OpenSSL's error queue of this thread as one Error.
#include <string_view>

#include "runtime/result.hpp"

namespace drydock::trust {

// "what: reason; reason" from the oldest queued errors on; the queue is empty afterwards, as
// SSL_get_error demands of whoever comes next.
Error openssl_error(ErrorKind kind, std::string_view what);

}  // namespace drydock::trust
