"""What a browser calls itself, in words its owner recognises."""
from __future__ import annotations

_BROWSERS = (("MicroMessenger", "微信"), ("Edg/", "Edge"), ("QQBrowser", "QQ 浏览器"), ("360", "360 浏览器"), ("Firefox", "Firefox"),
             ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
            ("Linux", "Linux"))
"""(what the User-Agent holds, what it is called); the first that fits counts."""


def named(agent: str) -> str:
    """For example ``Windows 上的 Edge``; ``别的程序`` when neither is known."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return f"{system} 上的 {browser}" if browser and system else browser or system or "别的程序"
