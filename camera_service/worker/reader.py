"""Reads a camera for ever: opens it, decodes, measures, and tries again when it fails."""

import errno
import logging
import os
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import NoReturn

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from camera_service.worker.backoff import Backoff, worth_a_line
from camera_service.worker.connecting import ConnectionGuard
from camera_service.worker.cutting import connections, cut
from camera_service.worker.explaining import explained
from camera_service.worker.failures import (
    Cause,
    Failure,
    NoPictureError,
    StreamEndedError,
)
from camera_service.worker.job import Job
from camera_service.worker.motion import MotionMeter
from camera_service.worker.opening import is_still, open_video, shown_as
from camera_service.worker.pace import Pace
from camera_service.worker.patience import NO_KEY_FRAME_SECONDS, Patience
from camera_service.worker.report import Report
from camera_service.worker.source_rules import SourceNotAllowedError, SourceRules
from camera_service.worker.sources import Kind, Source, parse_source
from camera_service.worker.watchdog import HANG_SECONDS
from servicekit.masking import mask_known, mask_url

# A URL of one picture is asked again so soon after it was read.
STILL_SECONDS = 1.0

# So many key frames without a picture, and so many seconds: what comes is other video than before.
STRANGE_KEY_FRAMES = 3
STRANGE_SECONDS = 3.0
# For FFmpeg's own bound, which tells less of what is wrong.
_INTERRUPT_LATER_SECONDS = 1.0

# The exit code of a worker that was refused memory: the errno of it.
OUT_OF_MEMORY = errno.ENOMEM


class Reader:
    """Reads one source in the calling thread, which it never gives back."""

    def __init__(
        self,
        job: Job,
        key_frames: bool,
        report: Report,
        log: logging.Logger,
        rules: SourceRules,
    ) -> None:
        self._job = job
        self._rules = rules
        self._guard = ConnectionGuard(rules.networks.check)
        self._key_frames = key_frames
        self._report = report
        self._log = log
        self._source: Source | None = None
        self._patience: Patience | None = None
        self._opening = True
        self._heard_at = 0.0  # when data last came, or the source began to be opened
        self._was_heard = False  # since it was opened
        self._key_frame_at = 0.0
        self._key_frames_unseen = 0  # since the last picture
        self._others = connections()  # that are not the source's
        self._is_reading = False  # what goes on for ever; another thread may end that
        self._was_interrupted = False
        self._is_still = False
        self._is_turned = False  # RTSP is asked for in the other way
        self._streaming_since: float | None = None
        # Until when it must have shown a sign of life: data, a failure, the end of a pause.
        self.due = time.monotonic() + HANG_SECONDS

    def run(self) -> NoReturn:
        """Read; at a failure report it, leave the source alone for a while, read again."""
        try:
            self._guard.guard_this_thread()
        except OSError as error:
            self._log.info(
                "connections are checked before the source is opened, not one by one: %s",
                error.strerror,
            )
        backoff = Backoff()
        last_cause: str | None = None
        line_at = 0.0
        while True:
            self._streaming_since = None
            try:
                self._read()
            except MemoryError:
                self._log.error(
                    "this worker needs more memory than it may have, which is "
                    "CAMPLANE_WORKER_MEMORY_MIB; exiting"
                )
                os._exit(OUT_OF_MEMORY)
            except Exception as error:
                failure = self._explain(error)
            if failure.cause is Cause.TIMEOUT and self._patience:
                self._patience.ran_out()
                self._turn_if_nothing_came()
            now = time.monotonic()
            good_seconds = 0.0
            if self._streaming_since is not None:
                good_seconds, last_cause = now - self._streaming_since, None
            chance = random.random()  # noqa: S311 - spreads load, guards nothing
            pause = backoff.after(failure.cause, good_seconds, chance)
            self.due = now + pause + HANG_SECONDS
            self._report.failed(failure, backoff.failures, time.time() + pause)
            if worth_a_line(failure.cause, last_cause, now - line_at):
                self._log.warning(
                    "source failed: %s: %s; next try in %.1f s (failure %d in a row)",
                    *(failure.cause, failure.message, pause, backoff.failures),
                )
                line_at = now
            last_cause = failure.cause
            time.sleep(pause)
            self._report.trying_again()

    def interrupt_if_silent(self, now: float) -> None:
        """End a read that brings no video although something comes: FFmpeg would read on for ever.

        For another thread, every second. Video that moved to another stream is not shown to us.
        """
        source = self._source
        if source is None or not self._is_reading:
            return
        if now - self._heard_at > source.read_seconds + _INTERRUPT_LATER_SECONDS:
            self._was_interrupted = True
            cut(connections() - self._others)

    def _read(self) -> NoReturn:
        self._rules.check(self._job.source)
        source = parse_source(self._job.source, self._job.entry)
        if self._is_turned:
            source = source.turned()
        if self._patience is None:
            self._patience = Patience(source.read_seconds, source.is_bound_given)
        while True:
            self._source = source = source.with_bound(self._patience.seconds)
            pictures = self._play(source, self._patience)
            if self._is_still and pictures == 1:
                self.due = time.monotonic() + STILL_SECONDS + HANG_SECONDS
                time.sleep(STILL_SECONDS)
            elif source.live:
                raise StreamEndedError
            if not pictures:
                raise NoPictureError("no picture in the whole file")

    def _turn_if_nothing_came(self) -> None:
        """Ask for RTSP in the other way the next time: a firewall may keep this one out."""
        source = self._source
        if source and not self._was_heard and self._rules.lets_turn(source):
            self._is_turned = not self._is_turned

    def _play(self, source: Source, patience: Patience) -> int:
        """Read `source` once to its end; return how many pictures came."""
        pictures = 0
        self._opening, self._was_heard, self._heard_at = True, False, time.monotonic()
        self.due = self._heard_at + HANG_SECONDS + source.open_seconds
        with open_video(source, self._rules) as (container, stream):
            self._report.opened(self._heard_at)
            self._is_still = source.kind is Kind.HTTP and is_still(container)
            self._opening, self._heard_at = False, time.monotonic()
            picture_at = self._key_frame_at = self._heard_at
            motion = MotionMeter()
            self._key_frames_unseen = 0
            pace = None if source.live else Pace(self._heard_at, _frame_seconds(stream))
            for packet in self._packets(source, container, stream):
                if packet.stream is not stream:
                    self._require_video(source)
                    continue
                if pace and packet.size:
                    self._sleep_until(pace.due(_seconds(packet)))
                self._heard(source, patience)
                seen = self._look(packet, stream, motion)
                if seen:
                    patience.saw(self._heard_at - picture_at)
                    picture_at = self._heard_at
                elif source.live and patience.is_no_video(
                    self._heard_at - picture_at, pictures > 0, stream.codec_context.width > 0
                ):
                    raise NoPictureError(f"no picture for {self._heard_at - picture_at:.0f} s")
                elif source.live and pictures:
                    self._require_known_video(self._heard_at - picture_at)
                pictures += seen
            if pace:
                self._sleep_until(pace.end())
        return pictures

    def _packets(
        self, source: Source, container: InputContainer, stream: VideoStream
    ) -> Iterator[Packet]:
        if not source.live:
            yield from container.demux(stream)
            return
        self._is_reading, self._was_interrupted = True, False
        try:
            # Sound as well: it must not be waited through when pictures stop.
            yield from container.demux()
        except av.error.FFmpegError:
            if not self._was_interrupted:
                raise
        finally:
            self._is_reading = False
        if self._was_interrupted:
            raise _nothing_known(source)

    def _require_known_video(self, without_picture: float) -> None:
        """Raise StreamEndedError when key frames are no pictures any more: the codec changed."""
        if self._key_frames_unseen >= STRANGE_KEY_FRAMES and without_picture >= STRANGE_SECONDS:
            raise StreamEndedError("it goes on as other video than before, and is opened anew")

    def _heard(self, source: Source, patience: Patience) -> None:
        """Note that a piece of video came.

        Raises: TimeoutError when it came too late. FFmpeg answers PyAV's first
        interrupt with the piece of a frame it has, and waits once more.
        """
        now, before = time.monotonic(), self._heard_at
        if source.live and now - before >= source.read_seconds:
            if self._was_interrupted:
                raise _nothing_known(source)
            raise TimeoutError(f"no data for {source.read_seconds:.0f} s")
        if self._was_heard:
            patience.heard(now - before)
        self._heard_at, self._was_heard = now, True
        self.due = now + HANG_SECONDS + source.read_seconds

    def _require_video(self, source: Source) -> None:
        """Raise TimeoutError when only sound has come for longer than is waited for data."""
        if time.monotonic() - self._heard_at >= source.read_seconds:
            raise TimeoutError(f"no picture for {source.read_seconds:.0f} s, though sound comes")

    def _look(self, packet: Packet, stream: VideoStream, motion: MotionMeter) -> int:
        """Decode and measure one packet; return how many pictures came of it."""
        if packet.size:
            self._report.received()
        began = time.perf_counter()
        share = None
        frames = self._decode(packet, stream)
        for frame in frames:
            compared = motion.see(frame, time.monotonic())
            share = compared if compared is not None else share
        self._report.processed(len(frames), time.perf_counter() - began, share)
        if frames:
            self._key_frames_unseen = 0
            self._streaming(frames[-1], stream)
        return len(frames)

    def _decode(self, packet: Packet, stream: VideoStream) -> list[av.VideoFrame]:
        decoder = stream.codec_context
        try:
            if packet.is_keyframe:
                self._key_frame_at = self._heard_at
                self._key_frames_unseen += 1
            if not self._key_frames or self._heard_at - self._key_frame_at > NO_KEY_FRAME_SECONDS:
                return decoder.decode(packet)
            if not packet.is_keyframe or not packet.size:
                return []
            # Drained each time: a decoder that expects frames to be reordered
            # holds back two, which for key frames alone is many seconds.
            frames = decoder.decode(packet) + decoder.decode(None)
            decoder.flush_buffers()
        except MemoryError:
            raise  # one of FFmpeg's, too
        except av.error.FFmpegError:
            # A packet was lost or cut short on the way. The stream goes on;
            # when it does not, the next read says so.
            return []
        return frames

    def _sleep_until(self, when: float) -> None:
        """Wait for a picture of a file to be due, which may be minutes."""
        self.due = when + HANG_SECONDS
        time.sleep(max(when - time.monotonic(), 0.0))

    def _streaming(self, frame: av.VideoFrame, stream: VideoStream) -> None:
        codec = stream.codec_context.name
        (width, height), _ = shown_as(frame, stream)
        self._report.streaming(width, height, codec)
        if self._streaming_since is None:
            self._streaming_since = time.monotonic()
            self._log.info(
                "streaming %s: %s, %dx%d",
                *(mask_url(self._job.source), codec, width, height),
            )

    def _explain(self, error: Exception) -> Failure:
        source, refusal = self._source, self._guard.take_refusal()
        if refusal is not None:
            return Failure(Cause.OTHER, refusal)
        if source is None or isinstance(error, SourceNotAllowedError):
            return Failure(Cause.OTHER, str(error))
        waited = time.monotonic() - self._heard_at
        failure = explained(error, source, opening=self._opening, waited=waited)
        return replace(failure, message=mask_known(failure.message, self._job.source))


def _nothing_known(source: Source) -> TimeoutError:
    return TimeoutError(f"no picture for {source.read_seconds:.0f} s, though something comes")


def _seconds(packet: Packet) -> float | None:
    if packet.dts is None or packet.time_base is None:
        return None
    return float(packet.dts * packet.time_base)


def _frame_seconds(stream: VideoStream) -> float | None:
    return float(1 / stream.average_rate) if stream.average_rate else None
