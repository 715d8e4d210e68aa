"""MiniStack, where a delayed message of a queue arrives after a third of its delay: a test would only wait for the rest."""

from ministack.app import app  # noqa: F401 (what hypercorn serves)
from ministack.services import sqs

FACTOR = 3
send_message = sqs._act_send_message


def send_sooner(data, queue_url):
    delay = data.get("DelaySeconds")
    return send_message(data if delay is None else {**data, "DelaySeconds": int(delay) // FACTOR}, queue_url)


sqs._act_send_message = send_sooner
for actions in (value for value in vars(sqs).values() if isinstance(value, dict)):
    if actions.get("SendMessage") is send_message:
        actions["SendMessage"] = send_sooner
