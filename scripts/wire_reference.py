"""The link of docs/wire-format.md in plain Python, written from the document and without any of our Swift code.

`scripts/wire-vectors` makes its vectors with it; X25519 and ChaCha20-Poly1305 come from `pip install cryptography`.
"""
import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

VERSION, PROLOGUE = 2, b"Lagebild link 2"
RECORD = {"fragment": 1, "feedback": 2, "receipt": 3, "ping": 4, "pong": 5, "close": 6, "padding": 7,
          "backfillFragment": 8}


def u(size, value):
    return (value % (1 << (8 * size))).to_bytes(size, "little")


# Handshake: Noise_IK_25519_ChaChaPoly_SHA256

def secret(byte):
    return bytes([byte]) * 32


def public(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def agree(private, peer):
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(peer))


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def nonce(counter):
    return bytes(4) + u(8, counter)


class Symmetric:
    """SymmetricState of the Noise specification; every key seals once here, so its nonce is always 0."""

    def __init__(self, remote, prologue):
        name = b"Noise_IK_25519_ChaChaPoly_SHA256"
        self.hash = self.chain = name if len(name) == 32 else hashlib.sha256(name).digest()
        self.mix_hash(prologue)
        self.mix_hash(remote)

    def mix_hash(self, data):
        self.hash = hashlib.sha256(self.hash + data).digest()

    def expand(self, material):
        temporary = mac(self.chain, material)
        first = mac(temporary, b"\1")
        return first, mac(temporary, first + b"\2")

    def mix_key(self, material):
        self.chain, self.key = self.expand(material)

    def seal(self, plaintext):
        sealed = ChaCha20Poly1305(self.key).encrypt(nonce(0), plaintext, self.hash)
        self.mix_hash(sealed)
        return sealed


DRONE, STATION = secret(0xD1), secret(0x57)
DRONE_PUBLIC, STATION_PUBLIC = public(DRONE), public(STATION)
DRONE_INDEX, STATION_INDEX, FLIGHT = 0x010203, 0x0A0B0C, 7


def initiation(ephemeral, index, freshness, cookie=None, prologue=PROLOGUE, version=VERSION, low_order=False):
    """The datagram, and the handshake's state behind it."""
    state = Symmetric(STATION_PUBLIC, prologue)
    point = bytes(32) if low_order else public(ephemeral)
    state.mix_hash(point)
    state.mix_key(bytes(32) if low_order else agree(ephemeral, STATION_PUBLIC))
    message = point + state.seal(DRONE_PUBLIC)
    state.mix_key(agree(DRONE, STATION_PUBLIC))
    message += state.seal(u(4, FLIGHT) + u(8, freshness))
    datagram = bytes([1, version, 0, 0]) + u(4, index) + message
    datagram += mac(hashlib.sha256(b"lagebild-mac1" + STATION_PUBLIC).digest(), datagram)[:16]
    return datagram + (mac(cookie, datagram)[:16] if cookie else bytes(16)), state


def response(state, ephemeral, drone_ephemeral, version=VERSION):
    """The datagram, the two keys and the handshake hash."""
    state.mix_hash(public(ephemeral))
    state.mix_key(agree(ephemeral, public(drone_ephemeral)))
    state.mix_key(agree(ephemeral, DRONE_PUBLIC))
    message = public(ephemeral) + state.seal(b"")
    datagram = bytes([2, version, 0, 0]) + u(4, STATION_INDEX) + u(4, DRONE_INDEX) + message
    datagram += mac(hashlib.sha256(b"lagebild-mac1" + DRONE_PUBLIC).digest(), datagram)[:16]
    return datagram, state.expand(b""), state.hash


def cookie_reply(initiating, cookie, salt, index=DRONE_INDEX):
    material = hashlib.sha256(b"lagebild-cookie" + STATION_PUBLIC).digest()
    key = mac(mac(salt, material), b"\1")  # HKDF (RFC 5869) with empty info, one block
    sealed = ChaCha20Poly1305(key).encrypt(nonce(0), cookie, initiating[116:132])
    return bytes([3, VERSION, 0, 0]) + u(4, index) + salt + sealed


# Records and data datagrams

def encode(record):
    kind = record["kind"]
    body = bytes([RECORD[kind]])
    if kind in ("fragment", "backfillFragment"):
        body += u(4, record["object"]) + u(3, record["length"]) + u(2, record["size"])
        return body + u(1, record["block"]) + u(1, record["index"]) + bytes.fromhex(record["data"])
    if kind == "feedback":
        body += u(4, record["session"]) + u(8, int(record["highest"])) + u(4, record["delayMicroseconds"])
        body += u(8, int(record["sent"])) + b"".join(u(8, int(word)) for word in record["map"])
        body += u(4, record["finishedObject"]) + u(8, int(record["finished"]))
        return body + b"".join(u(4, record[name]) for name in ("congestionMarks", "objects", "abandoned"))
    if kind == "receipt":
        return body + u(1, len(record["ranges"])) + b"".join(
            u(4, r["flight"]) + u(2, r["stream"]) + u(1, r["reduced"]) + u(8, int(r["first"])) + u(8, int(r["last"]))
            for r in record["ranges"])
    if kind == "padding":
        return body + bytes(record["bytes"] - 1)
    return body + b"".join(u(8, int(record[name])) for name in ("sent", "received", "answered") if name in record)


def seal(key, index, counter, plaintext):
    head = b"\4" + u(3, index) + u(4, counter)
    return head + ChaCha20Poly1305(key).encrypt(nonce(counter), plaintext, head)


# Objects: layout and Reed-Solomon over GF(2^8), polynomial 0x11d

POWERS, LOGARITHMS = [], [0] * 256
element = 1
for exponent in range(255):
    LOGARITHMS[element] = exponent
    POWERS.append(element)
    element = element << 1 ^ (0x11D if element & 0x80 else 0)


def times(a, b):
    return POWERS[(LOGARITHMS[a] + LOGARITHMS[b]) % 255] if a and b else 0


def inverse(a):
    return POWERS[-LOGARITHMS[a] % 255]


TABLES = [bytes(times(a, b) for b in range(256)) for a in range(256)]


def combine(factors, symbols):
    total = 0
    for factor, symbol in zip(factors, symbols):
        total ^= int.from_bytes(symbol.translate(TABLES[factor]), "little")
    return total.to_bytes(len(symbols[0]), "little")


def blocks_of(length, size):
    """First symbol and number of data symbols of each block."""
    symbols = -(-length // size)
    count = -(-symbols // 128)
    return [(b * (symbols // count) + min(b, symbols % count), symbols // count + (b < symbols % count))
            for b in range(count)]


def symbol(content, size, block, index):
    """The bytes on the wire of one symbol, data or parity."""
    first, count = blocks_of(len(content), size)[block]
    if index < count:
        return content[(first + index) * size:][:size]
    data = [content[(first + j) * size:][:size].ljust(size, b"\0") for j in range(count)]
    return combine([inverse(index ^ j) for j in range(count)], data)


def rebuild(length, size, arrived):
    """The object from {(block, index): bytes}, by Gaussian elimination: slow, and unlike the code that it checks."""
    content = b""
    for block, (_, count) in enumerate(blocks_of(length, size)):
        rows = []
        for (at, index), data in sorted(arrived.items()):
            if at == block and len(rows) < count:
                factors = [int(j == index) if index < count else inverse(index ^ j) for j in range(count)]
                rows.append((factors, data.ljust(size, b"\0")))
        assert len(rows) == count, "too few symbols"
        for column in range(count):
            place = next(i for i in range(column, count) if rows[i][0][column])
            rows[column], rows[place] = rows[place], rows[column]
            scale = TABLES[inverse(rows[column][0][column])]
            rows[column] = ([scale[f] for f in rows[column][0]], rows[column][1].translate(scale))
            for i in range(count):
                factor = rows[i][0][column]
                if i != column and factor:
                    table = TABLES[factor]
                    rows[i] = ([a ^ table[b] for a, b in zip(rows[i][0], rows[column][0])],
                               combine([1, factor], [rows[i][1], rows[column][1]]))
        content += b"".join(data for _, data in rows)
    return content[:length]


def complete(highest, low):
    """RFC 9000 §A.3 with 32 bits, on exact numbers."""
    if highest is None:
        return low
    expected, window = highest + 1, 1 << 32
    candidate = expected - expected % window + low
    if candidate <= expected - window // 2:
        return candidate + window
    if candidate > expected + window // 2 and candidate >= window:
        return candidate - window
    return candidate
