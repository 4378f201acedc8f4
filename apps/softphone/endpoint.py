"""How PJSUA2 is set up for one phone: no sound hardware, no threads of ours, few codecs.

Deliberately absent: calls (line.py), the loop (agent.py).
"""

from __future__ import annotations

import random
import socket
from typing import Any

import pjsua2 as pj

from apps.softphone.words import Settings

RTP_PORTS = range(26000, 32000, 2)
"""Away from a switch's own default range and from the kernel's ephemeral ports."""


def open_endpoint(ep: Any, settings: Settings) -> tuple[str, int]:
    """Start a created endpoint; our IP address and its transport's id. Raises pjsua2.Error, OSError."""
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = 4
    config.uaConfig.userAgent = "zongji-phone"
    config.logConfig.level = 5 if settings.log else 0
    config.logConfig.consoleLevel = 5 if settings.log else 0
    config.logConfig.msgLogging = bool(settings.log)
    config.medConfig.clockRate = settings.rate_hz
    config.medConfig.sndClockRate = settings.rate_hz
    config.medConfig.noVad = True
    config.medConfig.ecTailLen = 0
    ep.libInit(config)
    ep.audDevManager().setNullDev()
    bind = settings.bind or own_address(settings.server_host, settings.server_port)
    transport = pj.TransportConfig()
    transport.boundAddress = bind
    transport.port = settings.local_port
    kind = pj.PJSIP_TRANSPORT_TCP if settings.transport == "tcp" else pj.PJSIP_TRANSPORT_UDP
    transport_id = int(ep.transportCreate(kind, transport))
    ep.libStart()
    liking = [name.upper() for name in settings.codecs]
    for codec in ep.codecEnum2():
        name = codec.codecId.partition("/")[0].upper()
        ep.codecSetPriority(codec.codecId, 255 - liking.index(name) if name in liking else 0)
    return bind, transport_id


def account_config(settings: Settings, bind: str, transport_id: int) -> Any:
    """The phone's one address: registered at the server, or known by where it is."""
    server = f"{settings.server_host}:{settings.server_port}"
    config = pj.AccountConfig()
    host = server if settings.register else bind
    config.idUri = f'"{settings.name}" <sip:{settings.extension}@{host}>'.removeprefix('"" ')
    if settings.register:
        config.regConfig.registrarUri = f"sip:{server}" + (";transport=tcp" if settings.transport == "tcp" else "")
        config.regConfig.timeoutSec = settings.expires_s
        config.regConfig.retryIntervalSec = 2
        config.regConfig.firstRetryIntervalSec = 1
        config.regConfig.randomRetryIntervalSec = 0
        # A registrar that is away for a moment is no reason to end a call that talks.
        config.regConfig.dropCallsOnFail = False
    if settings.secret:
        credentials = pj.AuthCredInfo("digest", "*", settings.extension, 0, settings.secret)
        config.sipConfig.authCreds.push_back(credentials)
    if settings.hold_by_address:
        config.callConfig.holdType = pj.PJSUA_CALL_HOLD_TYPE_RFC2543
    config.mediaConfig.srtpUse = {
        "off": pj.PJMEDIA_SRTP_DISABLED,
        "optional": pj.PJMEDIA_SRTP_OPTIONAL,
        "required": pj.PJMEDIA_SRTP_MANDATORY,
    }[settings.srtp]
    config.mediaConfig.srtpSecureSignaling = 0  # its default refuses SRTP unless the signalling is TLS
    config.sipConfig.transportId = transport_id
    media = config.mediaConfig.transportConfig
    media.boundAddress = bind
    media.port = random.choice(RTP_PORTS)
    media.portRange = 2000
    return config


def own_address(host: str, port: int) -> str:
    """The address of ours that reaches the server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, port))
        return str(probe.getsockname()[0])
