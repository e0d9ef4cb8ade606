"""Naming an account on the command line."""

from django.core.management.base import CommandError

from peph.accounts.models import User


def account(name: str) -> User:
    """The account with this e-mail or short name. Raises CommandError, exit status 2."""
    try:
        return User.objects.by_login(name)
    except User.DoesNotExist as error:
        raise CommandError(f"No account: {name}", returncode=2) from error
    except User.MultipleObjectsReturned as error:
        raise CommandError(
            f"Several accounts begin with {name}@: give the e-mail.", returncode=2
        ) from error
