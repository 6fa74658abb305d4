// ls, show, logs: what only looks.

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { FirebreakError } from "../base/errors.ts";
import type { AnyEvent } from "../journal/events.ts";
import type { RunStatus } from "../journal/journal.ts";
import {
  decodedInput,
  decodedOutput,
  findSteps,
  flatten,
  type RunView,
  type StepView,
} from "../journal/view.ts";
import type { Firebreak } from "../open.ts";
import { stepPath } from "../runtime/identity.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { closing } from "./command-run.ts";
import { hasJournal, openProject } from "./project.ts";
import { plainJson } from "./plain-json.ts";
import { fit, oneLine } from "./plain-text.ts";
import { promptLines } from "./render-prompt.ts";
import { renderReview } from "./render-review.ts";
import { renderRun, renderStep } from "./render-run.ts";
import { renderTable } from "./render-table.ts";
import type { Screen } from "./screen.ts";
import { clockTime, length } from "./units.ts";

export interface ListFlags {
  readonly all?: boolean;
  readonly status?: string;
  readonly reviews?: boolean;
  readonly json?: boolean;
  readonly limit?: string;
}

const listed = 50;

/** Lists runs, newest first, or the questions that wait for an answer. */
export async function list(screen: Screen, flags: ListFlags): Promise<ExitCode> {
  if (!(await hasJournal())) {
    screen.print(flags.json === true ? "[]" : "No runs here yet. Start one: firebreak run FILE");
    return exitCodes.ok;
  }
  const project = await openProject();
  return closing(project, async () => {
    if (flags.reviews === true) return listOpenReviews(screen, project.fb, flags);
    const status = flags.status === undefined ? undefined : (flags.status.split(",") as RunStatus[]);
    const limit = Number(flags.limit ?? listed);
    const heads = (
      await project.fb.list({
        limit: flags.all === true ? 100_000 : limit * 4,
        ...(status === undefined ? {} : { status }),
      })
    )
      .filter((it) => flags.all === true || it.parent === undefined)
      .slice(0, flags.all === true ? undefined : limit);
    if (flags.json === true) screen.print(JSON.stringify(heads, null, 2));
    else if (heads.length === 0) screen.print("No runs.");
    else {
      const rows = heads.map((it) => [
        it.run,
        it.workflow,
        it.status,
        `${length(Date.now() - it.updatedAt)} ago`,
        String(it.seq),
        it.key ?? "",
      ]);
      screen.print(
        ...renderTable(screen, ["run", "workflow", "status", "last event", "events", "key"], rows),
      );
    }
    return exitCodes.ok;
  });
}

async function listOpenReviews(
  screen: Screen,
  fb: Awaited<ReturnType<typeof openProject>>["fb"],
  flags: ListFlags,
): Promise<ExitCode> {
  const reviews = await fb.reviews.list();
  if (flags.json === true) screen.print(JSON.stringify(reviews, null, 2));
  else if (reviews.length === 0) screen.print("No open reviews.");
  else for (const it of reviews) screen.print(...renderReview(screen, it), "");
  return exitCodes.ok;
}

export interface ShowFlags {
  readonly html?: string | true;
  readonly prompt?: boolean;
  readonly json?: boolean;
}

/** Shows a run, or one step of it, here or as a page. */
export async function show(
  screen: Screen,
  given: string,
  step: string | undefined,
  flags: ShowFlags,
): Promise<ExitCode> {
  const project = await openProject();
  return closing(project, async () => {
    const view = await project.fb.view(given);
    if (flags.html !== undefined) return writePage(screen, project.fb, view, flags.html);
    if (step === undefined && flags.prompt !== true) {
      screen.print(...(flags.json === true ? [runJson(view)] : renderRun(screen, view, Date.now())));
      return exitCodes.ok;
    }
    const steps = step === undefined ? [...view.steps] : findSteps(view, step);
    if (steps.length === 0) throw unknownStep(view, step ?? "");
    if (flags.prompt === true) screen.print(...promptLines(screen, view, steps));
    else if (flags.json === true)
      screen.print(
        JSON.stringify(
          steps.map((it) => stepJson(view, it)),
          plainJson,
          2,
        ),
      );
    else
      screen.print(
        ...steps.flatMap((it, at) => [...(at === 0 ? [] : [""]), ...renderStep(screen, view, it)]),
      );
    return exitCodes.ok;
  });
}

async function writePage(
  screen: Screen,
  fb: Firebreak,
  view: RunView,
  given: string | true,
): Promise<ExitCode> {
  const { renderPage } = await import("./html-page.ts");
  const { pageLineage } = await import("./page-lineage.ts");
  const page = renderPage(view, await pageLineage(fb, view));
  if (given === "-") {
    screen.print(page);
    return exitCodes.ok;
  }
  const file = resolve(
    given === true ? `${view.workflow.replace(/[^\w.-]/g, "_")}-${view.run.slice(-6)}.html` : given,
  );
  writeFileSync(file, page);
  screen.print(`${file}  (${Math.ceil(page.length / 1_000)} kB, one file, read-only)`);
  return exitCodes.ok;
}

function unknownStep(view: RunView, given: string): FirebreakError {
  const names = [
    ...new Set([...flatten(view.steps)].filter((it) => it.kind !== "group").map((it) => it.name)),
  ];
  return new FirebreakError("STEP_UNKNOWN", { runId: view.run, given, known: fit(names.join(", "), 200) });
}

function runJson(view: RunView): string {
  const { bySeq: _, steps, ...rest } = view;
  return JSON.stringify({ ...rest, steps: steps.map((it) => stepJson(view, it)) }, plainJson, 2);
}

function stepJson(view: RunView, step: StepView): unknown {
  const { children, ...rest } = step;
  return {
    ...rest,
    input: decodedInput(view, step),
    output: decodedOutput(step),
    children: children.map((it) => stepJson(view, it)),
  };
}

/** Prints the events of a run, one a line. */
export async function logs(
  screen: Screen,
  given: string,
  flags: { readonly follow?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const project = await openProject();
  return closing(project, async () => {
    const handle = await project.fb.run(given);
    const print = (event: AnyEvent): void =>
      screen.print(flags.json === true ? JSON.stringify(event) : eventLine(screen, event));
    const past = await project.fb.journal.read(handle.id);
    past.forEach(print);
    const head = await handle.head();
    const isOpen = head.status === "running" || head.status === "waiting";
    if (flags.follow !== true || !isOpen) return exitCodes.ok;
    for await (const event of handle.events({ after: past.at(-1)?.seq ?? 0 }))
      if ("seq" in event) print(event);
    return exitCodes.ok;
  });
}

function eventLine(screen: Screen, event: AnyEvent): string {
  const time = clockTime(event.at).slice(11);
  const data = event.data as {
    readonly scope?: string;
    readonly name?: string;
    readonly message?: string;
    readonly ms?: number;
    readonly ask?: string;
    readonly decision?: string;
    readonly by?: string;
  };
  const step =
    data.name === undefined || event.kind === "signal.received"
      ? (data.name ?? "")
      : stepPath(data.scope ?? "", data.name);
  const says = [
    step,
    data.ms === undefined ? "" : length(data.ms),
    data.message ?? "",
    data.ask ?? "",
    data.decision ?? "",
    data.by === undefined ? "" : `by ${data.by}`,
  ];
  const line = `${time}  ${String(event.seq).padStart(4)}  ${event.kind.padEnd(16)} ${oneLine(says.filter((it) => it !== "").join("  "))}`;
  const cut = screen.isTerminal ? fit(line, screen.width) : line;
  return event.kind.startsWith("run.") ? screen.style("bold", cut) : cut;
}
