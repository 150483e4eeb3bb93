"""The test run cannot reach another machine: proved by trying."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import equitykit_offline
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import refused_so_far

if TYPE_CHECKING:
    from playwright.sync_api import Page

OUTSIDE = "192.0.2.7"  # TEST-NET-1: belongs to nobody


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("::1", True),
        (b"localhost", True),
        ("::ffff:127.0.0.1", True),
        ("127.0.0.1.example.org", False),
        ("127.example.org.evil", False),
        ("0.0.0.0", False),
        ("192.0.2.7", False),
        ("::ffff:192.0.2.7", False),
        ("example.org", False),
        (None, False),
    ],
)
def test_loopback_is_told_apart(host: object, loopback: bool) -> None:
    assert equitykit_offline.is_loopback(host) is loopback


def test_connect_is_refused(refusals: list[str]) -> None:
    with socket.socket() as sender, pytest.raises(equitykit_offline.NetworkForbidden, match=OUTSIDE):
        sender.connect((OUTSIDE, 80))


def test_connect_ex_is_refused(refusals: list[str]) -> None:
    with socket.socket() as sender, pytest.raises(equitykit_offline.NetworkForbidden):
        sender.connect_ex((OUTSIDE, 80))


def test_udp_is_refused(refusals: list[str]) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        pytest.raises(equitykit_offline.NetworkForbidden),
    ):
        sender.sendto(b"x", (OUTSIDE, 53))


def test_listening_to_others_is_refused(refusals: list[str]) -> None:
    with (
        socket.socket() as server,
        pytest.raises(equitykit_offline.NetworkForbidden, match="every interface"),
    ):
        server.bind(("", 0))


def test_names_are_not_looked_up(refusals: list[str]) -> None:
    with pytest.raises(equitykit_offline.NetworkForbidden, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_an_http_request_is_refused_and_noted(refusals: list[str]) -> None:
    with pytest.raises(equitykit_offline.NetworkForbidden):
        urllib.request.urlopen("https://example.org", timeout=5)
    assert refused_so_far()[len(refusals) :] != []


def test_a_child_process_is_refused_and_noted_even_if_it_swallows_the_error(refusals: list[str]) -> None:
    program = (
        "import socket\n"
        "try:\n"
        f"    socket.create_connection(('{OUTSIDE}', 80), timeout=5)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "NetworkForbidden"
    assert refused_so_far()[len(refusals) :] != []


def test_this_machine_can_be_reached() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=5):
            pass
    assert socket.getaddrinfo("localhost", 80)


@given(st.ip_addresses(v=4))
def test_only_the_loopback_block_is_loopback(address: object) -> None:
    assert equitykit_offline.is_loopback(str(address)) is str(address).startswith("127.")


@pytest.mark.browser
@pytest.mark.parametrize("host", [OUTSIDE, "example.org"])
def test_a_page_cannot_ask_another_machine_and_is_found_out(
    page: Page, asked_outside: list[str], host: str
) -> None:
    failures: list[str] = []
    page.on("requestfailed", lambda request: failures.append(request.failure or ""))
    page.set_content(f'<img alt="" src="http://{host}/x.png">', wait_until="load")
    assert asked_outside == [f"http://{host}/x.png"]
    assert failures == ["net::ERR_NAME_NOT_RESOLVED"]
    asked_outside.clear()
