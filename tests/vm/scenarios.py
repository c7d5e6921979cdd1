"""All scenarios, by name."""

import places
import releases
import stubs
import surroundings
import whole
from scenario import SCENARIOS

__all__ = ["SCENARIOS", "places", "releases", "stubs", "surroundings", "whole"]
