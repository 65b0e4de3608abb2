#!/usr/bin/env python3
"""Connections and requests that want to hold the station up: descriptors, bodies, heads, readers that do not read."""
import select
import socket
import threading
import time

from rig import Station, Watcher, attack, wait_for


def flood(verdict):
    """1,500 connections at a limit of 128 open files, with a drone and two viewers"""
    station = Station(descriptors=128)
    try:
        watchers = [Watcher(station, "anna"), Watcher(station, "bert")]
        before = watchers[0].pictures
        # Somebody who was there before and signs in while nothing is left.
        earlier = station.connect(timeout=30)
        held = []
        began = time.monotonic()
        come, place, most = None, None, 0
        while time.monotonic() - began < 12 and station.lives:
            if come is None and len(held) > 150:
                # An address of its own comes in while another has used its share up.
                come = time.monotonic()
                try:
                    place = station.try_sign_in("bert", source="127.0.0.9")[0]
                except (OSError, IndexError) as error:
                    place = type(error).__name__
                come = time.monotonic() - come
                body = "user=anna&password=wrong-password"
                earlier.sendall((f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{station.port}\r\nOrigin: http://127.0.0.1:{station.port}\r\n"
                                 f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
            if len(held) % 20 == 0:
                most = max(most, station.descriptors)
            if len(held) < 1500:
                try:
                    connection = socket.socket()
                    connection.settimeout(0.2)
                    connection.connect(("127.0.0.1", station.port))
                    held.append(connection)
                except OSError:
                    connection.close()
                    time.sleep(0.02)
            else:
                time.sleep(0.1)
        verdict(station.lives, f"the station lives after {len(held)} connections"
                + (f"; {most} descriptors of 128 at most" if station.lives else f" (ended with {station.station.returncode})"))
        verdict(come is not None and come < 2 and place == "/", f"another address signs in meanwhile within {come or 0:.2f} s: {place}")
        for watcher in watchers:
            verdict.watched(watcher)
        for connection in held:
            connection.close()
        verdict(wait_for("the page answers again", lambda: answers(station), 15), "the page answers again")
        after = station.recorded()
        verdict(after > before + 50, f"recording went on: {before} objects before, {after} after")
    finally:
        station.close()


def flood_first(verdict):
    """The same flood before the drone comes: it is let in, recorded, and shown to who was there before"""
    station = Station(descriptors=128, drone=False)
    stops = threading.Event()
    try:
        browser = station.socket(station.sign_in("bert"))
        flooding = threading.Thread(target=keep_flooding, args=(station, stops))
        flooding.start()
        time.sleep(3)
        began = time.monotonic()
        station.start_drone(80, 60)
        frames = 0
        while frames < 20 and time.monotonic() - began < 20 and browser.code is None:
            frame = browser.read(1)
            frames += frame is not None and frame[0] == 2
        verdict(station.lives and frames >= 20, f"{frames} pictures reached the page {time.monotonic() - began:.1f} s after the drone came"
                + ("" if station.lives else f"; the station ended with {station.station.returncode}"))
        verdict(len(station.incidents()) == 1, f"{len(station.incidents())} incident was opened")
        stops.set()
        flooding.join()
        verdict(wait_for("the page answers again", lambda: answers(station), 15), "the page answers again")
        after = station.recorded()
        verdict(after > 20, f"{after} objects were recorded")
    finally:
        stops.set()
        station.close()


def keep_flooding(station, stops):
    """Connections as many as can be had, a third of them with half a request, until told to stop."""
    held = []
    while not stops.is_set():
        try:
            if len(held) < 1500:
                held.append(socket.create_connection(("127.0.0.1", station.port), 0.2))
                if len(held) % 3 == 0:
                    held[-1].send(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            else:
                stops.wait(0.1)
        except OSError:
            stops.wait(0.02)
    for connection in held:
        connection.close()


def answers(station):
    try:
        return station.request("GET", "/login", timeout=3)[0] == 200
    except (OSError, IndexError):
        return False


def slow(verdict):
    """A head that drips, a body that drips, a connection that says nothing, one that is idle; all at once"""
    station = Station(drone=False)
    try:
        host = f"Host: 127.0.0.1:{station.port}\r\nOrigin: http://127.0.0.1:{station.port}\r\n"
        cases = {
            "nothing": (b"", None, 11), "a head at a byte a second": (b"GET /login HTTP/1.1\r\n", b"X", 11),
            "a body at a byte a second": (f"POST /login HTTP/1.1\r\n{host}Content-Length: 4000\r\n\r\n".encode(), b"a", 12),
            "a chunked body at a byte a second": (
                f"POST /login HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n".encode(), b"1\r\na\r\n", 12),
            "a socket's head with a dripping body": (
                f"GET /live HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 4000\r\n\r\n".encode(), b"a", 12),
            "idle after an answer": (f"GET /login HTTP/1.1\r\n{host}\r\n".encode(), None, 32),
            "a second head at a byte a second": (f"GET /login HTTP/1.1\r\n{host}\r\nGET /".encode(), b"x", 32),
        }
        open_ones = {}
        began = time.monotonic()
        for name, (first, drip, limit) in cases.items():
            connection = station.connect()
            connection.sendall(first)
            connection.setblocking(False)
            open_ones[name] = (connection, drip, limit)
        ended, last_drip = {}, began
        while open_ones and time.monotonic() - began < 36:
            now = time.monotonic()
            drips = now - last_drip >= 1
            last_drip = now if drips else last_drip
            for name, (connection, drip, limit) in list(open_ones.items()):
                try:
                    if drips and drip:
                        connection.send(drip)
                    while connection.recv(65536):
                        pass
                    over = True
                except BlockingIOError:
                    over = False
                except OSError:
                    over = True
                if over:
                    ended[name] = now - began
                    connection.close()
                    del open_ones[name]
            time.sleep(0.05)
        for name, (_, _, limit) in cases.items():
            seconds = ended.get(name)
            verdict(seconds is not None and seconds <= limit + 1.5, f"{name}: " + (f"ended after {seconds:.1f} s" if seconds else "open after 36 s"))
        for connection, _, _ in open_ones.values():
            connection.close()
    finally:
        station.close()


def endless(verdict):
    """An endless chunked body, an endless head, an endless address"""
    station = Station()
    try:
        watcher = Watcher(station)
        host = f"Host: 127.0.0.1:{station.port}\r\nOrigin: http://127.0.0.1:{station.port}\r\n"
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        for name, head, rest, statuses in (
                ("body", f"POST /login HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n", chunk, (b"413",)),
                ("body to a place that is not there", f"POST /x HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n", chunk, (b"413",)),
                ("socket's body", f"GET /live HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nTransfer-Encoding: chunked\r\n\r\n", chunk, (b"413",)),
                ("head", f"GET / HTTP/1.1\r\n{host}", b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(60)), (b"431",)),
                ("address", "GET /", b"x" * 65536, (b"431", b"414"))):
            connection = station.connect(timeout=3)
            connection.sendall(head.encode())
            sent, began, answer = 0, time.monotonic(), b""
            try:
                while time.monotonic() - began < 6:
                    sent += connection.send(rest)
            except OSError:
                pass
            try:
                answer = connection.recv(65536)
            except OSError:
                pass
            seconds = time.monotonic() - began
            connection.close()
            verdict(sent < 16 << 20, f"endless {name}: {sent / 1e6:.1f} MB taken, {seconds:.1f} s, {answer[9:12].decode() or 'reset'}")
        # To a client that stops at the limit the answer comes through.
        connection = station.connect(timeout=3)
        connection.sendall(f"POST /login HTTP/1.1\r\n{host}Content-Length: 5000\r\n\r\n".encode())
        verdict(connection.recv(100)[9:12] == b"413", "a declared body of 5,000 bytes is answered with 413 before it is sent")
        connection.close()
        verdict.watched(watcher)
    finally:
        station.close()


def strange(verdict):
    """Unknown methods, versions, many requests at once, HEAD, a body on GET"""
    station = Station(drone=False)
    try:
        host = f"Host: 127.0.0.1:{station.port}\r\n"
        for name, text, status in (
                ("unknown method", f"FROBNICATE / HTTP/1.1\r\n{host}\r\n", b"501"), ("TRACE", f"TRACE / HTTP/1.1\r\n{host}\r\n", b"403"),
                ("unknown version", f"GET / HTTP/7.0\r\n{host}\r\n", b"505"), ("no host", "GET /login HTTP/1.1\r\n\r\n", b"4"),
                ("HEAD", f"HEAD /login HTTP/1.1\r\n{host}Connection: close\r\n\r\n", b"200"),
                ("bytes", "\0\1\2\3\r\n\r\n", b"")):
            connection = station.connect(timeout=3)
            connection.sendall(text.encode())
            try:
                answer = connection.recv(65536)
            except OSError:
                answer = b""
            connection.close()
            verdict(answer[9:12].startswith(status), f"{name}: {answer.split(bytes([13]))[0].decode('latin1') or 'closed'}")
        connection = station.connect(timeout=10)
        connection.sendall((f"GET /login HTTP/1.1\r\n{host}\r\n" * 16).encode())
        answered, began = b"", time.monotonic()
        while answered.count(b"HTTP/1.1 200") < 16 and time.monotonic() - began < 10:
            answered += connection.recv(1 << 20)
        connection.close()
        verdict(answered.count(b"HTTP/1.1 200") == 16, f"{answered.count(b'HTTP/1.1 200')} of 16 requests sent at once are answered")
    finally:
        station.close()


def reader(verdict):
    """200 requests on 40 connections for the largest file, of which nothing is read"""
    station = Station()
    try:
        cookie = station.sign_in("anna")
        watcher = Watcher(station)
        before = station.megabytes
        held = []
        for _ in range(40):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", station.port))
            connection.sendall((f"GET /leaflet/leaflet.js HTTP/1.1\r\nHost: 127.0.0.1:{station.port}\r\nCookie: {cookie}\r\n\r\n" * 5).encode())
            held.append(connection)
        time.sleep(3)
        grown = station.megabytes - before
        for connection in held:
            connection.close()
        verdict(grown < 100, f"memory grew by {grown:.0f} MB")
        verdict.watched(watcher)
    finally:
        station.close()


def hammer(verdict):
    """Requests as quickly as 40 connections of two addresses can send them, then connections as quickly as they can be made"""
    station = Station()
    stops = threading.Event()
    try:
        watcher = Watcher(station)
        counts = [0, 0]
        threads = [threading.Thread(target=ask, args=(station, f"127.0.0.{2 + n}", stops, counts)) for n in range(2)]
        threads += [threading.Thread(target=knock, args=(station, "127.0.0.4", stops, counts))]
        for thread in threads:
            thread.start()
        time.sleep(2)
        began = time.monotonic()
        place = station.try_sign_in("anna")[0]
        seconds = time.monotonic() - began
        time.sleep(max(0, 3 - seconds))
        stops.set()
        for thread in threads:
            thread.join()
        verdict(place == "/" and seconds < 3, f"a sign-in from elsewhere takes {seconds:.2f} s: {place}")
        verdict.watched(watcher)
        print(f"     {counts[0]} requests were answered, {counts[1]} connections made")
    finally:
        stops.set()
        station.close()


def ask(station, source, stops, counts):
    request = f"GET /assets/main.js HTTP/1.1\r\nHost: 127.0.0.1:{station.port}\r\n\r\n".encode()
    poll, connections = select.poll(), {}
    while not stops.is_set():
        while len(connections) < 20:
            try:
                connection = station.connect(source, 2)
            except OSError:
                break
            connection.setblocking(False)
            connections[connection.fileno()] = connection
            poll.register(connection, select.POLLIN)
            try:
                connection.send(request * 10)
            except OSError:
                pass
        for number, _ in poll.poll(100):
            connection = connections[number]
            try:
                answer = connection.recv(1 << 20)
                counts[0] += answer.count(b"HTTP/1.1 200")
                if answer:
                    connection.send(request * max(1, answer.count(b"HTTP/1.1 200")))
                    continue
            except OSError:
                pass
            poll.unregister(connection)
            connection.close()
            del connections[number]
    for connection in connections.values():
        connection.close()


def knock(station, source, stops, counts):
    while not stops.is_set():
        try:
            station.connect(source, 1).close()
            counts[1] += 1
        except OSError:
            pass


def watchers_that_do_not_read(verdict):
    """Twelve sockets that take nothing while a drone sends thermal pictures of 0.6 MB"""
    station = Station(thermal=(640, 480))
    try:
        watcher = Watcher(station)
        cookie = station.sign_in("anna")
        time.sleep(2)
        before = station.megabytes
        held = [station.socket(cookie) for _ in range(12)]
        time.sleep(8)
        grown = station.megabytes - before
        for browser in held:
            browser.connection.close()
        verdict(grown < 120, f"memory grew by {grown:.0f} MB")
        verdict.watched(watcher)
    finally:
        station.close()


if __name__ == "__main__":
    attack(flood, flood_first, slow, endless, strange, reader, hammer, watchers_that_do_not_read)
