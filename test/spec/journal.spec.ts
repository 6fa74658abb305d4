// What every journal owes its callers, invariant by invariant. An adapter is
// done when it passes; an adapter that breaks an invariant fails the case that
// names it (test/journal/wrong-adapters.test.ts shows so).

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { newRunId, type RunId } from "../../src/base/ids.ts";
import type { AnyEvent, NewEvent, Range } from "../../src/journal/events.ts";
import type { Journal } from "../../src/journal/journal.ts";
import {
  adopted,
  append,
  begin,
  blobOf,
  cancelled,
  claimed,
  completed,
  halted,
  intended,
  invalidated,
  late,
  lines,
  logged,
  parked,
  received,
  resumed,
  settled,
  signalled,
  started,
} from "../journal/build.ts";

export type OpenJournal = () => Journal | Promise<Journal>;

export interface JournalCase {
  readonly title: string;
  readonly run: (journal: Journal) => Promise<void>;
}

export function journalSpec(adapter: string, open: OpenJournal): void {
  describe(`${adapter} journal`, () => {
    for (const { title, run } of journalCases) {
      test(title, async () => {
        const journal = await open();
        try {
          await run(journal);
        } finally {
          await journal.close();
        }
      });
    }
  });
}

export const journalCases: readonly JournalCase[] = [
  {
    title: "numbers the events of a run 1, 2, 3 across appends, whatever other runs do (J1)",
    async run(journal) {
      const [first, second] = [await begin(journal), await begin(journal)];
      const landed = await journal.commit([
        append(first, claimed(), logged("a")),
        append(second, logged("b")),
      ]);
      await journal.commit([append(first, logged("c")), append(first, logged("d"))]);
      assert.deepEqual(
        landed.map((it) => [it.run, it.firstSeq, it.lastSeq, it.epoch]),
        [
          [first, 2, 3, 1],
          [second, 2, 2, 0],
        ],
      );
      assert.deepEqual(lines(await journal.read(first)), [
        "1 run.started",
        "2 run.claimed",
        "3 run.logged",
        "4 run.logged",
        "5 run.logged",
      ]);
      assert.deepEqual(lines(await journal.read(second)), ["1 run.started", "2 run.logged"]);
    },
  },
  {
    title: "writes nothing of a commit when one of its appends is refused (J2)",
    async run(journal) {
      const [first, second] = [await begin(journal), await begin(journal)];
      const blob = blobOf("never stored");
      const commit = journal.commit(
        [append(first, logged("a")), { run: second, expect: { seq: 7 }, events: [logged("b")] }],
        [blob],
      );
      await assert.rejects(commit, { code: "JOURNAL_CONFLICT" });
      assert.equal((await journal.read(first)).length, 1);
      assert.equal((await journal.head(first))?.seq, 1);
      await assert.rejects(journal.blob(blob.hash), { code: "BLOB_MISSING" });
    },
  },
  {
    title: "lets one of two rival appends win and tells the other which sequence stands (J3)",
    async run(journal) {
      const run = await begin(journal);
      const rivals = await Promise.allSettled(
        ["mine", "yours"].map((it) => journal.commit([{ run, expect: { seq: 1 }, events: [logged(it)] }])),
      );
      const losers = rivals.filter((it) => it.status === "rejected");
      assert.equal(losers.length, 1);
      assert.equal(losers[0]!.reason.code, "JOURNAL_CONFLICT");
      assert.match(losers[0]!.reason.message, /is at sequence 2, not at sequence 1/);
      assert.equal((await journal.read(run)).length, 2);
    },
  },
  {
    title: "refuses a second start of one run, and an event of a run that was never started (J3)",
    async run(journal) {
      const run = await begin(journal);
      await assert.rejects(journal.commit([append(run, started(run))]), { code: "JOURNAL_CONFLICT" });
      const unknown = newRunId();
      await assert.rejects(journal.commit([append(unknown, signalled)]), { code: "JOURNAL_CONFLICT" });
      assert.deepEqual(await journal.read(unknown), []);
      assert.equal(await journal.head(unknown), undefined);
    },
  },
  {
    title: "refuses a driver whose epoch has passed, also after the run ended (J4)",
    async run(journal) {
      const run = await begin(journal, {}, claimed("one"));
      const [taken] = await journal.commit([append(run, claimed("two"))]);
      assert.equal(taken?.epoch, 2);
      const late = (): Promise<unknown> =>
        journal.commit([{ run, expect: { epoch: 1 }, events: [logged("late")] }]);
      await assert.rejects(late(), { code: "JOURNAL_CONFLICT" });
      await journal.commit([{ run, expect: { epoch: 2 }, events: [cancelled] }]);
      const afterEnd = journal.commit([{ run, expect: { epoch: 2 }, events: [completed()] }]);
      await assert.rejects(afterEnd, { code: "JOURNAL_CONFLICT" });
      assert.equal((await journal.head(run))?.status, "cancelled");
      assert.equal((await journal.read(run)).length, 4);
    },
  },
  {
    title: "lets the other commits of a turn succeed when one of them is refused",
    async run(journal) {
      const run = await begin(journal);
      const results = await Promise.allSettled([
        journal.commit([append(run, logged("a"))]),
        journal.commit([{ run, expect: { seq: 1 }, events: [logged("refused")] }]),
        journal.commit([append(newRunId(), logged("no such run"))]),
        journal.commit([{ run, expect: { seq: 2 }, events: [logged("b")] }]),
      ]);
      assert.deepEqual(
        results.map((it) => it.status),
        ["fulfilled", "rejected", "rejected", "fulfilled"],
      );
      assert.equal((await journal.read(run)).length, 3);
    },
  },
  {
    title: "answers a commit only once its events can be read, and tells listeners before (J5)",
    async run(journal) {
      const told: (readonly AnyEvent[])[] = [];
      const stop = journal.listen((events) => told.push(events));
      const run = newRunId();
      let answered = 0;
      const commits = [[started(run), claimed()], [logged("a")], [logged("b")]].map(async (events) => {
        await journal.commit([append(run, ...events)]);
        answered += 1;
        assert.ok(told.flat().length >= answered);
      });
      assert.equal(answered, 0);
      await Promise.all(commits);
      assert.deepEqual(
        told.map((it) => it.map((event) => event.seq)),
        [[1, 2, 3, 4]],
      );
      assert.deepEqual(told.flat(), await journal.read(run));
      stop();
      await journal.commit([append(run, logged("unheard"))]);
      assert.equal(told.length, 1);
    },
  },
  {
    title: "takes only bytes that match their hash, and gives them back (J6)",
    async run(journal) {
      const blob = blobOf("a table of 40,000 rows");
      const run = await begin(journal);
      await journal.commit([append(run, logged("kept"))], [blob]);
      assert.deepEqual(Buffer.from(await journal.blob(blob.hash)).toString(), "a table of 40,000 rows");
      const wrong = journal.commit(
        [append(run, logged("no"))],
        [{ hash: blob.hash, bytes: new Uint8Array(3) }],
      );
      await assert.rejects(wrong, { code: "BLOB_CORRUPT" });
      await assert.rejects(journal.blob("not a hash"), { code: "BLOB_MISSING" });
      assert.equal((await journal.read(run)).length, 2);
    },
  },
  {
    title: "shows the same event for ever, whatever its writer and its readers do to theirs (J7)",
    async run(journal) {
      const payload: { amount: number } = { amount: 1 };
      const events: NewEvent[] = [{ kind: "signal.received", data: { name: "paid", payload } }];
      const run = await begin(journal);
      const commit = journal.commit([{ run, expect: {}, events }]);
      for (const change of [() => (payload.amount = 2), () => events.push(logged("smuggled"))])
        attempt(change);
      await commit;
      attempt(() => (payload.amount = 3));
      const read = (await journal.read(run)) as AnyEvent[];
      attempt(() => Object.assign((read[1]!.data as { payload: object }).payload, { amount: 4 }));
      attempt(() => read.pop());
      const again = await journal.read(run);
      assert.deepEqual(lines(again), ["1 run.started", "2 signal.received"]);
      assert.deepEqual(again[1]!.data, { name: "paid", payload: { amount: 1 } });
      assert.deepEqual(await journal.event(run, 2), again[1]);
    },
  },
  {
    title: "leaves out of readOpen what a live record covers, and nothing else (J8)",
    async run(journal) {
      const run = await begin(journal);
      const events = [
        logged("2"),
        logged("3"),
        logged("4 stands for 2 and 3", [[2, 3]]),
        logged("5"),
        logged("6"),
      ];
      await journal.commit([append(run, ...events)]);
      assert.deepEqual(seqs(await journal.readOpen(run)), [1, 4, 5, 6]);
      await journal.commit([append(run, logged("7 stands for 4 and 5", [[2, 5]]))]);
      assert.deepEqual(seqs(await journal.readOpen(run)), [1, 6, 7]);
      await journal.commit([append(run, invalidated(7))]);
      assert.deepEqual(seqs(await journal.readOpen(run)), [1, 4, 5, 6, 7, 8]);
      await assert.rejects(journal.commit([append(run, logged("9", [[8, 9]]))]), TypeError);
    },
  },
  {
    title: "agrees with the plain meaning of J8 for any nesting, overlap and invalidation (J8)",
    async run(journal) {
      const property = fc.asyncProperty(fc.array(shape, { maxLength: 40 }), async (shapes) => {
        const run = await begin(journal);
        await journal.commit([append(run, ...shapes.map((it, index) => toEvent(it, index + 2)))]);
        const all = await journal.read(run);
        assert.deepEqual(await journal.readOpen(run), openByDefinition(all));
      });
      await fc.assert(property, { numRuns: 150 });
    },
  },
  {
    title: "gives a key to one open run of a workflow and names its holder to a second start (J9)",
    async run(journal) {
      const holder = await begin(journal, { key: "march" }, claimed());
      await assert.rejects(begin(journal, { key: "march" }), {
        code: "RUN_KEY_TAKEN",
        details: { workflow: "invoices", key: "march", runId: holder },
      });
      await begin(journal, { key: "march", workflow: "payroll" });
      await begin(journal, { key: "april" });
      await journal.commit([append(holder, completed())]);
      const next = await begin(journal, { key: "march" });
      assert.deepEqual(ids(await journal.heads({ workflow: "invoices", key: "march" })), [next, holder]);
    },
  },
  {
    title: "decides rival starts with one key in one turn, and within one commit (J9)",
    async run(journal) {
      const results = await Promise.allSettled([1, 2, 3].map(() => begin(journal, { key: "k" })));
      assert.deepEqual(
        results.map((it) => it.status),
        ["fulfilled", "rejected", "rejected"],
      );
      const [first, second] = [newRunId(), newRunId()];
      const both = [first, second].map((run) => append(run, started(run, { key: "other" })));
      await assert.rejects(journal.commit(both), { code: "RUN_KEY_TAKEN" });
      assert.equal((await journal.heads({ key: "other" })).length, 0);
    },
  },
  {
    title: "keeps the key of a halted run, and gives none back to a run that was ended and resumed (J9)",
    async run(journal) {
      const run = await begin(journal, { key: "k" }, halted);
      await assert.rejects(begin(journal, { key: "k" }), { code: "RUN_KEY_TAKEN" });
      await journal.commit([append(run, cancelled)]);
      const second = await begin(journal, { key: "k" });
      const resume = journal.commit([append(run, resumed)]);
      await assert.rejects(resume, {
        code: "RUN_KEY_TAKEN",
        details: { workflow: "invoices", key: "k", runId: second },
      });
    },
  },
  {
    title: "starts one rerun of a root at a time, and tells a second which run is open (J11)",
    async run(journal) {
      const root = await begin(journal, {}, completed());
      const rerun = { root, rerunOf: root };
      const results = await Promise.allSettled([1, 2].map(() => begin(journal, rerun, claimed())));
      const [first, second] = results;
      assert.ok(first?.status === "fulfilled" && second?.status === "rejected");
      assert.equal((second.reason as { code: string }).code, "RERUN_OPEN");
      await assert.rejects(begin(journal, rerun), {
        code: "RERUN_OPEN",
        details: { runId: root, open: first.value, status: "running" },
      });
      const parent = { run: first.value, scope: "", name: "child", in: "" };
      await begin(journal, { ...rerun, parent });
      await journal.commit([append(first.value, completed())]);
      await begin(journal, rerun);
    },
  },
  {
    title: "gives an effect of a root to one of two runs, and tells the other what stands there (J10)",
    async run(journal) {
      const root = await begin(journal);
      const child = await begin(journal, { root });
      const [first, second] = await Promise.allSettled([
        journal.commit([append(root, intended("mail", "a"))]),
        journal.commit([append(child, intended("mail", "a"))]),
      ]);
      assert.equal(first.status, "fulfilled");
      assert.equal(second.status === "rejected" && second.reason.code, "EFFECT_SLOT_TAKEN");
      assert.deepEqual(second.status === "rejected" && second.reason.details, {
        tool: "mail",
        key: "a",
        runId: root,
        seq: 2,
      });
      assert.equal((await journal.read(child)).length, 1);
      await journal.commit([append(child, intended("mail", "b")), append(child, intended("post", "a"))]);
      const other = await begin(journal);
      await journal.commit([append(other, intended("mail", "a"))]);
    },
  },
  {
    title: "decides rival intents within one commit, and keeps nothing of a commit that is refused (J2, J10)",
    async run(journal) {
      const root = await begin(journal);
      const child = await begin(journal, { root });
      const both = journal.commit([
        append(root, intended("mail", "a")),
        append(child, intended("mail", "a")),
      ]);
      await assert.rejects(both, { code: "EFFECT_SLOT_TAKEN" });
      assert.equal(await journal.slot(root, "mail", "a"), undefined);
      await journal.commit([append(child, intended("mail", "a"))]);
      assert.partialDeepStrictEqual(await journal.slot(root, "mail", "a"), { run: child, state: "intended" });
    },
  },
  {
    title: "keeps how an effect stands in the commit of the events it follows from (J10)",
    async run(journal) {
      const root = await begin(journal);
      const child = await begin(journal, { root });
      const look = async (): Promise<unknown> => journal.slot(root, "mail", "a");
      await journal.commit([append(root, intended("mail", "a"))]);
      await journal.commit([append(root, settled(2, false), intended("mail", "a"))]);
      assert.partialDeepStrictEqual(await look(), { run: root, seq: 4, state: "intended", round: 0 });
      await journal.commit([append(root, received(4))]);
      assert.partialDeepStrictEqual(await look(), {
        state: "received",
        receipt: 5,
        order: 1,
        claimedBy: root,
      });
      await journal.commit([append(child, adopted(root, 4))]);
      assert.partialDeepStrictEqual(await look(), { run: root, seq: 4, state: "received", claimedBy: child });
      const amend = { revision: "r2", action: "amend", after: { run: root, seq: 4 } } as const;
      await journal.commit([append(child, intended("mail", "a", amend))]);
      assert.partialDeepStrictEqual(await look(), {
        run: child,
        seq: 3,
        action: "amend",
        before: { seq: 4 },
      });
      await journal.commit([append(child, received(3))]);
      const after = { run: child, seq: 3 };
      assert.partialDeepStrictEqual(await look(), { state: "received", revision: "r2", round: 1, order: 2 });
      await journal.commit([
        append(root, intended("mail", "a", { action: "compensate", after }), received(6)),
      ]);
      assert.partialDeepStrictEqual(await look(), { state: "compensated", round: 2 });
      await journal.commit([append(child, intended("mail", "a"))]);
      assert.equal((await journal.slots(root)).length, 1);
    },
  },
  {
    title: "refuses an intent, or an adoption, that takes an effect for what it is no more (J10)",
    async run(journal) {
      const root = await begin(journal);
      const child = await begin(journal, { root });
      await journal.commit([append(root, intended("mail", "a"), received(2))]);
      const wrong: readonly NewEvent[] = [
        intended("mail", "a"),
        intended("mail", "a", { after: { run: root, seq: 1 } }),
        intended("mail", "a", { after: { run: child, seq: 2 } }),
        adopted(root, 1),
        adopted(child, 2),
      ];
      for (const event of wrong)
        await assert.rejects(journal.commit([append(child, event)]), { code: "EFFECT_SLOT_TAKEN" });
      const after = { run: root, seq: 2 };
      await journal.commit([append(child, intended("mail", "a", { after }))]);
      await assert.rejects(journal.commit([append(child, adopted(root, 2))]), { code: "EFFECT_SLOT_TAKEN" });
      await journal.commit([append(child, settled(2, false))]);
      await assert.rejects(journal.commit([append(child, intended("mail", "a"))]), {
        code: "EFFECT_SLOT_TAKEN",
      });
      await journal.commit([append(root, intended("mail", "a", { after }))]);
    },
  },
  {
    title: "refuses to undo what a late receipt says is undone (J10)",
    async run(journal) {
      const run = await begin(journal);
      const undo = intended("mail", "a", { action: "compensate", after: { run, seq: 2 } });
      await journal.commit([append(run, intended("mail", "a"), received(2), undo)]);
      await journal.commit([append(run, late(4))]);
      assert.partialDeepStrictEqual(await journal.slot(run, "mail", "a"), { state: "compensated", round: 1 });
      const again = journal.commit([append(run, settled(4, false), undo)]);
      await assert.rejects(again, { code: "EFFECT_SLOT_TAKEN" });
      await journal.commit([append(run, intended("mail", "a"))]);
    },
  },
  {
    title: "takes a receipt that comes late for a receipt, of the latest intent alone (J10)",
    async run(journal) {
      const run = await begin(journal);
      await journal.commit([append(run, intended("mail", "a"), cancelled)]);
      await journal.commit([append(run, late(2))]);
      assert.partialDeepStrictEqual(await journal.slot(run, "mail", "a"), { state: "received", receipt: 4 });
      const other = await begin(journal);
      await journal.commit([
        append(other, intended("mail", "a"), settled(2, false), intended("mail", "a"), late(2)),
      ]);
      assert.partialDeepStrictEqual(await journal.slot(other, "mail", "a"), { seq: 4, state: "intended" });
      await journal.commit([append(other, settled(4, true), intended("mail", "b"), received(7))]);
      assert.deepEqual(
        (await journal.slots(other)).map((it) => [it.key, it.order]),
        [
          ["a", 1],
          ["b", 2],
        ],
      );
    },
  },
  {
    title: "keeps a head that says what the events say",
    async run(journal) {
      const run = await begin(journal, { key: "k", file: "flows/invoices.ts" });
      assert.partialDeepStrictEqual(await journal.head(run), {
        status: "waiting",
        ready: true,
        seq: 1,
        epoch: 0,
      });
      await journal.commit([append(run, claimed("p1"), logged("a"))]);
      assert.partialDeepStrictEqual(await journal.head(run), {
        status: "running",
        owner: "p1",
        ready: false,
        seq: 3,
        epoch: 1,
      });
      await journal.commit([append(run, parked(5_000))]);
      const head = await journal.head(run);
      assert.partialDeepStrictEqual(head, {
        status: "waiting",
        wakeAt: 5_000,
        ready: false,
        seq: 4,
        key: "k",
        file: "flows/invoices.ts",
      });
      assert.equal(head?.owner, undefined);
      await journal.commit([append(run, signalled), append(run, logged("b"))]);
      assert.partialDeepStrictEqual(await journal.head(run), { status: "waiting", ready: true, seq: 6 });
    },
  },
  {
    title: "finds runs by status, owner, key, root, parent, beginning of the id and due time, newest first",
    async run(journal) {
      const ready = await begin(journal, { workflow: "a", key: "k" });
      const asleep = await begin(journal, { workflow: "b" }, claimed(), parked(2_000));
      const running = await begin(journal, { workflow: "b" }, claimed("p9"));
      const child = await begin(
        journal,
        { root: ready, parent: { run: ready, seq: 1 } as never },
        claimed(),
        parked(),
      );
      const ended = await begin(journal, {}, completed());
      const find = async (filter: Parameters<Journal["heads"]>[0]): Promise<readonly RunId[]> =>
        ids(await journal.heads(filter));
      assert.deepEqual(await find({}), [ended, child, running, asleep, ready]);
      assert.deepEqual(await find({ limit: 2 }), [ended, child]);
      assert.deepEqual(await find({ status: ["running", "completed"] }), [ended, running]);
      assert.deepEqual(await find({ status: [] }), []);
      assert.deepEqual(await find({ owner: "p9" }), [running]);
      assert.deepEqual(await find({ key: "k", workflow: "a" }), [ready]);
      assert.deepEqual(await find({ root: ready }), [child, ready]);
      assert.deepEqual(await find({ parent: ready }), [child]);
      assert.deepEqual(await find({ prefix: asleep }), [asleep]);
      assert.deepEqual(await find({ prefix: "r" }), [ended, child, running, asleep, ready]);
      assert.deepEqual(await find({ dueAt: 1_999 }), [ready]);
      assert.deepEqual(await find({ dueAt: 2_000, status: ["waiting"] }), [asleep, ready]);
    },
  },
  {
    title: "reads a run past a sequence, one event of it, and nothing of a run nobody wrote to",
    async run(journal) {
      const run = await begin(journal, {}, logged("a"), logged("b"));
      assert.deepEqual(lines(await journal.read(run, 1)), ["2 run.logged", "3 run.logged"]);
      assert.deepEqual(await journal.read(run, 3), []);
      assert.equal(await journal.event(run, 0), undefined);
      assert.equal(await journal.event(run, 4), undefined);
      assert.deepEqual(await journal.readOpen(newRunId()), []);
    },
  },
  {
    title: "prunes ended runs with the stored values only they used, and leaves open runs alone",
    async run(journal) {
      const [shared, own] = [blobOf("shared"), blobOf("own")];
      const run = newRunId();
      const ending = [
        started(run),
        completed({ $blob: own.hash }),
        logged(JSON.stringify({ $blob: "text" })),
      ];
      await journal.commit([append(run, ...ending)], [own, shared]);
      const open = await begin(journal, { input: { rows: { $blob: shared.hash } } });
      assert.equal(await journal.prune([run, open, newRunId()]), 1);
      assert.equal(await journal.head(run), undefined);
      assert.deepEqual(await journal.read(run), []);
      await assert.rejects(journal.blob(own.hash), { code: "BLOB_MISSING" });
      assert.equal(Buffer.from(await journal.blob(shared.hash)).toString(), "shared");
      assert.equal((await journal.read(open)).length, 1);
    },
  },
  {
    title: "writes what was handed in before it closes, and refuses the rest",
    async run(journal) {
      const run = newRunId();
      const commit = journal.commit([append(run, started(run))]);
      await Promise.all([journal.close(), journal.close()]);
      assert.equal((await commit)[0]?.lastSeq, 1);
      await assert.rejects(journal.commit([append(run, logged("late"))]), { code: "JOURNAL_CLOSED" });
      await assert.rejects(journal.read(run), { code: "JOURNAL_CLOSED" });
    },
  },
];

type Shape =
  | { readonly kind: "plain" }
  | { readonly kind: "composite"; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: "invalidation"; readonly of: number };

/** Numbers in [0, 1) that are scaled to the event's place in the log. */
const fraction = fc.integer({ min: 0, max: 99 }).map((it) => it / 100);
const shape: fc.Arbitrary<Shape> = fc.oneof(
  fc.constant({ kind: "plain" } as const),
  fc.record({
    kind: fc.constant("composite" as const),
    ranges: fc.array(fc.tuple(fraction, fraction), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("invalidation" as const), of: fraction }),
);

function toEvent(it: Shape, seq: number): NewEvent {
  const below = (part: number): number => 1 + Math.floor(part * (seq - 1));
  if (it.kind === "plain") return logged("plain");
  if (it.kind === "invalidation") return invalidated(below(it.of));
  const ranges = it.ranges.map(([a, b]): Range => [
    Math.min(below(a), below(b)),
    Math.max(below(a), below(b)),
  ]);
  return logged("composite", ranges);
}

/** J8 as one would say it, without regard to cost. */
function openByDefinition(events: readonly AnyEvent[]): readonly AnyEvent[] {
  const named = new Set(events.flatMap((it) => (it.kind === "step.invalidated" ? [it.data.seq] : [])));
  const isOpen = (event: AnyEvent): boolean =>
    !events.some((it) => it.seq > event.seq && covers(it, event.seq) && isLive(it));
  const isLive = (record: AnyEvent): boolean => !named.has(record.seq) && memo(record);
  const known = new Map<number, boolean>();
  const memo = (event: AnyEvent): boolean => {
    if (!known.has(event.seq)) known.set(event.seq, isOpen(event));
    return known.get(event.seq)!;
  };
  return events.filter(memo);
}

function covers(record: AnyEvent, seq: number): boolean {
  return (record.covers ?? []).some(([first, last]) => first <= seq && seq <= last);
}

/** Frozen values throw when they are changed, copies do not: either is fine. */
function attempt(change: () => unknown): void {
  try {
    change();
  } catch (error) {
    assert.ok(error instanceof TypeError);
  }
}

function seqs(events: readonly AnyEvent[]): readonly number[] {
  return events.map((it) => it.seq);
}

function ids(heads: readonly { readonly run: RunId }[]): readonly RunId[] {
  return heads.map((it) => it.run);
}
