"""Make the icons of the installed station app from ``static/img/icon.svg``.

Needs Chromium and the development environment, and only when the drawing changes: the pictures
are kept in git. A maskable icon has a ground to its edges and its drawing in the inner four fifths.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
IMAGES = PROJECT / "static" / "img"
GROUND = "#12181c"
SIZES = {"icon-192.png": (192, 1.0), "icon-512.png": (512, 1.0), "icon-maskable.png": (512, 0.72)}


def main() -> None:
    """Draw each icon, with the Chromium that is named, or the usual one."""
    executable = sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium"
    drawing = (IMAGES / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = chromium.new_page()
        for name, (size, share) in SIZES.items():
            inner = round(size * share)
            is_whole = inner == size
            page.set_viewport_size({"width": size, "height": size})
            page.set_content(
                f"<style>html {{ background: {'transparent' if is_whole else GROUND} }}"
                f" body {{ margin: {(size - inner) // 2}px; line-height: 0 }}"
                f" svg {{ width: {inner}px; height: {inner}px }}</style>{drawing}"
            )
            page.screenshot(path=IMAGES / name, omit_background=is_whole)
            print(f"static/img/{name}: {size} × {size}")
        chromium.close()


if __name__ == "__main__":
    main()
