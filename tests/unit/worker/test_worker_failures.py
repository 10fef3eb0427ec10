"""What FFmpeg raises becomes the cause that a person can act on.

The pairs of class and number are those that real servers, files and devices
led to; tests/integration has the servers.
"""

import errno

import av.error
import pytest

from camera_service.worker.failures import (
    Cause,
    NoPictureError,
    StreamEndedError,
    failure_of,
)

URL = "rtsp://user:hunter2@camera/live"


def ffmpeg(error: type[av.error.FFmpegError], number: int = 1) -> av.error.FFmpegError:
    return error(number, "what FFmpeg says", URL)


def cause(error: Exception, *, opening: bool = True, waited: float = 0.1) -> Cause:
    return failure_of(error, opening=opening, live=True, waited=waited, patience=5.0).cause


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ffmpeg(av.error.HTTPUnauthorizedError), Cause.AUTH),
        (ffmpeg(av.error.HTTPForbiddenError), Cause.AUTH),
        (ffmpeg(av.error.HTTPNotFoundError), Cause.NOT_FOUND),
        (ffmpeg(av.error.FileNotFoundError, errno.ENOENT), Cause.NOT_FOUND),
        (ffmpeg(av.error.OSError, errno.ENODEV), Cause.NOT_FOUND),
        (ffmpeg(av.error.ConnectionRefusedError, errno.ECONNREFUSED), Cause.REFUSED),
        (ffmpeg(av.error.OSError, errno.EHOSTUNREACH), Cause.REFUSED),
        (ffmpeg(av.error.OSError, errno.ENETUNREACH), Cause.REFUSED),
        (ffmpeg(av.error.OSError, errno.EIO), Cause.REFUSED),
        (ffmpeg(av.error.ExitError), Cause.TIMEOUT),
        (ffmpeg(av.error.TimeoutError, errno.ETIMEDOUT), Cause.TIMEOUT),
        (ffmpeg(av.error.InvalidDataError), Cause.DECODE),
        (ffmpeg(av.error.DecoderNotFoundError), Cause.DECODE),
        (NoPictureError(), Cause.DECODE),
        (ffmpeg(av.error.EOFError), Cause.ENDED),
        (ffmpeg(av.error.ConnectionResetError, errno.ECONNRESET), Cause.ENDED),
        (ffmpeg(av.error.BrokenPipeError, errno.EPIPE), Cause.ENDED),
        (StreamEndedError(), Cause.ENDED),
        (ffmpeg(av.error.HTTPServerError), Cause.OTHER),
        (ffmpeg(av.error.PermissionError, errno.EACCES), Cause.OTHER),
        (ValueError("anything"), Cause.OTHER),
    ],
)
def test_an_exception_has_its_cause(error: Exception, expected: Cause) -> None:
    assert cause(error) == expected


@pytest.mark.parametrize("error", [av.error.InvalidDataError, av.error.OSError])
def test_a_silent_server_is_a_timeout_although_ffmpeg_calls_it_bad_data(
    error: type[av.error.FFmpegError],
) -> None:
    assert cause(ffmpeg(error, errno.EIO), waited=5.01) == Cause.TIMEOUT


def test_a_slow_refusal_stays_a_refusal() -> None:
    assert cause(ffmpeg(av.error.HTTPUnauthorizedError), waited=6.0) == Cause.AUTH


def test_a_broken_file_is_never_a_timeout() -> None:
    error = ffmpeg(av.error.InvalidDataError)
    failure = failure_of(error, opening=True, live=False, waited=9.0, patience=5.0)

    assert failure.cause == Cause.DECODE


def test_pictures_by_http_that_are_over_are_no_fault() -> None:
    """FFmpeg tells of the end of MJPEG so, behind its closing boundary, too."""
    error = ffmpeg(av.error.OSError, errno.EIO)
    found = failure_of(error, opening=False, live=True, waited=0.1, patience=5.0, plain_http=True)
    assert found.cause == Cause.ENDED


def test_an_input_error_of_an_open_stream_is_not_an_address_that_cannot_be_reached() -> None:
    assert cause(ffmpeg(av.error.OSError, errno.EIO), opening=False) == Cause.OTHER


@pytest.mark.parametrize("error", [av.error.HTTPUnauthorizedError, av.error.OSError])
def test_the_message_has_ffmpegs_words_and_not_the_url(error: type[av.error.FFmpegError]) -> None:
    message = failure_of(ffmpeg(error), opening=True, live=True, waited=0, patience=5).message

    assert "what FFmpeg says" in message
    assert "hunter2" not in message and "camera/live" not in message
