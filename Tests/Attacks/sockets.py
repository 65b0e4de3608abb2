#!/usr/bin/env python3
"""WebSockets that break the rules, and requests from foreign pages and under foreign names."""
import json
import struct
import time

from rig import Refused, Station, Watcher, attack


def rules(verdict):
    """Frames against RFC 6455"""
    station = Station(accounts=("anna", "bert"))
    try:
        cookie = station.sign_in("anna")
        watcher = Watcher(station)
        text = json.dumps({"type": "clock", "b": 7}).encode()

        def closes(what, code, *frames):
            with station.socket(cookie) as browser:
                try:
                    for frame in frames:
                        browser.connection.sendall(browser.frame(*frame[:2], **(frame[2] if len(frame) > 2 else {})))
                except OSError:
                    pass
                found = browser.closing_code(5)
                verdict(found == code, f"{what}: closed with {found} (should be {code})")

        with station.socket(cookie) as browser:
            first = next(browser.messages(3))["type"]
            verdict(first == "hello", f"the first message is {first}")

        def answered(what, *frames):
            with station.socket(cookie) as browser:
                for frame in frames:
                    browser.connection.sendall(browser.frame(*frame[:2], **(frame[2] if len(frame) > 2 else {})))
                found = any(m.get("type") == "clock" and m.get("b") == 7 for m in browser.messages(3))
                verdict(found, f"{what}: {'answered' if found else 'not answered'}")
        answered("a whole message", (1, text))
        answered("a message in two parts", (1, text[:9], {"fin": False}), (0, text[9:]))
        answered("a message a byte a part with pings between", *[
            part for n, byte in enumerate(text) for part in (
                (0 if n else 1, bytes([byte]), {"fin": n == len(text) - 1}), (9, b"x"))])
        closes("unmasked", 1002, (1, text, {"masked": False}))
        closes("reserved bits", 1002, (1, text, {"reserved": 4}))
        closes("unknown opcode", 1002, (3, text))
        closes("unknown control opcode", 1002, (11, b""))
        closes("continuation of nothing", 1002, (0, text))
        closes("a text within a text", 1002, (1, text, {"fin": False}), (1, text))
        closes("binary", 1003, (2, text))
        closes("no UTF-8", 1007, (1, b"\xC3\x28"))
        closes("a ping of 126 bytes", 1002, (9, b"x" * 126))
        closes("a ping in parts", 1002, (9, b"x", {"fin": False}))
        closes("20 KB in one frame", 1009, (1, b"x" * 20_000))
        closes("20 KB in parts", 1009, *[(1 if n == 0 else 0, b"x" * 1000, {"fin": n == 19}) for n in range(20)])
        closes("a frame that says 2^62 bytes", 1009, (1, b"x", {"length": 1 << 62}))
        closes("a frame that says 2^64-1 bytes", 1009, (1, b"x", {"length": (1 << 64) - 1}))
        closes("close 1000", 1000, (8, struct.pack(">H", 1000) + b"ende"))
        closes("close without a code", 1005, (8, b""))
        closes("close with a byte", 1002, (8, b"x"))
        closes("close with 1005", 1002, (8, struct.pack(">H", 1005)))
        with station.socket(cookie) as browser:
            browser.connection.sendall(browser.frame(9, b"hallo"))
            end = time.monotonic() + 3
            pong = None
            while time.monotonic() < end and pong is None:
                frame = browser.read(1)
                pong = frame[1] if frame and frame[0] == 10 else None
            verdict(pong == b"hallo", f"a ping is answered with {pong}")
        answered("JSON nested 8,000 deep, then a question", (1, b"[" * 8000), (1, text))
        verdict.watched(watcher)
    finally:
        station.close()


def foreign(verdict):
    """Foreign pages, foreign names, and our own behind a proxy"""
    station = Station(
        viewer=", allowedHosts: [localhost, 127.0.0.1, lage.example], allowedOrigins: ['https://front.example:8443'], "
               "trustedProxies: [127.0.0.8]", drone=False)
    try:
        cookie = station.sign_in("anna")
        own = f"127.0.0.1:{station.port}"
        for host, origin, good in (
                (own, f"http://{own}", True), (own, "http://evil.example", False), (own, "null", False), (own, f"http://{own}.evil.example", False),
                ("lage.example", "https://lage.example", True), ("lage.example:443", "https://lage.example", True),
                ("lage.example", "https://lage.example:443", True), ("LAGE.example.", "https://lage.example", True),
                ("lage.example", "https://lage.example:8443", False), ("lage.example", "https://front.example:8443", True),
                ("lage.example", "https://front.example", False), ("evil.example", "http://evil.example", False)):
            try:
                station.socket(cookie, headers={"Host": host, "Origin": origin}).connection.close()
                socket = True
            except Refused:
                socket = False
            place = station.try_sign_in(headers={"Host": host, "Origin": origin})[0] == "/"
            verdict(socket == place == good, f"Host {host}, Origin {origin}: {'taken' if socket else 'refused'}")
        status, fields, body = station.request("GET", "/", {"Host": "evil.example\x1b[31m"})
        verdict(status in (400, 421), f"an unknown name is answered with {status}")
        status, fields, body = station.request("GET", "/", {"Host": "evil.example"})
        verdict(status == 421 and b"allowedHosts" in body, f"an unknown name is told why: {status}, {body[:60]}")
        log = station.log()
        verdict("Refused: a socket with Host" in log and "Refused: a change with Host" in log, "the log tells of sockets and of changes")
        verdict("viewer.allowedHosts" in log and "proxy_set_header Host" in log and "\x1b" not in log,
                "the log names Host, Origin and what to set, without control characters")
        lines = len(station.log().splitlines())
        for number in range(300):
            station.request("GET", "/", {"Host": f"evil{number}.example"})
        verdict(len(station.log().splitlines()) - lines <= 25, f"300 foreign names make {len(station.log().splitlines()) - lines} lines")
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        wish = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
        for what, headers, path, wanted in (
                ("HTTP/2 over plain text", {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMA"}, "/login", 200),
                ("a WebSocket", wish, "/login", 200),
                ("an old WebSocket", {**wish, "Sec-WebSocket-Version": "8", "Cookie": cookie}, "/live", 426),
                ("a WebSocket without a session", {**wish, "Origin": f"http://{own}"}, "/live", 401)):
            connection = station.connect(timeout=3)
            text = "".join(f"{name}: {value}\r\n" for name, value in {"Host": own, **headers}.items())
            connection.sendall(f"GET {path} HTTP/1.1\r\n{text}\r\n".encode())
            answer = connection.recv(65536)
            connection.close()
            verdict(answer[9:12].decode() == str(wanted), f"{what} at {path} is answered with {answer[9:12].decode() or 'nothing'}")
        # A trusted proxy is believed, nobody else.
        _, fields, _ = station.request("POST", "/login", {
            "Origin": "https://lage.example", "Host": "lage.example", "X-Forwarded-For": "192.0.2.77"},
            "user=anna&password=correct-horse-battery", source="127.0.0.8")
        verdict("Secure" in fields.get("set-cookie", ""), "behind https the cookie is Secure")
        verdict("from 192.0.2.77" in station.log(), "a trusted proxy's word for the address is taken")
        station.request("POST", "/login", {"Origin": f"http://{own}", "X-Forwarded-For": "192.0.2.78"},
                        "user=anna&password=correct-horse-battery", source="127.0.0.7")
        verdict("192.0.2.78" not in station.log(), "a stranger's is not")
    finally:
        station.close()


if __name__ == "__main__":
    attack(rules, foreign)
