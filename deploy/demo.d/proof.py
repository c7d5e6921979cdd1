"""What is counted at the end, and what must agree for the demo to have shown what it says."""

import json
from dataclasses import dataclass

import plan
from boxes import Fleet
from centre import Centre
from plan import Failed

REPORTS_A_COMMIT = 3  # staged, armed, committed: an update says at least so much


@dataclass(frozen=True)
class Measured:
    """What the JSON line says; every number was counted, none is assumed."""

    appliances: int
    committed: int
    exposed: int
    rolled_back: int
    halted: bool
    coordinator_kills: int
    agent_kills: int
    lost_reports: int
    seconds: float

    def line(self) -> str:
        return json.dumps({
            "good": {"appliances": self.appliances, "committed": self.committed},
            "bad": {"exposed": self.exposed, "rolled_back": self.rolled_back,
                    "halted": self.halted},
            "coordinator_kills": self.coordinator_kills, "agent_kills": self.agent_kills,
            "lost_reports": self.lost_reports, "seconds": self.seconds}, separators=(",", ":"))


def lost(kept: list[dict], counted: list[dict]) -> int:
    """Reports of one appliance that its centre has not: `kept` is what its journal holds,
    `counted` what the centre's decision log has of it. A number that neither has, below the
    newest, was lost on the appliance itself."""
    at_centre = {report["seq"]: (report["kind"], report["update"]) for report in counted}
    at_home = {report["seq"]: (report["kind"], report["update"]) for report in kept}
    newest = max([*at_centre, *at_home], default=0)
    return sum(1 for seq in range(1, newest + 1)
               if seq not in at_centre or (seq in at_home and at_home[seq] != at_centre[seq]))


def count_lost(centre: Centre, fleet: Fleet, committed: int) -> tuple[int, int]:
    """(lost, all) reports of the fleet, by both journals."""
    decided = centre.drydock("journal", "decisions", centre.place.centre / "journal",
                             online=False)["counted"]
    total = missing = 0
    for box in fleet.boxes:
        kept = centre.drydock("journal", "reports", box.folder.data / "journal",
                              online=False)["reports"]
        total += len(kept)
        missing += lost(kept, decided.get(box.identity, []))
    if total < REPORTS_A_COMMIT * committed:
        raise Failed(f"{committed} commits left only {total} reports in the appliances' journals; "
                     f"at least {REPORTS_A_COMMIT * committed} were due",
                     centre.place.logs / "drydock.log")
    return missing, total


def objections(measured: Measured, bad: dict) -> list[str]:
    """Why the demo has not shown what it is for; empty when it has."""
    checks = (
        (bad["exposed"] == bad["exposed_by_boots"],
         f"the coordinator counts {bad['exposed']} appliances exposed to {plan.BAD}, "
         f"{bad['exposed_by_boots']} booted it"),
        (bad["rolled_back"] == bad["rolled_back_by_disks"],
         f"the coordinator counts {bad['rolled_back']} fallbacks, "
         f"{bad['rolled_back_by_disks']} disks show one"),
        (measured.exposed >= 1, f"no appliance ever booted {plan.BAD}"),
        (measured.rolled_back == measured.exposed, "not every exposed appliance fell back"),
        (measured.halted, "the bad rollout did not halt"),
        (bad["by_itself"], "somebody else halted the bad rollout"),
        (bad["on_good"] == measured.appliances,
         f"{bad['on_good']} of {measured.appliances} appliances run {plan.GOOD} at the end"),
        (measured.coordinator_kills == 1,
         f"the coordinator was killed {measured.coordinator_kills} times, not once"),
        (measured.agent_kills == plan.AGENT_KILLS,
         f"{measured.agent_kills} agents were killed, not {plan.AGENT_KILLS}"),
        (measured.lost_reports == 0, f"{measured.lost_reports} reports were lost"),
    )
    return [text for holds, text in checks if not holds]
