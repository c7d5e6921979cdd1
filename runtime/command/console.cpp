#include "runtime/command/console.hpp"

namespace drydock::command {

Exit Console::result(const Json& document, std::string_view text) {
  if (json_)
    world_.out << json_text(document) << '\n';
  else
    world_.out << text;
  world_.out.flush();
  return Exit::done;
}

void Console::note(std::string_view line) {
  if (!json_) world_.err << line << '\n';
}

Exit Console::refuse(const std::string& text, Exit exit) {
  if (json_) {
    world_.out << json_text({{"error", text}, {"exit", static_cast<int>(exit)}}) << '\n';
    world_.out.flush();
  }
  world_.err << "drydock: " << text << '\n';
  return exit;
}

void LiveLine::show(std::string_view line) {
  if (terminal_)
    stream_ << "\r\x1b[2K" << line.substr(0, columns_ > 0 ? columns_ - 1 : 0);
  else
    stream_ << line << '\n';
  stream_.flush();
  open_ = terminal_;
}

void LiveLine::end() {
  if (open_) stream_ << '\n';
  open_ = false;
}

}  // namespace drydock::command
