"""Which addresses a pull may reach: the public internet, and private networks only where the operator named them.

Server-side request forgery is refused where it cannot be talked around: on the numeric address that is about to be
connected to, whatever name, redirect or spelling led there (OWASP SSRF prevention; RFC 6890 special addresses).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Cloud metadata services hand out credentials; no pull has business there, whatever networks are allowed.
METADATA = frozenset(
    map(ip_address, ("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"))
)
NAT64 = ip_network("64:ff9b::/96")
PUBLIC_PORTS = frozenset((80, 443, *range(8000, 9000)))
SCHEMES = {"http": 80, "https": 443}


class UnableToFetch(UnableTo):
    """The address cannot be fetched. `transient`: trying again later may help; `retry_after` in seconds, if told."""

    def __init__(self, sentence: str, *, code: str, transient: bool = False, retry_after: float | None = None) -> None:
        super().__init__(sentence, code=code)
        self.transient = transient
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Policy:
    """Where pulls may go besides the public internet."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, cidrs: Sequence[str]) -> Policy:
        """A policy that also allows the networks in `cidrs`; a bad one raises `ValueError` at once."""
        return cls(tuple(ip_network(cidr.strip()) for cidr in cidrs))

    def names(self, address: Address) -> bool:
        """Whether the operator named a network that holds `address`."""
        return any(address.version == network.version and address in network for network in self.networks)

    def check_address(self, text: str, port: int) -> Address:
        """The address to connect to, or `UnableToFetch`."""
        written = ip_address(text.split("%", 1)[0])
        address = _effective(written)
        if address in METADATA or not ((_is_public(written) and _is_public(address)) or self.names(address)):
            raise UnableToFetch(
                _(
                    "Alamat itu mengarah ke jaringan dalam (%s). Penarikan hanya boleh ke internet umum, "
                    "atau ke jaringan yang diizinkan pengelola."
                )
                % address,
                code="private_address",
            )
        if port not in PUBLIC_PORTS and not self.names(address):
            raise UnableToFetch(
                _("Port %d tidak diizinkan untuk penarikan; pakai 80, 443, atau 8000–8999.") % port, code="port"
            )
        return written


def check_url(text: str, *, before: httpx.URL | None = None) -> httpx.URL:
    """`text` as a fetchable address, relative to `before` when a redirect led here; raises `UnableToFetch`."""
    try:
        url = before.join(text) if before is not None else httpx.URL(text)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise UnableToFetch(_("Alamat web itu tidak dapat dibaca."), code="url") from error
    if url.scheme not in SCHEMES or not url.host:
        raise UnableToFetch(_("Alamat harus diawali http:// atau https:// dan memuat nama situs."), code="scheme")
    if url.userinfo:
        raise UnableToFetch(_("Alamat tidak boleh memuat nama pengguna atau kata sandi."), code="userinfo")
    if before is not None and before.scheme == "https" and url.scheme == "http":
        raise UnableToFetch(
            _("Situs itu mengalihkan dari https ke http yang tidak aman; penarikan dihentikan."), code="downgrade"
        )
    return url


def _effective(address: Address) -> Address:
    """The IPv4 address that an IPv6 spelling stands for (mapped, 6to4, NAT64, Teredo), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo:
        inner = address.teredo[1]
    return inner or address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in NAT64):
        return True  # judged by the IPv4 address inside
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
    )
