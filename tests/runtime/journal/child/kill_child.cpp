// journal_kill_child <folder> one-by-one|burst: appends 50 records and prints the sequence of each
// on stdout once it is durable. DRYDOCK_FAULT ends it somewhere in between.
#include <unistd.h>
#include <cstdio>
#include <string_view>

#include "runtime/journal/journal.hpp"
#include "tests/runtime/journal/kill_script.hpp"

int main(int, char** arguments) {
  using namespace drydock::journal;
  auto opened = Journal::open(arguments[1], agent_options());
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().text.c_str());
    return 1;
  }
  Journal& journal = **opened;
  const bool one_by_one = std::string_view(arguments[2]) == "one-by-one";
  for (std::uint64_t n = 1; n <= kill_script::records; ++n) {
    if (n % kill_script::document_every == 0) journal.put_document(kill_script::document(n));
    journal.append(kill_script::record(n), [](std::uint64_t seq) {
      const auto line = std::to_string(seq) + "\n";
      (void)!::write(STDOUT_FILENO, line.data(), line.size());  // unbuffered: said is said
    });
    if (one_by_one && !journal.flush()) return 1;
  }
  return 0;
}
