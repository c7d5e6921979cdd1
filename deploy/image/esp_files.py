"""What lies on a new ESP, as files below a folder: for whoever makes the file system another way.

    python3 deploy/image/esp_files.py FOLDER
"""

import shutil
import sys
from pathlib import Path

from esp import HERE, Refused, make_loader

import boot_state


def main() -> int:
    if len(sys.argv) != 2:
        print("esp_files.py: say where to: esp_files.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    boot = folder / "EFI/BOOT"
    boot.mkdir(parents=True, exist_ok=True)
    try:
        make_loader(boot / "BOOTX64.EFI")
    except Refused as refused:
        print(f"esp_files.py: {refused}", file=sys.stderr)
        return 1
    shutil.copyfile(HERE / "grub/grub.cfg", boot / "grub.cfg")
    boot_state.make(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
