// The suite itself is tested: engines that each break one promise must fail a
// case that names it. Otherwise a wrong engine could pass.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EmbeddedEngine, type EmbeddedOptions } from "../../src/engine/embedded/embedded.ts";
import type { RunId } from "../../src/base/ids.ts";
import type { AnyEvent, NewEvent } from "../../src/journal/events.ts";
import type { Append, Blob, Journal } from "../../src/journal/journal.ts";
import { engineCases } from "../spec/engine.spec.ts";
import { embeddedHarness, type HarnessOptions } from "./harness.ts";

/** A journal with some of its methods replaced. */
function replaced(journal: Journal, methods: Partial<Journal>): Journal {
  return new Proxy(journal, {
    get(it, name) {
      const own: unknown = Reflect.get(methods, name) ?? Reflect.get(it, name);
      return typeof own === "function" ? (own.bind(it) as unknown) : own;
    },
  });
}

function withoutEpoch(it: Append): Append {
  const { epoch: _, ...expect } = it.expect;
  return { ...it, expect };
}

/** A claim as somebody would take it who does not heed claims. */
function unclaimed(event: AnyEvent): AnyEvent {
  return event.kind === "run.claimed" ? { ...event, kind: "run.resumed", data: { code: "", by: "" } } : event;
}

/** Its commits name no epoch, and it does not hear that its run was claimed: a late driver goes on. */
const ignoresEpochs: HarnessOptions = {
  wrap: (journal) =>
    replaced(journal, {
      commit: (appends, blobs) => journal.commit(appends.map(withoutEpoch), blobs),
      listen: (listener) => journal.listen((events) => listener(events.map(unclaimed))),
      read: async (run: RunId, after?: number) => (await journal.read(run, after)).map(unclaimed),
    }),
};

/** It goes on from the start of a run, not from its records. */
const forgetsRecords: HarnessOptions = {
  wrap: (journal) =>
    replaced(journal, {
      readOpen: async (run: RunId): Promise<readonly AnyEvent[]> =>
        (await journal.readOpen(run)).filter((it) => it.kind.startsWith("run.")),
    }),
};

/** It takes every process but itself for dead. */
const takesEverything: HarnessOptions = {
  make: (options: EmbeddedOptions) =>
    new EmbeddedEngine({ ...options, liveness: { ...options.liveness!, isAlive: () => false } }),
};

class CancelsOnlyTheRun extends EmbeddedEngine {
  override async cancel(run: RunId, by: string): Promise<void> {
    const head = await this.journal.head(run);
    await this.journal.commit([
      { run, expect: { seq: head!.seq }, events: [{ kind: "run.cancelled", data: { by } }] },
    ]);
  }
}

/** It takes an intent without a receipt for one that came to nothing. */
const forgetsIntents: HarnessOptions = {
  wrap: (journal) => {
    const open = new Map<string, { readonly run: RunId; readonly seq: number }>();
    const force = (event: NewEvent): NewEvent => {
      if (event.kind !== "effect.intended") return event;
      const again = open.get(`${event.data.tool}:${event.data.key}`);
      return again === undefined ? event : { ...event, data: { ...event.data, again } };
    };
    return replaced(journal, {
      readOpen: async (run: RunId): Promise<readonly AnyEvent[]> =>
        (await journal.readOpen(run)).filter((it) => it.kind !== "effect.intended"),
      slot: async (root: RunId, tool: string, key: string) => {
        const slot = await journal.slot(root, tool, key);
        if (slot?.state !== "intended") return slot;
        open.set(`${tool}:${key}`, slot);
        return undefined;
      },
      commit: (appends: readonly Append[], blobs?: readonly Blob[]) =>
        journal.commit(
          appends.map((it) => ({ ...it, events: it.events.map(force) })),
          blobs,
        ),
    });
  },
};

const wrong: readonly (readonly [promise: string, what: string, options: HarnessOptions])[] = [
  ["E1", "forgets what was recorded", forgetsRecords],
  ["E4", "ignores epochs", ignoresEpochs],
  ["E4", "takes the runs of living processes", takesEverything],
  ["E7", "cancels only the run it is told", { make: (options) => new CancelsOnlyTheRun(options) }],
  ["E9", "forgets intents", forgetsIntents],
];

describe("the engine's suite", () => {
  for (const [promise, what, options] of wrong) {
    test(`fails an engine that ${what}, in a case that names ${promise}`, async () => {
      const failed: string[] = [];
      for (const { title, run } of engineCases.filter((it) => it.title.includes(`(${promise}`))) {
        const harness = await embeddedHarness(options);
        await Promise.race([run(harness), tooLong()]).catch(() => failed.push(title));
        await harness.close();
      }
      assert.notDeepEqual(failed, []);
    });
  }
});

/** A wrong engine may wait for ever: then it failed as well. */
async function tooLong(): Promise<never> {
  for (let turn = 0; turn < 3_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  throw new Error("it did not come to an end");
}
