#!/usr/bin/env python3
"""Backs up one mail folder from Microsoft Graph with nothing but a Rekey API key.

    REKEY_API_KEY=rekey_... backup_folder.py --backup-set CON-015 --user priya.shah@contoso.com --into mail/

Each message becomes one .json file. Run it again: only what changed since comes, what was deleted moves to deleted/, and
a run that broke off carries on where it stopped. Only Python 3 and its standard library are needed.
"""

import argparse
import hashlib
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# A new token is asked for when the one in hand is good for less than this, in seconds.
LEAST_LIFE = 300
# How often a request is tried in all.
TRIES = 6


class Stop(Exception):
    """Ends the run; the text is for the person at the terminal."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is sent to the address that was meant and nowhere else."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def request(url, token, body=None, headers=None):
    """One request with patience: waits as Retry-After says, and tries again. Gives status and JSON."""
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}", **(headers or {})}
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body).encode()
    for attempt in range(1, TRIES + 1):
        try:
            call = urllib.request.Request(url, data=body, headers=headers)
            with OPENER.open(call, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code in (429, 500, 502, 503, 504) and attempt < TRIES:
                wait = error.headers.get("Retry-After", "")
                time.sleep(min(float(wait) if wait.replace(".", "", 1).isdigit() else 2.0**attempt, 300))
                continue
            try:
                return error.code, json.load(error)
            except ValueError:
                return error.code, {}
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            if attempt == TRIES:
                raise Stop(f"{urllib.parse.urlsplit(url).netloc} cannot be reached: {error}") from error
            time.sleep(2.0**attempt)
    raise Stop("too many tries")


class Rekey:
    """Gives tokens. They live in memory only."""

    def __init__(self, server, key, backup_set):
        self.server, self.key, self.backup_set = server.rstrip("/"), key, backup_set
        self.token = None

    def call(self, path, body=None):
        status, answer = request(self.server + path, self.key, body)
        if status != 200:
            raise Stop(f"Rekey said {status} {answer.get('code', '')}: {answer.get('detail', '')}")
        return answer

    def find_set(self):
        """The set's id, from the id of the backup product."""
        if len(self.backup_set) == 36 and self.backup_set.count("-") == 4:
            return
        query = urllib.parse.urlencode({"external_id": self.backup_set})
        items = self.call(f"/api/v1/backup-sets?{query}")["items"]
        if not items:
            raise Stop(f"there is no backup set {self.backup_set} for this key")
        self.backup_set = items[0]["id"]

    def fresh(self):
        """A token that is good for some minutes at least."""
        if self.token is None or self.token["expires_at"] - time.time() < LEAST_LIFE:
            path = f"/api/v1/backup-sets/{self.backup_set}/job-token"
            self.token = self.call(path, {"resource": "graph", "purpose": "backup"})
        return self.token


class Graph:
    """Reads, with a token that is renewed when it is due or refused."""

    def __init__(self, rekey):
        self.rekey = rekey

    def get(self, url):
        token = self.rekey.fresh()
        base = token["base_url"].rstrip("/")
        if url.startswith("/"):
            url = base + url
        elif not url.startswith(base + "/"):
            raise Stop("Graph's next page is somewhere else: not followed")
        for _ in range(2):
            headers = {"Prefer": "odata.maxpagesize=50"}
            status, answer = request(url, self.rekey.fresh()["access_token"], headers=headers)
            if status != 401:
                return status, answer
            self.rekey.token = None
        return status, answer


def write(path, value):
    """All of a file or nothing of it."""
    part = path.with_name(path.name + ".part")
    with open(part, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def file_name(message_id):
    """Ids of Graph are longer than file names may be, and differ by upper and lower case."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:40] + ".json"


def store(folder, message):
    """One change of the folder; gives what it was."""
    path = folder / file_name(message["id"])
    if "@removed" not in message:
        write(path, message)
        return "saved"
    if path.exists():
        (folder / "deleted").mkdir(exist_ok=True)
        os.replace(path, folder / "deleted" / path.name)
    return "deleted"


def back_up(graph, user, mail_folder, folder):
    """Follows the pages from where the last run stopped; remembers its place after each page."""
    state_file = folder / "state.json"
    first = f"/v1.0/users/{urllib.parse.quote(user)}/mailFolders/{urllib.parse.quote(mail_folder)}/messages/delta"
    state = json.loads(state_file.read_text(encoding="utf-8")) if state_file.exists() else {}
    if state.get("of") not in (None, first):
        raise Stop(f"{folder} holds another folder's backup")
    url = state.get("next") or first
    done = {"saved": 0, "deleted": 0}
    while True:
        status, page = graph.get(url)
        if status == 410:
            # Graph has forgotten our place: from the beginning; files that are there are written again.
            url = first
            continue
        if status != 200:
            error = page.get("error", {})
            raise Stop(f"Graph said {status} {error.get('code', '')}: {error.get('message', '')}")
        for message in page["value"]:
            done[store(folder, message)] += 1
        url = page.get("@odata.nextLink") or page["@odata.deltaLink"]
        write(state_file, {"of": first, "next": url})
        if "@odata.nextLink" not in page:
            return done


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--backup-set", required=True, help="the set's id, or the backup product's own")
    words.add_argument("--user", required=True, help="whose mailbox")
    words.add_argument("--folder", default="inbox", help="which mail folder (inbox)")
    words.add_argument("--into", required=True, type=pathlib.Path, help="the folder for the files")
    words.add_argument("--server", default=os.environ.get("REKEY_SERVER", "http://localhost:8400"))
    chosen = words.parse_args()
    try:
        key = os.environ.get("REKEY_API_KEY", "").strip()
        if not key:
            raise Stop("expected an API key in REKEY_API_KEY")
        chosen.into.mkdir(parents=True, exist_ok=True, mode=0o700)
        rekey = Rekey(chosen.server, key, chosen.backup_set)
        rekey.find_set()
        done = back_up(Graph(rekey), chosen.user, chosen.folder, chosen.into)
    except Stop as stop:
        print(f"backup_folder: {stop}", file=sys.stderr)
        return 1
    print(f"{done['saved']} saved, {done['deleted']} deleted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
