// What the code of a run was: kept beside the journal when a process begins to
// drive it, and read again only when a rerun asks whether a work is the same.

import type { Json } from "./base/values.ts";
import type { WorkIdentities } from "./code/code.ts";
import { type CodeChanges, changedCode } from "./code/changed-code.ts";
import { identifyWorks, sameWork } from "./code/identify-works.ts";
import { snapshotCode } from "./code/snapshot.ts";
import type { AnyEvent } from "./journal/events.ts";
import type { Blob, Journal } from "./journal/journal.ts";
import type { KeptCode } from "./runtime/engine.ts";
import type { PastSpec, SameWork } from "./runtime/past.ts";
import { storedBlob } from "./runtime/store.ts";
import type { AnyWorkflow } from "./workflow/workflow.ts";

/** How long it is believed that a snapshot is still in the journal: another process may prune. */
const believedMs = 60_000;
/** Snapshots whose works are remembered in one process. */
const rememberedWorks = 100;

const known = new Map<string, WorkIdentities>();

/** Which code a run had, by the sequence from which on it had it. */
type Periods = readonly { readonly from: number; readonly hash: string }[];

export class CodeKeeper {
  readonly #journal: Journal;
  readonly #written = new Map<string, number>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** What a run's first event says of its code, with what has to be written for it. Undefined when nobody knows its file. */
  keep(definition: AnyWorkflow, file: string | undefined): KeptCode | undefined {
    const source = definition.source ?? file;
    const found = source === undefined ? undefined : snapshotCode(source);
    if (found === undefined) return undefined;
    const sources: Json = { $blob: found.hash };
    const now = performance.now();
    const at = this.#written.get(found.hash);
    if (at !== undefined && now - at < believedMs) return { sources, blobs: [] };
    this.#written.set(found.hash, now);
    return { sources, blobs: found.blobs };
  }

  /** Snapshots may be gone: they are written again. */
  forget(): void {
    this.#written.clear();
  }

  /** Compares works of an old run with those of the present code. */
  async compare(old: readonly AnyEvent[], now: KeptCode | undefined): Promise<PastSpec["sameWork"]> {
    const periods = periodsOf(old);
    const present = storedBlob(now?.sources);
    const fresh = new Map((now?.blobs ?? []).map((blob) => [blob.hash, blob]));
    const hashes = [
      ...new Set([...periods.map((it) => it.hash), ...(present === undefined ? [] : [present])]),
    ];
    const works = new Map<string, WorkIdentities>();
    for (const hash of hashes) works.set(hash, await this.#worksOf(hash, fresh));
    return (before, work) => {
      const then = periods.findLast((it) => it.from <= before.seq)?.hash;
      // Without a file there is nothing but the function's own text.
      if (then === undefined || present === undefined) return before.work === work ? "same" : "changed";
      if (work.startsWith("v:") && before.work === work)
        return sameChecks(works.get(then)!, works.get(present)!, work);
      const same = sameWork(works.get(then)!, before.work, works.get(present)!, work);
      if (same !== "unknown" || then !== present || before.work !== work) return same;
      // Nothing at all changed, and it is not known what the function captures.
      return "captures";
    };
  }

  /** Which works of the present code may hold, in local variables, what was delivered to a run. Unknown ones count as such. */
  async capturing(now: KeptCode | undefined): Promise<(work: string) => boolean> {
    const present = storedBlob(now?.sources);
    if (present === undefined) return () => true;
    const works = await this.#worksOf(present, new Map((now?.blobs ?? []).map((blob) => [blob.hash, blob])));
    return (work) => {
      // Named by hand, or made of names: it says itself what it is.
      if (work.startsWith("v:")) return false;
      const known = works(work);
      return known.unknown === true || known.delivered.length > 0;
    };
  }

  /** What changed in the code since an old run. */
  async changes(old: readonly AnyEvent[], now: KeptCode | undefined): Promise<CodeChanges | undefined> {
    const then = periodsOf(old).at(-1)?.hash;
    const present = storedBlob(now?.sources);
    if (then === undefined || present === undefined || then === present) return undefined;
    const fresh = new Map((now?.blobs ?? []).map((blob) => [blob.hash, blob]));
    const read = this.#reading(fresh);
    try {
      return await changedCode(await read(then), await read(present), read);
    } catch {
      // What was kept is gone: what changed cannot be said.
      return undefined;
    }
  }

  async #worksOf(hash: string, fresh: ReadonlyMap<string, Blob>): Promise<WorkIdentities> {
    const before = known.get(hash);
    if (before !== undefined) return before;
    const read = this.#reading(fresh);
    let works: WorkIdentities;
    try {
      works = await identifyWorks(await read(hash), read);
    } catch {
      works = () => ({ unknown: true, why: "the code it was recorded under is no longer kept" });
      return works;
    }
    if (known.size >= rememberedWorks) known.clear();
    known.set(hash, works);
    return works;
  }

  #reading(fresh: ReadonlyMap<string, Blob>): (hash: string) => Promise<Uint8Array> {
    return async (hash) => fresh.get(hash)?.bytes ?? this.#journal.blob(hash);
  }
}

const checkText = /\b[0-9a-f]{12}\b/g;

/** Works named by hand are the same; among those of a gate, its checks are named by their texts, which reach further. */
function sameChecks(old: WorkIdentities, now: WorkIdentities, work: string): SameWork {
  let found: SameWork = "same";
  for (const [text] of work.matchAll(checkText)) {
    const same = sameWork(old, text, now, text);
    if (same === "changed") return "changed";
    if (same === "captures") found = "captures";
  }
  return found;
}

function periodsOf(events: readonly AnyEvent[]): Periods {
  return events.flatMap((it) => {
    const sources = it.kind === "run.started" || it.kind === "run.claimed" ? it.data.sources : undefined;
    const hash = storedBlob(sources);
    return hash === undefined ? [] : [{ from: it.seq, hash }];
  });
}
