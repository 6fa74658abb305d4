// A replay that verifies: the whole journal of a run is replayed, the insides of
// composite steps included, and whatever the code then asks for or makes must be
// what is recorded. Nothing is started and nothing is written.

import { childScope, stepPath } from "./identity.ts";
import type { Issue } from "./issue.ts";
import type { Completion, Records } from "./records.ts";

/** How a composite step's body differs from its record: "open" when it has not ended, undefined when it does not differ. */
export function unlikeRecord(issue: Issue, next: Completion): string | undefined {
  if (!issue.work.enter) return undefined;
  const path = stepPath(next.identity.scope, next.identity.name);
  const { event } = next;
  if (event.kind === "step.completed") {
    if (issue.threw !== undefined) return `${path} throws where it gave a value`;
    if (issue.made === undefined) return "open";
    return issue.made.hash === event.data.hash ? undefined : `${path} gives another value than before`;
  }
  if (issue.made !== undefined) return `${path} gives a value where it failed`;
  return issue.threw === undefined ? "open" : undefined;
}

/** True for a scope that nothing of this replay asks below of: its step is answered whole, or has left it. */
export function isLeft(issues: Iterable<Issue>, scope: string): boolean {
  for (const it of issues) {
    const inner = childScope(it.identity);
    if (scope !== inner && !scope.startsWith(`${inner}/`)) continue;
    if (it.inner === undefined ? it.state === "recorded" && !it.work.enter : it.inner.state !== "open")
      return true;
  }
  return false;
}

/** Names of steps that are asked for and that the journal knows nothing of. */
export function askedAnew(issues: Iterable<Issue>, records: Records): readonly string[] {
  const anew = [...issues].filter((it) => it.state === "queued" && !records.opened.has(it.key));
  return anew.map((it) => stepPath(it.identity.scope, it.identity.name));
}
