"""Where webhooks may go and what may sign them, as far as a plan's text shows."""

import pytest

from servicekit.webhooks.rules import WebhookNotAllowedError, WebhookRules


def test_what_plans_say_is_allowed() -> None:
    """Receivers anywhere but on this machine, and the variables that the docs name."""
    rules = WebhookRules.told_by({})
    for url in ("https://hooks.example.com/x", "http://10.0.0.7/"):
        rules.check(url, "CAMPLANE_WEBHOOK_SECRET")
        rules.check(url, "")


def test_this_machine_is_no_receiver_until_the_operator_says_so() -> None:
    """What listens there may trust whoever is on it."""
    with pytest.raises(WebhookNotAllowedError, match=r"`webhooks\.networks\.loopback: true`"):
        WebhookRules.told_by({}).check("http://127.0.0.1:9/x", "")
    WebhookRules.told_by({"CAMPLANE_WEBHOOK_LOOPBACK": "true"}).check("http://127.0.0.1:9/x", "")


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://2852039166/", "https://[fe80::1]/"]
)
def test_where_clouds_keep_keys_is_no_receiver(url: str) -> None:
    """Link-local addresses are denied in every spelling, unless the operator says otherwise."""
    with pytest.raises(WebhookNotAllowedError, match=r"webhooks\.networks"):
        WebhookRules.told_by({}).check(url, "")
    WebhookRules.told_by({"CAMPLANE_WEBHOOK_NETWORKS_DENY": ","}).check(url, "")


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "XCAMPLANE_WEBHOOK_A", "HOME"])
def test_a_variable_that_nobody_listed_signs_nothing(name: str) -> None:
    """The refusal names what may be, and not what was given: that may be the secret itself."""
    with pytest.raises(WebhookNotAllowedError, match=r"CAMPLANE_WEBHOOK_\*") as said:
        WebhookRules.told_by({}).check("https://h/", name)
    assert name not in str(said.value).replace("CAMPLANE_WEBHOOK_*", "")


def test_the_operator_lists_names() -> None:
    """Names and beginnings; a comma alone is none."""
    rules = WebhookRules.told_by({"CAMPLANE_WEBHOOK_SECRETS": "PAGER, HOOK_*"})
    rules.check("https://h/", "PAGER")
    rules.check("https://h/", "HOOK_A")
    for told, name in ((rules, "CAMPLANE_WEBHOOK_A"), (rules, "PAGERS")):
        with pytest.raises(WebhookNotAllowedError):
            told.check("https://h/", name)
    with pytest.raises(WebhookNotAllowedError, match="none"):
        WebhookRules.told_by({"CAMPLANE_WEBHOOK_SECRETS": ","}).check("https://h/", "PAGER")


def test_a_slip_is_said() -> None:
    """A rule that cannot be read lets nothing pass."""
    with pytest.raises(ValueError, match="CAMPLANE_WEBHOOK_NETWORKS_DENY"):
        WebhookRules.told_by({"CAMPLANE_WEBHOOK_NETWORKS_DENY": "loopback"})
