#!/bin/sh
# Makes the film and the photograph of the demonstration: synthetic pictures with the words
# 演示数据 in them. Needs ffmpeg, python3 and a CJK font (Debian: ffmpeg, fonts-noto-cjk).
# The times in both files are placeholders; the program writes the time of each recording there.
#
#   sh crates/server/demo/make.sh
set -eu
cd "$(dirname "$0")"
font=$(fc-match -f '%{file}' 'Noto Sans CJK SC')
words="fontfile=$font:fontcolor=white:x=(w-text_w)/2"

ffmpeg -v error -y -f lavfi -i "color=c=0x2f4f6f:s=640x360:r=5:d=24" \
  -f lavfi -i "sine=frequency=330:sample_rate=16000:duration=24" \
  -vf "drawbox=x='40+mod(t*30,520)':y=250:w=80:h=50:color=0xd8b45a:t=fill,\
drawtext=$words:fontsize=64:y=90:text='演示数据',\
drawtext=$words:fontsize=26:y=180:text='合成的录像，不是真实记录',\
drawtext=$words:fontsize=26:y=310:text='%{pts\:hms}'" \
  -af "volume=0.05" -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
  -c:v libx264 -profile:v main -pix_fmt yuv420p -preset veryslow -crf 32 -g 25 \
  -c:a aac -b:a 12k -ac 1 -movflags +faststart -metadata creation_time=2000-01-01T00:00:00Z film.mp4

ffmpeg -v error -y -f lavfi -i "color=c=0x5a6b4a:s=1200x900:d=1" -frames:v 1 \
  -vf "drawbox=x=100:y=560:w=1000:h=240:color=0xb9c4a5:t=fill,\
drawtext=$words:fontsize=140:y=180:text='演示数据',\
drawtext=$words:fontsize=48:y=380:text='合成的照片，不是真实记录'" \
  -map_metadata -1 -fflags +bitexact -flags:v +bitexact -q:v 6 plain.jpg

# EXIF by hand: device, time with its zone, place.
python3 - <<'PYTHON'
import struct

def directory(start, entries):
    """A TIFF directory, little endian, its long values behind it."""
    head = struct.pack("<H", len(entries))
    at, table, data = start + 2 + 12 * len(entries) + 4, b"", b""
    for tag, kind, count, value in entries:
        if isinstance(value, int):
            field = struct.pack("<I", value)
        elif len(value) <= 4:
            field = value.ljust(4, b"\0")
        else:
            value += b"\0" * (len(value) % 2)
            field = struct.pack("<I", at + len(data))
            data += value
        table += struct.pack("<HHI", tag, kind, count) + field
    return head + table + b"\0\0\0\0" + data

def text(tag, words):
    value = words.encode() + b"\0"
    return (tag, 2, len(value), value)

def degrees(tag, *parts):
    return (tag, 5, 3, b"".join(struct.pack("<II", n, d) for n, d in parts))

def whole(exif_at, gps_at):
    return directory(8, [text(0x010F, "EXAMPLE"), text(0x0110, "DEMO-1"), (0x8769, 4, 1, exif_at), (0x8825, 4, 1, gps_at)])

exif = lambda at: directory(at, [text(0x9003, "2000:01:01 00:00:00"), text(0x9011, "+08:00"), text(0xA431, "DEMO-0001")])
gps = lambda at: directory(at, [text(1, "N"), degrees(2, (30, 1), (30, 1), (0, 1)), text(3, "E"), degrees(4, (104, 1), (6, 1), (0, 1))])
exif_at = 8 + len(whole(0, 0))
gps_at = exif_at + len(exif(exif_at))
body = b"Exif\0\0II*\0\x08\0\0\0" + whole(exif_at, gps_at) + exif(exif_at) + gps(gps_at)
plain = open("plain.jpg", "rb").read()
with open("photo.jpg", "wb") as out:
    out.write(plain[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[2:])
PYTHON
rm plain.jpg
ls -l film.mp4 photo.jpg
