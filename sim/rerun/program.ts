// Programs as data: made from a seed, edited from a seed, and executed by
// whoever opens steps. The engine and the reference execute the same program;
// what a step is, and when it answers, is each one's own affair.

export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data };

/** What a work gives: small numbers, so that an edit often changes nothing after all. */
export type Made = {
  readonly n: number;
  readonly s: string;
  /** The attempt that made it, for what an agent made. */
  readonly t?: number;
};

export type Expression =
  | { readonly kind: "constant"; readonly value: Data }
  /** A member of the run's input. */
  | { readonly kind: "input"; readonly member: string }
  /** A whole delivered value, or one of its members. */
  | { readonly kind: "value"; readonly of: string; readonly member?: "n" | "s" }
  | {
      readonly kind: "object";
      readonly spread?: string;
      readonly members: readonly (readonly [string, Expression])[];
    }
  | { readonly kind: "template"; readonly parts: readonly Expression[] };

/** A function. Its text is `version`; it captures the values named. */
export interface Work {
  readonly version: string;
  /** How many outputs there are: the fewer, the more edits stop here. */
  readonly range: number;
  readonly captures: readonly string[];
  /** Its answer comes from outside, and may be another one later. */
  readonly outside?: boolean;
  /** Fails on a part of its inputs; "once" is mended later, outside. */
  readonly fails?: "some" | "once";
  /** How long it takes, in turns of the event loop. */
  readonly turns: number;
}

export interface Gate {
  readonly version: string;
  /** An output passes unless n % of === not. */
  readonly of: number;
  readonly not: number;
}

export interface AgentSpec {
  readonly name: string;
  readonly prompt: string;
  readonly range: number;
  readonly tool?: { readonly name: string; readonly version: string };
  readonly gate?: Gate;
  readonly retries: number;
  readonly outside?: boolean;
  readonly turns: number;
}

export type Statement =
  | {
      readonly kind: "step";
      readonly name: string;
      readonly input: Expression;
      readonly work: Work;
      readonly out: string;
      readonly gate?: Gate;
      /** Its failure is not caught where it stands. */
      readonly uncaught?: boolean;
    }
  | {
      readonly kind: "if";
      readonly when: Expression;
      readonly yes: readonly Statement[];
      readonly no: readonly Statement[];
    }
  /** The same step for each of a list, which holds equal values. */
  | {
      readonly kind: "each";
      readonly name: string;
      readonly list: string;
      readonly work: Work;
      readonly together: boolean;
      readonly out: string;
    }
  | {
      readonly kind: "map";
      readonly name: string;
      readonly lanes: number;
      readonly body: readonly Statement[];
      readonly out: string;
    }
  | {
      readonly kind: "branch";
      readonly name: string;
      readonly body: readonly Statement[];
      readonly out: string;
    }
  /** A step that opens steps. */
  | {
      readonly kind: "nested";
      readonly name: string;
      readonly input: Expression;
      readonly version: string;
      readonly body: readonly Statement[];
      readonly out: string;
    }
  | { readonly kind: "agent"; readonly agent: AgentSpec; readonly input: Expression; readonly out: string }
  | { readonly kind: "all"; readonly branches: readonly (readonly Statement[])[] }
  | {
      readonly kind: "first";
      readonly name: string;
      readonly n: number;
      readonly branches: Readonly<Record<string, readonly Statement[]>>;
      readonly out: string;
    }
  | {
      readonly kind: "race";
      readonly steps: readonly { readonly name: string; readonly input: Expression; readonly work: Work }[];
      readonly out: string;
    };

export interface Input {
  readonly a: number;
  readonly b: number;
  /** With equal values. */
  readonly list: readonly number[];
  readonly items: readonly { readonly id: string; readonly n: number; readonly s: string }[];
}

export interface Program {
  readonly body: readonly Statement[];
}

/** Values by name, with those of the scopes around. */
export type Values = Readonly<Record<string, Data>>;

export type Settled = { readonly ok: true; readonly value: Data } | { readonly ok: false };

/** What opens steps: the engine's ctx, or the reference. */
export interface Steps {
  step(name: string, input: Data, work: Work, captured: Data): Promise<Data>;
  checked(name: string, input: Data, work: Work, captured: Data, gate: Gate): Promise<Data>;
  agent(agent: AgentSpec, input: Data): Promise<Data>;
  map(
    name: string,
    lanes: number,
    items: Input["items"],
    body: (item: Made, steps: Steps) => Promise<Data>,
  ): Promise<Data>;
  branch(name: string, body: (steps: Steps) => Promise<Data>): Promise<Data>;
  nested(name: string, input: Data, version: string, body: (steps: Steps) => Promise<Data>): Promise<Data>;
  first(
    name: string,
    n: number,
    branches: Readonly<Record<string, (steps: Steps) => Promise<Data>>>,
  ): Promise<Data>;
  settle(body: () => Promise<Data>): Promise<Settled>;
}

const notThere: Made = { n: 0, s: "none" };

/** Executes a program. What it gives is all it came to know. */
export async function execute(program: Program, input: Input, steps: Steps): Promise<Data> {
  const known: Record<string, Data> = {};
  await executeAll(program.body, { input, steps, known });
  return known;
}

interface Frame {
  readonly input: Input;
  readonly steps: Steps;
  readonly known: Record<string, Data>;
}

async function executeAll(body: readonly Statement[], frame: Frame): Promise<void> {
  for (const it of body) await executeOne(it, frame);
}

async function executeOne(it: Statement, frame: Frame): Promise<void> {
  const { steps, known } = frame;
  switch (it.kind) {
    case "step":
      known[it.out] = await executeStep(it, frame);
      return;
    case "if":
      return executeAll(isOdd(evaluate(it.when, frame)) ? it.yes : it.no, frame);
    case "each":
      known[it.out] = await executeEach(it, frame);
      return;
    case "map":
      known[it.out] = await steps.map(it.name, it.lanes, frame.input.items, (item, inner) =>
        executeIn(it.body, frame, inner, { item }),
      );
      return;
    case "branch":
      known[it.out] = await steps.branch(it.name, (inner) => executeIn(it.body, frame, inner));
      return;
    case "nested":
      known[it.out] = await steps.nested(it.name, evaluate(it.input, frame), it.version, (inner) =>
        executeIn(it.body, frame, inner),
      );
      return;
    case "agent":
      known[it.out] = settledData(await steps.settle(() => steps.agent(it.agent, evaluate(it.input, frame))));
      return;
    case "all":
      await Promise.all(it.branches.map((body) => executeAll(body, frame)));
      return;
    case "first":
      known[it.out] = settledData(
        await steps.settle(() =>
          steps.first(
            it.name,
            it.n,
            Object.fromEntries(
              Object.entries(it.branches).map(([name, body]) => [
                name,
                (inner: Steps) => executeIn(body, frame, inner),
              ]),
            ),
          ),
        ),
      );
      return;
    case "race":
      known[it.out] = await Promise.race(
        it.steps.map(({ name, input, work }) =>
          steps.step(name, evaluate(input, frame), work, captured(work, known)),
        ),
      );
  }
}

async function executeStep(it: Extract<Statement, { kind: "step" }>, frame: Frame): Promise<Data> {
  const { steps, known } = frame;
  const input = evaluate(it.input, frame);
  const { gate, work } = it;
  if (gate !== undefined)
    return settledData(
      await steps.settle(() => steps.checked(it.name, input, work, captured(work, known), gate)),
    );
  const made = (): Promise<Data> => steps.step(it.name, input, work, captured(work, known));
  return work.fails === undefined || it.uncaught ? made() : settledData(await steps.settle(made));
}

async function executeEach(it: Extract<Statement, { kind: "each" }>, frame: Frame): Promise<Data> {
  const { steps, known, input } = frame;
  const found = known[it.list];
  const list = it.list === "list" ? input.list : [1, 2, 1].slice(0, 1 + (isOdd(nOf(found ?? null)) ? 2 : 0));
  const one = (n: number): Promise<Data> => steps.step(it.name, { n }, it.work, captured(it.work, known));
  if (it.together) return Promise.all(list.map(one));
  const all: Data[] = [];
  for (const n of list) all.push(await one(n));
  return all;
}

/** Executes in a scope of its own; values made there stay there, and the last is what it gives. */
async function executeIn(
  body: readonly Statement[],
  frame: Frame,
  steps: Steps,
  more: Values = {},
): Promise<Data> {
  const known: Record<string, Data> = { ...frame.known, ...more };
  const before = new Set(Object.keys(known));
  await executeAll(body, { ...frame, steps, known });
  return Object.fromEntries(Object.entries(known).filter(([name]) => !before.has(name)));
}

/** The local variables a function closes over, as they are when its step is issued. */
function captured(work: Work, known: Values): Data {
  return work.captures.map((name) => known[name] ?? null);
}

function settledData(it: Settled): Data {
  return it.ok ? it.value : { n: 3, s: "failed" };
}

export function evaluate(it: Expression, frame: Pick<Frame, "input" | "known">): Data {
  switch (it.kind) {
    case "constant":
      return it.value;
    case "input":
      return (frame.input as unknown as Values)[it.member] ?? null;
    case "value": {
      const found = frame.known[it.of] ?? notThere;
      if (it.member === undefined) return found;
      return it.member === "n" ? nOf(found) : `${nOf(found)}`;
    }
    case "object": {
      const spread = it.spread === undefined ? undefined : frame.known[it.spread];
      const own = Object.fromEntries(it.members.map(([name, of]) => [name, evaluate(of, frame)]));
      return isRecord(spread) ? { ...spread, ...own } : own;
    }
    case "template":
      return it.parts.map((part) => textOf(evaluate(part, frame))).join(" and ");
  }
}

function isRecord(it: Data | undefined): it is { readonly [key: string]: Data } {
  return typeof it === "object" && it !== null && !Array.isArray(it);
}

/** A number of any value: its own, or one made of all of it. */
export function nOf(it: Data): number {
  if (typeof it === "number") return it;
  return isRecord(it) && typeof it["n"] === "number" ? it["n"] : digest(stable(it)) % 7;
}

function textOf(it: Data): string {
  return typeof it === "string" ? it : stable(it);
}

function isOdd(it: Data): boolean {
  return nOf(it) % 2 === 1;
}

/** JSON with sorted members. */
export function stable(it: Data): string {
  return JSON.stringify(it, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** A number of a text (FNV-1a). */
export function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

// ---- What works, models and checks give ---------------------------------------

/** What a work makes of its input; `epoch` counts how often the outside changed. @throws Error for a work that fails. */
export function workOutput(work: Work, input: Data, captured: Data, epoch: number): Made {
  const all = digest(stable([work.version, input, captured, work.outside ? epoch : 0]));
  if (work.fails === "once" && epoch === 1) throw new Error(`${work.version} is broken`);
  if (work.fails === "some" && all % 3 === 0) throw new Error(`${work.version} refuses ${all % 9}`);
  return { n: all % work.range, s: `s${all % 2}` };
}

export interface ModelSaid {
  readonly q?: number;
  readonly answer?: Made;
}

/** What the model says: asks its tool first, then answers. `told` is what was said against its earlier answers. */
export function modelOutput(
  agent: AgentSpec,
  asked: { readonly input: Data; readonly attempt: number; readonly told: string; readonly found?: Data },
  epoch: number,
): ModelSaid {
  const { input, attempt, told, found } = asked;
  const all = digest(stable([agent.prompt, input, attempt, told, found ?? null, agent.outside ? epoch : 0]));
  if (agent.tool !== undefined && found === undefined) return { q: all % 3 };
  return { answer: { n: all % agent.range, s: `s${all % 2}`, t: attempt } };
}

export function toolOutput(tool: NonNullable<AgentSpec["tool"]>, q: number): Data {
  return { found: digest(stable([tool.version, q])) % 3 };
}

/** What a gate says of an output; true when it passes. */
export function gateSays(gate: Gate, output: Data): true | string {
  return nOf(output) % gate.of !== gate.not || `n is ${gate.not} of ${gate.of}`;
}
