// Values kept once by their content, and how events refer to them.

import { FirebreakError } from "../base/errors.ts";
import { sha } from "../base/values.ts";
import type { Blob } from "./journal.ts";

const reference = /"\$blob":"([0-9a-f]{32})"/g;

/** The hash under which bytes are kept must be theirs (J6). @throws BLOB_CORRUPT */
export function verifyBlob({ hash, bytes }: Blob): Blob {
  if (sha(bytes) !== hash) throw new FirebreakError("BLOB_CORRUPT", { hash });
  return { hash, bytes };
}

/** Adds the hashes of all blobs that an event's data text refers to. */
export function collectBlobs(data: string, into: Set<string>): void {
  for (const match of data.matchAll(reference)) into.add(match[1]!);
}

/** What a kept value that itself refers to others begins with: the account of a run's code. */
const manifestStart = '{"form":1,';
/** Longest such account, in bytes. */
const manifestLimit = 8 * 1024 * 1024;

/** Adds what the accounts of code among `used` refer to. */
export function followManifests(used: Set<string>, read: (hash: string) => unknown): void {
  for (const hash of [...used]) {
    const bytes = read(hash);
    if (!(bytes instanceof Uint8Array) || bytes.length > manifestLimit) continue;
    const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, manifestStart.length));
    if (start.toString() === manifestStart) collectBlobs(Buffer.from(bytes).toString(), used);
  }
}
