"""How a scenario says that something is not as it should be."""


class Broken(Exception):
    """A scenario did not go as it should."""


def expect(holds: bool, claim: str, *seen) -> None:
    if not holds:
        raise Broken(f"{claim}; seen: {' '.join(str(one) for one in seen)}" if seen else claim)
