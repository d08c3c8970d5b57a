"""Make sure that a browser is there for the page tests, or say how to get one; run by `make test`."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Install Debian's Chromium where that is possible without asking."""
    if any(map(shutil.which, NAMES)):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        sys.stderr.write("Installing Chromium for the page tests\n")
        quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, **quiet)
    if not any(map(shutil.which, NAMES)):
        sys.stderr.write(
            "No Chromium: the page tests will be skipped. On Debian: sudo apt-get install chromium\n"
        )


if __name__ == "__main__":
    main()
