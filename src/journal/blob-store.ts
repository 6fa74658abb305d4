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
