// Values on their way to and from the journal: above a size they are kept once,
// by their content, and the event holds a reference.

import { type Canonical, decode, type Json, sha } from "../base/values.ts";
import type { Blob } from "../journal/journal.ts";

/** JSON text longer than this, in characters, is kept beside the journal. */
export const inlineLimit = 32_768;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The JSON to write into an event; bytes that must be stored with it are pushed onto `blobs`. */
export function toStored(json: Json, size: number, blobs: Blob[]): Json {
  if (size <= inlineLimit) return json;
  const bytes = encoder.encode(JSON.stringify(json));
  const hash = sha(bytes);
  blobs.push({ hash, bytes });
  return { $blob: hash };
}

/** The hash of the bytes a stored value refers to, when it is kept beside the journal. */
export function storedBlob(json: Json | undefined): string | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const hash = (json as { readonly [key: string]: Json })["$blob"];
  return typeof hash === "string" && Object.keys(json).length === 1 ? hash : undefined;
}

/** The value that a stored JSON stands for. */
export async function fromStored(
  json: Json,
  read: (hash: string) => Promise<Uint8Array>,
): Promise<Canonical> {
  const hash = storedBlob(json);
  if (hash === undefined) return decode(json);
  return decode(JSON.parse(decoder.decode(await read(hash))) as Json);
}
