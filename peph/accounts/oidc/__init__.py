"""Signing in by an identity provider (OpenID Connect); imported only where OIDC_ISSUER names one."""
