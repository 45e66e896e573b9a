#!/usr/bin/env python3
"""Example of an engine of the kind "command" (crates/media, module machine): English speech by pocketsphinx, whose
package carries an English model. It shows how an engine for sound is connected; for Mandarin an organ connects one of
its own with a model of its own.

    [speech]
    kind = "command"
    argv = ["/opt/speech/bin/python", "/opt/speech/english_speech.py", "{input}"]
    readable = ["/opt/speech"]

Reads one WAV file (PCM, 16 bit, mono, 16,000 a second), writes one JSON object: one span a word with its milliseconds
and confidence. Exit code 1 and a line on standard error for any other file. Writes no file and needs no network.
"""

import importlib.metadata
import json
import re
import sys
import wave

from pocketsphinx import Decoder

PACKAGE = "pocketsphinx"
RATE = 16_000


def main():
    try:
        with wave.open(sys.argv[1], "rb") as sound:
            if (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) != (1, 2, RATE):
                sys.exit("not mono, 16 bit, 16000 a second")
            frames = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        sys.exit(f"not a WAV file: {error}")
    decoder = Decoder(samprate=RATE, loglevel="ERROR")
    decoder.start_utt()
    decoder.process_raw(frames, full_utt=True)
    decoder.end_utt()
    per_frame = 1000 / decoder.config["frate"]
    exponent = decoder.logmath.exp
    spans = []
    for segment in decoder.seg() or []:
        word = re.sub(r"\(\d+\)$", "", segment.word)
        if word.startswith(("<", "[")):
            continue
        spans.append({
            "text": word,
            "start_ms": round(segment.start_frame * per_frame),
            "end_ms": round((segment.end_frame + 1) * per_frame),
            "confidence": round(min(max(exponent(segment.prob), 0.0), 1.0), 5),
        })
    engine = {"name": PACKAGE, "version": importlib.metadata.version(PACKAGE)}
    text = " ".join(span["text"] for span in spans)
    json.dump({"engine": engine, "text": text, "spans": spans}, sys.stdout)


if __name__ == "__main__":
    main()
