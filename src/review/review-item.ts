// A question as a person is shown it: the seven statements.

import type { RunId } from "../base/ids.ts";
import type { AnyEvent, JournalEvent, Problem } from "../journal/events.ts";
import type { Journal, RunHead } from "../journal/journal.ts";
import type { Json } from "../base/values.ts";
import { stepPath } from "../runtime/identity.ts";
import { fromStored } from "../runtime/store.ts";
import { openQuestions } from "./review.ts";
import { sendBackLine } from "./send-back.ts";

export interface ReviewItem {
  readonly run: RunId;
  readonly workflow: string;
  /** Sequence of the question. `RUN:SEQ` names it on the command line. */
  readonly asked: number;
  readonly askedAt: number;
  readonly step: string;
  /** 1. What is asked. */
  readonly ask: string;
  /** 2. Why it reached a person: its author, the failed check, a policy. */
  readonly why: string;
  readonly problems: readonly Problem[];
  /** 3. What it rests on: the steps read, their models and verdicts. */
  readonly restsOn: readonly string[];
  /** 4 and 5. What happens on yes and on no. */
  readonly onYes: string;
  readonly onNo: string;
  /** 6. What happens when nobody answers, and by when. */
  readonly onSilence: string;
  readonly expiresAt?: number;
  /** 7. What a send-back would do again, and cost. */
  readonly onSendBack: string;
  readonly to?: string;
  readonly shown: unknown;
  readonly shownHash: string;
  readonly schema?: unknown;
  readonly mode: "review" | "form" | "rung" | "cap";
  /** Questions of one group wait for the same answer. */
  readonly group?: string;
}

/** Open questions, oldest first. */
export async function listReviews(
  journal: Journal,
  filter: { readonly run?: RunId } = {},
): Promise<readonly ReviewItem[]> {
  const heads =
    filter.run === undefined
      ? await journal.heads({ status: ["running", "waiting"] })
      : [await journal.head(filter.run)];
  const items: ReviewItem[] = [];
  for (const head of heads) {
    if (head === undefined || (head.status !== "running" && head.status !== "waiting")) continue;
    const events = await journal.readOpen(head.run);
    const open = openQuestions(events);
    const all = open.length === 0 ? events : await journal.read(head.run);
    for (const asked of open) items.push(await itemOf(journal, head, asked, all));
  }
  return items.sort((a, b) => a.askedAt - b.askedAt);
}

async function itemOf(
  journal: Journal,
  head: RunHead,
  asked: JournalEvent<"review.asked">,
  events: readonly AnyEvent[],
): Promise<ReviewItem> {
  const { data } = asked;
  return {
    run: head.run,
    workflow: head.workflow,
    asked: asked.seq,
    askedAt: asked.at,
    step: stepPath(data.scope, data.name),
    ask: data.ask,
    why: data.why ?? "The workflow asks for a person at this point.",
    problems: data.problems ?? [],
    restsOn: await restsOn(journal, head.run, data.reads ?? []),
    onYes: data.onYes ?? "The run goes on with the value as it is shown, or as you edit it.",
    onNo: data.onNo ?? "The step ends as rejected; unless the workflow handles that, the run fails.",
    onSilence: silence(data.expiresAt, data.onExpiry),
    ...(data.expiresAt === undefined ? {} : { expiresAt: data.expiresAt }),
    onSendBack: sendBackLine(events, asked),
    ...(data.to === undefined ? {} : { to: data.to }),
    shown: await shownValue(journal, head.run, data.shown ?? null),
    shownHash: data.hash,
    ...(data.schema === undefined ? {} : { schema: data.schema }),
    mode: data.mode,
    ...(data.group === undefined ? {} : { group: data.group }),
  };
}

function silence(expiresAt: number | undefined, onExpiry: "reject" | "approve" | "fail" | undefined): string {
  if (expiresAt === undefined)
    return "The run waits, for as long as it takes; nothing else is lost or spent.";
  const what =
    onExpiry === "approve"
      ? "counts as approved"
      : onExpiry === "reject"
        ? "counts as rejected"
        : "ends as expired";
  return `After ${new Date(expiresAt).toISOString()} it ${what}.`;
}

async function restsOn(journal: Journal, run: RunId, reads: readonly number[]): Promise<readonly string[]> {
  const events = await Promise.all(reads.slice(0, 50).map((seq) => journal.event(run, seq)));
  return events.flatMap((event) => (event === undefined ? [] : [restLine(event)]));
}

function restLine(event: AnyEvent): string {
  if (event.kind === "run.started") return "the run's input";
  if (event.kind !== "step.completed") return `event ${event.seq}`;
  const { scope, name, kind, more } = event.data;
  const verdicts =
    ((more ?? {}) as { verdicts?: readonly { check: string; result: string }[] }).verdicts ?? [];
  const judged = verdicts.map((it) => `${it.check} ${it.result}`).join(", ");
  return `${kind} ${stepPath(scope, name)}${judged === "" ? "" : ` (${judged})`}`;
}

/** A stored value with its references to other steps' outputs looked up. */
export async function shownValue(journal: Journal, run: RunId, json: Json): Promise<unknown> {
  const whole = await fromStored(json, (hash) => journal.blob(hash));
  return resolve(journal, run, whole.json);
}

async function resolve(journal: Journal, run: RunId, json: Json): Promise<unknown> {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return Promise.all(json.map((it) => resolve(journal, run, it as Json)));
  const members = json as { readonly [key: string]: Json };
  if (typeof members["$step"] === "number")
    return referred(journal, run, members["$step"], members["path"] as string | undefined);
  if (typeof members["$date"] === "string") return members["$date"];
  const entries = Object.entries("$value" in members ? (members["$value"] as typeof members) : members);
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, value]) => [key, await resolve(journal, run, value)])),
  );
}

async function referred(
  journal: Journal,
  run: RunId,
  seq: number,
  path: string | undefined,
): Promise<unknown> {
  const event = await journal.event(run, seq);
  const json = outputOf(event);
  if (json === undefined) return `(the output of event ${seq})`;
  const whole = await shownValue(journal, run, json);
  return path === undefined ? whole : atPath(whole, path);
}

function outputOf(event: AnyEvent | undefined): Json | undefined {
  if (event?.kind === "step.completed") return event.data.out;
  if (event?.kind === "run.started") return event.data.input;
  if (event?.kind === "child.ended") return event.data.output;
  if (event?.kind === "review.decided") return event.data.value;
  return undefined;
}

function atPath(value: unknown, path: string): unknown {
  let at = value;
  for (const part of path.matchAll(/\[(\d+)\]|([^.[\]]+)/g))
    at = (at as Record<string, unknown> | null | undefined)?.[part[1] ?? part[2]!];
  return at;
}
