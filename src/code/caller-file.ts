// Which file called into this package: how a definition knows where it was written.

import { fileURLToPath } from "node:url";

/** Frames that are looked at: those of this package, then the caller's. */
const frameLimit = 8;
const ownFolder = new URL("../", import.meta.url).href;
const declaredAt = new Map<string, number>();
/** Files whose time of loading is remembered. */
const rememberedFiles = 10_000;

/**
 * The absolute path of the nearest file on the stack that is not of this package; undefined when there is none, as
 * in code that was evaluated. Costs some microseconds. Remembers when it was asked: that is when the file was loaded.
 */
export function callerFile(now: () => number = Date.now): string | undefined {
  const file = fileOnStack();
  if (file === undefined) return undefined;
  if (declaredAt.size >= rememberedFiles) declaredAt.clear();
  declaredAt.set(file, now());
  return file;
}

/** When a file was last seen declaring something, in milliseconds since 1970. */
export function loadedAt(file: string): number | undefined {
  return declaredAt.get(file);
}

function fileOnStack(): string | undefined {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = frameLimit;
  const { stack = "" } = new Error("where");
  Error.stackTraceLimit = before;
  for (const line of stack.split("\n").slice(1)) {
    // `at name (place:line:column)`, or without a name; jiti gives paths, Node gives URLs.
    const place = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):\d+:\d+\)?$/.exec(line)?.[1];
    if (place === undefined) continue;
    const path = toPath(place);
    if (path !== undefined && !place.startsWith(ownFolder) && !path.startsWith(ownPath)) return path;
  }
  return undefined;
}

const ownPath = fileURLToPath(ownFolder);

/** Modules of this package count as a package, wherever they lie: they are no part of a project. */
export function isOwnModule(path: string): boolean {
  return path.startsWith(ownPath);
}

/** Without a query, as in `file:///a/b.ts?again=1`. */
function toPath(place: string): string | undefined {
  const bare = place.replace(/[?#].*$/, "");
  try {
    return bare.startsWith("file:") ? fileURLToPath(bare) : bare;
  } catch {
    return undefined;
  }
}
