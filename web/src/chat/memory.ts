// What the browser keeps: the session token for this tab, display choices and, once agreed to, the visitor key. Never any chat text
// (ASVS 14.3.3). A kiosk keeps nothing beyond the page.

interface Store { get(key: string): string | null; set(key: string, value: string): void; remove(key: string): void }

let keepsNothing = false;

/** From now on everything is forgotten with the page: many people use this screen. */
export function forgetWithPage(): void {
  keepsNothing = true;
  for (const store of [tab, browser]) store.clear();
}

/** Storage may be switched off or forbidden inside a frame; then memory lasts as long as the page. */
function kept(find: () => Storage): Store & { clear(): void } {
  const inPage = new Map<string, string>();
  const storage = (): Storage | null => {
    try { return keepsNothing ? null : find(); } catch { return null; }
  };
  return {
    get: (key) => { try { return storage()?.getItem(key) ?? inPage.get(key) ?? null; } catch { return inPage.get(key) ?? null; } },
    set(key, value) { inPage.set(key, value); try { storage()?.setItem(key, value); } catch { /* page only */ } },
    remove(key) { inPage.delete(key); try { storage()?.removeItem(key); } catch { /* page only */ } },
    clear: () => inPage.clear(),
  };
}

const tab = kept(() => window.sessionStorage);
const browser = kept(() => window.localStorage);

const entry = (store: Store, key: string) => ({ get: () => store.get(key), set: (value: string) => store.set(key, value), forget: () => store.remove(key) });

export const token = entry(tab, "gjj.token");

/** Only there after the citizen has agreed to be reminded in this browser. */
export const visitor = entry(browser, "gjj.visitor");

export type Setting = "type" | "colours" | "aloud" | "quiet" | "privacy" | "dictation";

/** Display choices; null is the ordinary way. */
export const setting = {
  get: (name: Setting) => browser.get(`gjj.${name}`),
  set: (name: Setting, value: string | null) => (value ? browser.set(`gjj.${name}`, value) : browser.remove(`gjj.${name}`)),
};
