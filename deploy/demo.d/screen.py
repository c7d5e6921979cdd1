"""What a person sees: one progress line a stage, then a live table on a terminal or plain lines."""

import os
import sys
import time
from dataclasses import dataclass

NARROW = 80  # columns, when nobody says how wide the terminal is


@dataclass(frozen=True)
class Row:
    """One appliance, as the coordinator and the appliance's own events tell it."""

    name: str
    site: str
    version: str
    phase: str
    reason: str


class Screen:
    def __init__(self, live: bool):
        self.live = live
        self.started = time.monotonic()
        self.drawn = 0                       # lines of the table on the screen now
        self.rows: list[Row] = []
        self.footer = ""
        self.last: dict[str, tuple] = {}     # what plain lines have said of each appliance
        self.open_line = False

    # --- stages ---------------------------------------------------------------------------
    def stage(self, place: str, name: str) -> None:
        self.title = f"[{place}] {name}: "
        self.stage_started = time.monotonic()
        print(self.title, end="", flush=True)
        self.open_line = True

    def progress(self, text: str) -> None:
        if self.live and text:
            print(f"\r\x1b[K{self.title}{text}", end="", flush=True)

    def done(self, text: str) -> None:
        """Ends the stage's line; `text` says what there is now."""
        self.goes_on(f"{text} ({time.monotonic() - self.stage_started:.1f} s)")

    def goes_on(self, text: str) -> None:
        """The same for a stage that only begins: what happens in it follows, line by line."""
        if self.open_line and self.live:
            print(f"\r\x1b[K{self.title}", end="")
        elif not self.open_line:
            print(self.title, end="")
        print(text, flush=True)
        self.open_line = False

    # --- what happens ---------------------------------------------------------------------
    def say(self, text: str) -> None:
        self.erase()
        self.close_line()
        print(f"  {time.monotonic() - self.started:5.1f} s  {text}", flush=True)
        self.draw()

    def show(self, rows: list[Row], footer: str) -> None:
        if self.live:
            if rows == self.rows and footer == self.footer and self.drawn:
                return
            self.erase()
            self.close_line()
            self.rows, self.footer = rows, footer
            self.draw()
            return
        for row in rows:
            now = (row.version, row.phase)
            if self.last.get(row.name) not in (None, now):
                reason = f" ({row.reason})" if row.reason else ""
                self.say(f"{row.name} {row.site}: {row.version} {row.phase}{reason}")
            self.last[row.name] = now
        self.footer = footer

    def freeze(self) -> None:
        """The table stays as it is; what follows is written below it."""
        self.drawn = 0
        self.rows = []
        self.last = {}
        if not self.live and self.footer:
            print(f"  {self.footer}", flush=True)
        self.footer = ""

    def close_line(self) -> None:
        if self.open_line:
            print(flush=True)
            self.open_line = False

    def erase(self) -> None:
        if self.drawn:
            print(f"\x1b[{self.drawn}F\x1b[J", end="")
            self.drawn = 0

    def draw(self) -> None:
        if not self.live or not self.rows:
            return
        lines = [*table(self.rows), "  " + self.footer]
        width = os.get_terminal_size(sys.stdout.fileno()).columns if self.live else NARROW
        print("\n".join(line[:width - 1] for line in lines), flush=True)
        self.drawn = len(lines)


def table(rows: list[Row]) -> list[str]:
    heads = Row("appliance", "site", "version", "phase", "reason")
    cells = [[r.name, r.site, r.version, r.phase, r.reason] for r in (heads, *rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(4)]
    return ["  " + "  ".join([*(text.ljust(width) for text, width in zip(line, widths)), line[4]])
            for line in cells]
