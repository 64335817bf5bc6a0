"""Two reviewers publish two drafts on one version at once: the second would undo the first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from dispatch.models import Catalogue
from tests import city as small
from tests.dispatch.drafting import begin, change, publish, said
from tickets.errors import Refused


@pytest.mark.django_db(transaction=True)
def test_of_two_drafts_published_at_once_exactly_one_comes_into_force() -> None:
    city = small.build()
    drafts = [begin(city, version) for version in ("2026.03", "2026.04")]
    for draft in drafts:
        change(city, draft, said(city))
    gate = Barrier(2)

    def published(draft: Catalogue) -> str:
        try:
            mine = Catalogue.objects.get(pk=draft.pk)
            gate.wait(timeout=20)
            publish(city, mine)
            return "published"
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = [future.result() for future in [pool.submit(published, draft) for draft in drafts]]
    assert sorted(words[:7] for words in told) == ["publish", "起草以后已发布"]
    assert Catalogue.objects.filter(version__in=["2026.03", "2026.04"], state="published").count() == 1
