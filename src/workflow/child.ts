// A workflow called from a workflow: a run of its own, started in the commit
// that records the call, ended in the commit that answers it.

import { newRunId } from "../base/ids.ts";
import { decode, sha, type Value } from "../base/values.ts";
import type { Blob } from "../journal/journal.ts";
import type { Work } from "../runtime/issue.ts";
import type { Scope } from "../runtime/scope.ts";
import { runStarted } from "../runtime/run-started.ts";
import { childWork } from "../runtime/wait.ts";
import type { ProgramEnv } from "./program.ts";
import type { AnyWorkflow, Workflow } from "./workflow.ts";

export function childRun(scope: Scope, definition: Workflow, env: ProgramEnv): Work {
  const { replay } = scope;
  return childWork(replay, definition.name, (issue) => {
    const child = newRunId();
    const blobs: Blob[] = [];
    const input: Value = issue.input === undefined ? null : decode(issue.input.json).value;
    const { scope: path, name, in: hash, gen } = issue.identity;
    const past = replay.options.past?.child(issue.identity);
    const event = runStarted(
      child,
      {
        program: {
          name: definition.name,
          code: definition.code,
          kept: () => env.keep?.(definition as unknown as AnyWorkflow),
        },
        input,
        root: replay.host.root,
        seed: sha(`${replay.seed}\n${issue.key}`),
        parent: { run: replay.host.run, scope: path, name, in: hash, ...(gen === undefined ? {} : { gen }) },
        ...(past === undefined
          ? {}
          : { rerunOf: past.run, told: past.told, rerun: { redo: [...past.redo], at: past.told } }),
        ...(env.file === undefined ? {} : { file: env.file }),
        ...(env.options === undefined ? {} : { options: env.options }),
      },
      blobs,
    );
    const append = { run: child, expect: { seq: 0 }, events: [event] };
    return { child, append, blobs, ...(past === undefined ? {} : { told: past.told }) };
  });
}
