#pragma once
// How every document of this folder is read from disk, and what several of them share.
#include <string>

#include "runtime/config/reader.hpp"
#include "runtime/result.hpp"
#include "runtime/windows/spec.hpp"

namespace drydock::config {

inline constexpr Bytes kDocumentMax = kibibytes(256);

// The whole file; refused when it is larger than `limit`.
Result<std::string> document_text(const std::string& path, Bytes limit = kDocumentMax);

// `maintenance: {time_zone, windows: [{days, start, end, zone}], black_outs: [{first, last}]}`.
void read_maintenance(const Value& value, windows::Spec& out);

}  // namespace drydock::config
