"""What a phone does: sign in, push what it holds, pull what changed. It knows no transport; see rest_client.py, grpc_client.py.

A transport has one method, call(method, request, token): method as "SyncService/Push", request and answer as JSON. It raises
Lost where nobody knows what became of the call, and Refused where the server said no.
"""

import random
import time

PUSH_ITEMS = 200  # 500 at most; fewer get through a bad network more easily
TRIES = 8
WAIT_S, WAIT_MOST_S = 0.5, 60


class Lost(Exception):
    """No answer: the call may or may not have been done. Every call here may be made again."""


class Refused(Exception):
    """The server said no: its gRPC code as a word, its reason, how long to wait, and its words for the user."""

    def __init__(self, code, reason, retry_s=None, message="", link=None):
        super().__init__(f"{code} {reason} {message}".strip())
        self.code, self.reason, self.retry_s, self.link = code, reason, retry_s, link


class SignedOut(Exception):
    """The session is over: its user must sign in again."""


class Phone:
    def __init__(self, store, transport, sleep=time.sleep):
        self.store, self.transport, self.sleep = store, transport, sleep

    # --- Signing in ---

    def sign_in(self, username, password, name="example"):
        device = {"id": self.store.setting("device_id"), "name": name, "platform": "python", "appVersion": "1.0.0"}
        answer = self.patiently("AuthService/Login", {"username": username, "password": password, "device": device})
        self.keep_tokens(answer)
        return answer["user"]

    def keep_tokens(self, answer):
        self.store.set("access", answer["accessToken"])
        self.store.set("refresh", answer["refreshToken"])

    def refresh(self):
        """A lost answer does no harm: the old refresh token stays good until the new one was used."""
        token = self.store.setting("refresh")
        if not token:
            raise SignedOut()
        try:
            self.keep_tokens(
                self.patiently("AuthService/Refresh", {"refreshToken": token, "deviceId": self.store.setting("device_id")})
            )
        except Refused as refused:
            if refused.code != "UNAUTHENTICATED":
                raise
            self.store.wipe()
            raise SignedOut() from refused

    # --- Calling ---

    def patiently(self, method, request, token=None):
        """Makes a call until it is answered, waiting longer each time, and never less than the server asked for."""
        for attempt in range(TRIES):
            try:
                return self.transport.call(method, request, token)
            except (Lost, Refused) as wrong:
                if attempt == TRIES - 1 or not self.is_passing(wrong):
                    raise
                wait_s = min(WAIT_S * 2**attempt, WAIT_MOST_S) * random.uniform(0.5, 1)
                self.sleep(max(wait_s, getattr(wrong, "retry_s", None) or 0))

    @staticmethod
    def is_passing(wrong):
        """Whether the same call may get through later: nobody knows what became of it, or the server said when to come back."""
        if isinstance(wrong, Lost) or wrong.code == "DEADLINE_EXCEEDED":
            return True
        return wrong.code in ("UNAVAILABLE", "RESOURCE_EXHAUSTED") and wrong.retry_s is not None

    def call(self, method, request):
        """A call by who is signed in. A token that has run out is exchanged once."""
        try:
            return self.patiently(method, request, self.store.setting("access"))
        except Refused as refused:
            if refused.code != "UNAUTHENTICATED":
                raise
        self.refresh()
        return self.patiently(method, request, self.store.setting("access"))

    # --- Syncing ---

    def sync(self):
        """First what is here, then what is there; and once more where the server came back without its last days."""
        self.push()
        if self.pull():
            self.push()
            self.pull()

    def push(self):
        while push := self.store.waiting(PUSH_ITEMS):
            answer = self.call("SyncService/Push", push)
            for result in answer["results"]:
                self.take(result)

    def take(self, result):
        status, etag = result["status"], result.get("etag")
        why = result.get("violations") or [{"field": "", "reason": status}]
        if result.get("receiptNumber"):  # the lead is not kept: its paper goes elsewhere, under this number
            self.store.forget(result["id"], {"receiptNumber": result["receiptNumber"]})
        elif status in ("CREATED", "UPDATED", "UNCHANGED"):
            self.store.settle(result["id"], "done", etag)
        elif status == "HELD":
            self.store.settle(result["id"], "held", etag)
        elif status == "CONFLICT" and result.get("current"):
            (current,) = result["current"].values()
            self.store.rebase(result["id"], current)
        elif any(each["reason"] == "ERASED" for each in why):  # its term was over
            self.store.forget(result["id"], why)
        else:  # REJECTED; or a conflict with what the caller may not see
            self.store.settle(result["id"], "refused", told=why)

    def pull(self):
        """Whether the server said that it is another one than before."""
        more, reset = True, False
        while more:
            request = {"cursor": self.store.setting("cursor") or "", "pageSize": 200}
            page = self.call("SyncService/Pull", request)
            self.store.keep(page)
            more, reset = page.get("more", False), reset or page.get("reset", False)
        return reset
