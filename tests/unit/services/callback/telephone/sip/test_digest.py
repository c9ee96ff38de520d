"""Proofs as the standards work them out, so that a trunk of anybody's make accepts them."""

import pytest

from services.callback.telephone.sip.wire.digest import Account, challenge, proof
from services.callback.telephone.sip.wire.message import Response


def asked(value: str, status: int = 401) -> Response:
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return Response(headers=((name, value),), status=status)


def test_the_worked_example_of_rfc_2617() -> None:
    found = challenge(
        asked(
            'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
            'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
        )
    )
    assert found is not None
    name, said = proof(found, Account("Mufasa", "Circle Of Life"), "GET", "/dir/index.html", 1, "0a4f113b")
    assert name == "Authorization"
    assert 'response="6629fae49393a05397450978507c4ef1"' in said
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in said
    assert "nc=00000001" in said


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_worked_examples_of_rfc_7616(algorithm: str, response: str) -> None:
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    found = challenge(asked(f'Digest realm="http-auth@example.org", qop="auth", algorithm={algorithm}, nonce="{nonce}"'))
    assert found is not None
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    _, said = proof(found, Account("Mufasa", "Circle of Life"), "GET", "/dir/index.html", 1, cnonce)
    assert f'response="{response}"' in said


def test_the_stronger_of_two_challenges_is_answered() -> None:
    both = Response(
        headers=(
            ("Proxy-Authenticate", 'Digest realm="t", nonce="weak", algorithm=MD5'),
            ("Proxy-Authenticate", 'Digest realm="t", nonce="strong", algorithm=SHA-256'),
        ),
        status=407,
    )
    found = challenge(both)
    assert found is not None
    assert (found.header, found.nonce) == ("Proxy-Authorization", "strong")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Basic realm=t",
        "Digest",
        'Digest realm="t", nonce="n", algorithm=SHA-512',
        'Digest nonce="n", qop="auth-int"',
        "\x00,,=;",
    ],
)
def test_what_cannot_be_answered_is_no_challenge(value: str) -> None:
    assert challenge(asked(value)) is None


def test_the_password_is_in_no_text_of_the_account() -> None:
    assert "secret" not in repr(Account("us", "secret"))
