// What the chat API sends and takes (docs/api.md). Fields may be missing and types may be new: the page shows what it knows.

export type Kind = "answer" | "question" | "reminder" | "clarify" | "form" | "handoff" | "smalltalk" | "decline" | "error";

export interface Source { title?: string; article?: string | null; effective_from?: string | null }
export interface Button { id: string; title: string }
export interface Table { type: "table"; title?: string; columns?: string[]; rows?: (string | number)[][] }
export interface Series { name: string; values: number[] }
export interface Chart { type: "chart"; kind: "line" | "bars"; title?: string; labels?: string[]; series?: Series[] }
export interface Calendar { type: "ics"; title?: string; filename?: string; content?: string }
export interface RatingRequest { type: "rating" }
export type Attachment = Table | Chart | Calendar | RatingRequest;

export interface Reply {
  id: string;
  kind: Kind;
  text?: string;
  service?: string | null;
  aspect?: string | null;
  rule?: string | null;
  why?: string | null;
  sources?: Source[];
  buttons?: Button[];
  attachments?: Attachment[];
  /** Written by a member of staff. */
  staff?: boolean;
}

export interface HistoryEntry { from: "citizen" | "assistant" | "staff"; text: string; at: string; id: string; reply?: Reply }
export interface Greeting { text: string; ask: string }

/** What the citizen sends: typed words or a pressed button. */
export type Message = { id: string; text: string } | { id: string; choice: string };

export type StaffWords = { id: string; text: string; at?: string };
