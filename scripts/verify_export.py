#!/usr/bin/env python3
"""Proves an exported history without the service that wrote it: standard library only, Python 3.9 or later.

    python3 verify_export.py FILE [--checkpoint NOTE … --public-key HEX] [--receipts FILE] [--lang en]

Exit status: 0 whole, 1 broken, 2 cannot prove. Written from docs/history.md, which says every byte.
One file on purpose, however long: a sceptic takes it away, reads it from top to bottom and runs it.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sqlite3
import sys

FORMAT, BLOCK, ZERO, MOST = "peph-history-export/1", 1000, bytes(32), 50
SEALED = {"number", "rows", "prev", "hash"}
TEXT = {
    "fr": {
        "whole": "L’historique est intact : {sets} modifications, {rows} lignes d’historique,"
        " {live} fiches, {notes} points de contrôle, {receipts} reçus.",
        "broken": "L’historique n’est pas intact : {count} problème(s).",
        "unproven": "Impossible de se prononcer : {why}",
        "withheld": "Valeurs masquées dans {count} ligne(s) : leur empreinte n’a pu être recalculée"
        " (export sans --with-values).",
        "alone": "Aucun point de contrôle n’a été fourni : un historique entièrement réécrit ne se"
        " verrait pas.",
        "since": "Les modifications jusqu’à la {number} sont tenues pour prouvées.",
        "set": "modification {}",
        "record": "fiche {}",
        "row": "ligne d’historique {}",
        "gap": "il manque au moins une modification avant celle-ci",
        "low": "son numéro est trop petit pour sa place",
        "prev": "elle ne suit pas la modification qui la précède",
        "hash": "son empreinte n’est pas celle de son contenu",
        "count": "le nombre de lignes n’est pas celui qui a été scellé",
        "gone": "la ligne d’historique a disparu",
        "leaf": "la ligne d’historique n’est pas celle qui a été écrite",
        "mixed": "la ligne porte des empreintes à la place de valeurs qui y sont encore",
        "moved": "la ligne d’historique appartient à une autre modification",
        "journal": "le journal et la ligne d’historique ne disent pas la même chose",
        "twice": "deux lignes du journal pour une ligne d’historique",
        "stray": "une ligne qu’aucune modification n’a écrite",
        "live": "la fiche n’est pas telle que sa dernière modification l’a laissée",
        "vanished": "la fiche a disparu sans qu’une modification la supprime",
        "back": "la fiche a été supprimée, et elle est là",
        "unborn": "la fiche n’a pas d’historique",
        "note": "le point de contrôle {} n’est pas dans cet historique",
        "receipt": "le reçu {} n’est pas dans cet historique",
        "form": "le fichier n’est pas un export lisible ({})",
        "cut": "le fichier est tronqué",
        "early": "{} porte sur une modification antérieure à l’export",
        "unsigned": "{} n’est pas signé avec cette clé",
        "nokey": "--checkpoint demande --public-key (64 chiffres hexadécimaux)",
        "notreceipt": "« {} » n’est pas un reçu",
    },
    "en": {
        "whole": "The history is whole: {sets} change sets, {rows} history rows, {live} records,"
        " {notes} checkpoints, {receipts} receipts.",
        "broken": "The history is broken: {count} problem(s).",
        "unproven": "Cannot prove the history: {why}",
        "withheld": "Hidden values in {count} row(s): their hash could not be recomputed (export"
        " without --with-values).",
        "alone": "No checkpoint was given: a history rewritten from end to end would not show.",
        "since": "Change sets up to {number} are taken as proven.",
        "set": "change set {}",
        "record": "record {}",
        "row": "history row {}",
        "gap": "at least one change set before it is missing",
        "low": "its number is too small for its place",
        "prev": "it does not follow the change set before it",
        "hash": "its hash is not that of its content",
        "count": "it has not as many rows as were sealed",
        "gone": "the history row is gone",
        "leaf": "the history row is not the one that was written",
        "mixed": "the row holds commitments in the place of values that are still there",
        "moved": "the history row belongs to another change set",
        "journal": "the journal and the history row do not say the same",
        "twice": "two journal rows for one history row",
        "stray": "a row that no change set wrote",
        "live": "the record is not as its last change left it",
        "vanished": "the record is gone, and no change deleted it",
        "back": "the record was deleted, and is there",
        "unborn": "the record has no history",
        "note": "the checkpoint {} is not in this history",
        "receipt": "the receipt {} is not in this history",
        "form": "the file is no readable export ({})",
        "cut": "the file is cut off",
        "early": "{} is about a change set before the export",
        "unsigned": "{} is not signed with this key",
        "nokey": "--checkpoint needs --public-key (64 hexadecimal digits)",
        "notreceipt": "“{}” is not a receipt",
    },
}


class Unproven(Exception):
    """Too little to say; the arguments are a sentence of TEXT and what stands in it."""


# ------------------------------------------------------------------ Ed25519, RFC 8032 section 5.1
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    """The sum of two points in extended coordinates."""
    one, two = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    three, four = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    """A point added to itself so many times."""
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def point_of(data):
    """The point 32 bytes stand for; None when they stand for none."""
    y, sign = int.from_bytes(data, "little"), data[31] >> 7
    y &= (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(key, message, signature):
    """Whether an Ed25519 signature of a message was made with the private half of a key."""
    if len(key) != 32 or len(signature) != 64:
        return False
    point, r = point_of(key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if point is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(k, point))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P
        or (left[1] * right[2] - right[1] * left[2]) % P
    )


def signers(text):
    """Body and first line of a signed note, and a function: did this key sign it?"""
    body, blank, signatures = text.replace("\r\n", "\n").partition("\n\n")
    name = body.split("\n")[0]

    def is_signed(key):
        name_hash = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
        for line in signatures.splitlines():
            signer, _, encoded = line.rpartition(" ")
            data = base64.b64decode(encoded, validate=True)
            if blank and signer == "— " + name and data[:4] == name_hash:
                return signature_holds(key, (body + "\n").encode(), data[4:])
        return False

    return body.split("\n"), is_signed


def read_note(path):
    """Number and hash of a note, and who signed it; which key must have is known at the end only."""
    with open(path, encoding="utf-8") as file:
        lines, is_signed = signers(file.read())
    try:
        return int(lines[1]), base64.b64decode(lines[2], validate=True).hex(), is_signed
    except (ValueError, IndexError, binascii.Error):
        raise Unproven("unsigned", path) from None


def read_key_change(text):
    """The last change set of a key, the key, and the next one; None unless both signed it."""
    try:
        (_, word, *both), is_signed = signers(text)
        old, new = (base64.b64decode(key, validate=True) for key in both)
        is_change = word.startswith("key-change ") and old != new
        if is_change and is_signed(old) and is_signed(new):
            return int(word[11:]), old, new
    except (ValueError, binascii.Error):
        pass
    return None


def keys_of(start, changes):
    """Each key known from this one on, back and forth, with the last change set whose notes it signs."""
    by_old, by_new = {}, {}
    for number, old, new in sorted(changes):
        by_old.setdefault(old, (number, new))
        by_new.setdefault(new, (number, old))
    spans, key = [], start
    while key in by_new and (not spans or by_new[key][0] < spans[0][0]):
        spans.insert(0, by_new.pop(key))
        key = spans[0][1]
    key = start
    while key in by_old and (not spans or by_old[key][0] > spans[-1][0]):
        number, new = by_old.pop(key)
        spans.append((number, key))
        key = new
    return [*spans, (float("inf"), key)]


# ------------------------------------------------------------------ hashes, docs/history.md
def sha256(*parts):
    """SHA-256 of the parts one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def sized(data):
    """Four bytes of length before the data."""
    return len(data).to_bytes(4, "big") + data


def data_of(tag, value):
    """The canonical bytes of a value as the file shows it."""
    return bytes.fromhex(value) if tag in "UYF" else value.encode()


def reason_of(line):
    """What the header must hold of a reason given in clear."""
    salt, text = bytes.fromhex(line["reason_salt"]), line["reason"].encode()
    return ["reason_hash", "Y", sha256(salt, sized(b"reason"), b"S", text).hex()]


def leaf_of(label, values, salt):
    """The leaf of a history row; None when a hidden value is not given."""
    parts = [b"\x00", sized(label.encode())]
    for name, tag, *given in values:
        if tag == "H":
            return None
        head = sized(name.encode()) + tag.encode()
        data = bytes.fromhex(given[0]) if tag == "P" else data_of(tag, given[0])
        if (
            tag == "P"
            and len(given) == 3
            and sha256(salt, head, data_of(given[1], given[2])) != data
        ):
            return b""
        parts += (head, sized(data))
    return sha256(*parts)


class Digest:
    """The running digest of a change set's leaves."""

    def __init__(self):
        self.count, self.digest, self.block = 0, ZERO, []

    def add(self, leaf):
        self.count += 1
        self.block.append(leaf)
        if len(self.block) == BLOCK:
            self.close()

    def close(self):
        if self.block:
            self.digest, self.block = sha256(self.digest, *self.block), []
        return self.digest


# ------------------------------------------------------------------ the proof
class Proof:
    """One reading of the file. What has to be remembered of each row is in a temporary file."""

    def __init__(self, words, wanted):
        self.words, self.wanted = words, wanted
        self.head, self.current, self.digest = None, None, None
        self.number, self.prev, self.set_id = 0, ZERO, None
        self.found, self.problems, self.count, self.key_changes = {}, [], 0, []
        self.sets = self.rows = self.live = self.strays = self.withheld = 0
        self.memory = sqlite3.connect("")
        self.memory.executescript(
            "CREATE TABLE met (model, history_id, PRIMARY KEY (model, history_id)) WITHOUT ROWID;"
            "CREATE TABLE last (model, object_id, history_id, kind, redacted, shown, live,"
            " PRIMARY KEY (model, object_id)) WITHOUT ROWID"
        )

    def add(self, what, change_set=None, line=None, **also):
        """Note a problem, with where it is."""
        self.count += 1
        if len(self.problems) < MOST:
            line = dict(line or {}, **also)
            record = f"{line['model']} {line['object_id']}" if "model" in line else None
            places = (("set", change_set), ("record", record), ("row", line.get("history_id")))
            place = ", ".join(self.words[name].format(at) for name, at in places if at is not None)
            self.problems.append(f"{place} : {self.words[what]}")

    def read(self, line):
        """Take one line of the file; answers whether it was the last."""
        kind = line["kind"]
        if (self.head is None) != (kind == "head"):
            raise Unproven("form", kind)
        if kind != "row" and self.current is not None:
            self.close_set()
        if kind == "end":
            counts = (self.sets, self.rows, self.live, self.strays)
            if counts != tuple(line[name] for name in ("change_sets", "rows", "live", "strays")):
                raise Unproven("cut")
            return True
        {
            "head": self.read_head,
            "change_set": self.read_set,
            "row": self.read_row,
            "stray": self.read_stray,
            "live": self.read_live,
        }[kind](line)
        return False

    def read_head(self, line):
        if line["format"] != FORMAT:
            raise Unproven("form", line["format"])
        self.head, self.number = line, line["since"]["number"]
        self.prev = bytes.fromhex(line["since"]["hash"])
        self.note(self.number, line["since"]["hash"])

    def note(self, number, value):
        """Keep the hash of a change set that a checkpoint or a receipt is about."""
        if number in self.wanted:
            self.found[number] = value

    def read_set(self, line):
        if line["number"] != self.number + 1:
            self.add("gap" if line["number"] > self.number else "low", line["number"])
        self.current, self.digest, self.sets = line, Digest(), self.sets + 1
        self.set_id = {name: value for name, _tag, value in line["header"]}["id"]

    def close_set(self):
        line, self.current = self.current, None
        number, digest = line["number"], self.digest.close()
        parts = [b"\x02"]
        for name, tag, value in line["header"]:
            parts += (sized(name.encode()), tag.encode(), sized(data_of(tag, value)))
        is_reason_given = "reason" not in line or reason_of(line) in line["header"]
        rows = line["rows"].to_bytes(8, "big")
        chained = sha256(
            b"\x01", self.prev, max(number, 0).to_bytes(8, "big"), sha256(*parts), rows, digest
        )
        if self.digest.count != line["rows"]:
            self.add("count", number)
        elif bytes.fromhex(line["prev"]) != self.prev:
            self.add("prev", number)
        elif (
            chained.hex() != line["hash"]
            or SEALED & {name for name, *_ in line["header"]}
            or not is_reason_given
        ):
            self.add("hash", number)
        self.note(number, line["hash"])
        self.number, self.prev = number, bytes.fromhex(line["hash"])

    def read_row(self, line):
        if self.current is None:
            raise Unproven("form", "row")
        self.rows += 1
        self.digest.add(bytes.fromhex(line["leaf"]))
        number, values = self.current["number"], line["values"]
        place = (line["model"], line["history_id"])
        if not self.memory.execute("INSERT OR IGNORE INTO met VALUES (?, ?)", place).rowcount:
            self.add("twice", number, line)
        if values is None:
            self.add("leaf" if line.get("unreadable") else "gone", number, line)
            return
        leaf = leaf_of(line["model"], values, bytes.fromhex(line.get("salt", "")))
        self.withheld += leaf is None
        in_clear = [value for value in values if value[1] == "P" and len(value) > 3]
        if line.get("redacted") and (line.get("salted") or in_clear):
            self.add("mixed", number, line)
        elif leaf is not None and leaf.hex() != line["leaf"]:
            self.add("leaf", number, line)
        else:
            self.hold_against_journal(line, {value[0]: value for value in values})
        self.memory.execute(
            "INSERT INTO last VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (model, object_id) DO UPDATE SET"
            " history_id = excluded.history_id, kind = excluded.kind,"
            " redacted = excluded.redacted, shown = excluded.shown"
            " WHERE excluded.history_id > history_id",
            (line["model"], line["object_id"], line["history_id"], line["type"],
             bool(line.get("redacted")), json.dumps(values)),
        )  # fmt: skip

    def hold_against_journal(self, line, values):
        """The journal's own columns are in no leaf: the history row says what they must be."""
        number, about = self.current["number"], self.head["models"].get(line["model"])
        if about is None:
            self.add("journal", number, line)
            return

        def shown(name):
            return values[name][2] if name in values else None

        key = values.get(about["key"], (None, "", ""))
        key = (
            re.sub(r"(.{8})(.{4})(.{4})(.{4})", r"\1-\2-\3-\4-", key[2])
            if key[1] == "U"
            else key[2]
        )
        said = [line["type"], line["object_id"], str(line["history_id"])]
        holds = [shown("history_type"), key, shown("history_id")]
        for name in ("case", "region", "organization"):
            if name in about:
                said.append(line[name])
                holds.append(about[name] and shown(about[name]))
        if shown("change_set_id") != self.set_id:
            self.add("moved", number, line)
        elif said != holds:
            self.add("journal", number, line)

    def read_stray(self, line):
        self.strays += 1
        self.add("stray", None, line)

    def read_live(self, line):
        self.live += 1
        if line["model"] == "audit.checkpointkeychange":
            texts = [value[2] for value in line["values"] or () if value[0] == "note"]
            self.key_changes += filter(None, map(read_key_change, texts))
        place = (line["model"], line["object_id"])
        last = self.memory.execute(
            "SELECT history_id, kind, redacted, shown FROM last WHERE model = ? AND object_id = ?",
            place,
        ).fetchone()
        self.memory.execute("UPDATE last SET live = 1 WHERE model = ? AND object_id = ?", place)
        if last is None:
            self.add("unborn", None, line)
        elif last[1] == "-":
            self.add("back", None, line)
        elif line["history_id"] != last[0] or not self.is_as_left(line, last[3], last[2]):
            self.add("live", None, line)

    def is_as_left(self, line, then, is_redacted):
        """Whether each column of a record is as its last history row has it."""
        if line["values"] is None:
            return False
        then = {value[0]: value for value in json.loads(then)}
        about = self.head["models"][line["model"]]
        now = {value[0]: value for value in line["values"]}
        for name in about["columns"]:
            old, new = then.get(name), now.get(name)
            is_forgotten = is_redacted and old is not None and old[1] == "P"
            if old == new or is_forgotten or (old is None and name in about["younger"]):
                continue
            return False
        return not now.keys() - set(about["columns"])

    def finish(self):
        """Records that must be there and are not, once every line was read."""
        for model, object_id, history_id in self.memory.execute(
            "SELECT model, object_id, history_id FROM last WHERE kind <> '-' AND NOT live"
        ):
            line = {"model": model, "object_id": object_id, "history_id": history_id}
            self.add("vanished", None, line)


def lines_of(path, watch):
    """The lines of the file; a bar on the terminal where somebody watches."""
    with open(path, "rb") as file:
        size = file.seek(0, 2) or 1
        file.seek(0)
        done = step = 0
        for raw in file:
            done += len(raw)
            if not raw.endswith(b"\n"):
                raise Unproven("cut")
            yield json.loads(raw)
            if watch and done >= step:
                step = done + size // 100 + 1
                print(f"\r{done * 100 // size:3d} %", end="", file=sys.stderr, flush=True)
    if watch:
        print("\r     \r", end="", file=sys.stderr)


def held(options):
    """What the chain must hold: (kind, name, number, hash, who signed) of each note and each receipt."""
    if options.checkpoint and not re.fullmatch("[0-9a-fA-F]{64}", options.public_key):
        raise Unproven("nokey")
    found = [("note", path, *read_note(path)) for path in options.checkpoint]
    for path in options.receipts:
        with open(path, encoding="utf-8") as file:
            for text in filter(None, map(str.strip, file)):
                form = re.fullmatch("([0-9]{1,18}):([0-9a-fA-F]{64})", text)
                if form is None:
                    raise Unproven("notreceipt", text[:80])
                found.append(("receipt", text[:24] + "…", int(form[1]), form[2].lower(), None))
    return found


def check_signatures(wanted, keys):
    """Each note must be signed with the key that signed at its time: one that gave way proves nothing."""
    for kind, name, number, _value, is_signed in wanted:
        key = next(key for last, key in keys if number <= last)
        try:
            is_good = kind != "note" or is_signed(key)
        except (ValueError, binascii.Error):
            is_good = False
        if not is_good:
            raise Unproven("unsigned", name)


def prove(options, words):
    """Read the whole file; answers the proof with everything that is wrong."""
    wanted = held(options)
    proof = Proof(words, {each[2] for each in wanted})
    is_over = False
    try:
        for line in lines_of(options.file, sys.stderr.isatty()):
            if is_over:
                raise Unproven("form", "end")
            is_over = proof.read(line)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Unproven("form", repr(error)) from error
    if not is_over:
        raise Unproven("cut")
    proof.finish()
    if options.checkpoint:
        check_signatures(wanted, keys_of(bytes.fromhex(options.public_key), proof.key_changes))
    wanted = [each for each in wanted if each[2]]
    for kind, name, number, value, _is_signed in wanted:
        if number < proof.head["since"]["number"]:
            raise Unproven("early", name)
        if proof.found.get(number) != value:
            proof.count += 1
            proof.problems.append(words["set"].format(number) + " : " + words[kind].format(name))
    return proof, wanted


def main():
    """Read the command line, prove, say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="NOTE")
    parser.add_argument("--public-key", default="", metavar="HEX")
    parser.add_argument("--receipts", action="append", default=[], metavar="FILE")
    parser.add_argument("--lang", choices=sorted(TEXT), default="fr")
    options = parser.parse_args()
    words = TEXT[options.lang]
    try:
        proof, wanted = prove(options, words)
    except (Unproven, OSError, UnicodeDecodeError) as error:
        why = error.args[0] if error.args else ""
        why = words[why].format(*error.args[1:]) if isinstance(error, Unproven) else error
        print(words["unproven"].format(why=why), file=sys.stderr)
        return 2
    for problem in proof.problems:
        print(problem)
    kinds = [kind for kind, *_ in wanted]
    print(words["broken" if proof.count else "whole"].format(
        count=proof.count, sets=proof.sets, rows=proof.rows, live=proof.live,
        notes=kinds.count("note"), receipts=kinds.count("receipt"),
    ))  # fmt: skip
    if proof.withheld:
        print(words["withheld"].format(count=proof.withheld))
    if proof.head["since"]["number"]:
        print(words["since"].format(number=proof.head["since"]["number"]))
    if "note" not in kinds:
        print(words["alone"])
    return 1 if proof.count else 0


if __name__ == "__main__":
    sys.exit(main())
