#!/usr/bin/env python3
"""Example of an engine of the kind "command" (crates/media, module machine): OCR by rapidocr-onnxruntime, whose
package carries its models, so that nothing is loaded from elsewhere.

    [ocr]
    kind = "command"
    argv = ["/opt/ocr/bin/python", "/opt/ocr/rapidocr.py", "{input}"]
    readable = ["/opt/ocr"]

Reads one picture, writes one JSON object: one span a line of text, its place as parts of the picture's width and
height (the rectangle around the quadrangle that the engine gives), its confidence. Exit code 1 and a line on standard
error if the picture cannot be read. Writes no file and needs no network.
"""

import importlib.metadata
import json
import sys

import cv2
import numpy
import onnxruntime
from rapidocr_onnxruntime import RapidOCR

PACKAGE = "rapidocr-onnxruntime"
# Pixels: more than a page of A3 at 400 dpi.
LIMIT = 40_000_000


def part(value, whole):
    """A coordinate as a part of the side, inside the picture."""
    return round(min(max(float(value) / whole, 0.0), 1.0), 5)


def main():
    # Newer runtimes report their use to the maker; without a network they cannot, and they need not try.
    onnxruntime.disable_telemetry_events()
    with open(sys.argv[1], "rb") as file:
        data = numpy.frombuffer(file.read(), dtype=numpy.uint8)
    # Turned upright as EXIF says; decoding stops at the limit of the address space.
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        sys.exit("not a picture")
    height, width = picture.shape[:2]
    if height * width > LIMIT:
        sys.exit("picture too large")
    found, _ = RapidOCR(intra_op_num_threads=2)(picture)
    spans = []
    for corners, text, confidence in found or []:
        across = [corner[0] for corner in corners]
        down = [corner[1] for corner in corners]
        box = [part(min(across), width), part(min(down), height), part(max(across), width), part(max(down), height)]
        spans.append({"text": text, "page": 1, "box": box, "confidence": round(float(confidence), 5)})
    engine = {"name": PACKAGE, "version": importlib.metadata.version(PACKAGE)}
    json.dump({"engine": engine, "spans": spans}, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
