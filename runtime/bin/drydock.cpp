// drydock: the operators' command. Wiring only; runtime/command holds the verbs.
// Exit codes: runtime/command/console.hpp.
#include "runtime/command/world.hpp"

int main(int argc, char** argv) {
  auto world = drydock::command::host_world();
  return drydock::command::run({argv + 1, argv + argc}, world);
}
