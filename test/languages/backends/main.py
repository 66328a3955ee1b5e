# A backend that asks for one token and prints what became of it.
import json
import os
import sys
import traceback

from gateway import Gateway, GatewayError

user_id = sys.argv[1]
timeout = os.environ.get("TIMEOUT_SECONDS")
try:
    if timeout:
        gateway = Gateway(os.environ["GATEWAY"], os.environ["SERVICE_KEY"], float(timeout))
        token = gateway.auth_token(user_id)
    else:
        # USAGE
    outcome = {"token": token}
except GatewayError as error:
    outcome = {
        "code": error.code,
        "retryable": error.retryable,
        "retryAfterSeconds": error.retry_after_seconds,
        "requestId": error.request_id or "",
        "shown": f"{traceback.format_exc()} {gateway!r}",
    }
print(json.dumps(outcome))
