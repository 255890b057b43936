// The names of the center's services by code, for titles on paper and on the phone. Without them a general title stands there.
import type { Reply } from "./types.ts";
import { say } from "./wording.ts";

let names: { [code: string]: string } = {};

export async function loadMatters(): Promise<void> {
  const response = await fetch("/web/matters.json");
  if (response.ok) names = await response.json();
}

/** The title of a reply's list or answer: never the citizen's own words. */
export function matterTitle(reply: Reply, isList: boolean): string {
  const matter = (reply.service && names[reply.service]) || say("title");
  return isList ? say("list.title", { matter }) : matter;
}
