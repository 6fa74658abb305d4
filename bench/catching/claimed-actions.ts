// Claims of actions in prose (E12): of messages that claim a done deed, how many does `receipts` stop once the call
// behind them is taken away, and how many does it stop though the call was made?
//
// Real messages of models with tools (tau-bench: an airline's and a shop's customer service), with the calls really
// made. The planted fault is a call taken out of what was done; no word of a message is changed.

import type { CheckContext } from "../../src/check/check.ts";
import { runChecks } from "../../src/check/judge-checks.ts";
import { receipts } from "../../src/check/receipts.ts";
import { answersWithoutCall } from "./claims/answers.ts";
import {
  actionsOf,
  type Call,
  conversations,
  hasEffect,
  type Message,
  messagesOf,
  readOf,
} from "./claims/conversations.ts";
import { type Label, labelByHand, labelByRule } from "./claims/labels.ts";
import { percent, resampled, share } from "./intervals.ts";
import type { PartOptions, PartResult, PartRow } from "./part.ts";

const part = "claimed-actions";
type Result = "pass" | "fail" | "unsure";
const gate = receipts();

/** What the check says to a message, with some calls taken away. */
function verdictOn(message: Message, without: readonly Call[] = []): Result {
  const calls = message.calls.filter((it) => !without.includes(it));
  return resultOf(message.text, { read: readOf(message, without), actions: actionsOf(calls) });
}

function resultOf(text: string, seen: Pick<CheckContext, "read" | "actions">): Result {
  const found = runChecks([gate], text, { input: null, ...seen });
  if (found instanceof Promise) throw new Error("the check returned a promise");
  return found[0]!.result;
}

/** A message after a successful call with an effect, its label, and the check's verdicts. */
export interface Carrier {
  readonly message: Message;
  readonly label: Label;
  readonly byHand: boolean;
  /** With the calls really made. */
  readonly real: Result;
  /** Without those made since the message before. */
  readonly planted: Result;
  /** True when other calls with an effect had succeeded before. */
  readonly hasOthers: boolean;
}

function isDone(call: Call): boolean {
  return hasEffect(call) && !call.failed;
}

export function carriersOf(messages: readonly Message[]): readonly Carrier[] {
  return messages
    .filter((it) => it.fresh.length > 0)
    .map((message) => {
      const hand = labelByHand(message.domain, message.id);
      return {
        message,
        label: hand ?? labelByRule(message.text),
        byHand: hand !== undefined,
        real: verdictOn(message),
        planted: verdictOn(message, message.fresh),
        hasOthers: message.calls.filter(isDone).length > message.fresh.length,
      };
    });
}

const stop: readonly Result[] = ["fail"];

function rate(name: string, results: readonly Result[], note: string, of: readonly Result[] = stop): PartRow {
  const hits = results.filter((it) => of.includes(it)).length;
  return {
    name,
    n: results.length,
    ...share(hits, results.length),
    note: `${hits} of ${results.length}; ${note}`,
  };
}

/** Mean of faults caught and honest claims let through, drawn by conversation; always the same verdict reaches 0.5. */
function balanced(domain: string, carriers: readonly Carrier[], { seed, quick }: PartOptions): PartRow {
  const groups = Map.groupBy(carriers, (it) => it.message.conversation);
  const figure = (drawn: readonly (readonly Carrier[])[]): number => {
    const all = drawn.flat();
    const caught = all.filter((it) => it.planted === "fail").length / all.length;
    const alarms = all.filter((it) => it.real !== "pass").length / all.length;
    return (caught + 1 - alarms) / 2;
  };
  return {
    name: `${domain}: mean of faults that fail and honest claims that pass`,
    n: 2 * carriers.length,
    ...resampled([...groups.values()], figure, { seed, resamples: quick ? 200 : 2_000 }),
    constant: 0.5,
    note: `interval by drawing ${groups.size} conversations anew`,
  };
}

/** The rows of one domain. */
export function rowsOf(
  domain: string,
  messages: readonly Message[],
  options: PartOptions,
): readonly PartRow[] {
  const all = carriersOf(messages);
  const claims = all.filter((it) => it.label === "claim");
  const alone = claims.filter((it) => !it.hasOthers);
  const beside = claims.filter((it) => it.hasOthers);
  const promises = all.filter((it) => it.label === "none");
  const before = messages.filter((it) => !it.calls.some(isDone)).map((it) => verdictOn(it));
  const planted = claims.map((it) => it.planted);
  const real = claims.map((it) => it.real);
  return [
    rate(`${domain}: claims without their call, failed`, planted, "the call behind the message taken away"),
    rate(`${domain}: claims without their call, unsure`, planted, "stopped, and sent to who can tell", [
      "unsure",
    ]),
    rate(
      `${domain}: the same where no other call was made, failed`,
      alone.map((it) => it.planted),
      "",
    ),
    rate(
      `${domain}: the same where other calls stand, failed`,
      beside.map((it) => it.planted),
      "",
    ),
    rate(`${domain}: claims with their call, failed`, real, "false alarms"),
    rate(`${domain}: claims with their call, unsure`, real, "nobody's fault, and stopped", ["unsure"]),
    rate(
      `${domain}: announcements after a call, failed or unsure`,
      promises.flatMap((it) => [it.real, it.planted]),
      "no claim, with the call and without",
      ["fail", "unsure"],
    ),
    rate(`${domain}: messages before any call was done, failed`, before, "nothing done and nothing claimed"),
    rate(`${domain}: messages before any call was done, unsure`, before, "reports of what stood before", [
      "unsure",
    ]),
    ...(claims.length === 0 ? [] : [balanced(domain, claims, options)]),
  ].map((it) => ({ ...it, note: it.note?.replace(/; $/, "") ?? "" }));
}

const unseen =
  "Rules were mended on the airline's conversations; the shop's were first looked at after that. At that first look, of " +
  "the shop's 49 claims without their call 42 failed (85.7 % [73.3, 92.9]) and 1 was unsure; before any mending it was 19 (and " +
  "12 unsure), at the airline 28 of 69 (and 23 unsure). With their calls 0 failed and 2 were unsure of 49 (20 before); of " +
  "212 shop messages before any call 2 failed. Four general mends followed that look, so both domains are in-sample in " +
  "the rows above, and another half of the data is the fair figure now.";

export async function run(options: PartOptions): Promise<PartResult> {
  const all = conversations(options.data);
  if (all === undefined) return { part, rows: [], notes: ["Skipped: there is no folder tools-taubench"] };
  const messages = all.flatMap(messagesOf);
  const domains = [...new Set(messages.map((it) => it.domain))];
  const rows: PartRow[] = domains.flatMap((domain) =>
    rowsOf(
      domain,
      messages.filter((it) => it.domain === domain),
      options,
    ),
  );
  rows.push(...noCallRows(options.data));
  return { part, rows, notes: [labelNote(messages), unseen, limits] };
}

/** Answers of twelve models that were offered tools which do not fit the question, and called none. */
function noCallRows(data: string | undefined): readonly PartRow[] {
  const results = answersWithoutCall(data).map(({ question, answer }) =>
    resultOf(answer, { read: [{ name: "question", text: question, value: question }], actions: [] }),
  );
  if (results.length === 0) return [];
  return [
    rate("answers of models that called no tool, failed", results, "false alarms; at first sight as many"),
    rate("answers of models that called no tool, unsure", results, "5 at first sight: dates, mended", [
      "unsure",
    ]),
  ];
}

const limits =
  'Nearly all claims read "… has been successfully …": other models and trades claim in other words, and a lower rate ' +
  "is to be expected there. What stays unseen: a call of the same deed stands, and the claim names nothing that it lacks.";

function labelNote(messages: readonly Message[]): string {
  const carriers = messages.filter((it) => it.fresh.length > 0);
  const known = carriers.flatMap((it) => {
    const label = labelByHand(it.domain, it.id);
    return label === undefined ? [] : [{ label, rule: labelByRule(it.text) }];
  });
  const same = known.filter((it) => it.label === it.rule).length;
  const agreed =
    known.length === 0
      ? ""
      : ` (made with these at hand: it says the same of ${same} of ${known.length}, ${percent(same / known.length)})`;
  return `${known.length} of ${carriers.length} messages after a call were labelled by the authors of this bench, the others by a rule${agreed}.`;
}
