"""Large type, colours, reading aloud and speaking instead of typing."""
import pytest

from tests.e2e.conftest import ask, from_menu

VOICE = """window.spoken = []; window.cancelled = 0;
Object.defineProperty(window, 'speechSynthesis', {value: {getVoices: () => voices, speak: (u) => spoken.push(u), cancel: () => { cancelled += 1; }, addEventListener() {}}});
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
const voices = """
CHINESE = VOICE + "[{lang: 'zh-CN', localService: true}]"
EAR = """window.SpeechRecognition = class extends EventTarget { start() { window.ear = this; } stop() { this.onend(); } abort() { this.onend(); }
hear(text) { this.onresult({results: [[{transcript: text}]]}); } };"""


def colours(page):
    return page.evaluate("document.documentElement.dataset.colours")


def choose(page, group, name):
    from_menu(page, "显示和声音")
    page.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True).check()
    page.get_by_role("button", name="好了").click()


@pytest.mark.parametrize("name, pixels", [("标准", 16), ("大", 21), ("特大", 26)])
def test_three_sizes_of_type_that_are_remembered(chat, name, pixels):
    page = chat()
    choose(page, "字号", name)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.text')).fontSize)") == pixels


def test_one_press_makes_type_large_and_ordinary_again(chat):
    page = chat()
    button = page.get_by_role("button", name="大字显示")
    button.click()
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 21
    button.click()
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 16


@pytest.mark.parametrize("wish, expected", [({}, "light"), ({"color_scheme": "dark"}, "dark"), ({"contrast": "more"}, "contrast")])
def test_colours_follow_the_device(chat, wish, expected):
    assert colours(chat(**wish)) == expected


@pytest.mark.parametrize("name, expected", [("浅色", "light"), ("深色", "dark"), ("高对比", "contrast")])
def test_what_the_citizen_chose_comes_before_the_device(chat, name, expected):
    page = chat(color_scheme="dark" if expected == "light" else "light")
    choose(page, "颜色", name)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert colours(page) == expected


@pytest.mark.canned
def test_an_answer_is_read_aloud_and_stopped(chat):
    page = chat(script=CHINESE)
    ask(page, "租房")
    button = page.locator(".reply-answer").get_by_role("button", name="朗读")
    button.click()
    assert page.evaluate("spoken.map((u) => u.text)")[:2] == ["租房可以提取公积金，不用等买房。", "要带的材料：\n"]
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert button.get_attribute("aria-pressed") == "false" and page.evaluate("cancelled") >= 1


@pytest.mark.canned
def test_new_replies_are_read_by_themselves_when_wished(chat):
    page = chat(script=CHINESE)
    choose(page, "自动朗读新回复", "开")
    assert page.evaluate("spoken.pop().text") == "好的，以后我念给您听。"
    ask(page, "你好")
    page.wait_for_function("() => spoken.length > 0")
    assert page.evaluate("spoken.map((u) => u.text).join('')") == "您好，我是湘西公积金柜台助手。您想办什么事？"


@pytest.mark.canned
@pytest.mark.parametrize("voices", ["[]", "[{lang: 'en-US', localService: true}]", "[{lang: 'zh-CN', localService: false}]"])
def test_without_a_chinese_voice_of_the_device_nothing_offers_to_read(chat, voices):
    """A voice of the network would send the answer to a third party."""
    page = chat(script=VOICE + voices)
    ask(page, "租房")
    assert not page.locator(".aloud").first.is_visible()


def test_speaking_instead_of_typing(chat):
    page = chat(script=EAR)
    mic = page.get_by_role("button", name="语音输入")
    mic.click()
    assert "传给它的厂商" in page.locator("#dialog").inner_text() and page.evaluate("window.ear") is None, "told before the microphone is asked for"
    page.get_by_role("button", name="开始说").click()
    assert mic.get_attribute("aria-pressed") == "true"
    page.evaluate("ear.hear('租房怎么提取')")
    assert page.locator("#input").input_value() == "租房怎么提取" and page.locator(".bubble").count() == 0, "the citizen checks and sends"
    mic.click()
    assert mic.get_attribute("aria-pressed") == "false" and page.evaluate("document.activeElement.id") == "input"
    mic.click()
    page.evaluate("ear.onerror({error: 'not-allowed'})")
    page.get_by_text("请检查麦克风").wait_for()


def test_where_the_browser_cannot_hear_there_is_no_microphone(chat):
    page = chat(script="delete window.webkitSpeechRecognition; delete window.SpeechRecognition")
    assert not page.locator("#mic").is_visible()


@pytest.mark.canned
def test_an_older_browser_without_dialogs_gets_them_by_hand(chat):
    """Firefox 97 and Safari 15.3, of 2021 and early 2022, have no <dialog>."""
    page = chat(script="delete HTMLDialogElement.prototype.showModal")
    from_menu(page, "隐私说明")
    dialog = page.get_by_role("dialog", name="先说一声")
    assert dialog.is_visible() and dialog.get_attribute("aria-modal") == "true"
    assert page.evaluate("document.activeElement.textContent") == "知道了"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "知道了", "the focus stays inside"
    page.keyboard.press("Escape")
    assert not dialog.is_visible() and page.evaluate("document.activeElement.tagName") == "SUMMARY"
