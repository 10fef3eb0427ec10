"""GStreamer's RTSP server: /tcp sends over the connection alone, /udp by datagrams alone.

Run by the system's Python, which has Debian's bindings; see PACKAGES. On 127.0.0.1 and a free
port, which is printed. It ends with its standard input.
"""

import os
import sys
import threading

PACKAGES = (
    "gir1.2-gst-rtsp-server-1.0",
    "python3-gi",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
)
PYTHON = "/usr/bin/python3"
PICTURES = (
    "( videotestsrc is-live=1 ! video/x-raw,format=I420,width=320,height=240,framerate=10/1"
    " ! jpegenc ! rtpjpegpay name=pay0 )"
)


def serve() -> None:
    """Serve until standard input ends."""
    import gi

    for name in ("Gst", "GstRtsp", "GstRtspServer"):
        gi.require_version(name, "1.0")
    from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

    Gst.init(None)
    for element in ("videotestsrc", "jpegenc", "rtpjpegpay"):
        if Gst.ElementFactory.find(element) is None:
            sys.exit(f"no element {element}")
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    ways = {"/tcp": GstRtsp.RTSPLowerTrans.TCP, "/udp": GstRtsp.RTSPLowerTrans.UDP}
    for path, way in ways.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(PICTURES)
        factory.set_shared(True)
        factory.set_protocols(way)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    GLib.MainLoop().run()


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve()
