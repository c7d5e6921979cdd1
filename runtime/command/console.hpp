#pragma once
// What the command says, and how it ends. Results go to standard output, everything else to
// standard error; with --json the result is one JSON document, also when the command failed.
#include <string>
#include <string_view>

#include "runtime/command/json.hpp"
#include "runtime/command/world.hpp"

namespace drydock::command {

enum class Exit : int {
  done = 0,
  failed = 1,   // the world or the centre said no
  misused = 2,  // a wrong argument or setting; nothing was sent
  halted = 3,   // rollout watch: the rollout was halted
  paused = 4,   // rollout watch: the rollout was paused
};

class Console {
 public:
  explicit Console(World& world) : world_(world) {}
  void speak_json() { json_ = true; }
  bool json() const { return json_; }
  World& world() { return world_; }

  // The whole result of a command: the document with --json, else the text (with its line ends).
  Exit result(const Json& document, std::string_view text);
  // For a person only, on standard error; silent with --json.
  void note(std::string_view line);
  Exit failed(const Error& error) { return refuse(error.text, Exit::failed); }
  Exit misused(const Error& error) { return refuse(error.text, Exit::misused); }

 private:
  Exit refuse(const std::string& text, Exit exit);
  World& world_;
  bool json_ = false;
};

// One line that is drawn again and again on a terminal. Elsewhere only what is worth a line of its
// own is written.
class LiveLine {
 public:
  LiveLine(std::ostream& stream, bool terminal, unsigned columns)
      : stream_(stream), terminal_(terminal), columns_(columns) {}
  ~LiveLine() { end(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  bool redraws() const { return terminal_; }
  void show(std::string_view line);
  void end();  // leaves the last line standing

 private:
  std::ostream& stream_;
  bool terminal_;
  unsigned columns_;
  bool open_ = false;
};

}  // namespace drydock::command
