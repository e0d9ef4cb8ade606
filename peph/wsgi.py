"""The WSGI application a server calls; nothing else lives here."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peph.settings")

application = get_wsgi_application()
