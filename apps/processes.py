"""The site's processes, and the sockets between them."""

from __future__ import annotations

from pathlib import Path

from apps.supervisor import Program, module
from apps.whole_site import Site

EVERYWHERE = "0.0.0.0"


def disk_socket(site: Site) -> Path:
    """Where the disk process listens."""
    return site.paths.run / "disk.sock"


def tts_socket(site: Site) -> Path:
    """Where the speech process listens."""
    return site.paths.run / "tts.sock"


def tts_cache(site: Site) -> Path:
    """Where synthesised speech is kept."""
    return site.paths.cache / "tts"


def engine_sockets(site: Site) -> dict[str, Path]:
    """Each media engine's name and where it listens."""
    return {f"e{n}": site.paths.run / f"engine-e{n}.sock" for n in range(1, site.switch.media.engines + 1)}


def engine_ports(site: Site) -> list[tuple[int, int]]:
    """The range of RTP ports of each engine: the site's, in equal even-sized parts."""
    ports, engines = site.switch.media.ports, site.switch.media.engines
    part = (ports.last - ports.first + 1) // engines // 2 * 2
    return [(ports.first + n * part, ports.first + (n + 1) * part - 1) for n in range(engines)]


def programs(site: Site) -> tuple[Program, ...]:
    """All of them in the order to start."""
    engines = tuple(
        Program(
            f"engine-{name}",
            module(
                "media.engine",
                *("--name", name, "--socket", str(socket), "--disk", str(disk_socket(site))),
                *("--ip", site.switch.media.ip or EVERYWHERE, "--ports", f"{first}-{last}"),
                *("--rtp-lost-s", str(site.switch.limits.rtp_lost_s), "--beat"),
                *(() if site.switch.media.io_uring else ("--single-sockets",)),
            ),
            beats=True,
        )
        for (name, socket), (first, last) in zip(engine_sockets(site).items(), engine_ports(site), strict=True)
    )
    return (
        Program("disk", module("media.disk", "--socket", str(disk_socket(site)))),
        Program("tts", module("media.tts", "--socket", str(tts_socket(site)), "--cache", str(tts_cache(site)))),
        *engines,
        Program(
            "exchange",
            module("apps.exchange", "--site", str(site.paths.directory)),
            stop_s=site.switch.limits.drain_s + 10.0,
        ),
    )
