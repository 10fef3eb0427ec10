"""What is known of a domain that is looked at again and again."""

from gateway.control.domain_watch import STALE_SECONDS, Seen, kept_out
from gateway.vocabulary.reason import Code, because

NOW = 100.0
UNKNOWN = because(Code.DOMAIN_NOT_WATCHED)


def test_before_the_first_look_nobody_says_that_it_serves():
    assert Seen().told(NOW) == UNKNOWN


def test_a_trouble_is_told_with_how_long_it_lasts_whatever_its_kind():
    seen = Seen().then(None, NOW).then(Code.DOMAIN_SILENT, NOW + 1)
    seen = seen.then(Code.DOMAIN_UNABLE, NOW + 4)
    assert seen.told(NOW + 4) == because(Code.DOMAIN_UNABLE, seconds=3.0)
    assert seen.then(None, NOW + 5).told(NOW + 5) is None


def test_what_was_seen_long_ago_says_nothing_of_now():
    """A look that hangs makes nobody believe that domain still serves."""
    assert Seen().then(None, NOW).told(NOW + STALE_SECONDS) is None
    assert Seen().then(None, NOW).told(NOW + STALE_SECONDS + 0.1) == UNKNOWN


def _cluster(name: str, *hosts: dict[str, object]) -> dict[str, object]:
    return {"name": name, "host_statuses": list(hosts)}


def test_a_cluster_whose_first_choice_envoy_asks_no_more_is_kept_out():
    good: dict[str, object] = {"health_status": {"eds_health_status": "HEALTHY"}}
    down = {"health_status": {"failed_active_health_check": True}}
    ejected = {"health_status": {"failed_outlier_check": True}}
    stand_in = {**good, "priority": 1}
    found = kept_out(
        [
            _cluster("serves", good, stand_in),
            _cluster("down", down, stand_in),
            _cluster("ejected", ejected, stand_in),
            _cluster("one of two", down, good),
            _cluster("empty"),
        ]
    )
    assert found == dict.fromkeys(("down", "ejected", "empty"), Code.DOMAIN_KEPT_OUT)
