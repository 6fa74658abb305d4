// Edits of a program, its input, and what a rerun is told, by seed.

import type { Draw, Edit, Generator } from "./generate.ts";
import type { Gate, Input, Program, Statement, Work } from "./program.ts";

/** A step of the run that is edited, as the journal names it. */
export interface RecordedStep {
  readonly path: readonly string[];
  readonly kind: string;
  readonly settable: boolean;
}

/** One random edit; about one in ten changes nothing. */
export function drawEdit(
  draw: Draw,
  make: Generator,
  it: { readonly program: Program; readonly input: Input; readonly steps: readonly RecordedStep[] },
): Edit {
  const { program, input, steps } = it;
  const none = { program, input, redo: [], set: [] };
  const drawn = draw.below(100);
  if (drawn < 8) return { ...none, what: "nothing" };
  if (drawn < 24) return { ...none, what: "the input", input: editInput(draw, input) };
  if (drawn < 38) return { ...none, what: "a function", program: changeOne(draw, program, changeWork(make)) };
  if (drawn < 46) return { ...none, what: "a check", program: changeOne(draw, program, changeGate(make)) };
  if (drawn < 54) return { ...none, what: "a prompt", program: changeOne(draw, program, changePrompt(make)) };
  if (drawn < 60) return { ...none, what: "a statement more", program: insert(draw, make, program) };
  if (drawn < 66) return { ...none, what: "a statement less", program: remove(draw, program) };
  if (steps.length === 0) return { ...none, what: "nothing" };
  if (drawn < 88) {
    const redo = Array.from({ length: draw.chance(0.8) ? 1 : 2 }, () => tailOf(draw, draw.of(steps).path));
    return { ...none, what: `redo ${redo.map((path) => path.join("/")).join(", ")}`, redo };
  }
  const settable = steps.filter((step) => step.settable);
  if (settable.length === 0) return { ...none, what: "nothing" };
  const path = tailOf(draw, draw.of(settable).path);
  const set = [{ path, value: { n: draw.below(4), s: draw.of(["s0", "s1"]) } }];
  return { ...none, what: `set ${path.join("/")}`, set };
}

/** The last names of a path: often not all of them, so that a name stands for several steps. */
function tailOf(draw: Draw, path: readonly string[]): readonly string[] {
  return path.slice(draw.below(path.length));
}

function editInput(draw: Draw, input: Input): Input {
  const { items } = input;
  const at = draw.below(items.length + 1);
  switch (draw.below(8)) {
    case 0:
      return { ...input, a: input.a + 1 };
    case 1:
      return { ...input, b: input.b + 1 };
    case 2:
      return { ...input, list: [...input.list, draw.below(3)] };
    case 3:
      return { ...input, list: input.list.toReversed().slice(0, 3) };
    case 4:
      return { ...input, items: items.toSpliced(at, 0, { id: `new${items.length}`, n: 1, s: "x" }) };
    case 5:
      return { ...input, items: items.toSpliced(Math.min(at, items.length - 1), 1) };
    case 6:
      return { ...input, items: items.toReversed() };
    default:
      return { ...input, items: items.map((it, index) => (index === at ? { ...it, n: it.n + 1 } : it)) };
  }
}

type Change = (it: Statement) => Statement | undefined;

/** Changes one of the statements that can be changed so. */
function changeOne(draw: Draw, program: Program, change: Change): Program {
  const can = everyStatement(program.body).filter((it) => change(it) !== undefined);
  if (can.length === 0) return program;
  const chosen = draw.of(can);
  return { body: rewrite(program.body, (it) => (it === chosen ? change(it)! : it)) };
}

function changeWork(make: Generator): Change {
  const next = (work: Work): Work => ({ ...work, version: make.version() });
  return (it) => {
    if (it.kind === "step" || it.kind === "each") return { ...it, work: next(it.work) };
    if (it.kind !== "race") return undefined;
    return {
      ...it,
      steps: it.steps.map((step, at) => (at === 0 ? { ...step, work: next(step.work) } : step)),
    };
  };
}

function changeGate(make: Generator): Change {
  const next = (gate: Gate): Gate => ({ ...gate, version: make.version(), not: (gate.not + 1) % gate.of });
  return (it) => {
    if (it.kind === "step" && it.gate !== undefined) return { ...it, gate: next(it.gate) };
    if (it.kind !== "agent" || it.agent.gate === undefined) return undefined;
    return { ...it, agent: { ...it.agent, gate: next(it.agent.gate) } };
  };
}

function changePrompt(make: Generator): Change {
  return (it) =>
    it.kind === "agent" ? { ...it, agent: { ...it.agent, prompt: make.version() } } : undefined;
}

function insert(draw: Draw, make: Generator, { body }: Program): Program {
  const at = draw.below(body.length + 1);
  const known = everyStatement(body.slice(0, at)).flatMap((it) => ("out" in it ? [it.out] : []));
  return { body: body.toSpliced(at, 0, ...make.body(known, 1)) };
}

function remove(draw: Draw, { body }: Program): Program {
  return { body: body.toSpliced(draw.below(body.length), 1) };
}

function bodiesOf(it: Statement): readonly (readonly Statement[])[] {
  switch (it.kind) {
    case "if":
      return [it.yes, it.no];
    case "map":
    case "branch":
    case "nested":
      return [it.body];
    case "all":
      return it.branches;
    case "first":
      return Object.values(it.branches);
    default:
      return [];
  }
}

export function everyStatement(body: readonly Statement[]): readonly Statement[] {
  return body.flatMap((it) => [it, ...bodiesOf(it).flatMap(everyStatement)]);
}

function rewrite(body: readonly Statement[], change: (it: Statement) => Statement): readonly Statement[] {
  return body.map((it) => {
    const own = change(it);
    if (own !== it) return own;
    switch (it.kind) {
      case "if":
        return { ...it, yes: rewrite(it.yes, change), no: rewrite(it.no, change) };
      case "map":
      case "branch":
      case "nested":
        return { ...it, body: rewrite(it.body, change) };
      case "all":
        return { ...it, branches: it.branches.map((each) => rewrite(each, change)) };
      case "first": {
        const branches = Object.entries(it.branches).map(([name, each]) => [name, rewrite(each, change)]);
        return { ...it, branches: Object.fromEntries(branches) as typeof it.branches };
      }
      default:
        return it;
    }
  });
}
