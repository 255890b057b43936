"""No violation of WCAG 2.2 A and AA that axe can find, in any state and any colours; sizes, motion, fonts."""
import pytest

from tests.axe import violations
from tests.e2e.conftest import HOST_PAGE, ask, from_menu

EAR = "window.SpeechRecognition = class extends EventTarget {}"
VOICE = "Object.defineProperty(window, 'speechSynthesis', {value: {getVoices: () => [{lang: 'zh-CN', localService: true}], speak() {}, cancel() {}, addEventListener() {}}}); window.SpeechSynthesisUtterance = class {}"
COLOURS = ["light", "dark", "contrast"]


def dressed(colours, large=""):
    """A script that sets colours and type as a citizen would have chosen them."""
    return f"localStorage.setItem('gjj.colours', '{colours}'); localStorage.setItem('gjj.type', '{large}'); {EAR}; {VOICE};"


@pytest.mark.canned
@pytest.mark.parametrize("colours, width, height, large", [
    ("light", 1280, 800, ""), ("dark", 1280, 800, ""), ("contrast", 1280, 800, ""), ("light", 390, 844, ""), ("dark", 390, 844, "larger")])
def test_opening_and_every_kind_of_answer(chat, colours, width, height, large):
    page = chat(width=width, height=height, script=dressed(colours, large))
    assert violations(page) == [], "opening"
    for text in ("租房提取要带什么材料？", "贷款利率是多少", "提前还", "离职", "买房", "人工", "天气", "出错", "估", "再见", "原样：一\n· a：1\n· b：2\n· c：3\n· d：4"):
        ask(page, text)
    page.evaluate("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })")
    page.locator("[data-thumb=down]").first.click()
    page.locator("[data-thumb=up]").nth(1).click()
    page.locator(".aloud:visible").first.click()
    page.locator(".choice", has_text="买新房提取").click()
    page.wait_for_function("() => !document.querySelector('#typing').firstChild")
    assert violations(page) == [], "answers"


@pytest.mark.canned
@pytest.mark.parametrize("colours", COLOURS)
def test_menu_and_dialogs(chat, colours):
    page = chat(script=dressed(colours))
    ask(page, "租房")
    page.locator("#menu summary").click()
    assert violations(page) == [], "menu"
    page.keyboard.press("Escape")
    for name in ("显示和声音", "给服务打分", "隐私说明", "清除本次对话"):
        from_menu(page, name)
        assert violations(page) == [], name
        page.keyboard.press("Escape")
    for name in ("发到手机", "语音输入"):
        page.get_by_role("button", name=name).click()
        assert violations(page) == [], name
        page.keyboard.press("Escape")


@pytest.mark.canned
@pytest.mark.parametrize("colours", COLOURS)
def test_trouble_waiting_and_suggestions(chat, colours):
    page = chat(script=dressed(colours))
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(json={"questions": ["租房提取怎么办理？", "租房提取额度是多少？"]}))
    page.locator("#input").press_sequentially("租房")
    page.locator("#suggest button").first.wait_for()
    assert violations(page) == [], "suggestions"
    page.keyboard.press("Escape")
    page.locator("#input").fill("超时")
    page.locator("#input").press("Enter")
    page.locator("#typing .dots").wait_for()
    assert violations(page) == [], "typing"
    page.get_by_role("button", name="再发一次").wait_for(timeout=30000)
    page.evaluate("document.querySelector('#staff').hidden = false; document.querySelector('#staff').textContent = '工作人员正在为您服务'; document.querySelector('#newer').hidden = false")
    page.context.set_offline(True)
    page.locator("#notice").get_by_text("网络断开了").wait_for()
    page.context.set_offline(False)
    page.evaluate("document.querySelector('#notice').hidden = false; document.querySelector('#notice').textContent = '网络断开了'")
    assert violations(page) == [], "refused, offline, staff"


@pytest.mark.canned
def test_on_paper(chat):
    page = chat(script="window.print = () => dispatchEvent(new Event('beforeprint'))")
    ask(page, "租房")
    page.get_by_role("button", name="打印").click()
    page.emulate_media(media="print")
    page.evaluate("document.querySelector('#sheet').removeAttribute('aria-hidden')")
    assert [v for v in violations(page) if v[0] not in ("region", "landmark-one-main", "bypass")] == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert [v for v in violations(page) if v[0] not in ("page-has-heading-one", "bypass")] == [], "the whole conversation"


@pytest.mark.canned
def test_kiosk(chat):
    page = chat("/kiosk?idle=5&warn=120", width=1280, height=1024)
    assert violations(page) == [], "start"
    page.get_by_role("button", name="开始咨询").click()
    assert violations(page) == [], "opening"
    ask(page, "租房")
    assert violations(page) == [], "answer"
    page.get_by_role("dialog", name="您还在吗？").wait_for()
    assert violations(page) == [], "countdown"


@pytest.mark.canned
def test_embedded_in_a_page(open_page, host_site, base):
    origin, folder = host_site
    (folder / "plain.html").write_text(HOST_PAGE.format(base=base, attributes="", variables="").replace("body *", "nothing"), "utf-8")
    page = open_page(origin + "/plain.html")
    page.get_by_role("button", name="公积金咨询").click()
    page.frame_locator("iframe").locator("html[data-ready]").wait_for()
    assert [v for v in violations(page) if v[0] not in ("landmark-one-main", "region")] == [], "both are the host page's own"


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("large", ["", "large", "larger"])
def test_no_sideways_scrolling_on_phones(chat, width, large):
    page = chat(width=width, height=700, script=dressed("light", large))
    for text in ("租房提取要带什么材料？", "贷款利率是多少", "a" * 200):
        ask(page, text)
    page.evaluate("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.querySelector('#scroller').scrollWidth <= document.querySelector('#scroller').clientWidth")


def test_everything_to_press_is_at_least_44_pixels(chat):
    page = chat(width=390, height=844, script=EAR)
    ask(page, "租房提取要带什么材料？")
    small = page.evaluate("""[...document.querySelectorAll('button, a, summary, input, textarea')]
        .filter((e) => e.checkVisibility() && !e.classList.contains('skip')).map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
        .filter(([, box]) => box.width < 43.5 || box.height < 43.5).map(([text, box]) => [text, box.width, box.height])""")
    assert small == []


def test_no_animation_when_motion_is_unwanted(chat):
    page = chat(reduced_motion="reduce")
    page.evaluate("document.querySelector('#typing').append(Object.assign(document.createElement('span'), {className: 'dots', innerHTML: '<i></i>'}))")
    assert page.evaluate("getComputedStyle(document.querySelector('.dots i')).animationName") == "none"
    assert page.evaluate("getComputedStyle(document.querySelector('.reply')).animationName") == "none"


def test_chinese_fonts_are_present(chat):
    """A missing font draws the same box for different characters."""
    page = chat()
    assert page.evaluate("""(() => { const draw = (c) => { const k = document.createElement('canvas'); k.width = k.height = 40;
        const x = k.getContext('2d'); x.font = '30px ' + getComputedStyle(document.body).fontFamily; x.fillText(c, 4, 32); return k.toDataURL(); };
        return draw('湘') !== draw('积'); })()""")
