#!/usr/bin/python3
"""A peer for `lagebild-bench link`: JPEG camera frames over RTP (RFC 2435), bare or with retransmission (RFC 4588).

    rtp_frames.py send    plain|rtx HOST:PORT FRAMES_FILE RATE_HZ SENT_LOG [name=value ...]
    rtp_frames.py receive plain|rtx HOST:PORT RECEIVED_LOG [name=value ...]

FRAMES_FILE holds a u32 count, then per frame a u32 length and a baseline JPEG file, little-endian. Each log has one
line per frame, "index nanoseconds" on CLOCK_MONOTONIC: SENT_LOG when the frame was due, RECEIVED_LOG when the whole
picture reached the application. Both sides end with one line of JSON: {"frames":n,"bytes":n,"cpuSeconds":x}. The
receiver's bytes are those of the rebuilt files, whose headers are not the camera's: RTP/JPEG does not carry them.

Options: warmup=N       frames below this index stay in the logs but out of the JSON line (default 0)
         latency=MS     how long the jitter buffer waits for a missing packet (receiver; default 165): the latency
                        budget minus the one-way delay
         rate=HZ        the sender's rate, from which the receiver gets the index of a frame (receiver; default 30)
         idle=SECONDS   end this long after the last data (receiver; default 3); without any data it ends after 20 s

Everything goes through one UDP port on each side (RFC 5761); the receiver reports to wherever the data comes from.
"""
import json
import mmap
import resource
import signal
import socket
import struct
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstNet", "1.0")
from gi.repository import Gio, Gst, GstNet  # noqa: E402

JPEG_TYPE, RETRANSMISSION_TYPE = 26, 97
CLOCK_HZ = 90_000
# Two SSRCs known to both sides, as a session description would name them: without it the receiver pairs the
# retransmission stream with its original only after the first lost packet.
DATA_SSRC, RETRANSMISSION_SSRC = 0x4C420001, 0x4C420002
SOCKET_BUFFER_BYTES = 32 << 20
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
NO_DATA_SECONDS = 20
LAST_REPAIR_SECONDS = 1.5  # the sender stays this long after its last frame to answer repair requests
POLL_SECONDS = 0.1
DATA_PACKET_BYTES = 200  # a larger one carries picture data, a smaller one may be a report


class Stopped(Exception):
    """SIGTERM came: the run ends here and still prints its line."""


def stop(*_):
    raise Stopped


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Tally:
    """What the closing line says. CPU counts from the first counted frame, not the start of the interpreter."""

    def __init__(self):
        self.frames = self.bytes = 0
        self.cpu_before = self.cpu_after = None

    def print(self):
        before, after = self.cpu_before or 0, self.cpu_after or self.cpu_before or 0
        print(json.dumps({"frames": self.frames, "bytes": self.bytes, "cpuSeconds": round(max(0, after - before), 3)}),
              flush=True)


def make(kind, **properties):
    element = Gst.ElementFactory.make(kind)
    if element is None:
        sys.exit(f"rtp_frames: GStreamer has no element {kind}; this run measured nothing")
    for name, value in properties.items():
        element.set_property(name.replace("_", "-"), value)
    return element


def make_text(kind, **properties):
    """Like make, for properties that are enumerations or structures and are easier said in words."""
    element = make(kind)
    for name, value in properties.items():
        Gst.util_set_object_arg(element, name.replace("_", "-"), value)
    return element


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def open_socket(bind_to):
    """One UDP socket for both directions, with buffers that hold any burst."""
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for force, plain in ((SO_SNDBUFFORCE, socket.SO_SNDBUF), (SO_RCVBUFFORCE, socket.SO_RCVBUF)):
        try:
            own.setsockopt(socket.SOL_SOCKET, force, SOCKET_BUFFER_BYTES)
        except PermissionError:  # then the system's limit is the most there is
            own.setsockopt(socket.SOL_SOCKET, plain, SOCKET_BUFFER_BYTES)
    own.bind(bind_to)
    return Gio.Socket.new_from_fd(own.detach())


class Peer:
    """What sender and receiver share: a pipeline with one RTP session on one socket."""

    def __init__(self, retransmits, bind_to, **bin_properties):
        self.retransmits = retransmits
        self.socket = open_socket(bind_to)
        self.pipeline = Gst.Pipeline()
        # AVPF (RFC 4585) lets a receiver report a loss at once instead of every 5 s.
        self.bin = make_text("rtpbin", rtp_profile="avpf" if retransmits else "avp", **bin_properties)
        self.pipeline.add(self.bin)

    def add(self, *elements):
        """Adds the elements and links them in a row."""
        for element in elements:
            self.pipeline.add(element)
        for left, right in zip(elements, elements[1:]):
            left.link(right)

    def source(self, caps):
        return make("udpsrc", socket=self.socket, close_socket=False, caps=Gst.Caps.from_string(caps))

    def sink(self, **properties):
        # The schedule is ours, and reports may come long after the start: no clock, no waiting for a first packet.
        return make("multiudpsink", socket=self.socket, close_socket=False, sync=False, **{"async": False},
                    **properties)

    def retransmitter(self, kind, **properties):
        """An element with the pads by which rtpbin takes it into its session 0."""
        maps = {"payload_type_map": f"application/x-rtp-pt-map, {JPEG_TYPE}=(uint){RETRANSMISSION_TYPE}",
                "ssrc_map": f"application/x-rtp-ssrc-map, {DATA_SSRC}=(uint){RETRANSMISSION_SSRC}"}
        element = make(kind, **{name: Gst.Structure.new_from_string(text) for name, text in maps.items()}, **properties)
        wrapper = Gst.Bin()
        wrapper.add(element)
        for name in ("sink", "src"):
            wrapper.add_pad(Gst.GhostPad.new(name + "_0", element.get_static_pad(name)))
        return wrapper

    def start(self):
        # A sender whose address changes is taken for an intruder otherwise, and ignored for seconds.
        self.bin.emit("get-internal-session", 0).set_property("favor-new", True)
        if self.retransmits:
            # With the defaults a report may have to wait for its share of a small assumed bandwidth, and repair
            # fails: 70 % of the frames at 1 % loss.
            session = self.bin.emit("get-session", 0)
            session.set_property("bandwidth", 25_000_000.0)
            session.set_property("rtcp-min-interval", 20_000_000)
        self.pipeline.set_state(Gst.State.PLAYING)

    def finish(self):
        message = self.pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
        if message:
            print(f"rtp_frames: {message.parse_error()[0].message}; this run's figures do not count", file=sys.stderr)
        self.pipeline.set_state(Gst.State.NULL)
        return 1 if message else 0


def read_frames(path):
    """Yields the frames of the file one after another."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        (count,), offset = struct.unpack_from("<I", data), 4
        for _ in range(count):
            (length,) = struct.unpack_from("<I", data, offset)
            offset += 4 + length
            if offset > len(data):
                sys.exit(f"rtp_frames: {path} is cut off; the frames from there on were not sent")
            yield data[offset - length:offset]


def picture_size(jpeg):
    """Width and height from the frame header of a baseline JPEG file: the payloader refuses to start without."""
    offset = 2
    while offset + 9 <= len(jpeg):
        marker, length = struct.unpack_from(">HH", jpeg, offset)
        if marker == 0xFFC0:
            height, width = struct.unpack_from(">HH", jpeg, offset + 5)
            return width, height
        offset += 2 + length
    sys.exit("rtp_frames: the first frame is no baseline JPEG, which is all RTP/JPEG can carry; nothing was sent")


def send(retransmits, target, frames_path, rate, options):
    peer, tally, log = Peer(retransmits, ("0.0.0.0", 0)), Tally(), []
    if retransmits:
        # One second of packets; the default of 100 packets is less than two frames, and gone before a report comes.
        peer.bin.connect("request-aux-sender", lambda *_: peer.retransmitter(
            "rtprtxsend", max_size_packets=0, max_size_time=1000))
    size = "image/jpeg, width=%d, height=%d" % picture_size(next(read_frames(frames_path)))
    source = make("appsrc", caps=Gst.Caps.from_string(size), format=Gst.Format.TIME, is_live=True, max_bytes=0)
    payloader = make("rtpjpegpay", pt=JPEG_TYPE, ssrc=DATA_SSRC, timestamp_offset=0)
    data, reports = (peer.sink(clients="%s:%d" % address(target)) for _ in range(2))
    back = peer.source("application/x-rtcp")
    peer.add(source, payloader)
    peer.add(data)
    peer.add(reports)
    peer.add(back)
    payloader.link_pads("src", peer.bin, "send_rtp_sink_0")
    peer.bin.link_pads("send_rtp_src_0", data, "sink")
    peer.bin.link_pads("send_rtcp_src_0", reports, "sink")
    back.link_pads("src", peer.bin, "recv_rtcp_sink_0")
    peer.start()
    start = time.monotonic_ns() + 200_000_000
    try:
        for index, frame in enumerate(read_frames(frames_path)):
            buffer = Gst.Buffer.new_wrapped(frame)
            buffer.pts = int(index * Gst.SECOND / rate)
            due = start + int(index * 1e9 / rate)
            time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
            if index == options["warmup"]:
                tally.cpu_before = cpu_seconds()
            source.emit("push-buffer", buffer)
            log.append((index, due))
            if index >= options["warmup"]:
                tally.frames += 1
                tally.bytes += len(frame)
        time.sleep(LAST_REPAIR_SECONDS)
    except Stopped:
        pass
    tally.cpu_after = cpu_seconds()
    return peer, tally, log


class Arrivals:
    """Notes finished pictures, in GStreamer's thread, and once per poll where the data comes from."""

    def __init__(self, options, sink):
        self.options, self.reports = options, sink
        self.log, self.tally = [], Tally()
        self.sender = None
        self.last_data = None

    def picture(self, sink, depayloader):
        now = time.monotonic_ns()
        size = sink.emit("pull-sample").get_buffer().get_size()
        # The depayloader lets go of a picture whose packets have a gap, so what comes out is whole. Its statistics
        # name the last packet it took, which is the last one of this picture.
        stamp = depayloader.get_property("stats").get_uint("timestamp").value
        index = round(stamp * self.options["rate"] / CLOCK_HZ)
        self.log.append((index, now))
        if index >= self.options["warmup"]:
            if self.tally.frames == 0:
                self.tally.cpu_before = cpu_seconds()
            self.tally.frames += 1
            self.tally.bytes += size
        return Gst.FlowReturn.OK

    def packet(self, _, info):
        """A probe that takes itself away at the first packet of data, so that Python does not see every packet."""
        buffer = info.get_buffer()
        if buffer.get_size() < DATA_PACKET_BYTES:
            return Gst.PadProbeReturn.OK
        self.last_data = time.monotonic()
        self.tally.cpu_after = cpu_seconds()
        if self.tally.cpu_before is None:
            self.tally.cpu_before = self.tally.cpu_after
        meta = GstNet.buffer_get_net_address_meta(buffer)
        sender = (meta.addr.get_address().to_string(), meta.addr.get_port())
        if sender != self.sender:
            self.sender = sender
            self.reports.emit("clear")
            self.reports.emit("add", *sender)
        return Gst.PadProbeReturn.REMOVE


def receive(retransmits, bind_to, options):
    peer = Peer(retransmits, address(bind_to), latency=str(options["latency"]), do_retransmission=str(retransmits))
    media = "application/x-rtp, media=video, clock-rate=%d, encoding-name=%s, payload=%d"
    kinds = {JPEG_TYPE: media % (CLOCK_HZ, "JPEG", JPEG_TYPE), RETRANSMISSION_TYPE:
             media % (CLOCK_HZ, "RTX", RETRANSMISSION_TYPE) + f", apt=(string){JPEG_TYPE}"}
    source, reports = peer.source(kinds[JPEG_TYPE]), peer.sink()
    depayloader = make("rtpjpegdepay")
    sink = make("appsink", sync=False, emit_signals=True, **{"async": False})
    arrivals = Arrivals(options, reports)
    sink.connect("new-sample", arrivals.picture, depayloader)
    peer.bin.connect("request-pt-map", lambda _, session, kind: Gst.Caps.from_string(kinds[kind]))
    if retransmits:
        peer.bin.connect("request-aux-receiver", lambda *_: peer.retransmitter("rtprtxreceive"))
    peer.bin.connect("pad-added", lambda _, pad: pad.get_name().startswith("recv_rtp_src_")
                     and pad.link(depayloader.get_static_pad("sink")))
    peer.add(source)
    peer.add(reports)
    peer.add(depayloader, sink)
    source.link_pads("src", peer.bin, "recv_rtp_sink_0")
    peer.bin.link_pads("send_rtcp_src_0", reports, "sink")
    peer.start()
    begun, pad, probed = time.monotonic(), source.get_static_pad("src"), object()
    try:
        while True:
            if arrivals.last_data is not probed:
                probed = arrivals.last_data
                pad.add_probe(Gst.PadProbeType.BUFFER, arrivals.packet)
            time.sleep(POLL_SECONDS)
            last, limit = arrivals.last_data, options["idle"]
            if last is None:
                last, limit = begun, NO_DATA_SECONDS
            if time.monotonic() - last > limit:
                break
    except Stopped:
        pass
    return peer, arrivals.tally, arrivals.log


def main(arguments):
    positional = {"send": 5, "receive": 3}.get(arguments[0] if arguments else None)
    if positional is None or len(arguments) < 1 + positional or arguments[1] not in ("plain", "rtx"):
        sys.exit(__doc__)
    options = {"warmup": 0, "latency": 165, "rate": 30.0, "idle": 3.0}
    for text in arguments[1 + positional:]:
        name, _, value = text.partition("=")
        if name not in options:
            sys.exit(f"rtp_frames: there is no option '{text}'; this run measured nothing")
        options[name] = type(options[name])(value)
    signal.signal(signal.SIGTERM, stop)
    Gst.init(None)
    retransmits, where, log_path = arguments[1] == "rtx", arguments[2], arguments[positional]
    if arguments[0] == "send":
        peer, tally, log = send(retransmits, where, arguments[3], float(arguments[4]), options)
    else:
        peer, tally, log = receive(retransmits, where, options)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(log_path, "w") as file:
        file.writelines(f"{index} {nanoseconds}\n" for index, nanoseconds in log)
    tally.print()
    return peer.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
