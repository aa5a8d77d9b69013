"""What may be reached: tables of spellings, and properties over all addresses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.gateways.http.addresses import Policy, UnableToFetch, check_url

NOWHERE = Policy()

PRIVATE = [
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
    "127.0.0.1", "127.255.0.9", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.1.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.1", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::",
    "2001:0:7f00:1:0:0:80ff:fffe",
]  # fmt: skip
PUBLIC = ["103.28.12.1", "8.8.8.8", "36.66.1.1", "2400:cb00::1", "::ffff:8.8.8.8", "2001:4860:4860::8888"]


@pytest.mark.parametrize("text", PRIVATE)
def test_private_spellings_are_refused(text):
    with pytest.raises(UnableToFetch) as caught:
        NOWHERE.check_address(text, 80)
    assert caught.value.code == "private_address"
    assert "jaringan dalam" in caught.value.sentence


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_allowed(text):
    assert NOWHERE.check_address(text, 443) == ip_address(text)


def test_a_named_network_is_allowed_on_any_port_and_nothing_beside_it():
    policy = Policy.allowing(["10.20.0.0/16", "fd12::/32"])
    assert policy.check_address("10.20.3.4", 5000)
    assert policy.check_address("::ffff:10.20.3.4", 5000)
    assert policy.check_address("fd12::9", 22)
    for text in ("10.21.0.1", "192.168.0.1", "fd13::1"):
        with pytest.raises(UnableToFetch):
            policy.check_address(text, 80)


def test_metadata_services_stay_closed_whatever_is_allowed():
    policy = Policy.allowing(["0.0.0.0/0", "::/0"])
    for text in ("169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fd00:ec2::254", "168.63.129.16"):
        with pytest.raises(UnableToFetch):
            policy.check_address(text, 80)


@pytest.mark.parametrize("port", [22, 25, 3306, 5432, 6379, 9200, 11211, 65535])
def test_ports_of_other_services_are_refused_on_public_addresses(port):
    with pytest.raises(UnableToFetch) as caught:
        NOWHERE.check_address("8.8.8.8", port)
    assert caught.value.code == "port"


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_inside_ipv6(address: IPv4Address):
    def verdict(text: str) -> bool:
        try:
            NOWHERE.check_address(text, 80)
        except UnableToFetch:
            return False
        return True

    plain = verdict(str(address))
    assert verdict(f"::ffff:{address}") == plain
    assert verdict(str(IPv6Address(int(ip_network("64:ff9b::/96").network_address) | int(address)))) == plain
    assert not plain or address.is_global


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://situs.go.id/a.csv", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://situs.go.id/", "scheme"),
        ("//situs.go.id/a.csv", "scheme"),
        ("http:///a.csv", "scheme"),
        ("http://admin:rahasia@situs.go.id/a.csv", "userinfo"),
        ("http://situs.go.id@10.0.0.1/", "userinfo"),
        ("http://situs.go.id:port/", "url"),
        ("http://[::1", "url"),
        ("http://a\nb/", "url"),
    ],
)
def test_addresses_that_are_not_plain_web_addresses_are_refused(url, code):
    with pytest.raises(UnableToFetch) as caught:
        check_url(url)
    assert caught.value.code == code


def test_a_redirect_may_not_fall_from_https_to_http():
    with pytest.raises(UnableToFetch) as caught:
        check_url("http://situs.go.id/a.csv", before=check_url("https://situs.go.id/"))
    assert caught.value.code == "downgrade"
    assert str(check_url("b.csv", before=check_url("https://situs.go.id/x/a.csv"))) == "https://situs.go.id/x/b.csv"
