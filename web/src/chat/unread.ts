// Replies that came while nobody looked: a number in the title, and on the launcher of the embedding page.
import { say } from "./wording.ts";

export class Unread {
  private count = 0;
  private closed = false;

  /** `tell(count)` informs the embedding page. */
  constructor(private tell: (count: number) => void) {
    document.addEventListener("visibilitychange", () => { if (!this.away()) this.set(0); });
  }

  came(): void {
    if (this.away()) this.set(this.count + 1);
  }

  /** The window inside another page was closed or opened. */
  setClosed(on: boolean): void {
    this.closed = on;
    if (!this.away()) this.set(0);
  }

  private away(): boolean {
    return this.closed || document.hidden;
  }

  private set(count: number): void {
    if (count === this.count) return;
    this.count = count;
    document.title = count ? say("unread.title", { n: count, title: say("title") }) : say("title");
    this.tell(count);
  }
}
