"""First stage in NumPy/OpenCV: the candidates of Sources/HotspotDetection with a lower threshold."""
import cv2
import numpy as np
from scipy import ndimage

RINGS, EROSION, TILE, REACH = (21, 13, 7), 5, 8, 4


def residual(image):
    """Ring top-hat of an 8-bit picture, the highest of all rings."""
    best = np.zeros(image.shape, np.uint8)
    for ring in RINGS:
        frame = np.ones((ring, ring), np.uint8)
        frame[2:-2, 2:-2] = 0
        half, eroded = ring // 2, EROSION // 2
        padded = cv2.copyMakeBorder(image, half, half, half, half, cv2.BORDER_REPLICATE)
        brightest = cv2.dilate(padded, frame)[half:-half, half:-half]
        padded = cv2.copyMakeBorder(brightest, eroded, eroded, eroded, eroded, cv2.BORDER_REPLICATE)
        lowest = cv2.erode(padded, np.ones((EROSION, EROSION), np.uint8))[eroded:-eroded, eroded:-eroded]
        best = np.maximum(best, cv2.subtract(image, lowest))
    return best


def sigma(image):
    """Local noise per tile."""
    differences = np.abs(image[:, :-2].astype(np.int64) - image[:, 2:])
    rows, columns = -(-image.shape[0] // TILE), -(-image.shape[1] // TILE)
    noise = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            part = differences[row * TILE:(row + 1) * TILE, column * TILE:(column + 1) * TILE]
            noise[row, column] = (int(part.sum()) << 8) // part.size if part.size else 0
    mean = lambda values: ndimage.uniform_filter(values, 2 * REACH + 1, mode="constant")
    return mean(noise) / mean(np.ones_like(noise)) / (256 * 1.128379)


def seeds(image, noise_factor=4.0, floor=4.0, limit=8, apart=6):
    """(x, y, score, excess) strongest first: threshold, 7x7 non-maximum suppression; a seed at most `apart` pixels (in the larger of
    both directions) from a stronger one is left to that one's chip; at most `limit`."""
    excess = residual(image).astype(np.float64)
    noise = np.kron(sigma(image), np.ones((TILE, TILE)))[:image.shape[0], :image.shape[1]] + floor / noise_factor
    standing = np.where(excess > np.floor(noise * noise_factor), excess, 0)
    peaks = (standing == ndimage.maximum_filter(standing, 7, mode="constant")) & (standing > 0)
    found = []
    for y, x in zip(*np.nonzero(peaks)):
        equal = standing[max(0, y - 3):y + 1, max(0, x - 3):x + 4] == standing[y, x]
        if not equal[:-1].any() and not equal[-1, :min(3, x)].any():
            found.append((int(x), int(y), excess[y, x] / noise[y, x], excess[y, x]))
    found.sort(key=lambda seed: (-seed[2], seed[1], seed[0]))
    kept = []
    for seed in found:
        if all(max(abs(seed[0] - x), abs(seed[1] - y)) > apart for x, y, _, _ in kept):
            kept.append(seed)
            if len(kept) == limit:
                break
    return kept
