// When the conversation shows the time, and how it says it.

const QUIET_MS = 10 * 60 * 1000;
const DAY_MS = 24 * 3600 * 1000;

const dayOf = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

/** Whether a time stands before what came at `at`: after ten quiet minutes, on another day, or at the head of an old conversation. */
export function needsDivider(before: Date | null, at: Date, now: Date): boolean {
  if (before === null) return now.getTime() - at.getTime() > QUIET_MS;
  return at.getTime() - before.getTime() > QUIET_MS || dayOf(at) !== dayOf(before);
}

/** "10:05", "昨天 10:05", "11月3日 10:05" or with the year; `words` gives the wording. */
export function timeText(at: Date, now: Date, words: { yesterday: string; date: string; year: string }): string {
  const time = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
  const days = Math.round((dayOf(now) - dayOf(at)) / DAY_MS);
  if (days === 0) return time;
  if (days === 1) return `${words.yesterday} ${time}`;
  const date = (at.getFullYear() === now.getFullYear() ? words.date : words.year)
    .replace("{y}", String(at.getFullYear())).replace("{m}", String(at.getMonth() + 1)).replace("{d}", String(at.getDate()));
  return `${date} ${time}`;
}
