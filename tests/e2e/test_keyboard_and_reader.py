"""Without a mouse, and as a screen reader meets the page: order, names, what is announced."""
import pytest

from tests.e2e.conftest import ask, from_menu, said

pytestmark = pytest.mark.canned


def tree(page):
    """(role, name) of what a screen reader meets, in its order."""
    session = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    met = []

    def walk(node):
        if not node.get("ignored"):
            met.append((node["role"]["value"], node.get("name", {}).get("value", "")))
        for child in node.get("childIds", ()):
            if child in nodes:
                walk(nodes[child])

    walk(next(node for node in nodes.values() if "parentId" not in node))
    session.detach()
    return met


def in_order(met, *wanted):
    """The wanted entries that are missing, looking each up after the one before."""
    at, missing = 0, []
    for role, name in wanted:
        found = next((n for n in range(at, len(met)) if met[n][0] == role and name in met[n][1]), None)
        if found is None:
            missing.append((role, name))
        else:
            at = found + 1
    return missing


def focused(page):
    return page.evaluate("(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || document.activeElement.id).trim()")


def tab_to(page, name, most=40, key="Tab"):
    """Press Tab until ``name`` has the focus, and check that the focus can be seen."""
    for _ in range(most):
        page.keyboard.press(key)
        if focused(page).startswith(name):
            assert page.evaluate("""(() => { const one = document.activeElement, style = getComputedStyle(one);
                return style.outlineStyle !== 'none' || style.boxShadow !== 'none' || one.type === 'radio'; })()"""), name
            return
    raise AssertionError(f"{name} is not reached")


def test_the_page_is_met_in_a_sensible_order(chat):
    page = chat()
    assert in_order(
        tree(page), ("link", "跳到输入框"), ("banner", ""), ("heading", "湘西公积金"), ("navigation", "更多"), ("button", "大字显示"),
        ("link", "拨打公积金热线 12329"), ("main", "对话"), ("log", "对话"), ("group", "大家常问"), ("button", "租房提取"), ("button", "异地转移"),
        ("region", "先说一声"), ("button", "知道了"), ("contentinfo", ""), ("textbox", "请输入您想问的事"), ("button", "发送")) == []


def test_an_answer_is_met_question_first_with_names_for_its_parts(chat):
    page = chat()
    ask(page, "租房")
    assert in_order(
        tree(page), ("paragraph", ""), ("StaticText", "您："), ("StaticText", "租房"), ("article", ""), ("StaticText", "助手"), ("StaticText", "租房可以提取公积金"),
        ("DisclosureTriangle", "要带的材料"), ("list", ""), ("StaticText", "本人身份证"), ("DisclosureTriangle", "依据（2）"), ("group", "这条回答"),
        ("button", "有帮助"), ("button", "没帮助"), ("article", ""), ("StaticText", "多问一句"), ("group", "可以直接点选"), ("button", "两个人都有"),
        ("DisclosureTriangle", "为什么这样问"), ("button", "不再提醒"), ("article", ""), ("StaticText", "多提一个醒")) == []


def test_every_control_has_a_name(chat):
    page = chat()
    for text in ("租房", "提前还", "离职", "人工", "再见"):
        ask(page, text)
    nameless = [role for role, name in tree(page) if role in ("button", "link", "textbox", "radio", "DisclosureTriangle", "image", "dialog") and not name.strip()]
    assert nameless == []


def test_replies_states_and_notices_are_announced(chat):
    page = chat()
    log = page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite" and log.get_attribute("aria-relevant") == "additions"
    ask(page, "你好")
    assert log.locator(".turn:not(.opening) .reply").count() == 1
    for place in ("#typing", "#notice", "#staff", "#suggest-told"):
        assert page.locator(place).get_attribute("role") == "status"


def test_suggestions_are_told_and_chosen_by_keyboard(chat):
    page = chat()
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(json={"questions": [f"租房提取第{n}问？" for n in range(1, 8)]}))
    page.locator("#input").press_sequentially("租房")
    page.locator("#suggest button").first.wait_for()
    assert page.locator("#suggest button").count() == 5, "never more than five"
    assert page.locator("#suggest-told").inner_text() == "有 5 个可能的问法，按向上键选"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "租房提取第4问？"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "input" and not page.locator("#suggest").is_visible()


def test_a_whole_visit_without_a_mouse(chat):
    page = chat()
    tab_to(page, "跳到输入框")
    page.keyboard.press("Enter")
    page.keyboard.type("租房")
    page.keyboard.press("Enter")
    page.locator(".reply-reminder").wait_for()
    page.wait_for_function("() => !document.querySelector('#typing').firstChild")
    tab_to(page, "为什么提醒", key="Shift+Tab")
    page.keyboard.press("Enter")
    assert page.locator(".reply-reminder .why p").is_visible()
    tab_to(page, "两个人都有", key="Shift+Tab")
    page.keyboard.press("Space")
    page.get_by_text("那就两个人一起来").wait_for()
    assert said(page) == ["租房", "两个人都有"]
    page.wait_for_function("() => !document.querySelector('#typing').firstChild")
    tab_to(page, "有帮助")
    page.keyboard.press("Enter")
    page.get_by_text("谢谢您的评价。").wait_for()
    tab_to(page, "更多", key="Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "显示和声音"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "清除本次对话"
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="清除本次对话？").wait_for()
    for _ in range(3):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || document.querySelector('#dialog').contains(document.activeElement)"), "the focus stays in the dialog"
    page.keyboard.press("Escape")
    page.locator("#dialog").wait_for(state="hidden")
    assert focused(page) == "更多" and said(page) == ["租房", "两个人都有"]


def test_a_closed_dialog_never_keeps_the_focus(chat):
    """Not even for the moment until its close event: a key pressed then would be lost."""
    page = chat()
    from_menu(page, "清除本次对话")
    page.get_by_role("dialog", name="清除本次对话？").wait_for()
    page.evaluate("""() => {
        const dialog = document.querySelector('#dialog');
        new MutationObserver(() => { window.focusedThen ??= document.activeElement.tagName; }).observe(dialog, { attributeFilter: ['open'] });
    }""")
    page.keyboard.press("Escape")
    page.locator("#dialog").wait_for(state="hidden")
    assert page.evaluate("window.focusedThen") == "SUMMARY" and focused(page) == "更多"


def test_a_kiosk_begins_and_ends_by_keyboard(chat):
    page = chat("/kiosk")
    tab_to(page, "开始咨询", 2)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "scroller"
    tab_to(page, "结束咨询", key="Shift+Tab")
    page.keyboard.press("Enter")
    assert page.locator("#start").is_visible()
