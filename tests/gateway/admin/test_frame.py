"""What every page of the console has in common."""
import pytest

from bot.gateway.admin.guard import role_of

pytestmark = pytest.mark.asyncio


async def test_every_handler_says_who_may_use_it(console):
    browser = await console()
    silent = [str(route) for route in browser.app.router.routes()
              if route.resource.canonical.startswith("/admin") and role_of(route.handler) is None]
    assert silent == []


async def test_home(admin):
    browser = await admin("viewer")
    assert "查看员" in await browser.text("/admin/")
