// Embedding: everything the command line and a server may use.

import type { RunId } from "./base/ids.ts";
import type { AnyEvent } from "./journal/events.ts";
import type { RunFilter, RunHead } from "./journal/journal.ts";
import type { RunView } from "./journal/view.ts";

/** Not durable: what is going on right now, for watchers. */
export type LiveEvent =
  | { readonly kind: "live.started"; readonly run: RunId; readonly scope: string; readonly name: string; readonly step: string; readonly attempt: number; readonly at: number; readonly model?: string }
  | { readonly kind: "live.delta"; readonly run: RunId; readonly scope: string; readonly name: string; readonly attempt: number; readonly text: string }
  | { readonly kind: "live.void"; readonly run: RunId; readonly scope: string; readonly name: string; readonly attempt: number };

export interface RunHandle<Output = unknown> {
  readonly id: RunId;
  /** The run's output. Waits as long as the run waits. @throws RUN_FAILED, RUN_CANCELLED, RUN_HALTED */
  result(): Promise<Output>;
  /** Resolves when the run ended or has nothing to do until someone acts. */
  settled(): Promise<RunHead>;
  /** Past events, then new ones and live ones, until the run ends or the loop is left. */
  events(options?: { readonly after?: number; readonly live?: boolean }): AsyncIterable<AnyEvent | LiveEvent>;
  cancel(options?: { readonly by?: string; readonly because?: string }): Promise<void>;
  signal(name: string, payload: unknown, options?: { readonly id?: string; readonly by?: string }): Promise<void>;
}

/** A review as a person is shown it: the seven statements. */
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
  readonly problems: readonly { readonly check: string; readonly message: string; readonly claimed?: string; readonly found?: string; readonly where?: string; readonly path?: string }[];
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
  /** Steps of the same group that wait for the same answer. */
  readonly group?: string;
}

export interface Decision {
  readonly run: RunId;
  readonly asked: number;
  readonly decision: "approve" | "edit" | "reject" | "answer" | "send-back";
  /** Hash of what the person saw. A decision on something no longer current is refused. */
  readonly shownHash: string;
  /** The edited value, or the answers of a form. */
  readonly value?: unknown;
  readonly by: string;
  readonly because?: string;
  /** True when a flag decided. Recorded. */
  readonly auto?: boolean;
}

export interface Firebreak {
  /** Attaches to a run: its id, an unambiguous beginning or end of it, or "last". @throws RUN_UNKNOWN, RUN_AMBIGUOUS */
  run(id: string): Promise<RunHandle>;
  list(filter?: RunFilter): Promise<readonly RunHead[]>;
  view(id: string): Promise<RunView>;
  readonly reviews: {
    list(filter?: { readonly run?: RunId }): Promise<readonly ReviewItem[]>;
    decide(decision: Decision): Promise<void>;
  };
}
