// What is said when a run's code no longer does what its journal records.

import { FirebreakError } from "../base/errors.ts";
import type { RunId } from "../base/ids.ts";
import { stepPath } from "./identity.ts";
import type { Issue } from "./issue.ts";
import type { OpenIssues } from "./open-issues.ts";
import type { Completion, Records } from "./records.ts";
import { askedAnew } from "./verify.ts";

/** Most steps named in one message. */
const namedLimit = 5;

/** The next record has no step that asked for it: what is missing, and what is asked for instead. */
export function divergence(
  runId: RunId,
  next: Completion,
  queued: readonly Issue[],
  ended: boolean,
): FirebreakError {
  const fresh = queued.slice(0, namedLimit).map((it) => stepPath(it.identity.scope, it.identity.name));
  const found = fresh.length > 0 ? fresh.join(", ") : ended ? "the end of the run" : "nothing";
  const missing = stepPath(next.identity.scope, next.identity.name);
  return new FirebreakError("REPLAY_DIVERGED", { runId, missing, found });
}

/** The code waits, and for no step. */
export function notAStep(runId: RunId, lastName: string): FirebreakError {
  const after = lastName === "" ? "its start" : `step "${lastName}"`;
  return new FirebreakError("NOT_A_STEP", { runId, scope: "", after });
}

/** What a verifying replay asks for that is not recorded. */
export function missedIn(runId: RunId, issues: OpenIssues, records: Records): FirebreakError | undefined {
  const anew = askedAnew(issues.all(), records);
  if (anew.length === 0) return undefined;
  const what = `it asks for ${anew.slice(0, namedLimit).join(", ")}, which is not recorded`;
  return new FirebreakError("REPLAY_MISSED", { runId, what });
}
