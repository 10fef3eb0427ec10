"""The line on standard input is understood, or refused without repeating it."""

import io

import pytest

from camera_service.worker.job import JobError, read_job


def test_a_line_is_read_and_what_follows_is_not() -> None:
    line = '{"camera_id": "门口 1", "source": "rtsp://u:p@c", "entry": {"fps": 5}}\n'
    job = read_job(io.BytesIO(line.encode() + b"more"))

    assert (job.camera_id, job.source, job.entry) == ("门口 1", "rtsp://u:p@c", {"fps": 5})


def test_an_entry_may_be_missing() -> None:
    assert read_job(io.BytesIO(b'{"camera_id": "a", "source": "x"}')).entry == {}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "rtsp://u:hunter2@c",
        '["hunter2"]',
        '{"source": "hunter2"}',
        '{"camera_id": "", "source": "hunter2"}',
        '{"camera_id": 7, "source": "hunter2"}',
        '{"camera_id": "a"}',
        '{"camera_id": "a", "source": 0}',
        '{"camera_id": "a", "source": "hunter2", "entry": "hunter2"}',
        '{"camera_id": "a", "source": "hunter2"',
    ],
)
def test_a_line_that_cannot_be_used_is_refused_without_its_words(line: str) -> None:
    with pytest.raises(JobError) as refusal:
        read_job(io.BytesIO(line.encode()))

    assert str(refusal.value) and "hunter2" not in str(refusal.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(JobError):
        read_job(io.BytesIO(b'{"camera_id": "\xff"}'))


def test_a_job_does_not_print_its_password() -> None:
    job = read_job(io.BytesIO(b'{"camera_id": "a", "source": "rtsp://u:hunter2@c"}'))

    assert "hunter2" not in repr(job)
