"""The toy fleet of toy.hpp in SimPy: what an engineer would write who has no engine of their own.

    python3 simulations/engine/toy.py APPLIANCES END_MS

Prints one line of JSON: the events before END_MS, the sum of all last draws, the CPU seconds.
"""

import json
import sys
import time

import simpy


def main(appliances: int, end_ms: int) -> None:
    env = simpy.Environment()
    draws = [0] * appliances
    events = [0] * appliances

    def appliance(i: int):
        draw = i + 1
        while True:
            draw = (draw * 1103515245 + 12345) & 0x7FFFFFFF
            draws[i] = draw
            yield env.timeout(1 + draw % 600_000)
            events[i] += 1

    for i in range(appliances):
        env.process(appliance(i))
    begin = time.process_time()
    env.run(until=end_ms)
    cpu_s = time.process_time() - begin
    print(json.dumps({"events": sum(events), "sum": sum(draws), "cpu_s": cpu_s}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
