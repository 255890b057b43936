// What the browser keeps: the session token for this tab, two display choices and, once agreed to, the visitor key. Never any chat text (ASVS 14.3.3).

/** Storage may be switched off or forbidden inside a frame; then memory lasts as long as the page. */
function kept(find) {
  const inPage = new Map();
  let storage = null;
  try { storage = find(); } catch { /* blocked by the browser */ }
  return {
    get(key) { try { return storage.getItem(key); } catch { return inPage.get(key) ?? null; } },
    set(key, value) { inPage.set(key, value); try { storage.setItem(key, value); } catch { /* page only */ } },
    remove(key) { inPage.delete(key); try { storage.removeItem(key); } catch { /* page only */ } },
  };
}

const tab = kept(() => window.sessionStorage);
const browser = kept(() => window.localStorage);

export const token = {
  get: () => tab.get("gjj.token"),
  set: (value) => tab.set("gjj.token", value),
  forget: () => tab.remove("gjj.token"),
};

/** Only there after the citizen has agreed to be reminded in this browser. */
export const visitor = {
  get: () => browser.get("gjj.visitor"),
  set: (value) => browser.set("gjj.visitor", value),
  forget: () => browser.remove("gjj.visitor"),
};

export const choice = {
  get: (name) => browser.get(`gjj.${name}`) === "1",
  set: (name, on) => (on ? browser.set(`gjj.${name}`, "1") : browser.remove(`gjj.${name}`)),
};
