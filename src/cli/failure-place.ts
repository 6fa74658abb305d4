// Where in the user's own files a run failed, read from the stack that was recorded with the failure.

import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { flatten, type RunView } from "../journal/view.ts";
import { oneLine } from "./plain-text.ts";

/** This package's own code, from its sources or built. */
const own: readonly string[] = ["../../src/", "../../dist/"].map((it) =>
  fileURLToPath(new URL(it, import.meta.url)),
);

/** The line that says where; none when the failure was no exception of the user's code. */
export function failurePlace(view: RunView, folder: string = process.cwd()): readonly string[] {
  const place = placeIn(stackOf(view), folder);
  return place === undefined ? [] : [`at ${oneLine(place)}`];
}

/** The run's own stack, or that of the step that failed it, or of what failed below that one. */
function stackOf(view: RunView): string {
  const { stack, cause } = view.failure ?? {};
  if (stack !== undefined) return stack;
  const step = cause === undefined ? undefined : view.bySeq.get(cause);
  if (step === undefined) return "";
  const below = [...flatten(step.children)].findLast((it) => it.stack !== undefined);
  return step.stack ?? below?.stack ?? "";
}

function placeIn(stack: string, folder: string): string | undefined {
  const frames = stack.matchAll(/(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()\n]+?):(\d+):\d+\)?$/gm);
  for (const [, where = "", line] of frames) {
    const path = where.startsWith("file:") ? fileURLToPath(where) : where;
    if (path.includes("/node_modules/") || own.some((it) => path.startsWith(it))) continue;
    const near = relative(folder, path);
    return `${near.startsWith("..") || isAbsolute(near) ? path : near}:${line}`;
  }
  return undefined;
}
