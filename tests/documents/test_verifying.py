"""The public pages: valid, cancelled, tampered, unknown; for people without scripts and for machines; no names."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from django.urls import resolve, reverse

from tests.documents.builders import AT, BY, SIGNER, data, issued
from tests.documents.tampering import triggers_off
from tests.people.builders import client_of, person
from tidar.documents import api as documents
from tidar.documents.models import Document
from tidar.documents.queries.verifying import is_genuine
from tidar.documents.rules.numbering import path_of

pytestmark = pytest.mark.django_db

TAMPERINGS = {
    "one letter of a name": "UPDATE documents_document SET data = jsonb_set(data, '{payer_name}', '\"Siti Aminoh\"')",
    "one rupiah": "UPDATE documents_document SET data = jsonb_set(data, '{amount_rupiah}', '90001')",
    "the number": "UPDATE documents_document SET number = 'SKRD/2026/0000002'",
    "the sequence": "UPDATE documents_document SET sequence = 2",
    "the subject": "UPDATE documents_document SET subject = 'skrd:lain'",
    "the moment": "UPDATE documents_document SET issued_at = issued_at + interval '1 microsecond'",
    "the signer": "UPDATE documents_document SET signed_by = 'Orang lain'",
    "the zone": "UPDATE documents_document SET zone = 'Asia/Makassar'",
    "the address": "UPDATE documents_document SET origin = 'https://palsu.example'",
    "the template": "UPDATE documents_document SET template_version = 2",
    "the hash": "UPDATE documents_document SET content_hash = repeat('0', 64)",
    "the signature": "UPDATE documents_document SET signature = set_byte(signature, 5, 255 - get_byte(signature, 5))",
    "a field more": 'UPDATE documents_document SET data = data || \'{"nik": "1"}\'',
    "a field less": "UPDATE documents_document SET data = data - 'agency'",
}


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode().split("<main")[1].split("</main")[0]))


def test_the_printed_address_leads_to_the_page() -> None:
    token = issued("skrd").token
    assert reverse("documents:verify", args=[token]) == path_of(token)
    assert resolve(path_of(token)).view_name == "documents:verify"


@pytest.mark.parametrize("kind", list(documents.KINDS))
def test_a_valid_document_says_so_without_names(client: Client, kind: str) -> None:
    view = issued(kind)
    text = text_of(client.get(path_of(view.token)))
    assert "asli dan berlaku" in text and view.number in text and "25 November 2026" in text
    assert "Dinas Perindustrian dan Perdagangan" in text and documents.TITLES[kind] in text
    amount = f"{data(kind)['amount_rupiah']:,}".replace(",", ".")
    assert f"Rp{amount}" in text and view.content_hash in text.replace(" ", "")


@pytest.mark.parametrize("ending", ["/", ".json"])
@pytest.mark.parametrize("kind", list(documents.KINDS))
def test_nothing_personal_is_told(client: Client, kind: str, ending: str) -> None:
    body = client.get(f"/dok/{issued(kind).token}{ending}").content.decode()
    names = ("Siti", "Aminah", "P.2.0001234", "Slamet", "Endang", "Bambang", "Blok", "Jalan", "K07-")
    assert [word for word in names if word in body] == []


def test_everybody_sees_the_same(client: Client) -> None:
    path = path_of(issued("skrd").token)
    officer = client_of(person("petugas", role="levy_officer"))
    assert text_of(client.get(path)) == text_of(officer.get(path))


def test_a_cancelled_document_says_since_when(client: Client) -> None:
    view = issued("skrd")
    documents.cancel(kind="skrd", subject=view.subject, reason="salah luas", by=BY, at=AT + timedelta(days=2))
    response = client.get(path_of(view.token))
    text = text_of(response)
    assert response.status_code == 200 and "sudah dibatalkan" in text and "27 November 2026" in text
    assert "asli dan berlaku" not in text and "salah luas" not in text


def test_an_unknown_document_says_so(client: Client) -> None:
    issued("skrd")
    response = client.get("/dok/0000000000000000000000abcd/")
    assert response.status_code == 404 and "tidak dikenal" in text_of(response)
    assert client.get("/dok/0000000000000000000000abcd.json").json() == {"status": "unknown"}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_changed_document_is_not_trusted(client: Client, statement: str) -> None:
    view = issued("skrd")
    with triggers_off() as cursor:
        cursor.execute(statement)
    text = text_of(client.get(path_of(view.token)))
    assert "tidak dapat dipercaya" in text and "asli dan berlaku" not in text
    assert "Rp" not in text and "Perindustrian" not in text
    said = client.get(f"/dok/{view.token}.json").json()
    assert (said["status"], said["amount_rupiah"], said["agency"]) == ("tampered", None, None)


def test_a_document_signed_by_a_strange_key_is_not_trusted(client: Client) -> None:
    view = issued("skrd")
    documents.rotate_key(by=BY, at=AT)
    with triggers_off() as cursor:
        cursor.execute("UPDATE documents_document SET key_id = (SELECT max(id) FROM documents_signingkey)")
    assert "tidak dapat dipercaya" in text_of(client.get(path_of(view.token)))


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_machine_checks_the_signature_without_us(client: Client) -> None:
    said = client.get(f"/dok/{issued('ssrd').token}.json").json()
    assert said["status"] == "valid" and said["signed_message"] == "tidar.document.1:" + said["content_hash"]
    public = decoded(said["public_key"])
    assert hashlib.sha256(public).hexdigest() == said["key_fingerprint"]
    Ed25519PublicKey.from_public_bytes(public).verify(decoded(said["signature"]), said["signed_message"].encode())


def test_whoever_holds_the_data_can_compute_the_hash(client: Client) -> None:
    """The canonical form is plain enough to be made with any JSON library."""
    import json

    view = issued("tbp")
    d = Document.objects.get(pk=view.id)
    content = {
        "data": d.data, "issued_at": "2026-11-25T03:15:30.123456+00:00", "kind": "tbp", "number": view.number,
        "origin": "http://127.0.0.1:8000", "signed_by": SIGNER, "subject": view.subject, "template_version": 1,
        "token": view.token, "zone": "Asia/Jakarta",
    }  # fmt: skip
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(plain).hexdigest() == view.content_hash


def test_number_and_code_lead_to_the_document(client: Client) -> None:
    view = issued("skrd")
    for number, code in ((view.number, view.code), (" skrd/2026/1 ", view.code.lower().replace("-", " "))):
        response = client.post("/dok/", {"nomor": number, "kode": code})
        assert (response.status_code, response["Location"]) == (302, path_of(view.token))


@pytest.mark.parametrize("change", ["number", "code", "short", "empty"])
def test_a_wrong_number_or_code_gets_a_sentence(client: Client, change: str) -> None:
    view, other = issued("skrd"), issued("skrd")
    number = other.number if change == "number" else view.number
    code = {"code": other.code, "short": view.code[:3], "empty": ""}.get(change, view.code)
    response = client.post("/dok/", {"nomor": number, "kode": code})
    assert response.status_code == 422
    assert "Periksa lagi ketikan Anda" in text_of(response) or change == "empty"
    assert "Dokumen ini" not in text_of(response) and number in response.content.decode()


def test_the_form_lists_the_keys(client: Client) -> None:
    assert "Kunci tanda tangan" not in text_of(client.get("/dok/"))
    issued("skrd")
    fingerprint = documents.rotate_key(by=BY, at=AT)
    text = text_of(client.get("/dok/")).replace(" ", "")
    assert fingerprint in text and Document.objects.get().key.fingerprint in text


def test_the_pages_stay_out_of_search_engines_and_caches(client: Client) -> None:
    response = client.get(path_of(issued("skrd").token))
    assert "noindex" in response["X-Robots-Tag"] and "no-store" in response["Cache-Control"]
    assert client.post(path_of("x")).status_code == 405 and client.put("/dok/").status_code == 405


def test_hostile_texts_are_kept_and_proved_as_they_are() -> None:
    hostile = 'x"}],"amount_rupiah":1 \\u0041 #panic("x") $x$ <b>&amp; ¡مرحبا! 👩‍👩‍👧 \u202e' + "é" * 200
    view = issued("skrd", payer_name=hostile)
    document = Document.objects.get(pk=view.id)
    assert document.data["payer_name"] == hostile and is_genuine(document)
