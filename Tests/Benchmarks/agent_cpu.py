#!/usr/bin/env python3
"""What a 1280x720 Motion JPEG frame costs the agent's processor, beside GStreamer's rtpjpegpay on the same files.

    agent_cpu.py [SECONDS]

Both play the same pictures at 30 a second towards this machine. GStreamer's pipeline sends RTP without retransmission,
encryption or record. The agent runs against a real station: sealed, repaired, paced, with pose and status; once without its
onboard record and once with it. Processor time is user and system time of the whole process, from the fifth second on.
"""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Chain"))
from chain import Chain
from webdriver import free_port

RATE = 30


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(process, seconds):
    time.sleep(5)
    before, begin = processor_seconds(process.pid), time.monotonic()
    time.sleep(seconds)
    assert process.poll() is None, "the program ended early"
    took = time.monotonic() - begin
    return (processor_seconds(process.pid) - before) / (took * RATE) * 1000


def main(seconds):
    chain = Chain()
    try:
        pictures, film = chain.path("pictures"), chain.path("film.mkv")
        os.mkdir(pictures)
        frames = (seconds + 10) * RATE
        subprocess.run(
            ["gst-launch-1.0", "-q", "videotestsrc", f"num-buffers={(seconds + 10) * RATE}", "pattern=zone-plate", "kx2=8", "ky2=8",
             "kt=2", "!", f"video/x-raw,width=1280,height=720,framerate={RATE}/1,format=I420", "!", "jpegenc", "quality=75", "!",
             "tee", "name=both", "both.", "!", "queue", "!", "multifilesink", f"location={pictures}/%05d.jpg",
             "both.", "!", "queue", "!", "matroskamux", "!", "filesink", f"location={film}"], check=True)
        sizes = [os.path.getsize(os.path.join(pictures, name)) for name in os.listdir(pictures)]
        print(f"{len(sizes)} pictures of {sum(sizes) / len(sizes) / 1000:.0f} kB, {RATE} a second, {seconds} s each", flush=True)

        peer = subprocess.Popen(["gst-launch-1.0", "-q", "filesrc", f"location={film}", "!", "matroskademux", "!", "rtpjpegpay",
                                 "!", "udpsink", "host=127.0.0.1", f"port={free_port()}"])
        gstreamer = measure(peer, seconds)
        peer.terminate()
        peer.wait()
        print(f"GStreamer filesrc ! matroskademux ! rtpjpegpay ! udpsink: {gstreamer:.2f} ms a frame", flush=True)

        chain.start_station()
        for recording in ("false", "true"):
            chain.agent_configuration(f"{{source: folder, path: {pictures}, rate: {RATE}, loop: true}}")
            with open(chain.path("agent.yaml")) as file:
                text = file.read().replace("recording: {", f"recording: {{enabled: {recording}, ")
            chain.write("agent.yaml", text)
            agent = chain.start("agent", "--config", chain.path("agent.yaml"), log=f"agent-{recording}.log")
            cost = measure(agent.process, seconds)
            agent.stop()
            print(f"agent, onboard record {'on' if recording == 'true' else 'off'}: {cost:.2f} ms a frame = "
                  f"{cost / gstreamer:.2f} x GStreamer", flush=True)
    finally:
        chain.close()


main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
