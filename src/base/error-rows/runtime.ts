import { type ErrorRow, row } from "./error-row.ts";

interface RuntimeErrors {
  readonly REPLAY_DIVERGED: ErrorRow<{ runId: string; missing: string; found: string }>;
  readonly NOT_A_STEP: ErrorRow<{ runId: string; scope: string; after: string }>;
  readonly IMPURE: ErrorRow<{ what: string; where: string }>;
  readonly STEP_AMBIGUOUS: ErrorRow<{ kind: string; name: string }>;
  readonly STEP_NAME: ErrorRow<{ given: string }>;
  readonly SCOPE_CLOSED: ErrorRow<{ scope: string; name: string }>;
  readonly EFFECT_IN_DOUBT: ErrorRow<{
    runId: string;
    seq: number;
    tool: string;
    key: string;
    why?: string;
  }>;
  readonly EFFECT_UNKNOWN: ErrorRow<{ runId: string; seq: number }>;
  readonly RERUN_OPEN: ErrorRow<{ runId: string; open: string; status: string }>;
  readonly RERUN_STEP_UNKNOWN: ErrorRow<{ given: string; known: string }>;
  readonly RERUN_SET_KIND: ErrorRow<{ given: string; kind: string }>;
  readonly SEND_BACK_LIMIT: ErrorRow<{ runId: string; step: string; limit: number }>;
  readonly SEND_BACK_TARGET: ErrorRow<{ runId: string; asked: number; known: string }>;
  readonly RUN_UNKNOWN: ErrorRow<{ given: string }>;
  readonly RUN_AMBIGUOUS: ErrorRow<{ given: string; matches: string }>;
  readonly RUN_FAILED: ErrorRow<{ runId: string; outcome: string; reason: string }>;
  readonly RUN_CANCELLED: ErrorRow<{ runId: string; by: string }>;
  readonly RUN_HALTED: ErrorRow<{ runId: string; reason: string; mend: string }>;
  readonly RUN_ENDED: ErrorRow<{ runId: string; status: string; verb: string }>;
  readonly RUN_OWNED: ErrorRow<{ runId: string; owner: string }>;
  readonly WORKFLOW_UNKNOWN: ErrorRow<{ workflow: string; runId: string; known: string }>;
  readonly WORKFLOW_INPUT: ErrorRow<{ workflow: string; issues: string }>;
  readonly DEFINITION_INVALID: ErrorRow<{ what: string; mend: string }>;
  readonly SCHEMA_MISMATCH: ErrorRow<{ what: string; issues: string }>;
  readonly CAP_INVALID: ErrorRow<{ what: string; given: string }>;
  readonly MAP_KEY_REPEATED: ErrorRow<{ key: string }>;
  readonly LIMIT_REACHED: ErrorRow<{ what: string; limit: number }>;
}

export const runtimeErrors: RuntimeErrors = {
  REPLAY_DIVERGED: row({
    retryable: false,
    message: (it) =>
      `the code of run ${it.runId} changed under it. Recorded, and no longer asked for: ${it.missing}. Asked for, and not recorded: ${it.found}`,
    fix: (it) =>
      `Put the steps back where they were, or go on with what still matches: firebreak resume ${it.runId} --accept. Nothing was started.`,
  }),
  NOT_A_STEP: row({
    retryable: false,
    message: (it) =>
      `the workflow awaits something that is not a step${it.scope === "" ? "" : ` in ${it.scope}`}, after ${it.after}`,
    fix: () =>
      "Do timers with ctx.sleep, and reads, fetches and other outside work inside ctx.step or a tool: only these survive a crash.",
  }),
  IMPURE: row({
    retryable: false,
    message: (it) => `${it.what} is used in a workflow outside a step, at ${it.where}`,
    fix: (it) =>
      it.what.startsWith("Math")
        ? "Use ctx.random(): it gives the same numbers when the run is replayed."
        : it.what.startsWith("Date")
          ? "Use ctx.now(): it gives the same time when the run is replayed. A rule of a schema that needs the time belongs into a check."
          : "Move it into ctx.step or a tool.",
  }),
  STEP_AMBIGUOUS: row({
    retryable: false,
    message: (it) => `two equal ${it.kind} steps named "${it.name}" are open at once in one scope`,
    fix: () => "Give each a key ({ key: … }), so that an answer can be told from the other's.",
  }),
  STEP_NAME: row({
    retryable: false,
    message: (it) => `"${it.given}" is not a step's name`,
    fix: () => "Name the step with 1 to 200 characters of text.",
  }),
  SCOPE_CLOSED: row({
    retryable: false,
    message: (it) => `step "${it.name}" was asked for in ${it.scope || "the run"} after that scope had ended`,
    fix: () => "Await everything a branch starts before it returns.",
  }),
  EFFECT_IN_DOUBT: row({
    retryable: false,
    message: (it) =>
      `run ${it.runId} has no receipt of sending ${it.tool} "${it.key}", and the receiver cannot be asked whether it arrived${it.why === undefined ? "" : ` (${it.why})`}`,
    fix: (it) =>
      `Look at the receiver, then say: firebreak settle ${it.runId}:${it.seq} --sent '<receipt as JSON>' or --not-sent. It is never sent twice by guess.`,
  }),
  EFFECT_UNKNOWN: row({
    retryable: false,
    message: (it) => `event ${it.seq} of run ${it.runId} is no effect`,
    fix: (it) => `See which one is in doubt: firebreak show ${it.runId}.`,
  }),
  RERUN_OPEN: row({
    retryable: false,
    message: (it) =>
      `run ${it.runId} cannot be done again now: run ${it.open}, of the same work, is still ${it.status}`,
    fix: () =>
      "Let that one end, answer what it asks, or cancel it; two runs of one work at once could both send.",
  }),
  RERUN_STEP_UNKNOWN: row({
    retryable: false,
    message: (it) => `the run has no step "${it.given}"; it has ${it.known}`,
    fix: () =>
      "Name a step as firebreak show prints it: a name, a path of names (a › b), or # and its number.",
  }),
  RERUN_SET_KIND: row({
    retryable: false,
    message: (it) => `the output of "${it.given}", a ${it.kind}, cannot be given by a person`,
    fix: () => "Give the output of the agent or function it belongs to, or of a step below it.",
  }),
  SEND_BACK_LIMIT: row({
    retryable: false,
    message: (it) => `step "${it.step}" of run ${it.runId} was sent back ${it.limit} times already`,
    fix: () => "Approve, edit or reject what it gave; to try something else, change the agent and rerun.",
  }),
  SEND_BACK_TARGET: row({
    retryable: false,
    message: (it) =>
      `question ${it.asked} of run ${it.runId} cannot be sent back as it is: which step? (${it.known})`,
    fix: () =>
      "Name the step that is to do its work again: --step NAME. Edit or reject where nobody made the value.",
  }),
  RUN_UNKNOWN: row({
    retryable: false,
    message: (it) => `there is no run "${it.given}" in this journal`,
    fix: () => "List the runs with firebreak ls, and check that you are in the project's folder.",
  }),
  RUN_AMBIGUOUS: row({
    retryable: false,
    message: (it) => `"${it.given}" could be ${it.matches}`,
    fix: () => "Give more characters of the id.",
  }),
  RUN_FAILED: row({
    retryable: false,
    message: (it) => `run ${it.runId} failed (${it.outcome}): ${it.reason}`,
    fix: (it) =>
      `See firebreak show ${it.runId}. After mending the cause: firebreak resume ${it.runId} tries the failed step again and keeps the rest.`,
  }),
  RUN_CANCELLED: row({
    retryable: false,
    message: (it) => `run ${it.runId} was cancelled by ${it.by}`,
    fix: () => "Start a new run if it is still wanted.",
  }),
  RUN_HALTED: row({
    retryable: false,
    message: (it) => `run ${it.runId} is halted: ${it.reason}`,
    fix: (it) => it.mend,
  }),
  RUN_ENDED: row({
    retryable: false,
    message: (it) => `run ${it.runId} is ${it.status}, so it cannot be ${it.verb}`,
    fix: (it) => `See firebreak show ${it.runId}.`,
  }),
  RUN_OWNED: row({
    retryable: true,
    message: (it) => `run ${it.runId} is being driven by another process (${it.owner})`,
    fix: () => "Wait for it, or end that process: its runs are then taken over at once.",
  }),
  WORKFLOW_UNKNOWN: row({
    retryable: false,
    message: (it) =>
      `run ${it.runId} needs the workflow "${it.workflow}", which this process does not know (it knows ${it.known})`,
    fix: () => "Pass the workflow to open({ workflows: [...] }), or resume it where its file can be loaded.",
  }),
  WORKFLOW_INPUT: row({
    retryable: false,
    message: (it) => `the input of workflow "${it.workflow}" does not fit its schema: ${it.issues}`,
    fix: () => "Correct the input. No run was started.",
  }),
  DEFINITION_INVALID: row({
    retryable: false,
    message: (it) => it.what,
    fix: (it) => it.mend,
  }),
  SCHEMA_MISMATCH: row({
    retryable: false,
    message: (it) => `${it.what} does not fit its schema: ${it.issues}`,
    fix: () => "Correct the value, or the schema.",
  }),
  CAP_INVALID: row({
    retryable: false,
    message: (it) => `the cap "${it.what}" is ${it.given}`,
    fix: () => "Give a number greater than 0, for example cap: { usd: 1, calls: 200 }.",
  }),
  MAP_KEY_REPEATED: row({
    retryable: false,
    message: (it) => `two items of a map have the key "${it.key}"`,
    fix: () => "Give each item a key of its own: ctx.map(items, work, { key: (item) => … }).",
  }),
  LIMIT_REACHED: row({
    retryable: false,
    message: (it) => `${it.what} reached its limit of ${it.limit}`,
    fix: () => "Split the work, for example into child runs.",
  }),
};
