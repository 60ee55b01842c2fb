"""What loading leaves behind: garbage is looked for, and Discord's certificate can be checked."""

import gc
import ssl
import subprocess
import sys
from pathlib import Path

from buddybot import loading

ROOT = Path(__file__).parents[1]
_LOADED = """
from ssl import SSLContext, create_default_context

from buddybot import loading

read = SSLContext.set_default_verify_paths
with loading.for_good():
    import discord
    assert SSLContext.set_default_verify_paths is read
from aiohttp.connector import _SSL_CONTEXT_VERIFIED as made

asked = create_default_context()
print(made.cert_store_stats() == asked.cert_store_stats(), made.verify_mode.name, made.check_hostname)
"""
_UNREADABLE = """
from ssl import SSLContext

from buddybot import loading

def unreadable(*_):
    raise OSError("no certificates")

SSLContext.set_default_verify_paths = unreadable
with loading.for_good():
    print("loaded")
"""


def test_what_is_made_within_another_making_does_not_end_that() -> None:
    with loading.undisturbed():
        with loading.undisturbed():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_machines_certificates_are_there_when_the_program_is() -> None:
    done = loaded(_LOADED)
    assert done.stdout.split() == ["True", ssl.CERT_REQUIRED.name, "True"], done.stderr


def test_certificates_that_cannot_be_read_are_told() -> None:
    done = loaded(_UNREADABLE)
    assert (done.returncode, done.stdout.split()) == (1, ["loaded"])
    assert "OSError: no certificates" in done.stderr


def loaded(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, timeout=60, check=False, capture_output=True, text=True
    )
