from dataclasses import replace

from timing.core.devices import Contact, Device

DEVICE = Device(
    token_id=1,
    contact=Contact(origin="0a" * 10, name="A7F2KQ", unsent=4),
    first_seen=0,
    last_seen=1,
    clock_moved_ms=None,
    clock_moved_at=None,
    shift_ended=None,
)


def test_only_after_its_shift_does_a_device_still_hold_what_it_did_not_send() -> None:
    assert DEVICE.still_holds == 0
    assert replace(DEVICE, shift_ended=1).still_holds == 4
