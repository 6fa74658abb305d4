// What a run leaves behind at the receivers when it comes to its end: effects
// of earlier runs of its root that it did not ask for again, and its own that
// rest on a record that was undone. Nobody answers for them any more.
//
//   O1. They are undone from the last receipt to the first, each journaled like any effect, before the run completes.
//   O2. What cannot be undone is shown to a person, all of it at once; a no fails the run.
//   O3. The list is recorded before anything is undone: a run that is killed goes on with the same list.

import { canonical, type Value } from "../base/values.ts";
import { toolEffect } from "../agent/tool-effect.ts";
import type { EventData } from "../journal/events.ts";
import { type EffectSlot, standing } from "../journal/effect-slot.ts";
import { compositeWork } from "../runtime/composite.ts";
import { compensateWork } from "../runtime/effect.ts";
import { stoodAt } from "../runtime/effect-send.ts";
import { childScope } from "../runtime/identity.ts";
import { leafWork } from "../runtime/leaf.ts";
import type { Replay } from "../runtime/replay.ts";
import type { Scope } from "../runtime/scope.ts";
import { StepError } from "../runtime/step-error.ts";
import { reviewWork } from "../runtime/wait.ts";
import type { Effect, Tool } from "../tool/tool.ts";

export interface Settlement {
  readonly started: EventData["run.started"];
  /** The tool of a name, where this process knows it. */
  readonly tool: (name: string) => Tool | undefined;
}

/** An effect that nobody answers for. */
interface Orphan {
  readonly tool: string;
  readonly key: string;
  /** The run that sent it, and its intent there. */
  readonly run: string;
  readonly intent: number;
  readonly sent: Value;
  readonly receipt: Value;
  readonly undo: "compensate" | "person";
  /** Why a person must look. */
  readonly why?: string;
}

const branchName = "effects";

/**
 * Undoes, or shows to a person, what the run no longer asks for. Runs without effects do nothing here.
 * @throws StepError of outcome `rejected` when a person does not let stand what cannot be undone.
 */
export async function settleOrphans(scope: Scope, it: Settlement): Promise<void> {
  const { replay } = scope;
  const isRerun = it.started.rerunOf !== undefined && it.started.parent === undefined;
  if (!isRerun && !replay.records.isCut) return;
  // Another invalidation makes another list.
  const input = { run: replay.host.run, cut: replay.records.cutAt };
  if (!isBegun(replay, canonical(input).hash)) {
    const found = await replay.busy(() => orphanSlots(replay, isRerun));
    if (found.length === 0) return;
  }
  const work = compositeWork(replay, { body: (call) => undoAll(call.scope, it, isRerun) });
  await replay.issue(scope, "branch", branchName, input, work);
}

/** The list, or more, is recorded: then it is asked for again, whatever is left to do. */
function isBegun({ records }: Replay, input: string): boolean {
  const identity = { scope: "", name: branchName, kind: "branch", in: input } as const;
  const isIt = (
    found: typeof identity | { readonly scope: string; readonly name: string; readonly in: string },
  ) => found.scope === "" && found.name === branchName && found.in === input;
  return records.scopes.has(childScope(identity)) || records.queue.some((found) => isIt(found.identity));
}

/** From the last receipt to the first; what is in doubt comes before, since it may be the latest. */
async function orphanSlots(replay: Replay, isRerun: boolean): Promise<readonly EffectSlot[]> {
  const { run, effects } = replay.host;
  const slots = await effects.slots();
  if (slots.length === 0) return [];
  const family = await effects.family();
  const isOwnLeft = replay.records.isCut ? await leftIntents(replay) : () => false;
  const isOrphan = (slot: EffectSlot): boolean => {
    const stands = standing(slot);
    if (slot.state === "intended" && !family.has(slot.run)) return isRerun;
    if (stands === undefined) return false;
    if (!family.has(stands.claimedBy)) return isRerun;
    return stands.run === run && stands.claimedBy === run && isOwnLeft(stands.seq);
  };
  return slots.filter(isOrphan).toReversed();
}

interface EffectRecord {
  readonly effect?: { readonly intent: number; readonly run?: string };
  readonly scope?: string;
}

/**
 * Which intents of the run itself were recorded before records were undone, by steps that nobody has asked for since.
 * One that a step answered with afterwards is claimed again.
 */
async function leftIntents(replay: Replay): Promise<(intent: number) => boolean> {
  const { run, effects } = replay.host;
  const moreOf = (event: { readonly data: object }): EffectRecord =>
    ((event.data as { readonly more?: EffectRecord }).more ?? {}) as EffectRecord;
  const intentOf = ({ effect }: EffectRecord): number | undefined =>
    effect === undefined || (effect.run ?? run) !== run ? undefined : effect.intent;
  const left = replay.leftBehind().map((it) => moreOf(it.event));
  const own = new Set(left.map(intentOf));
  // A composite step stands for the effects below it.
  const scopes = left.flatMap((it) => (it.scope === undefined ? [] : [it.scope]));
  for (const slot of await effects.slots()) {
    if (scopes.length === 0 || slot.run !== run) continue;
    const event = await effects.event(run, slot.seq);
    const at = event?.kind === "effect.intended" ? event.data.scope : undefined;
    if (at !== undefined && scopes.some((scope) => `${at}/`.startsWith(`${scope}/`))) own.add(slot.seq);
  }
  for (const event of await replay.host.readAfter(replay.records.cutAt))
    if (event.kind === "step.completed") own.delete(intentOf(moreOf(event)));
  return (intent) => own.has(intent);
}

async function undoAll(scope: Scope, it: Settlement, isRerun: boolean): Promise<Value> {
  const { replay } = scope;
  const list = leafWork(replay, {
    run: async () =>
      Promise.all((await orphanSlots(replay, isRerun)).map((slot) => orphanOf(replay, it, slot))),
  });
  // Named with the run, so that no rerun of it takes the list over.
  const orphans = (await replay.issue(
    scope,
    "function",
    "not asked for any more",
    { run: replay.host.run, cut: replay.records.cutAt },
    list,
  )) as unknown as readonly Orphan[];
  const rest: Orphan[] = [];
  for (const orphan of orphans) {
    const why = orphan.undo === "person" ? orphan.why : await undone(scope, it, orphan);
    if (why !== undefined) rest.push({ ...orphan, undo: "person", why });
  }
  if (rest.length > 0) await askToStand(scope, rest);
  return { undone: orphans.length - rest.length, stands: rest.length };
}

async function orphanOf(replay: Replay, it: Settlement, slot: EffectSlot): Promise<Orphan> {
  const stands = slot.state === "intended" ? undefined : standing(slot);
  const stood = stands === undefined ? undefined : await stoodAt(replay, stands);
  const why = needsPerson(effectOf(it, slot.tool), slot, stood !== undefined);
  const { tool, key } = slot;
  const { run, seq: intent } = stands ?? slot;
  const known = { tool, key, run, intent, sent: stood?.input ?? null, receipt: stood?.receipt ?? null };
  return why === undefined ? { ...known, undo: "compensate" } : { ...known, undo: "person", why };
}

function effectOf(it: Settlement, name: string): Effect<unknown, unknown> | undefined {
  const tool = it.tool(name);
  return tool === undefined || tool.effect === "none" ? undefined : tool.effect;
}

function needsPerson(
  effect: Effect<unknown, unknown> | undefined,
  slot: EffectSlot,
  isRead: boolean,
): string | undefined {
  if (effect === undefined) return "this process does not know its tool";
  if (effect.compensate === undefined) return "its tool has no way to undo it";
  if (slot.state !== "intended") return isRead ? undefined : "its record cannot be read any more";
  return effect.probe === undefined ? "it has no receipt, and its receiver cannot be asked" : undefined;
}

/** Undoes one. Returns why it could not be undone, when it is certain that nothing was. */
async function undone(scope: Scope, it: Settlement, orphan: Orphan): Promise<string | undefined> {
  const { replay } = scope;
  const { tool: name, key, run, intent } = orphan;
  const tool = it.tool(name);
  const effect = effectOf(it, name);
  // Recorded steps answer by themselves, also where the tool is not known any more.
  const target = { key, run: run as EffectSlot["run"], seq: intent };
  const spec =
    tool === undefined || effect === undefined ? unknownTool(name) : toolEffect(scope, tool, effect);
  try {
    const input = { tool: name, key, run, intent };
    await replay.issue(scope, "tool", `undo ${name}`, input, compensateWork(replay, spec, target));
    return undefined;
  } catch (error) {
    if (StepError.is(error, "failed")) return error.message;
    throw error;
  }
}

/** Without a way to undo: the step fails for certain, and a person is shown the effect. */
function unknownTool(tool: string) {
  return {
    tool,
    key: () => "",
    send: () => Promise.reject(new Error(`the tool "${tool}" is not known here`)),
  };
}

async function askToStand(scope: Scope, rest: readonly Orphan[]): Promise<void> {
  const { replay } = scope;
  const shown = rest.map(({ tool, key, run, intent, sent, receipt, why = "" }) => {
    return { tool, key, sent, receipt, why, run, intent };
  });
  const work = reviewWork(replay, {
    ask: "These effects were sent before, are not asked for any more, and could not be undone. May they stand?",
    mode: "review",
    why:
      "Run " +
      [...new Set(rest.map((it) => it.run))].join(", ") +
      " sent them; what they rest on has changed since.",
    onYes: "They stay as they are at their receivers, and the run completes.",
    onNo: "The run fails as rejected. What was undone stays undone.",
  });
  await replay.issue(scope, "review", "what could not be undone", shown, work);
}
