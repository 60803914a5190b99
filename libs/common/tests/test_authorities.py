"""Authorities are read where a service is asked over TLS."""

import ssl

import pytest

from common.authorities import trusted_at


@pytest.mark.parametrize("addresses", [["https://registry.edu.cn"], ["http://registry:8000", "HTTPS://surveys:8443"]])
def test_over_tls_the_usual_authorities_are_trusted(addresses: list[str]) -> None:
    context = trusted_at(addresses)
    assert context.cert_store_stats()["x509_ca"] > 0
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("addresses", [[], [""], ["http://registry:8000"]])
def test_without_it_nobody_is(addresses: list[str]) -> None:
    context = trusted_at(addresses)
    assert context.cert_store_stats()["x509_ca"] == 0
    # whoever would turn such a client to TLS is refused
    assert context.verify_mode is ssl.CERT_REQUIRED
