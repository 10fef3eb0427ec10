"""How long a stream is waited for, by what it sent before."""

from camera_service.worker.patience import LONGEST_SECONDS, Patience


def test_a_stream_that_is_slower_than_its_bound_is_waited_for_twice_as_long_the_next_time() -> None:
    patience = Patience(5.0)
    bounds = []
    for _ in range(6):
        patience.ran_out()
        bounds.append(patience.seconds)
    assert bounds == [10.0, 20.0, 40.0, LONGEST_SECONDS, LONGEST_SECONDS, LONGEST_SECONDS]


def test_pauses_that_were_seen_may_come_again_and_shorter_ones_take_nothing_back() -> None:
    patience = Patience(5.0)
    for pause in (0.04, 4.0, 0.04):
        patience.heard(pause)
    assert patience.seconds == 12.0


def test_a_stream_that_hung_once_and_is_lively_again_is_given_the_usual_bound() -> None:
    patience = Patience(5.0)
    patience.ran_out()
    for _ in range(59):
        patience.heard(1.0)
    assert patience.seconds == 10.0
    patience.heard(1.0)
    assert patience.seconds == 5.0


def test_a_longer_bound_than_any_is_kept() -> None:
    patience = Patience(90.0)
    patience.ran_out()
    patience.heard(1.0)
    assert patience.seconds == 90.0


def test_a_bound_that_the_entry_says_is_kept() -> None:
    patience = Patience(2.0, is_fixed=True)
    patience.ran_out()
    patience.heard(1.9)
    assert patience.seconds == 2.0


def test_data_without_a_picture_is_no_video_sooner_where_nothing_says_that_it_is() -> None:
    """A camera that saves sends key frames minutes apart; the first one is waited for."""
    patience = Patience(5.0)
    assert patience.is_no_video(31, seen=False, known=False)
    assert not patience.is_no_video(31, seen=False, known=True)
    assert patience.is_no_video(301, seen=False, known=True)


def test_key_frames_that_came_a_minute_apart_may_do_so_again() -> None:
    patience = Patience(5.0)
    assert patience.is_no_video(31, seen=True, known=True)
    patience.saw(60)
    assert not patience.is_no_video(150, seen=True, known=True)
    assert patience.is_no_video(181, seen=True, known=True)
