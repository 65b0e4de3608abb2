// What a user would take instead of ThermalCoder: JPEG-LS by CharLS, and zstd over the low and high bytes of differences.
// thermal_coders WIDTH HEIGHT FILE...   prints a line a coder as `lagebild-bench thermal` does.
#include <charls/charls.h>
#include <zstd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

using Bytes = std::vector<uint8_t>;
using Frame = std::vector<uint16_t>;

static double processor_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void measure(const std::string& name, const char* coder, int bound, const std::vector<Frame>& frames, int width,
                    std::function<Bytes(const Frame&)> encode, std::function<Frame(const Bytes&)> decode) {
    double encoding = 1e9, decoding = 1e9;
    size_t coded = 0, raw = 0;
    for (int pass = 0; pass < 5; pass++) {
        coded = raw = 0;
        std::vector<Bytes> streams;
        double begin = processor_seconds();
        for (auto& frame : frames) streams.push_back(encode(frame));
        double middle = processor_seconds();
        std::vector<Frame> back;
        for (auto& stream : streams) back.push_back(decode(stream));
        double end = processor_seconds();
        for (size_t i = 0; i < frames.size(); i++) {
            coded += streams[i].size();
            raw += frames[i].size() * 2;
            for (size_t place = 0; place < frames[i].size(); place++)
                if (std::abs(int(frames[i][place]) - int(back[i][place])) > bound) {
                    std::fprintf(stderr, "%s: a value came back off by more than %d\n", coder, bound);
                    std::exit(1);
                }
        }
        encoding = std::min(encoding, middle - begin);
        decoding = std::min(decoding, end - middle);
    }
    std::printf("%-24s %-10s bound %2d  ratio %6.2f  encode %5.0f MB/s  decode %5.0f MB/s\n", name.c_str(), coder, bound,
                double(raw) / coded, raw / encoding / 1e6, raw / decoding / 1e6);
}

static Bytes jpegls_encode(const Frame& frame, int width, int height, int near) {
    charls::jpegls_encoder encoder;
    encoder.frame_info({uint32_t(width), uint32_t(height), 16, 1}).near_lossless(near);
    Bytes target(encoder.estimated_destination_size());
    encoder.destination(target);
    target.resize(encoder.encode(frame));
    return target;
}

static Frame jpegls_decode(const Bytes& stream) {
    charls::jpegls_decoder decoder;
    decoder.source(stream);
    decoder.read_header();
    Frame frame(decoder.destination_size() / 2);
    decoder.decode(frame);
    return frame;
}

static Bytes zstd_encode(const Frame& frame, int width, int level) {
    size_t count = frame.size();
    Bytes split(count * 2);
    for (size_t place = 0; place < count; place++) {
        uint16_t before = place % width ? frame[place - 1] : place ? frame[place - width] : 0;
        int16_t off = int16_t(frame[place] - before);
        uint16_t folded = uint16_t(off << 1) ^ uint16_t(off >> 15);
        split[place] = uint8_t(folded);
        split[count + place] = uint8_t(folded >> 8);
    }
    Bytes target(ZSTD_compressBound(split.size()));
    target.resize(ZSTD_compress(target.data(), target.size(), split.data(), split.size(), level));
    return target;
}

static Frame zstd_decode(const Bytes& stream, int width, int height) {
    size_t count = size_t(width) * height;
    Bytes split(count * 2);
    ZSTD_decompress(split.data(), split.size(), stream.data(), stream.size());
    Frame frame(count);
    for (size_t place = 0; place < count; place++) {
        uint16_t folded = uint16_t(split[place] | split[count + place] << 8);
        uint16_t off = uint16_t(folded >> 1) ^ uint16_t(-(folded & 1));
        uint16_t before = place % width ? frame[place - 1] : place ? frame[place - width] : 0;
        frame[place] = uint16_t(before + off);
    }
    return frame;
}

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    int width = std::atoi(argv[1]), height = std::atoi(argv[2]);
    for (int i = 3; i < argc; i++) {
        std::vector<Frame> frames;
        Frame frame(size_t(width) * height);
        FILE* file = std::fopen(argv[i], "rb");
        if (!file) return 1;
        while (std::fread(frame.data(), 2, frame.size(), file) == frame.size()) frames.push_back(frame);
        std::fclose(file);
        std::string name = argv[i];
        name = name.substr(name.rfind('/') + 1);
        for (int near : {0, 2, 5})
            measure(name, "CharLS", near, frames, width,
                    [&](const Frame& f) { return jpegls_encode(f, width, height, near); }, jpegls_decode);
        for (int level : {1, 6})
            measure(name, level == 1 ? "zstd -1" : "zstd -6", 0, frames, width,
                    [&](const Frame& f) { return zstd_encode(f, width, level); },
                    [&](const Bytes& s) { return zstd_decode(s, width, height); });
    }
}
