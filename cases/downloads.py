"""The answer that carries a document, the same from a page and from the API."""

from urllib.parse import quote

from django.http import HttpResponse

from cases.models import Document


def as_download(document: Document, content: bytes) -> HttpResponse:
    """Bytes that somebody else sent in: kept on disk by whoever asked, never shown or run by the browser."""
    name = quote(document.filename, safe="")
    return HttpResponse(
        content,
        content_type=document.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Cache-Control": "no-store",
        },
    )
