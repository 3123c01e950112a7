"""Calls over REST, with Python's standard library alone; for scripts/desk and scripts/rehearse."""

import http.client
import json
import urllib.parse
import uuid

PATIENCE_S = 60


class Refused(Exception):
    """What the server said, in words."""

    def __init__(self, http_code, answer):
        details = {detail["@type"].rsplit(".", 1)[-1]: detail for detail in answer.get("details", [])}
        self.http_code = http_code
        self.reason = details.get("ErrorInfo", {}).get("reason", "")
        fields = [f"{each['field']}: {each['description']}" for each in details.get("BadRequest", {}).get("fieldViolations", [])]
        super().__init__("; ".join([f"{http_code} {self.reason}: {answer.get('message', '')}"] + fields))


class Server:
    def __init__(self, url):
        self.url = urllib.parse.urlsplit(url)
        self.token = None

    def ask(self, verb, path, body=None, raw=False):
        """The answer to a call: JSON, or (raw) its text. Raises Refused, or OSError where the server cannot be reached."""
        kind = http.client.HTTPSConnection if self.url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.url.netloc, timeout=PATIENCE_S)
        headers = {"Accept-Language": "en"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(verb, "/v1/" + path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= 400:
            raise Refused(response.status, json.loads(text))
        return text if raw else json.loads(text)

    def pages(self, path, member):
        """All elements of a list, page by page."""
        token = ""
        while True:
            page = self.ask("GET", f"{path}{'&' if '?' in path else '?'}pageSize=500&pageToken={urllib.parse.quote(token)}")
            yield from page.get(member, [])
            token = page.get("nextPageToken", "")
            if not token:
                return

    def sign_in(self, username, password, device, name):
        answer = self.ask("POST", "auth:login", {"username": username, "password": password, "device": {"id": device, "name": name}})
        self.token = answer["accessToken"]
        return answer


def id_of(*words):
    """An id that follows from words: the same words, the same id."""
    return str(uuid.uuid5(uuid.UUID("0192f0c1-5f00-7000-8000-00000000de5c"), " ".join(map(str, words))))
