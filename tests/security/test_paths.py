"""Path tricks on files and routes: nothing outside the listed files is ever served."""
import pytest

from tests.security.raw import exchange, get

TRICKS = [
    "/web/../../settings.py", "/web/..%2f..%2fsettings.py", "/web/%2e%2e/%2e%2e/settings.py", "/web/..%252f..%252fsettings.py", "/web/....//....//settings.py",
    "/web/..\\..\\settings.py", "/web/..%5c..%5csettings.py", "/web/%c0%ae%c0%ae/settings.py", "/web//etc/passwd", "/web/%2fetc%2fpasswd", "/web/chat.html",
    "/web/main.js/", "/web/main.js%00.png", "/web/.git/config", "/.git/config", "/.env", "/web/wording.json~", "/web/main.js::$DATA", "/web/.", "/web/", "//web/main.js/..",
    "/./web/../api/../../etc/passwd", "/admin/static/../../__init__.py", "/admin/static/..%2f..%2f__init__.py", "/admin/static/%2e%2e%2fkeys.py", "/admin/static/x/../../keys.py",
    "/api/openapi.yml", "/bot/settings.py", "/var/secret", "/web/file:///etc/passwd", "/web/http://evil.example/x.js", "/static/../var/secret",
]


@pytest.mark.parametrize("path", TRICKS)
def test_no_trick_with_a_path_leads_to_a_file(running, path):
    (answer,) = exchange(running, get(path))
    assert answer.status in (303, 400, 404), answer
    for inside in (b"import ", b"root:", b"[core]", b"SECRET", b"openapi"):
        assert inside not in answer.body


def test_listed_files_are_served_as_what_they_are_and_folders_are_not_listed(running):
    (answer,) = exchange(running, get("/widget.js"))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    for folder in ("/web", "/web/", "/admin/static", "/admin/static/"):
        assert exchange(running, get(folder))[0].status in (303, 404)
