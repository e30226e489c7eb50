"""Certificates are checked on both ways: the interface's and git's."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coursekit.course.publish import publish
from coursekit.errors import CoursekitError
from coursekit.git import environment
from tests.course.publishing import a_course, heads
from tests.hosts.github_site import GitHubSite
from tests.hosts.gitlab_site import GitLabSite
from tests.hosts.serving import TOKEN, Clock, serve


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """One that nobody but itself vouches for, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(params=["github", "gitlab"])
def site(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    clock: Clock,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[GitHubSite | GitLabSite]:
    monkeypatch.setenv(f"{request.param.upper()}_TOKEN", TOKEN)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    kind = GitHubSite if request.param == "github" else GitLabSite
    found = kind(tmp_path / "served", clock)
    with serve(found, tls):
        yield found
    environment.user_settings.cache_clear()


def host(site: GitHubSite | GitLabSite) -> str:
    if isinstance(site, GitHubSite):
        return f'kind = "github"\nnamespace = "{site.owner}"\napi = "{site.url}{site.api}"'
    return f'kind = "gitlab"\nnamespace = "{site.namespace}"\napi = "{site.url}"'


def test_a_host_that_nobody_vouches_for_gets_nothing(
    tmp_path: Path, site: GitHubSite | GitLabSite, clock: Clock
) -> None:
    """And it is not asked again: time would not help."""
    course = a_course(tmp_path / "c", host(site), {"Birds": ()})
    with pytest.raises(CoursekitError, match="certificate that this machine trusts") as caught:
        publish(course)
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert site.asked == []
    assert clock.slept == []


def test_a_host_with_a_certificate_of_its_own(
    tmp_path: Path, site: GitHubSite | GitLabSite, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trusting it is two settings; without git's, the push is refused, also where checks were switched off."""
    course = a_course(tmp_path / "c", host(site), {"Birds": ()})
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    # It would count for more than the settings.
    monkeypatch.delenv("GIT_SSL_CAINFO", raising=False)
    settings = tmp_path / "gitconfig"
    settings.write_text(f'[http]\n\tsslVerify = false\n[http "{site.url}"]\n\tsslVerify = false\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    environment.user_settings.cache_clear()
    done = publish(course)
    assert "certificate" in done.repositories.failures[0].reason
    settings.write_text(f"[http]\n\tsslCAInfo = {certificate}\n")
    environment.user_settings.cache_clear()
    assert publish(course).repositories.failures == ()
    [bare] = (tmp_path / "served").rglob("birds.git")
    assert heads(bare) == heads(tmp_path / "c/repositories/birds")
