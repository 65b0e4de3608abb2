#!/usr/bin/env python3
"""Accounts and sockets: places that are hoarded, guesses, incidents without number, sockets that outlive their session."""
import threading
import time

from rig import PASSWORD, Refused, Station, Watcher, attack


def hoard(verdict):
    """A hundred sockets of one account, and another account that wants to watch"""
    station = Station()
    try:
        cookie = station.sign_in("anna")
        held, codes = [], []
        for _ in range(100):
            try:
                held.append(station.socket(cookie))
            except Refused:
                codes.append("refused")
        time.sleep(1)
        for browser in held:
            while browser.code is None and browser.read(0.001):
                pass
            codes.append(browser.code)
        watching = codes.count(None)
        verdict(watching <= 12, f"{watching} of 100 sockets of one account watch; the others were closed with {set(codes) - {None}}")
        watcher = Watcher(station, "bert")
        time.sleep(2)
        verdict.watched(watcher)
        for browser in held:
            browser.connection.close()
    finally:
        station.close()


def guesses(verdict):
    """144 guesses from 12 addresses for made-up and real names, and an honest sign-in meanwhile"""
    station = Station()
    try:
        watcher = Watcher(station)
        alone = time.monotonic()
        station.sign_in("bert")
        alone = time.monotonic() - alone
        answers, lock = [], threading.Lock()

        def guess(source, number):
            try:
                name = "anna" if number % 3 == 0 else f"user{number}"
                place = station.try_sign_in(name, f"wrong-password-{number}", source)[0]
            except OSError as error:
                place = type(error).__name__
            with lock:
                answers.append(place)
        threads = [threading.Thread(target=guess, args=(f"127.0.0.{2 + n % 12}", n)) for n in range(144)]
        for thread in threads:
            thread.start()
        time.sleep(3 * alone)
        honest = []
        for name in ("anna", "bert", "anna"):
            began = time.monotonic()
            place = station.try_sign_in(name)[0]
            honest.append(time.monotonic() - began)
            verdict(place == "/" and honest[-1] < 2 + 3 * alone,
                    f"{name} signs in honestly within {honest[-1]:.2f} s (alone {alone:.2f} s): {place}")
        for thread in threads:
            thread.join(60)
        verdict("/" not in answers, "of 144 guesses: " + ", ".join(f"{answers.count(a)} {a}" for a in sorted(set(answers))))
        verdict.watched(watcher)
    finally:
        station.close()


def lockout(verdict):
    """Somebody who knows a name guesses at it all the time; its owner signs in"""
    station = Station(drone=False)
    try:
        places = [station.try_sign_in("anna", "wrong-password", "127.0.0.9")[0] for _ in range(25)]
        verdict(places.count("/login?fehler=1") <= 11, f"{places.count('/login?fehler=1')} of 25 guesses from one address were looked at")
        place = station.try_sign_in("anna")[0]
        verdict(place == "/", f"the owner signs in from elsewhere: {place}")
        told = [line for line in station.log().splitlines() if "too many attempts" in line]
        verdict(1 <= len(told) <= 3, f"the log tells of throttled attempts in {len(told)} lines")
    finally:
        station.close()


def openings(verdict):
    """One socket opens incidents as quickly as it can for four seconds"""
    station = Station()
    try:
        watcher = Watcher(station)
        with station.socket(station.sign_in("anna")) as browser:
            before, sent, refused, began = len(station.incidents()), 0, 0, time.monotonic()
            try:
                while time.monotonic() - began < 4 and browser.code is None:
                    browser.send({"type": "incident", "action": "open", "name": f"Einsatz {sent}"})
                    sent += 1
                    time.sleep(0.05)
                    while frame := browser.read(0.001):
                        refused += b'"refused"' in frame[1][:200] or b'"reason"' in frame[1][:200]
            except OSError:
                pass
        made = len(station.incidents()) - before
        verdict(made <= 7, f"{made} incidents of {sent} wishes, {refused} answered with a refusal")
        verdict.watched(watcher)
        # Without a pause it is no page at all.
        with station.socket(station.sign_in("anna")) as browser:
            try:
                for _ in range(5000):
                    browser.send({"type": "clock", "b": 1})
            except OSError:
                pass
            verdict(browser.closing_code(5) == 1008, f"5,000 messages at once: closed with {browser.code}")
    finally:
        station.close()


def outlive(verdict):
    """Sockets of a session that ends: sign-out, removal, another role, another password"""
    station = Station(accounts=("anna", "bert", "carl", "dora"))
    try:
        def ended(what, name, act):
            cookie = station.sign_in(name)
            browser = station.socket(cookie)
            next(browser.messages(3))
            act(cookie)
            began = time.monotonic()
            code = browser.closing_code(5)
            seconds = time.monotonic() - began
            before = len(station.incidents())
            try:
                browser.send({"type": "incident", "action": "open", "name": "nachher"})
            except OSError:
                pass
            time.sleep(0.3)
            verdict(code == 4401 and seconds < 1.2 and len(station.incidents()) == before,
                    f"after {what} the socket ends with {code} in {seconds:.2f} s")
            browser.connection.close()
        origin = {"Origin": f"http://127.0.0.1:{station.port}"}
        ended("sign-out", "anna", lambda cookie: station.request("POST", "/logout", {**origin, "Cookie": cookie}))
        ended("a new role", "bert", lambda _: station.set_account("bert", "ausbilder"))
        ended("a new password", "carl", lambda _: station.run(
            "users", "set", station.path("users"), "carl", "--role", "disponent", input=PASSWORD + "-2\n"))
        ended("removal", "dora", lambda _: station.run("users", "remove", station.path("users"), "dora"))
    finally:
        station.close()


def unread(verdict, drone=True):
    """Browsers that never read take all hundred places; somebody else wants to watch"""
    others = [f"gast{number}" for number in range(10)]
    station = Station(viewer=", viewersPerAccount: 100", accounts=("anna", "bert", *others), drone=drone)
    held = []
    try:
        # The last tenth is for accounts that do not watch yet. One address may sign in only so often.
        cookies = [station.sign_in("anna")] * 90 + [station.sign_in(name, source="127.0.0.9") for name in others]
        honest = station.sign_in("bert", source="127.0.0.10")
        time.sleep(1)
        before = station.descriptors
        held = [station.socket(cookie) for cookie in cookies]
        began = time.monotonic()

        def watches():
            """Whether another page is let in now."""
            with station.socket(honest) as browser:
                return next(browser.messages(2), {}).get("type") == "hello"

        admitted = gone = None
        while time.monotonic() - began < 240 and (admitted is None or gone is None):
            time.sleep(0.5)
            seconds = time.monotonic() - began
            if gone is None and station.descriptors <= before + 1:
                gone = seconds
            if admitted is None and watches():
                admitted = seconds
        verdict(admitted is not None and admitted < 10, f"another page is let in after {admitted or 240:.1f} s")
        verdict(gone is not None and gone < 45, f"the last of {len(held)} that never read is let go after {gone or 240:.1f} s")
    finally:
        for browser in held:
            browser.connection.close()
        station.close()


def unread_quiet(verdict):
    """The same without a drone: what the page is told is little, and fills no buffer"""
    unread(verdict, drone=False)


if __name__ == "__main__":
    attack(hoard, guesses, lockout, openings, outlive, unread, unread_quiet)
