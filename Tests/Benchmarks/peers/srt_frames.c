// A peer for `lagebild-bench link`: camera frames over SRT or over bare UDP.
//
//   cc -O2 -Wall -o srt_frames srt_frames.c $(pkg-config --libs srt) -lm
//   srt_frames send    srt|udp HOST:PORT FRAMES_FILE RATE_HZ SENT_LOG [name=value ...]
//   srt_frames receive srt|udp HOST:PORT RECEIVED_LOG [name=value ...]
//
// FRAMES_FILE holds a u32 count, then per frame a u32 length and the bytes, little-endian. Each log has one line per
// frame, "index nanoseconds" on CLOCK_MONOTONIC: SENT_LOG when the frame was due, RECEIVED_LOG when its last missing
// chunk was handed over. Both sides end with one line of JSON: {"frames":n,"bytes":n,"cpuSeconds":x}.
//
// Options of both sides:
//   warmup=N      frames below this index stay in the logs but out of the JSON line (default 0)
//   chunk=BYTES   bytes per message, header included (default 1316, what SRT uses in live mode)
// of the receiver:
//   idle=SECONDS  end this long after the last data (default 3); with no data at all it ends after 20 s
// and of SRT, to be given to both sides alike:
//   latency=MS pass=KEY (10 to 79 characters) fec=CONFIG maxbw=BYTES_PER_SECOND
//
// SRT gets its best here: buffers and flow window that never limit, and a chunk header of only 8 bytes. It does not
// reconnect: a broken connection ends the receiver, and the sender goes on with its schedule into nothing.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <srt/srt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    headerBytes = 8,          // u32 frame index, u16 chunk index, u16 chunk count, little-endian
    maximumChunkBytes = 1456, // the largest SRT message that fits a 1500-byte packet
    maximumFrames = 1 << 20,  // 9 h at 30 Hz; bounds what a stray packet can make the receiver allocate
    socketBufferBytes = 32 << 20,
    pollMilliseconds = 100,   // how soon a waiting receiver notices a signal or its time limit
    noDataSeconds = 20,       // as long a receiver waits for the first data, and an SRT sender for its receiver
    lastRepairMicroseconds = 1500000, // the sender stays this long after its last frame to answer repair requests
};

static volatile sig_atomic_t stopped;

static void stop(int signal) { stopped = signal; }

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("srt_frames: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("; this run measured nothing\n", stderr);
    va_end(arguments);
    exit(1);
}

// ---- time, CPU and the closing line

static uint64_t nowNanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void sleepUntil(uint64_t nanoseconds) {
    struct timespec due = {.tv_sec = nanoseconds / 1000000000u, .tv_nsec = nanoseconds % 1000000000u};
    while (!stopped && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
}

static double cpuSeconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

typedef struct {
    uint64_t frames, bytes;
    double cpuBefore, cpuAfter;
} Tally;

static void printTally(const Tally *tally) {
    printf("{\"frames\":%llu,\"bytes\":%llu,\"cpuSeconds\":%.3f}\n", (unsigned long long)tally->frames,
           (unsigned long long)tally->bytes, fmax(0, tally->cpuAfter - tally->cpuBefore));
    fflush(stdout);
}

// ---- options

typedef struct {
    bool srt;
    struct sockaddr_in address;
    uint32_t warmup, chunkBytes;
    double idleSeconds;
    const char *pass, *fec; // NULL: leave SRT's default, as for the two below when negative
    int latencyMilliseconds;
    int64_t bandwidthBytesPerSecond;
} Setup;

static double number(const char *text, double least, double most) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= least && value <= most)) {
        fail("'%s' is no number from %g to %g", text, least, most);
    }
    return value;
}

static struct sockaddr_in parseAddress(const char *text) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    char host[64];
    const char *colon = strrchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof host) fail("'%s' is not HOST:PORT", text);
    snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("'%s' is no IPv4 address", host);
    address.sin_port = htons((uint16_t)number(colon + 1, 1, 65535));
    return address;
}

// Fills in what both commands share; `options` are the arguments after the last positional one.
static Setup parseSetup(const char *transport, const char *address, char **options, int optionCount) {
    Setup setup = {
        .chunkBytes = 1316, .idleSeconds = 3, .latencyMilliseconds = -1, .bandwidthBytesPerSecond = -1};
    setup.srt = strcmp(transport, "srt") == 0;
    if (!setup.srt && strcmp(transport, "udp") != 0) fail("'%s' is neither srt nor udp", transport);
    setup.address = parseAddress(address);
    for (int i = 0; i < optionCount; i++) {
        const char *text = options[i], *equals = strchr(text, '=');
        const char *value = equals ? equals + 1 : "";
        if (strncmp(text, "warmup=", 7) == 0) {
            setup.warmup = (uint32_t)number(value, 0, maximumFrames);
        } else if (strncmp(text, "chunk=", 6) == 0) {
            setup.chunkBytes = (uint32_t)number(value, 100, maximumChunkBytes);
        } else if (strncmp(text, "idle=", 5) == 0) {
            setup.idleSeconds = number(value, 0.1, 3600);
        } else if (strncmp(text, "latency=", 8) == 0) {
            setup.latencyMilliseconds = (int)number(value, 0, 60000);
        } else if (strncmp(text, "maxbw=", 6) == 0) {
            setup.bandwidthBytesPerSecond = (int64_t)number(value, 0, 1e10);
        } else if (strncmp(text, "pass=", 5) == 0) {
            setup.pass = value;
        } else if (strncmp(text, "fec=", 4) == 0) {
            setup.fec = value;
        } else {
            fail("there is no option '%s'", text);
        }
    }
    return setup;
}

// ---- sockets

static void setSRT(SRTSOCKET socket, SRT_SOCKOPT option, const void *value, int size, const char *name) {
    if (srt_setsockflag(socket, option, value, size) < 0) fail("SRT refused %s: %s", name, srt_getlasterror_str());
}

static void setSRTInt(SRTSOCKET socket, SRT_SOCKOPT option, int value, const char *name) {
    setSRT(socket, option, &value, sizeof value, name);
}

static SRTSOCKET makeSRTSocket(const Setup *setup) {
    SRTSOCKET socket = srt_create_socket();
    int windowPackets = 65536, bufferBytes = windowPackets * maximumChunkBytes;
    setSRTInt(socket, SRTO_TRANSTYPE, SRTT_LIVE, "live mode");
    // The flow window comes first: libsrt caps the receive buffer to it.
    setSRTInt(socket, SRTO_FC, windowPackets, "its flow window");
    setSRTInt(socket, SRTO_RCVBUF, bufferBytes, "its receive buffer");
    setSRTInt(socket, SRTO_SNDBUF, bufferBytes, "its send buffer");
    setSRTInt(socket, SRTO_UDP_RCVBUF, socketBufferBytes, "the UDP receive buffer");
    setSRTInt(socket, SRTO_UDP_SNDBUF, socketBufferBytes, "the UDP send buffer");
    if (setup->chunkBytes > 1316) setSRTInt(socket, SRTO_PAYLOADSIZE, (int)setup->chunkBytes, "chunk");
    if (setup->latencyMilliseconds >= 0) setSRTInt(socket, SRTO_LATENCY, setup->latencyMilliseconds, "latency");
    if (setup->fec) setSRT(socket, SRTO_PACKETFILTER, setup->fec, (int)strlen(setup->fec), "fec");
    if (setup->bandwidthBytesPerSecond >= 0) {
        setSRT(socket, SRTO_MAXBW, &setup->bandwidthBytesPerSecond, sizeof setup->bandwidthBytesPerSecond, "maxbw");
    }
    if (setup->pass) {
        setSRT(socket, SRTO_PASSPHRASE, setup->pass, (int)strlen(setup->pass), "pass");
        setSRTInt(socket, SRTO_PBKEYLEN, 16, "a 128-bit key");
    }
    return socket;
}

static SRTSOCKET connectSRT(const Setup *setup) {
    uint64_t giveUp = nowNanoseconds() + noDataSeconds * 1000000000ull;
    for (;;) {
        SRTSOCKET socket = makeSRTSocket(setup);
        if (srt_connect(socket, (const struct sockaddr *)&setup->address, sizeof setup->address) >= 0) return socket;
        if (stopped || nowNanoseconds() > giveUp) fail("SRT found no receiver: %s", srt_getlasterror_str());
        srt_close(socket);
        usleep(200000);
    }
}

// Waits for the sender's connection; SRT_INVALID_SOCK when none came.
static SRTSOCKET acceptSRT(const Setup *setup) {
    SRTSOCKET listener = makeSRTSocket(setup), socket = SRT_INVALID_SOCK;
    if (srt_bind(listener, (const struct sockaddr *)&setup->address, sizeof setup->address) < 0
        || srt_listen(listener, 1) < 0) {
        fail("SRT cannot listen: %s", srt_getlasterror_str());
    }
    uint64_t giveUp = nowNanoseconds() + noDataSeconds * 1000000000ull;
    while (socket == SRT_INVALID_SOCK && !stopped && nowNanoseconds() < giveUp) {
        socket = srt_accept_bond(&listener, 1, pollMilliseconds); // the one accept that takes a timeout
    }
    if (socket != SRT_INVALID_SOCK) setSRTInt(socket, SRTO_RCVTIMEO, pollMilliseconds, "a read timeout");
    return socket;
}

static int makeUDPSocket(const Setup *setup, bool sending) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), bytes = socketBufferBytes;
    struct timeval poll = {.tv_usec = pollMilliseconds * 1000};
    const struct sockaddr *address = (const struct sockaddr *)&setup->address;
    socklen_t addressBytes = sizeof setup->address;
    if (descriptor < 0) fail("no UDP socket: %s", strerror(errno));
    // Without the right to exceed the system's limit the plain request still gets as much as that allows.
    if (setsockopt(descriptor, SOL_SOCKET, sending ? SO_SNDBUFFORCE : SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0) {
        setsockopt(descriptor, SOL_SOCKET, sending ? SO_SNDBUF : SO_RCVBUF, &bytes, sizeof bytes);
    }
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &poll, sizeof poll);
    int failed = sending ? connect(descriptor, address, addressBytes) : bind(descriptor, address, addressBytes);
    if (failed) fail("UDP cannot use the address: %s", strerror(errno));
    return descriptor;
}

// ---- sending

static FILE *openLog(const char *path) {
    FILE *log = fopen(path, "w");
    if (!log) fail("cannot write %s: %s", path, strerror(errno));
    // Written out only at the end, so that no disk wait shifts a frame.
    setvbuf(log, NULL, _IOFBF, 4 << 20);
    return log;
}

static uint8_t *readFile(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) fail("cannot read %s: %s", path, strerror(errno));
    long length = ftell(file);
    rewind(file);
    uint8_t *bytes = length > 0 ? malloc((size_t)length) : NULL;
    if (!bytes || fread(bytes, 1, (size_t)length, file) != (size_t)length) fail("cannot read all of %s", path);
    fclose(file);
    *size = (size_t)length;
    return bytes;
}

static uint32_t littleEndian32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return le32toh(value);
}

static void putHeader(uint8_t *message, uint32_t frame, uint16_t chunk, uint16_t count) {
    frame = htole32(frame), chunk = htole16(chunk), count = htole16(count);
    memcpy(message, &frame, 4), memcpy(message + 4, &chunk, 2), memcpy(message + 6, &count, 2);
}

static void runSender(const Setup *setup, const char *framesPath, double rate, const char *logPath) {
    size_t size, offset = 4;
    uint8_t *file = readFile(framesPath, &size), message[maximumChunkBytes];
    uint32_t frameCount = size < 4 ? 0 : littleEndian32(file), payload = setup->chunkBytes - headerBytes;
    uint64_t failures = 0;
    FILE *log = openLog(logPath);
    Tally tally = {0};
    SRTSOCKET srt = setup->srt ? connectSRT(setup) : SRT_INVALID_SOCK;
    int udp = setup->srt ? -1 : makeUDPSocket(setup, true);
    uint64_t start = nowNanoseconds() + 200000000u;
    for (uint32_t frame = 0; frame < frameCount && !stopped; frame++) {
        uint32_t length = size - offset < 4 ? 0 : littleEndian32(file + offset);
        uint32_t count = length / payload + (length % payload != 0);
        if (length == 0 || length > size - offset - 4 || count > UINT16_MAX) {
            fail("frame %u of %s is cut off, empty or too large", frame, framesPath);
        }
        const uint8_t *bytes = file + offset + 4;
        offset += 4 + (size_t)length;
        // The time due, not the time of the call: a transport that blocks its sender must not hide that delay.
        uint64_t due = start + (uint64_t)(frame * 1e9 / rate);
        sleepUntil(due);
        if (stopped) break;
        if (frame == setup->warmup) tally.cpuBefore = cpuSeconds();
        fprintf(log, "%u %llu\n", frame, (unsigned long long)due);
        for (uint32_t chunk = 0; chunk < count; chunk++) {
            uint32_t part = chunk + 1 == count ? length - chunk * payload : payload;
            putHeader(message, frame, (uint16_t)chunk, (uint16_t)count);
            memcpy(message + headerBytes, bytes + (size_t)chunk * payload, part);
            int messageBytes = (int)(part + headerBytes);
            bool sent = setup->srt ? srt_sendmsg2(srt, (const char *)message, messageBytes, NULL) >= 0
                                   : send(udp, message, (size_t)messageBytes, 0) >= 0;
            if (!sent && failures++ == 0) {
                fprintf(stderr, "srt_frames: frame %u was not taken (%s); it and later ones may be lost\n", frame,
                        setup->srt ? srt_getlasterror_str() : strerror(errno));
            }
        }
        if (frame >= setup->warmup) tally.frames++, tally.bytes += length;
    }
    if (!stopped) usleep(lastRepairMicroseconds);
    tally.cpuAfter = cpuSeconds();
    fclose(log);
    printTally(&tally);
}

// ---- receiving

typedef struct {
    uint8_t *seen; // one byte per chunk; NULL before the first chunk and after the last
    uint16_t count, missing;
    bool complete;
    uint32_t bytes;
} Frame;

// Notes one chunk; true when it was the last one its frame waited for.
static bool noteChunk(Frame *frames, const uint8_t *message, int messageBytes, uint32_t *index) {
    uint16_t chunk, count;
    if (messageBytes <= headerBytes) return false;
    *index = littleEndian32(message);
    memcpy(&chunk, message + 4, 2), memcpy(&count, message + 6, 2);
    chunk = le16toh(chunk), count = le16toh(count);
    if (*index >= maximumFrames || chunk >= count) return false;
    Frame *frame = &frames[*index];
    if (frame->complete) return false;
    if (!frame->seen) {
        frame->seen = calloc(count, 1);
        if (!frame->seen) fail("no memory for frame %u", *index);
        frame->count = frame->missing = count;
    }
    if (count != frame->count || frame->seen[chunk]) return false;
    frame->seen[chunk] = 1;
    frame->bytes += (uint32_t)messageBytes - headerBytes;
    if (--frame->missing > 0) return false;
    free(frame->seen);
    frame->seen = NULL;
    return frame->complete = true;
}

static void runReceiver(const Setup *setup, const char *logPath) {
    FILE *log = openLog(logPath);
    Frame *frames = calloc(maximumFrames, sizeof *frames); // untouched pages cost nothing
    if (!frames) fail("no memory for the frames");
    Tally tally = {0};
    SRTSOCKET srt = setup->srt ? acceptSRT(setup) : SRT_INVALID_SOCK;
    int udp = setup->srt ? -1 : makeUDPSocket(setup, false);
    bool reading = !setup->srt || srt != SRT_INVALID_SOCK, counting = false, gotData = false;
    uint32_t index = 0, newest = UINT32_MAX;
    uint64_t lastData = nowNanoseconds();
    while (reading && !stopped) {
        uint8_t message[maximumChunkBytes];
        int bytes = setup->srt ? srt_recvmsg2(srt, (char *)message, sizeof message, NULL)
                               : (int)recv(udp, message, sizeof message, 0);
        uint64_t now = nowNanoseconds();
        if (bytes <= 0) {
            double limit = gotData ? setup->idleSeconds : noDataSeconds;
            bool open = !setup->srt || srt_getsockstate(srt) == SRTS_CONNECTED;
            reading = open && (double)(now - lastData) < limit * 1e9;
            continue;
        }
        bool complete = noteChunk(frames, message, bytes, &index);
        lastData = now;
        gotData = true;
        if (!counting && index >= setup->warmup) counting = true, tally.cpuBefore = cpuSeconds();
        // Sampled with the frames, so that the idle wait at the end is not charged to them.
        if (complete || index != newest) tally.cpuAfter = cpuSeconds();
        newest = index;
        if (!complete) continue;
        fprintf(log, "%u %llu\n", index, (unsigned long long)now);
        if (index >= setup->warmup) tally.frames++, tally.bytes += frames[index].bytes;
    }
    fclose(log);
    printTally(&tally);
}

int main(int argumentCount, char **arguments) {
    bool sending = argumentCount >= 7 && strcmp(arguments[1], "send") == 0;
    bool receiving = argumentCount >= 5 && strcmp(arguments[1], "receive") == 0;
    int options = sending ? 7 : 5;
    if (!sending && !receiving) {
        fputs("usage: srt_frames send srt|udp HOST:PORT FRAMES_FILE RATE_HZ SENT_LOG [name=value ...]\n"
              "       srt_frames receive srt|udp HOST:PORT RECEIVED_LOG [name=value ...]\n", stderr);
        return 2;
    }
    // No SA_RESTART: a signal has to end a read.
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    Setup setup = parseSetup(arguments[2], arguments[3], arguments + options, argumentCount - options);
    srt_startup();
    srt_setloglevel(LOG_CRIT); // or it writes a line for each packet it drops
    if (sending) runSender(&setup, arguments[4], number(arguments[5], 0.1, 1000), arguments[6]);
    if (receiving) runReceiver(&setup, arguments[4]);
    srt_cleanup(); // closes the sockets, which tells the other side
    return 0;
}
