/** Warns a minute before the log-in ends for want of use, and leaves the page when it has ended. */
import { ask } from "./dialog.js";
import { poll, send } from "./api.js";

const WARNING = 60;
const EVERY = 5000;

export function watchIdle(seconds) {
  let end = Date.now() + seconds * 1000;
  let asking = false;
  const left = () => (end - Date.now()) / 1000;
  const used = () => { end = Date.now() + seconds * 1000; };

  async function check() {
    if (left() > WARNING || asking) return;
    try {
      end = Date.now() + (await poll("/admin/api/v1/session")).idle_left * 1000; // another tab may have been used
    } catch (error) {
      if (error.status === 401) leave();
      return;
    }
    if (left() > WARNING) return;
    asking = true;
    if (await ask("您有一阵没有操作了，一分钟内会自动退出，没有保存的内容会丢失。", "继续使用")) {
      await send("POST", "/admin/api/v1/session").then(used, leave);
    }
    asking = false;
  }

  document.addEventListener("console:used", used);
  setInterval(check, EVERY);
}

function leave() {
  location.assign(`/admin/log-in?ended=1&next=${encodeURIComponent(location.pathname + location.search)}`);
}
