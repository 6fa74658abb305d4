// Stays with a run until it ends or nothing is left to do here: shows it, asks its questions, and at the end says
// what was caught, what came out, and how to go on.

import { setTimeout as sleep } from "node:timers/promises";
import type { RunHead } from "../journal/journal.ts";
import { caughtMistakes, flatten, type RunView } from "../journal/view.ts";
import type { Firebreak, ReviewItem, RunHandle } from "../open.ts";
import { decode } from "../base/values.ts";
import { askPerson, askTerminal } from "./ask-person.ts";
import { complain } from "./complain.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { Follower } from "./follow.ts";
import { whoActs } from "./given.ts";
import { LiveView } from "./live-view.ts";
import { estimateLine } from "./models-line.ts";
import { oneLine, wrap } from "./plain-text.ts";
import { renderReview } from "./render-review.ts";
import { renderCaught, renderEnd } from "./render-run.ts";
import { renderValue } from "./render-value.ts";
import type { Screen } from "./screen.ts";
import { length, money, plural } from "./units.ts";

export interface AttendOptions {
  /** Approves every question that can be approved, and records that a flag did. Never raises a cap. */
  readonly yes?: boolean;
  /** Stays until the run ends, also while it waits for others. */
  readonly watch?: boolean;
  /** Prints one JSON value at the end and nothing else. */
  readonly json?: boolean;
  /** The run as it stood before: in a pipe that is not told again. */
  readonly before?: RunView;
  /** A workflow's own words for its output, in place of the value. */
  readonly summary?: (output: unknown) => unknown;
}

/** Longest time closing may take after Ctrl-C, ms. */
const closeLimitMs = 3_000;

/** Attends a run and gives the exit code. Closes nothing. */
export async function attend(
  screen: Screen,
  fb: Firebreak,
  handle: RunHandle,
  options: AttendOptions,
): Promise<ExitCode> {
  const live = options.json === true ? undefined : new LiveView(screen);
  if (options.before !== undefined) live?.skip(options.before);
  const follower = new Follower(handle, live);
  const interrupt = new AbortController();
  const onInterrupt = (): void => {
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    interrupt.abort();
    follower.stop();
    screen.print(
      "",
      `Interrupted. Run ${handle.id} is kept; nothing recorded is done again.`,
      `Go on: firebreak resume ${handle.id}`,
    );
    void Promise.race([fb.close(), sleep(closeLimitMs)]).finally(() => process.exit(exitCodes.interrupted));
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  try {
    const head = await untilDone(screen, fb, handle, { ...options, follower, abort: interrupt.signal });
    await follower.reached(head.seq);
    follower.stop();
    return await finish(screen, fb, head, options);
  } finally {
    follower.stop();
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  }
}

interface Attending extends AttendOptions {
  readonly follower: Follower;
  readonly abort: AbortSignal;
}

/** Waits and asks until the run has ended, or waits for something that does not happen here. */
async function untilDone(screen: Screen, fb: Firebreak, handle: RunHandle, it: Attending): Promise<RunHead> {
  const later = new Set<string>();
  for (;;) {
    const head = await handle.settled();
    if (head.status !== "waiting") return head;
    await it.follower.reached(head.seq);
    const open = (await openReviews(fb, handle.id)).filter((item) => !later.has(nameOf(item)));
    const [item] = open;
    const decided = item !== undefined && (await settleReview(screen, fb, item, it));
    if (decided) {
      if (item.run !== handle.id) await fb.resume(item.run);
      continue;
    }
    if (item !== undefined) later.add(nameOf(item));
    if (item !== undefined && open.length > 1) continue;
    const waitsForTime = head.wakeAt !== undefined && later.size === 0;
    if (it.watch !== true && !waitsForTime) return head;
    await it.follower.passed(head.seq);
  }
}

function nameOf(item: ReviewItem): string {
  return `${item.run}:${item.asked}`;
}

/** Open questions of a run and of the runs it started. */
async function openReviews(fb: Firebreak, run: RunHandle["id"]): Promise<readonly ReviewItem[]> {
  const own = await fb.reviews.list({ run });
  const children = await fb.list({ parent: run, status: ["waiting", "running"] });
  const below = await Promise.all(children.map((it) => openReviews(fb, it.run)));
  return [...own, ...below.flat()];
}

/** Decides one question: by the flag, or by the person at this terminal. False when it stays open. */
async function settleReview(
  screen: Screen,
  fb: Firebreak,
  item: ReviewItem,
  it: Attending,
): Promise<boolean> {
  const { run, asked, shownHash } = item;
  // A flag says yes where the workflow asks. What a check did not pass is for a person to look at, and so is a cap.
  if (it.yes === true && item.mode === "review") {
    await fb.reviews.decide({ run, asked, shownHash, decision: "approve", by: "--yes", auto: true });
    return true;
  }
  if (!screen.isTerminal || !process.stdin.isTTY || it.json === true) return false;
  it.follower.pause();
  try {
    const said = await askPerson(screen, item, askTerminal(it.abort));
    if (said === "later") return false;
    await fb.reviews.decide({ run, asked, shownHash, ...said, by: whoActs() });
    return true;
  } catch (error) {
    if (it.abort.aborted) await new Promise(() => undefined);
    // Decided elsewhere meanwhile, or an answer that does not fit: told, and looked at again.
    complain(screen, error, false);
    return true;
  } finally {
    it.follower.go();
  }
}

/** Says how it stands, and gives the exit code for it. */
async function finish(
  screen: Screen,
  fb: Firebreak,
  head: RunHead,
  options: AttendOptions,
): Promise<ExitCode> {
  const view = await fb.view(head.run);
  const reviews = head.status === "waiting" ? await openReviews(fb, head.run) : [];
  if (options.json === true) screen.print(JSON.stringify(summaryJson(view, reviews)));
  else {
    screen.print(...renderCaught(screen, view, options.before), ...renderEnd(screen, view));
    if (view.status === "completed") screen.print(...(await resultLines(screen, view, options)));
    if (view.status === "waiting") screen.print(...waitingLines(screen, view, reviews));
    screen.print(...unplanted(view).map((it) => screen.style("yellow", `warning: ${it}`)));
    screen.print("", ...closingLines(screen, view));
  }
  return codeOf(view.status);
}

/** Faults that were to be planted and met no answer to spoil: a step's name may be misspelt. */
function unplanted(view: RunView): readonly string[] {
  if (view.status !== "completed") return [];
  const { sabotage } = (view.options ?? {}) as { readonly sabotage?: readonly string[] };
  const agents = [...flatten(view.steps)].filter((it) => it.kind === "agent").map((it) => it.name);
  return (sabotage ?? []).flatMap((given) => {
    const step = given.slice(0, given.indexOf("="));
    if (agents.includes(step)) return [];
    return [
      `nothing was spoilt by --sabotage ${given}: no agent's step is named "${step}". There is ${[...new Set(agents)].join(", ")}.`,
    ];
  });
}

export function codeOf(status: RunView["status"]): ExitCode {
  if (status === "completed") return exitCodes.ok;
  if (status === "failed") return exitCodes.failed;
  return status === "halted" || status === "cancelled" ? exitCodes.halted : exitCodes.waiting;
}

function summaryJson(view: RunView, reviews: readonly ReviewItem[]): unknown {
  const { run, workflow, status, ms, calls, costUsd, usage, models, standins, warnings, failure, halt } =
    view;
  const output = view.output === undefined ? undefined : view.output;
  const open = reviews.map(({ run: of, asked, ask, to }) => ({ review: `${of}:${asked}`, ask, to }));
  return {
    run,
    workflow,
    status,
    ms,
    calls,
    costUsd,
    usage,
    models,
    standins,
    warnings,
    failure,
    halt,
    output,
    reviews: open,
    caught: caughtMistakes(view),
    steps: stepCounts(view),
  };
}

async function resultLines(screen: Screen, view: RunView, options: AttendOptions): Promise<string[]> {
  if (view.output === undefined) return [];
  const value = decode(view.output).value;
  const said = options.summary === undefined ? value : await options.summary(value);
  return [
    "",
    screen.style("bold", "Result"),
    ...renderValue(screen, said, options.summary === undefined ? undefined : 1_000),
  ];
}

function waitingLines(screen: Screen, view: RunView, reviews: readonly ReviewItem[]): string[] {
  const asked = reviews.flatMap((it) => {
    const place = nameOf(it);
    const commands =
      it.mode === "form"
        ? `firebreak answer ${place} --value '{…}'`
        : `firebreak approve ${place}   (or ${it.mode === "cap" ? "reject" : "edit, send-back, reject"})`;
    return ["", ...renderReview(screen, it), `  Decide: ${commands}`];
  });
  const signals = view.waitsForSignals.map(
    (name) => `Waits for the signal "${oneLine(name)}": firebreak signal ${view.run} '${oneLine(name)}'`,
  );
  return [...asked, ...(signals.length > 0 ? ["", ...signals] : [])];
}

/** Counts of the steps people may ask about: those that did the work themselves. */
export function stepCounts(view: RunView): {
  readonly done: number;
  readonly reused: number;
  readonly rejected: number;
} {
  const all = [...flatten(view.steps)].filter((it) => it.kind !== "group");
  const leaves = all.filter((it) => it.children.length === 0);
  return {
    done: leaves.filter((it) => it.state === "done").length,
    reused: leaves.filter((it) => it.state === "reused").length,
    rejected: all.filter((it) => it.state === "rejected").length,
  };
}

function closingLines(screen: Screen, view: RunView): string[] {
  const counts = stepCounts(view);
  const reused = view.rerunOf === undefined ? "" : `, ${counts.reused} reused from ${view.rerunOf}`;
  const by =
    view.models.length === 0
      ? "no language model"
      : `${view.models.map(oneLine).join(", ")}, ${money(view.costUsd)}`;
  const said = `${view.status} in ${length(view.ms)}: ${plural(counts.done, "step")} done${reused}, ${plural(view.calls, "model call")} (${by})`;
  const estimate = estimateLine(view, process.env);
  return [
    ...wrap(said, screen.width).map((line) => screen.style("bold", line)),
    `What was checked: firebreak show ${view.run}   (--html for a page)`,
    ...(estimate === undefined ? [] : [estimate]),
  ];
}
