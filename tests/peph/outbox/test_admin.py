"""The administration site shows what became of each message, never its text, and can try again."""

import pytest
from django.db import transaction
from django.utils import timezone

from peph.accounts.models import User
from peph.outbox.models import Message
from peph.outbox.services import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def given_up(client):
    user = User.objects.create_superuser(
        "boss@exemple.qc.ca", "x" * 20, first_name="B", last_name="B"
    )
    client.force_login(user)
    with transaction.atomic():
        post(key="k", to="a@b.ca", language="fr", subject="Sujet", body="https://x/lien/secret")
    Message.objects.update(gave_up_at=timezone.now(), attempts=12, last_error="550")
    return Message.objects.get()


def test_the_text_is_not_shown_and_nothing_can_be_changed(client, given_up):
    page = client.get(f"/admin/outbox/message/{given_up.pk}/change/")
    assert page.status_code == 200
    assert "Sujet" in page.content.decode()
    assert "secret" not in page.content.decode()
    assert client.post(f"/admin/outbox/message/{given_up.pk}/change/").status_code == 403
    assert client.get("/admin/outbox/message/add/").status_code == 403
    assert client.get(f"/admin/outbox/message/{given_up.pk}/delete/").status_code == 403


def test_a_given_up_message_is_queued_anew(client, given_up):
    answer = client.post(
        "/admin/outbox/message/",
        {"action": "send_again", "_selected_action": [str(given_up.pk)]},
        follow=True,
    )
    assert "1 message sera envoyé de nouveau." in answer.content.decode()
    assert list(Message.objects.waiting().values_list("attempts", "gave_up_at")) == [(0, None)]
