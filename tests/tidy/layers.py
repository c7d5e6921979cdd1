"""Which part of the house a path belongs to, and what each part may include (DESIGN, section 2)."""

import re
from collections.abc import Callable

# Errors as values; the only files of runtime/ outside the kernel that pure code may see.
SHARED = ("runtime/result.hpp",)


def is_actor(path: str) -> bool:
    return re.fullmatch(r"actors/[^/]+/actor[^/]*\.[ch]pp", path) is not None


def is_machine(path: str) -> bool:
    return path.startswith("actors/") and not is_actor(path)


def is_kernel(path: str) -> bool:
    return path.startswith("runtime/kernel/")


def is_message(path: str) -> bool:
    return path.startswith("messages/")


def is_simulation(path: str) -> bool:
    return path.startswith("simulations/")


def is_replay(path: str) -> bool:
    return path.startswith("simulations/replay/")


def is_scenario(path: str) -> bool:
    """What reads scenario files: in the words, and with the messages, of every other document."""
    return path.startswith("simulations/scenarios/")


def is_main(path: str) -> bool:
    return path.startswith("runtime/bin/")


def is_assembly(path: str) -> bool:
    """Puts the actors of one process together: the only rooms besides main()s that name actors."""
    return path.startswith(("runtime/shell/appliance/", "runtime/centre/"))


def is_pure(path: str) -> bool:
    return is_machine(path) or is_kernel(path) or is_message(path)


def may_hold_caf(path: str) -> bool:
    return (is_actor(path) or is_assembly(path)
            or path.startswith(("runtime/shell/", "runtime/cluster/", "tests/")))


def kernel_only(path: str) -> bool:
    return is_kernel(path)


def message_may(path: str) -> bool:
    return is_message(path) or is_kernel(path) or path in SHARED


def machine_may(path: str) -> bool:
    return message_may(path) or is_machine(path)


def scenario_may(path: str) -> bool:
    return simulation_may(path) or path in ("runtime/config/reader.hpp", "runtime/config/units.hpp")


def replay_may(path: str) -> bool:
    return simulation_may(path) or path.startswith("runtime/journal/")


def simulation_may(path: str) -> bool:
    return machine_may(path) or is_simulation(path) or path.startswith("runtime/files/")


def shell_may(path: str) -> bool:
    """runtime/: the world, and machines where a shell hosts one; never actors or main()s."""
    return (path.startswith(("runtime/", "messages/")) or is_machine(path)) and not is_main(path)


def actor_may(path: str) -> bool:
    return shell_may(path) or is_actor(path)


def main_may(path: str) -> bool:
    return not path.startswith("tests/")


# The first row whose test holds is the path's part of the house.
LAYERS: tuple[tuple[str, Callable[[str], bool], Callable[[str], bool], str], ...] = (
    ("the kernel", is_kernel, kernel_only, "runtime/kernel alone"),
    ("messages", is_message, message_may, "messages, runtime/kernel and runtime/result.hpp"),
    ("an actor", is_actor, actor_may, "messages, runtime (not runtime/bin) and actors"),
    ("a machine", is_machine, machine_may,
     "messages, runtime/kernel, runtime/result.hpp and other machines"),
    ("replay", is_replay, replay_may, "what simulations may, and runtime/journal"),
    ("a scenario", is_scenario, scenario_may,
     "what simulations may, and the reader of runtime/config"),
    ("a simulation", is_simulation, simulation_may,
     "messages, runtime/kernel, runtime/result.hpp, runtime/files, machines and simulations"),
    ("an assembly of actors", is_assembly, actor_may,
     "messages, runtime (not runtime/bin) and actors"),
    ("a program", is_main, main_may, "everything but tests"),
    ("runtime", lambda path: path.startswith("runtime/"), shell_may,
     "runtime (not runtime/bin), messages and machines"),
)
HOUSE = ("messages/", "runtime/", "actors/", "simulations/")


def layer_of(path: str):
    return next((row for row in LAYERS if row[1](path)), None)
