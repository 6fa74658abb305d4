// Steps that wait for something outside: a person, a signal, a time, a child
// run. What they wait for is durable before the run is parked, and the event
// that answers is also the record of the step.

import type { Value } from "../base/values.ts";
import { canonical, decode } from "../base/values.ts";
import type { RunId } from "../base/ids.ts";
import type { EventData, JournalEvent, NewEvent, StepIdentity } from "../journal/events.ts";
import type { Append, Blob } from "../journal/journal.ts";
import type { Issue, Work } from "./issue.ts";
import type { Replay } from "./replay.ts";
import { toStored } from "./store.ts";

type Asked = EventData["review.asked"];

/** A question to a person, without what the runtime adds. */
export type Question = Omit<Asked, keyof StepIdentity | "shown" | "hash" | "reads" | "may" | "expiresAt"> & {
  readonly expiresInMs?: number;
};

/** Asks a person about the issue's input; approval answers with that input itself. */
export function reviewWork(replay: Replay, question: Question, finish?: Work["finish"]): Work {
  return {
    irreversible: true,
    start: (issue) => void askPerson(replay, issue, question),
    identity: () => question.work,
    value: (event, issue) =>
      event.kind === "review.decided" && event.data.decision === "approve" ? issue.input : undefined,
    ...(finish === undefined ? {} : { finish }),
  };
}

async function askPerson(replay: Replay, issue: Issue, question: Question): Promise<void> {
  const opened = replay.records.opened.get(issue.key);
  let asked = opened as JournalEvent<"review.asked"> | undefined;
  if (asked === undefined) {
    const blobs: Blob[] = [];
    const { expiresInMs, ...rest } = question;
    const data: Asked = {
      ...issue.identity,
      ...rest,
      ...(issue.traced === undefined
        ? {}
        : { shown: toStored(issue.traced.json, issue.input?.size ?? 0, blobs) }),
      hash: issue.input?.hash ?? "",
      ...(issue.traced === undefined || issue.traced.reads.length === 0 ? {} : { reads: issue.traced.reads }),
      ...(expiresInMs === undefined ? {} : { expiresAt: replay.host.clock.now() + expiresInMs }),
      may: issue.may,
    };
    await replay.writer.commit(issue.scope, [{ kind: "review.asked", data }], blobs);
    asked = replay.records.opened.get(issue.key) as JournalEvent<"review.asked"> | undefined;
  }
  if (asked === undefined || issue.state === "ended") return;
  const { seq } = asked;
  const { hash, expiresAt, onExpiry } = asked.data;
  wait(replay, issue, expiresAt, () => {
    const decision = onExpiry === "approve" || onExpiry === "reject" ? onExpiry : "expire";
    const data = { asked: seq, decision, shownHash: hash, by: "clock", auto: true } as const;
    void decideByClock(replay, { kind: "review.decided", data });
  });
}

/** Times an expiry is written while the run moves. */
const conflictLimit = 100;

/** Decides a question that expired, unless a person did so in the same moment: one of the two counts (E10). */
async function decideByClock(
  replay: Replay,
  event: Extract<NewEvent, { kind: "review.decided" }>,
): Promise<void> {
  for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
    if (
      replay.isLost ||
      replay.records.isAnswered(event.data.asked) ||
      (await replay.writer.commitNext([event]))
    )
      return;
  }
}

/** Waits until a time. */
export function sleepWork(replay: Replay, ms: number): Work {
  return {
    start: (issue) =>
      void (async () => {
        let set = replay.records.opened.get(issue.key) as JournalEvent<"timer.set"> | undefined;
        if (set === undefined) {
          const data = { ...issue.identity, wakeAt: replay.host.clock.now() + ms, may: issue.may };
          await replay.writer.commit(issue.scope, [{ kind: "timer.set", data }]);
          set = replay.records.opened.get(issue.key) as JournalEvent<"timer.set"> | undefined;
        }
        if (set === undefined || issue.state === "ended") return;
        const { seq } = set;
        wait(
          replay,
          issue,
          set.data.wakeAt,
          () => void replay.writer.commit(issue.scope, [{ kind: "timer.fired", data: { set: seq } }]),
        );
      })(),
    finish: () => undefined,
  };
}

/** Waits for the next signal of a name that `accept` takes. A signal it refuses is passed over, with a warning. */
export function signalWork(
  replay: Replay,
  name: string,
  accept: (payload: Value) => Promise<{ ok: true; value: unknown } | { ok: false; why: string }>,
): Work {
  return {
    start: (issue) => {
      issue.state = "waiting";
      let looking = false;
      const look = (): void => {
        if (looking || issue.state === "ended") return;
        const signal = replay.records.takeSignal(name);
        if (signal === undefined) return;
        looking = true;
        void replay.busy(async () => {
          const taken = await accept(decode(signal.data.payload).value);
          looking = false;
          if (issue.state === "ended") return;
          if (!taken.ok) {
            replay.writer.append({
              kind: "run.logged",
              data: {
                scope: issue.identity.scope,
                level: "warn",
                data: { passedOver: signal.seq },
                message: `signal "${name}" was passed over: ${taken.why}`,
              },
            });
            look();
            return;
          }
          replay.signalWaits.delete(look);
          issue.state = "running";
          issue.made = canonical(taken.value ?? null, "signal");
          const data = {
            ...issue.identity,
            out: issue.made.json,
            hash: issue.made.hash,
            may: issue.may,
            at: replay.host.clock.now(),
            ms: 0,
            more: { signal: signal.seq },
          };
          await replay.live();
          await replay.writer.commit(issue.scope, [{ kind: "step.completed", data }]);
        });
      };
      replay.signalWaits.add(look);
      look();
    },
  };
}

/** Starts a child run and waits for its end. `begin` gives the append that creates it. */
export function childWork(
  replay: Replay,
  workflow: string,
  begin: (issue: Issue) => { child: RunId; append: Append; blobs: readonly Blob[]; told?: number },
): Work {
  return {
    irreversible: true,
    start: (issue) =>
      void (async () => {
        if (!replay.records.opened.has(issue.key)) {
          const { child, append, blobs, told } = begin(issue);
          const traced = issue.traced;
          const data = {
            ...issue.identity,
            child,
            workflow,
            ...(told === undefined ? {} : { told }),
            ...(traced === undefined ? {} : { input: traced.json, reads: traced.reads }),
            may: issue.may,
          };
          const event: NewEvent = { kind: "child.started", data };
          await replay.writer.commit(issue.scope, [event], blobs, [append]);
        }
        if (issue.state !== "ended") wait(replay, issue, undefined, () => undefined);
      })(),
  };
}

/** Longest time between two looks at the clock: a clock set forward delays nothing by more. */
export const scanMs = 60_000;

function wait(replay: Replay, issue: Issue, wakeAt: number | undefined, due: () => void): void {
  issue.state = "waiting";
  if (wakeAt !== undefined) {
    issue.wakeAt = wakeAt;
    until(replay, issue, wakeAt, () => {
      issue.state = "running";
      due();
    });
  }
  replay.nudge();
}

/** Calls `due` once the clock says so, never before: a machine's timers may be early, and its clock may be set back. */
export function until(replay: Replay, issue: Issue, at: number, due: () => void): void {
  let cancel = (): void => undefined;
  const look = (): void => {
    if (issue.state !== "waiting" || replay.isLost) return;
    const leftMs = at - replay.host.clock.now();
    if (leftMs > 0) cancel = replay.host.clock.after(Math.min(leftMs, scanMs), look);
    else due();
  };
  issue.abort.signal.addEventListener("abort", () => cancel());
  look();
}
