"""A short video, encoded here, for cameras that must run and show nothing real."""

from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, FRAMES, RATE = 64, 48, 20, 10


def write_clip(path: Path) -> None:
    """Write two seconds of a moving edge."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(FRAMES):
            picture = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
            picture[:, : 3 * number] = 255
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
