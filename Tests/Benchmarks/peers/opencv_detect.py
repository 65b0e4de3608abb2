#!/usr/bin/env python3
"""A usual hot spot pipeline with OpenCV, one thread, on frames that `lagebild-bench detect --frames-to` wrote.

    opencv_detect.py FOLDER

Steps: blur, local background, difference, mean and deviation, threshold, adaptive threshold of the 8-bit picture, closing,
connected components with their statistics. Prints the best of many passes a frame, and the share of each step.
"""
import glob
import os
import sys
import time

import cv2
import numpy

cv2.setNumThreads(1)


def pipeline(frame, times):
    def step(name, body):
        begin = time.perf_counter()
        result = body()
        times[name] = min(times.get(name, 1e9), time.perf_counter() - begin)
        return result

    smooth = step("GaussianBlur 5", lambda: cv2.GaussianBlur(frame, (5, 5), 0))
    background = step("blur 31", lambda: cv2.blur(smooth, (31, 31)))
    excess = step("subtract", lambda: cv2.subtract(smooth, background))
    mean, deviation = step("meanStdDev", lambda: cv2.meanStdDev(excess))
    limit = float(mean[0][0] + 8 * deviation[0][0])
    _, strong = step("threshold", lambda: cv2.threshold(excess, limit, 255, cv2.THRESH_BINARY))
    gray = step("to 8 bit", lambda: cv2.convertScaleAbs(excess, alpha=0.25))
    local = step("adaptiveThreshold 31", lambda: cv2.adaptiveThreshold(
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 31, -8))
    both = step("and", lambda: cv2.bitwise_and(local, strong.astype(numpy.uint8)))
    opened = step("close 3x3", lambda: cv2.morphologyEx(both, cv2.MORPH_CLOSE, numpy.ones((3, 3), numpy.uint8)))
    count, *_ = step("connectedComponentsWithStats", lambda: cv2.connectedComponentsWithStats(opened))
    return count - 1


def main(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.u16le"))):
        name = os.path.basename(path)[:-len(".u16le")]
        width, height = (int(part) for part in name.split("-")[-1].split("x"))
        frame = numpy.fromfile(path, "<u2").reshape(height, width)
        times, best, spots = {}, 1e9, 0
        for _ in range(200):
            begin = time.perf_counter()
            spots = pipeline(frame, times)
            best = min(best, time.perf_counter() - begin)
        print(f"{name}: OpenCV {cv2.__version__} {best * 1e6:.0f} us, {spots} spots; most of it "
              + ", ".join(f"{step} {value * 1e6:.0f}" for step, value in sorted(times.items(), key=lambda x: -x[1])[:4]))


main(sys.argv[1])
