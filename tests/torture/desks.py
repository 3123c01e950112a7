"""Desks of supervisors: acts that have a request id, made until they are answered, however often that takes."""

import threading
import time
import uuid

import rest_client
from phones import PASSWORD, Died, Lost, Mortal, Phone, Refused, SignedOut, is_to_be_told
from store import Store

ADD_NOTE = "LeadService/AddNote"
WAIT_S, FINISH_S = 0.3, 120
rest_client.ROUTES[ADD_NOTE] = ("POST", "/v1/leads/{id}:addNote")


class Desk(threading.Thread):
    """Writes notes to leads that `leads` gives it. Every note that was answered is in `notes`: its text, unlike any other, and its lead."""

    def __init__(self, name, username, connect, folder, random, faults, leads):
        super().__init__(name=name, daemon=True)
        self.username, self.path, self.random, self.leads = username, str(folder / f"{name}.desk"), random, leads
        self.transport = Mortal(connect, random, faults)
        self.notes, self.tries, self.wrong, self.finishing = {}, 0, [], threading.Event()

    def run(self):
        try:
            store = Store(self.path)
            store.db.execute("pragma synchronous = off")
            self.transport.dies = True
            self.phone = Phone(store, self.transport, lambda wanted_s: time.sleep(min(wanted_s, WAIT_S)))
            while not self.finishing.is_set():
                if leads := self.leads():
                    self.write(self.random.choice(leads))
                time.sleep(self.random.uniform(0, 2 * WAIT_S))
        except Exception as wrong:  # told with the rest at the end
            self.wrong.append(f"{self.name} ended: {wrong!r}")

    def write(self, lead):
        """One act: one request id, however many tries."""
        note, until = f"虚构 {self.name} {len(self.notes)}", None
        request = {"id": lead, "note": note, "requestId": str(uuid.UUID(int=self.random.getrandbits(128), version=4))}
        while not self.is_answered(request):
            until = until or time.monotonic() + FINISH_S
            if time.monotonic() > until:
                raise TimeoutError(f"{note} is not answered")
        self.notes[note] = lead

    def is_answered(self, request):
        self.tries += 1
        try:
            if not self.phone.store.setting("refresh"):
                self.phone.sign_in(self.username, PASSWORD)
            return self.phone.call(ADD_NOTE, request)["note"] == request["note"]
        except (Lost, SignedOut, Died):
            return False
        except Refused as refused:
            if is_to_be_told(refused.code):
                return False
            raise
