// The Engine port: what places and drives runs. `engine/embedded` is one
// process and one file; others may follow, and owe what test/spec/engine.spec.ts asks.

import type { RunId } from "../base/ids.ts";
import type { Json, Value } from "../base/values.ts";
import type { AnyEvent, EventData } from "../journal/events.ts";
import type { Blob, RunHead } from "../journal/journal.ts";
import type { LiveNote } from "./runtime.ts";
import type { Scope } from "./scope.ts";

/** What the first event of a run, or of a drive, says of the code, and what must be written for it. */
export interface KeptCode {
  readonly sources: Json;
  readonly blobs: readonly Blob[];
}

/** A workflow as an engine sees it. */
export interface Program {
  readonly name: string;
  /** Identity of its code. */
  readonly code: string;
  /** Its code as it is in this process, to be kept with the run. */
  kept?(): KeptCode | undefined;
  /** Executes the workflow's function in the run's own scope. */
  run(scope: Scope, started: EventData["run.started"]): Promise<unknown>;
}

/** Finds the program of a run; undefined when this process does not know it. */
export type FindProgram = (workflow: string, file: string | undefined) => Promise<Program | undefined>;

export interface StartSpec {
  readonly program: Program;
  readonly input: Value;
  readonly key?: string;
  readonly file?: string;
  readonly options?: Json;
  readonly rerunOf?: RunId;
  /** What a rerun is told, and values it holds that are kept beside the journal. */
  readonly rerun?: Json;
  readonly blobs?: readonly Blob[];
  /** Start of the run that is done again, ms. */
  readonly told?: number;
  readonly root?: RunId;
  readonly seed?: string;
}

export interface Engine {
  /** Starts a run. @throws RUN_KEY_TAKEN */
  start(spec: StartSpec): Promise<RunId>;
  /** Drives a run that is ready, due or left by a dead process. False when another process drives it, or nothing is to do. */
  drive(run: RunId): Promise<boolean>;
  /** Ends a run and its open descendants in one commit (E7). @throws RUN_UNKNOWN, RUN_ENDED */
  cancel(run: RunId, by: string, because?: string): Promise<void>;
  /** Resolves once the run ended or is parked with nothing due. */
  settled(run: RunId): Promise<RunHead>;
  /** Resolves once the run ended. */
  ended(run: RunId): Promise<RunHead>;
  /** The event that ended the run, once it has. */
  ending(run: RunId): Promise<AnyEvent>;
  /** Notes of what is going on; runs without a watcher make none. */
  watch(run: RunId, listener: (note: LiveNote) => void): () => void;
  /** Stops driving: runs stay as they are, and can be taken up by another process at once. */
  close(): Promise<void>;
}
