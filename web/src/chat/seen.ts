/** What has been shown already: a reply may arrive by WebSocket, by POST and by the history, and is shown once. */
export class Seen {
  private ids = new Set<string>();

  /** True the first time an id comes. */
  first(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    return true;
  }

  clear(): void {
    this.ids.clear();
  }
}
