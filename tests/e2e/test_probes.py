# SPDX-License-Identifier: BSD-2-Clause
"""Static probes: those in the program are those in the manual, and each costs one instruction."""

import re
import shutil
import struct
import subprocess

import pytest

import daemon as daemon_module
from daemon import TOP, build

needs_probes = pytest.mark.skipif("probes usdt" not in build(), reason="no systemtap-sdt-dev")
NOP = {62: b"\x90", 183: b"\x1f\x20\x03\xd5"}  # by e_machine


def notes():
    """(name, address) of each probe."""
    if shutil.which("readelf") is None:
        pytest.skip("no readelf (Debian: binutils)")
    command = ["readelf", "--notes", "--wide", daemon_module.PROGRAM]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.findall(r"Provider: tiffd\n +Name: (\S+)\n +Location: 0x([0-9a-f]+),", text)


def code(address):
    """The instruction at an address, and what does nothing on this processor."""
    with open(daemon_module.PROGRAM, "rb") as program:
        head = program.read(64)
        nop = NOP[struct.unpack_from("<H", head, 18)[0]]
        (start,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        for number in range(count):
            program.seek(start + number * size)
            kind, _, offset, virtual, _, length, _, _ = struct.unpack("<IIQQQQQQ", program.read(56))
            if kind == 1 and virtual <= address < virtual + length:
                program.seek(address - virtual + offset)
                return program.read(len(nop)), nop
    raise AssertionError(f"no code at {address:#x}")


@needs_probes
def test_probes_are_those_of_the_manual():
    manual = (TOP / "man" / "tiffd-trace.7").read_text()
    listed = re.findall(r"usdt:\S+:tiffd:(\w+) ", manual)
    assert sorted(listed) == sorted({name for name, _ in notes()})
    assert len(set(listed)) == len(listed) == 18


@needs_probes
def test_a_probe_is_one_instruction_that_does_nothing():
    for name, address in notes():
        instruction, nop = code(int(address, 16))
        assert instruction == nop, name
