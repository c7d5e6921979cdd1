"""What lies on a new ESP, as files below a folder: for whoever makes the file system another way.

    python3 deploy/image/esp_files.py FOLDER
"""

import sys
import tempfile
from pathlib import Path

from esp import Refused, make_files


def main() -> int:
    if len(sys.argv) != 2:
        print("esp_files.py: say where to: esp_files.py FOLDER", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        try:
            make_files(Path(sys.argv[1]), Path(scratch))
        except (OSError, Refused) as refused:
            print(f"esp_files.py: {refused}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
