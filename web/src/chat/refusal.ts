/** A refusal. `status` 0 means that the server could not be reached; `retryAfter` is seconds. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly retryAfter = 0) {
    super(message);
  }

  get isSessionOver(): boolean { return this.status === 401; }

  /** Likely to succeed when tried again a little later. */
  get isPassing(): boolean { return this.status === 0 || this.status === 503 || this.status === 429; }
}

/** The sentence of a refusal, or `otherwise` when it has none. */
export const sentence = (error: unknown, otherwise: string): string => (error instanceof Error && error.message) || otherwise;
