// Nobody there any more? After `quiet` seconds without a touch it asks, counting down `warn` seconds, then it is over.

export interface IdleEvents {
  /** Called every second while asking, with the seconds left. */
  ask(left: number): void;
  /** Somebody is there after all. */
  stay(): void;
  over(): void;
}

export class Idle {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private left = 0;

  constructor(private quiet: number, private warn: number, private on: IdleEvents) {}

  get asking(): boolean {
    return this.left > 0;
  }

  /** Begin, or begin anew: somebody touched the screen. */
  touch(): void {
    const asked = this.asking;
    this.stop();
    this.timer = setTimeout(() => this.count(this.warn), this.quiet * 1000);
    if (asked) this.on.stay();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.left = 0;
  }

  private count(left: number): void {
    this.left = left;
    if (left <= 0) {
      this.on.over();
      return;
    }
    this.on.ask(left);
    this.timer = setTimeout(() => this.count(left - 1), 1000);
  }
}

/** A number of seconds from the address, kept within sense. */
export function seconds(given: string | null, otherwise: number, least: number, most: number): number {
  const value = Number(given);
  return given && Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : otherwise;
}
