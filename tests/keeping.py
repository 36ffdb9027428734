"""Processes that a test starts, and that end with it even if it is killed."""

import subprocess

# Waits for the end of its standard input, of which the tests hold the other end. The system closes
# that also when they are killed. It is in a group of its own: an interrupt is for the tests.
_GUARD = 'while read -r _; do :; done; kill -KILL "-$1"'


class Guard:
    """Kills a process group when the process that made this is gone, however it ended."""

    def __init__(self, group: int) -> None:
        self._process = subprocess.Popen(
            ["sh", "-c", _GUARD, "sh", str(group)], stdin=subprocess.PIPE, process_group=0
        )

    def dismiss(self) -> None:
        """End the watch; before the group's leader is waited for, whose number may then recur."""
        self._process.kill()
        self._process.communicate()
