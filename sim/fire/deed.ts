// What the processes of the fire test tell each other: what is done to a
// receiver, what receivers write down, and where a kill is to land.

/** One thing done to a receiver. Scenarios are made so that no deed is wanted twice. */
export interface Deed {
  readonly tool: string;
  /** Names the slot. */
  readonly id: string;
  readonly action: "send" | "amend" | "compensate";
  /** Stands for the revision. */
  readonly n: number;
}

/** What a sender says beside the deed: which process it is, and when it began. */
export interface Sent extends Deed {
  readonly pid: number;
  readonly started: number;
  /** How often the receiver refuses it before it takes it. */
  readonly refuse?: number;
}

/** Places in the window between the durable intent and the durable receipt, in the order in which they are passed. */
export const stages = ["before", "mid", "arrived", "applied", "answered"] as const;
export type Stage = (typeof stages)[number];

/** Where the sending process passes; the rest is passed by the receivers. */
export const senderStages: ReadonlySet<Stage> = new Set<Stage>(["before", "mid", "answered"]);

/** A line of a receiver's ledger. */
export interface LedgerLine extends Sent {
  readonly at: number;
  /** The idempotency key. */
  readonly key: string;
  readonly what: "arrived" | "applied" | "repeat" | "dropped" | "refused" | "answered";
}

/** Stops whoever passes a stage, after letting some pass, until it is let go or killed. */
export interface Hold {
  readonly stage: Stage;
  readonly skip: number;
}

/** Longest time anything is held, ms: a harness that died holds nobody for ever. */
export const holdLimitMs = 5_000;

/** Holds one passer at one stage, and says so. */
export class Holder {
  #hold: Hold | undefined;
  #release: (() => void) | undefined;
  readonly #tell: (stage: Stage) => void;

  constructor(tell: (stage: Stage) => void) {
    this.#tell = tell;
  }

  set(hold: Hold | undefined): void {
    this.#hold = hold;
    this.#release?.();
    this.#release = undefined;
  }

  async pass(stage: Stage): Promise<void> {
    const hold = this.#hold;
    if (hold === undefined || hold.stage !== stage) return;
    if (hold.skip > 0) {
      this.#hold = { stage, skip: hold.skip - 1 };
      return;
    }
    this.#hold = undefined;
    const released = new Promise<void>((resolve) => {
      this.#release = resolve;
      setTimeout(resolve, holdLimitMs).unref();
    });
    this.#tell(stage);
    await released;
  }
}

export function deedText({ tool, id, action, n }: Deed): string {
  return `${tool} ${action} ${id} ${n}`;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the harness says to a driver once it is to begin. */
export interface Go {
  readonly folder: string;
  readonly http: number;
  readonly smtp: number;
  readonly seed: number;
  readonly hold: Hold | null;
  /** Scenarios under way at once. */
  readonly together: number;
  /** Begin no more scenarios: end what is open, and exit. */
  readonly drain: boolean;
  /** Take runs from a process that is alive but stopped. */
  readonly force: boolean;
}

export type ToDriver = { readonly go: Go } | { readonly release: true };
export type FromDriver = { readonly ready: true } | { readonly held: Stage } | { readonly done: true };
export type ToReceivers = { readonly hold: Hold | null };
export type FromReceivers = { readonly http: number; readonly smtp: number } | { readonly held: Stage };
