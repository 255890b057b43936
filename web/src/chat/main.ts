// Assembles the page.
import { watchVoices } from "./aloud.ts";
import { startComposer } from "./composer.ts";
import { startDictation } from "./dictation.ts";
import { applyDisplay, startDisplay } from "./display.ts";
import { byId } from "./dom.ts";
import { startFrame } from "./frame.ts";
import { startKiosk } from "./kiosk.ts";
import { loadMatters } from "./matters.ts";
import { forgetWithPage } from "./memory.ts";
import { startMenu } from "./menu.ts";
import { startDialogs } from "./modal.ts";
import { startPaper } from "./paper.ts";
import { given, isKiosk } from "./place.ts";
import { Session } from "./session.ts";
import { Unread } from "./unread.ts";
import { loadWording, reword, say } from "./wording.ts";

/** The embedding page may bring a title of its own. */
function title(): void {
  const own = given().get("title")?.slice(0, 20);
  if (!own) return;
  reword("title", own);
  byId("title").textContent = own;
  document.title = own;
}

async function main(): Promise<void> {
  if (isKiosk()) forgetWithPage();
  await loadWording();
  title();
  startDialogs();
  startDisplay();
  watchVoices();
  startPaper();
  const session = new Session(() => unread.came());
  const frame = startFrame((open) => unread.setClosed(!open));
  const unread = new Unread((count) => frame.tell({ gjj: "unread", count }));
  startMenu(session.conversation, {
    quiet: (on) => session.setQuiet(on),
    async erase() {
      await session.erase();
      session.begin();
      session.conversation.remark(say("erase.done"));
    },
  });
  const composer = startComposer((text) => session.ask({ text }, text));
  startDictation(composer.show, (text) => session.conversation.remark(text));
  void loadMatters().catch(() => {});
  if (isKiosk()) {
    startKiosk({
      begin: () => session.begin(),
      end() {
        session.leave();
        composer.clear();
        forgetWithPage();
        applyDisplay();
      },
    });
  } else await session.resume();
  document.documentElement.dataset["ready"] = "true";
}

main().catch(() => { document.documentElement.dataset["ready"] = "failed"; });
