"""The four roles. Each may do what those before it may."""
from __future__ import annotations

ROLES = ("viewer", "editor", "publisher", "administrator")
TITLES = {"viewer": "查看员", "editor": "编辑员", "publisher": "发布员", "administrator": "管理员"}
DUTIES = {
    "viewer": "看内容、统计和打码的会话，不能改",
    "editor": "改常见问题、事项和待学问题，接待市民",
    "publisher": "复核本州数字，训练、发布和回退版本",
    "administrator": "管理账号，查看操作记录",
}


def includes(role: str, needed: str) -> bool:
    """Whether ``role`` may do what ``needed`` may; raises ValueError for an unknown role."""
    return ROLES.index(role) >= ROLES.index(needed)
