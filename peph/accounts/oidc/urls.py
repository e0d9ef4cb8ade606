"""Addresses of signing in by the provider; mounted only where there is one."""

from django.urls import path

from peph.accounts.oidc import views

urlpatterns = [
    path("provider/", views.begin, name="account_provider"),
    path("provider/back/", views.come_back, name="account_provider_back"),
    path("provider/confirm/", views.confirm, name="account_provider_confirm"),
    path("provider/go-on/", views.go_on, name="account_provider_go_on"),
]
