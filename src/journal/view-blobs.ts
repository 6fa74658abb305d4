// Values kept beside the journal, put back into the events that refer to them, for whoever wants to show them.

import type { Json } from "../base/values.ts";
import type { AnyEvent } from "./events.ts";

/** Most bytes that are put back into the events of one run; further values stay references. */
export const loadLimit = 64_000_000;

/**
 * The same events with { "$blob": hash } replaced by the value where a step's output or input, a review or the run's
 * own input or output is kept that way. A value that cannot be read stays a reference: a view shows what there is.
 */
export async function loadValues(
  events: readonly AnyEvent[],
  read: (hash: string) => Promise<Uint8Array>,
): Promise<readonly AnyEvent[]> {
  let left = loadLimit;
  const load = async (hash: string): Promise<Json | undefined> => {
    if (left <= 0) return undefined;
    try {
      const bytes = await read(hash);
      left -= bytes.length;
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Json;
    } catch {
      return undefined;
    }
  };
  const loaded: AnyEvent[] = [];
  for (const event of events) {
    let data = event.data as { readonly [member: string]: Json };
    for (const member of ["out", "input", "output", "value", "shown"]) {
      const hash = blobHash(data[member]);
      const value = hash === undefined ? undefined : await load(hash);
      if (value !== undefined) data = { ...data, [member]: value };
    }
    loaded.push(data === (event.data as unknown) ? event : ({ ...event, data } as unknown as AnyEvent));
  }
  return loaded;
}

function blobHash(json: Json | undefined): string | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const hash = (json as { readonly [key: string]: Json })["$blob"];
  return typeof hash === "string" && Object.keys(json).length === 1 ? hash : undefined;
}
