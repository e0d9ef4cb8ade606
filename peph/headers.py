"""Headers that every answer carries, whoever wrote it: a page, a refusal, a file, the administration site."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# The service asks the browser for nothing of this, so no page and nothing put into one may.
UNUSED = (
    "accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "fullscreen", "geolocation",
    "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
)  # fmt: skip
ALWAYS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    "X-Permitted-Cross-Domain-Policies": "none",
}


class HeadersMiddleware:
    """Stands first, so that what another one answers by itself has them too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        # About people: kept by no proxy and no browser. Style sheets and scripts say themselves how long.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
