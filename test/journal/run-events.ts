// Builds lists of events by hand, for whatever folds them.

import { canonical, type Json } from "../../src/base/values.ts";
import type { RunId } from "../../src/base/ids.ts";
import type { AnyEvent, EventData, EventKind, NewEvent, StepKind } from "../../src/journal/events.ts";
import { childScope } from "../../src/runtime/identity.ts";

export const began: number = Date.UTC(2026, 0, 15, 9, 0, 0);

const composites: ReadonlySet<StepKind> = new Set(["agent", "attempt", "map"]);

interface StepOptions {
  readonly scope?: string;
  readonly kind?: StepKind;
  readonly input?: Json;
  readonly in?: string;
  readonly reads?: readonly number[];
  readonly loose?: true;
  readonly may?: number;
  readonly ms?: number;
  readonly more?: Json;
  readonly tries?: number;
  readonly reused?: number;
}

export class RunEvents {
  readonly list: AnyEvent[] = [];
  readonly run: RunId;
  at: number = began;

  constructor(start: Partial<EventData["run.started"]> = {}, run = "r0199aaaabbbbccccdddd01") {
    this.run = run as RunId;
    const first = {
      workflow: "lead-finding",
      input: { question: "Which?" },
      root: this.run,
      seed: "s",
      form: 1,
      code: "c1",
    };
    this.add("run.started", { ...first, ...start });
    this.add("run.claimed", { owner: "p1", why: "start" });
  }

  /** Appends an event and gives its sequence. */
  add<Kind extends EventKind>(kind: Kind, data: EventData[Kind], afterMs = 10): number {
    this.at += afterMs;
    const event = { kind, data } as NewEvent;
    const seq = this.list.length + 1;
    this.list.push({ ...event, run: this.run, seq, at: this.at } as AnyEvent);
    return seq;
  }

  completed(name: string, out: unknown, options: StepOptions = {}): number {
    const value = canonical(out);
    const it = this.#step(name, options);
    return this.add("step.completed", { ...it, out: value.json, hash: value.hash }, this.#after(options));
  }

  failed(
    name: string,
    outcome: EventData["step.failed"]["outcome"],
    message: string,
    options: StepOptions = {},
  ): number {
    return this.add("step.failed", { ...this.#step(name, options), outcome, message }, this.#after(options));
  }

  /** A composite step ends with its last child; the time is theirs. */
  #after(options: StepOptions): number {
    return options.kind !== undefined && composites.has(options.kind) ? 1 : (options.ms ?? 10);
  }

  #step(name: string, options: StepOptions) {
    const isComposite = options.kind !== undefined && composites.has(options.kind);
    const {
      scope = "",
      kind = "function",
      may = this.list.length,
      ms = 10,
      input,
      reads,
      loose,
      more,
      tries,
      reused,
    } = options;
    const optional = { input, reads, loose, more, tries, reused };
    const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return {
      scope,
      name,
      kind,
      in: options.in ?? `"${name}"`,
      may,
      at: isComposite ? this.at + 1 - ms : this.at,
      ms,
      ...given,
    };
  }
}

/** Scope of the steps below a step made by `completed` with the same name, kind and scope. */
export function below(name: string, kind: StepKind, scope = "", hash = `"${name}"`): string {
  return childScope({ scope, name, kind, in: hash });
}

/** What a stand-in or a model answered, as a model step records it. */
export function answer(text: string, model = "baseline:rules", standin?: string, costUsd?: number): Json {
  return {
    model,
    parts: [{ type: "text", text }],
    finish: "stop",
    usage: { inputTokens: 900, outputTokens: 120 },
    ...(standin === undefined ? {} : { standin }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

type PlainProblem = {
  check: string;
  message: string;
  path: string;
  claimed: string;
  found: string;
  where: string;
};

export const misquote: PlainProblem = {
  check: "grounded(claims[].quote)",
  message: "the quote does not occur in what was read",
  path: "claims[0].quote",
  claimed: "IC50 of 12 nM against the protease",
  found: "IC50 of 120 nM against the protease",
  where: "papers/boby-2023.txt:14",
};

/** A whole run: load, an agent whose first attempt misquotes, a review, a map of two, a report. Ends completed. */
export function leadFinding(): RunEvents {
  const run = new RunEvents({ options: { sabotage: ["scout=misquote:first"] }, file: "lead-finding.ts" });
  const load = run.completed("load-case", { question: "Which?", papers: 3 }, { ms: 12 });
  const scout = below("scout", "agent");
  const badScope = below("attempt 1", "attempt", scout);
  const goodScope = below("attempt 2", "attempt", scout);
  const bad = { claims: [{ quote: misquote.claimed, file: "papers/boby-2023.txt" }] };
  const good = { claims: [{ quote: misquote.found, file: "papers/boby-2023.txt" }] };
  run.completed("model", answer("…"), {
    scope: badScope,
    kind: "model",
    ms: 700,
    more: { standin: "saboteur (misquote) over the rule-based baseline" },
  });
  run.completed("checks", null, {
    scope: badScope,
    kind: "check",
    more: {
      verdicts: [
        {
          check: misquote.check,
          result: "fail",
          problems: [misquote],
          note: "0 of 1 occur in what was read",
        },
      ],
    },
  });
  run.completed("attempt 1", bad, {
    scope: scout,
    kind: "attempt",
    ms: 710,
    more: {
      scope: badScope,
      accepted: false,
      verdicts: [{ check: misquote.check, result: "fail", problems: [misquote] }],
    },
  });
  run.completed("model", answer("…", "anthropic:claude-x", undefined, 0.0123), {
    scope: goodScope,
    kind: "model",
    ms: 1300,
  });
  const evidence = [
    {
      path: "claims[0].quote",
      where: "papers/boby-2023.txt:14",
      text: `The lead had an ${misquote.found} in the assay.`,
    },
  ];
  run.completed("attempt 2", good, {
    scope: scout,
    kind: "attempt",
    ms: 1300,
    more: {
      scope: goodScope,
      verdicts: [
        {
          check: misquote.check,
          result: "pass",
          problems: [],
          note: "1 of 1 occur in what was read",
          evidence,
        },
      ],
    },
  });
  const claims = run.completed("scout", good, {
    kind: "agent",
    input: { question: { $step: load, path: "question" } },
    reads: [load],
    ms: 2012,
    more: { scope: scout },
  });
  const asked = run.add("review.asked", {
    scope: "",
    name: "review-claims",
    kind: "review",
    in: "h",
    ask: "Are these the claims to test?",
    mode: "review",
    shown: { $step: claims },
    hash: "shown1",
    to: "science",
    may: claims,
    reads: [claims],
  });
  run.add("review.decided", { asked, decision: "approve", shownHash: "shown1", by: "ada" }, 4000);
  const map = below("profile", "map");
  for (const table of ["assay-a", "assay-b"]) {
    run.completed(
      "profile-table",
      { table, rows: 12 },
      { scope: below(table, "branch", map), reads: [load], ms: 30 },
    );
  }
  run.completed(
    "profile",
    [
      { table: "assay-a", rows: 12 },
      { table: "assay-b", rows: 12 },
    ],
    { kind: "map", ms: 60, reads: [load] },
  );
  run.completed("write-report", { text: "The answer is B.", claims: 1 }, { reads: [claims], ms: 5 });
  run.add("run.logged", { scope: "", level: "info", message: "shortlist written" });
  run.add("run.completed", { output: { text: "The answer is B." }, hash: "out" });
  return run;
}
