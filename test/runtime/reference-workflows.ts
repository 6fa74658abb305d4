// Workflows that between them use everything a workflow can do. Each is run,
// killed and repeated by the tests and by the simulator; each has one right
// end, whatever happens on the way.
//
// All work is done through the world's ledger under a name of its own, so that
// what was really done can be counted from outside.

import { z } from "zod";
import {
  again,
  agent,
  done,
  EffectNotSent,
  retry,
  review,
  StepError,
  tool,
  workflow,
} from "../../src/index.ts";
import type { AnyWorkflow, Context, Decision, Model, ReviewItem } from "../../src/index.ts";
import type { ModelAnswer } from "../../src/model/model.ts";
import { modelName, nextTurn, type World } from "../../sim/world.ts";

export type Answer = Pick<Decision, "decision" | "value" | "because">;

export interface Reference {
  readonly name: string;
  /** The workflow, then those it calls. */
  make(world: World): readonly [AnyWorkflow, ...AnyWorkflow[]];
  /** The output, whatever happens on the way. */
  readonly output: unknown;
  /** What a person says to a question; default: approve. */
  answer?(item: ReviewItem): Answer;
  /** Signals sent, in this order, each once. */
  readonly signals?: readonly (readonly [name: string, payload: unknown])[];
  /** Effect keys that may arrive more than once: their receiver drops repeats. */
  readonly deduplicated?: readonly string[];
  /** Names whose work depends on who was first: they are not compared between two schedules. */
  readonly free?: RegExp;
}

type Wf = (world: World) => (ctx: Context) => Promise<unknown>;

/** A step whose work is counted. */
export function make<T>(world: World, ctx: Context, name: string, input: unknown, work: () => T): Promise<T> {
  return ctx.step(name, input, () => world.work(name, work)) as Promise<T>;
}

function simple(name: string, run: Wf): Reference["make"] {
  return (world) => [workflow({ name: `ref-${name}`, run: run(world) })];
}

const plain: Reference = {
  name: "plain",
  make: simple("plain", (world) => async (ctx) => {
    const a = await make(world, ctx, "a", { from: 1 }, () => ({ n: 1, when: new Date(0), big: 10n ** 30n }));
    ctx.log("after a", { n: a.n });
    const drawn = ctx.random();
    const b = await make(world, ctx, "b", a, () => ({ n: a.n + 1, drawn: drawn < 1 }));
    const now = ctx.now().getTime() > 0;
    const c = await make(world, ctx, "c", { a, b }, () => a.n + b.n);
    return { c, now, drawn: b.drawn };
  }),
  output: { c: 3, now: true, drawn: true },
};

const branches: Reference = {
  name: "branches",
  make: simple("branches", (world) => async (ctx) => {
    const lane = async (id: string): Promise<number> => {
      const one = await make(world, ctx, `${id}1`, id, () => 1);
      const [two, three] = await Promise.all([
        make(world, ctx, `${id}2`, one, () => 2),
        ctx.branch(`${id}-branch`, async (inner) => {
          const x = await make(world, inner, `${id}3`, one, () => 3);
          return make(world, inner, `${id}4`, x, () => x + 1);
        }),
      ]);
      return one + two + three;
    };
    return Promise.all([lane("x"), lane("y"), lane("z")]);
  }),
  output: [7, 7, 7],
};

const map: Reference = {
  name: "map",
  make: simple("map", (world) => async (ctx) => {
    const doubled = await ctx.map(
      [1, 2, 3, 4, 5],
      async (n, item) => {
        const twice = await make(world, item, `double ${n}`, n, () => 2 * n);
        return make(world, item, `inc ${n}`, twice, () => twice + 1);
      },
      { concurrency: 2, key: String },
    );
    const settled = await ctx.map(
      ["ok", "bad"],
      (it, item) =>
        make(world, item, `try ${it}`, it, () => {
          if (it === "bad") throw new Error("no good");
          return it;
        }),
      { name: "tries", settle: true },
    );
    return { doubled, settled: settled.map((it) => it.ok) };
  }),
  output: { doubled: [3, 5, 7, 9, 11], settled: [true, false] },
};

const child: Reference = {
  name: "child",
  make(world) {
    const inner = workflow({
      name: "ref-child-inner",
      run: async (ctx, input) => {
        const { id } = input as { id: string };
        const one = await make(world, ctx, `${id} one`, id, () => `${id}1`);
        const ok = id === "p" ? await ctx.review(`Is ${one} right?`, one) : one;
        return make(world, ctx, `${id} two`, ok, () => `${ok}2`);
      },
    });
    const broken = workflow({
      name: "ref-child-broken",
      run: (ctx) =>
        make(world, ctx, "breaks", null, () => {
          throw new Error("the child broke");
        }),
    });
    const outer = workflow({
      name: "ref-child",
      run: async (ctx) => {
        const before = await make(world, ctx, "child before", null, () => "p");
        const [p, q, side] = await Promise.all([
          ctx.call(inner, { id: before }),
          ctx.call(inner, { id: "q" }),
          make(world, ctx, "side", null, () => "side"),
        ]);
        const ended = await ctx.settle(() => ctx.call(broken, null));
        return { p, q, side, broken: ended.ok ? "" : ended.message };
      },
    });
    return [outer, inner, broken];
  },
  output: { p: "p12", q: "q12", side: "side", broken: "the child broke" },
};

const first: Reference = {
  name: "first",
  make: simple("first", (world) => async (ctx) => {
    const run =
      (id: string, steps: number) =>
      async (inner: Context): Promise<string> => {
        for (let i = 1; i <= steps; i += 1) await make(world, inner, `${id} ${i}`, i, () => i);
        return "done";
      };
    const won = await ctx.first(2, { quick: run("quick", 1), slow: run("slow", 3), mid: run("mid", 2) });
    const fallen = await ctx.settle(() =>
      ctx.first(
        1,
        {
          one: (inner) =>
            make(world, inner, "fails one", null, () => {
              throw new Error("one");
            }),
          two: (inner) =>
            make(world, inner, "fails two", null, () => {
              throw new Error("two");
            }),
        },
        { name: "none" },
      ),
    );
    const after = await make(world, ctx, "first after", won.length, () => won.length);
    return { values: won.map((it) => it.value), after, fallen: fallen.ok };
  }),
  output: { values: ["done", "done"], after: 2, fallen: false },
  free: /^(quick|slow|mid) |^first$|^(quick|slow|mid)$|^none$/,
};

const loop: Reference = {
  name: "loop",
  make: simple(
    "loop",
    (world) => async (ctx) =>
      ctx.loop("count", { n: 0, sum: 0 }, async ({ n, sum }, turn) => {
        const add = await make(world, turn, `turn ${n}`, n, () => n);
        if (n === 3) return done({ sum: sum + add });
        return again({ n: n + 1, sum: sum + add });
      }),
  ),
  output: { sum: 6 },
};

const people: Reference = {
  name: "people",
  make: simple("people", (world) => async (ctx) => {
    const draft = await make(world, ctx, "draft", null, () => ({ text: "draft" }));
    const [approved, edited] = await Promise.all([
      ctx.review("Approve it?", draft),
      ctx.review("Edit it?", draft),
    ]);
    const refused = await ctx.settle(() => ctx.review("Reject it?", draft));
    const form = await ctx.ask("How many?", z.object({ count: z.number() }));
    return make(world, ctx, "final", { approved, edited, form }, () => ({
      approved: approved.text,
      edited: edited.text,
      refused: refused.ok ? "" : refused.outcome,
      count: form.count,
    }));
  }),
  output: { approved: "draft", edited: "edited", refused: "rejected", count: 7 },
  answer(item) {
    if (item.ask.startsWith("Edit")) return { decision: "edit", value: { text: "edited" } };
    if (item.ask.startsWith("Reject")) return { decision: "reject", because: "no" };
    if (item.mode !== "form") return { decision: "approve" };
    return { decision: "answer", value: item.problems.length === 0 ? { count: "many" } : { count: 7 } };
  },
};

const messages: Reference = {
  name: "messages",
  make: simple("messages", (world) => async (ctx) => {
    const one = await ctx.signal("go", z.object({ n: z.number() }));
    ctx.log("one signal");
    await ctx.sleep("5m");
    const two = await make(world, ctx, "between", one, () => one.n + 1);
    const [three] = await Promise.all([
      ctx.signal("go", z.object({ n: z.number() })),
      ctx.sleep("1h", { key: "long" }),
    ]);
    return { two, three: three.n };
  }),
  output: { two: 2, three: 3 },
  signals: [
    ["go", { n: 1 }],
    ["go", "not a number"],
    ["go", { n: 3 }],
  ],
};

/** Tools whose effects arrive at the world's receiver. */
export function effectTools(world: World) {
  const input = z.object({ q: z.string() });
  const key = (it: { q: string }): string => it.q;
  const send = (name: string) => (it: { q: string }, context: { idempotencyKey?: string }) =>
    world.receive(name, it.q, it, context.idempotencyKey ?? "");
  return {
    mail: tool({ name: "mail", description: "", input, effect: { key }, run: send("mail") }),
    probed: tool({
      name: "probed",
      description: "",
      input,
      effect: {
        key,
        probe: async (it: { q: string }) =>
          world.arrived("probed", it.q) ? { receipt: `probed:${it.q}` } : undefined,
      },
      run: send("probed"),
    }),
    once: tool({
      name: "once",
      description: "",
      input,
      effect: { key, deduplicates: true },
      run: send("once"),
    }),
    closed: tool({
      name: "closed",
      description: "",
      input,
      effect: { key },
      run: async (): Promise<string> => {
        throw new EffectNotSent("the receiver is closed");
      },
    }),
  };
}

const effects: Reference = {
  name: "effects",
  make: simple("effects", (world) => async (ctx) => {
    const tools = effectTools(world);
    const before = await make(world, ctx, "effects before", null, () => ({ q: "first" }));
    const one = await ctx.call(tools.mail, before);
    const [two, three, four] = await Promise.all([
      ctx.call(tools.mail, { q: "second" }),
      ctx.call(tools.probed, { q: "third" }),
      ctx.call(tools.once, { q: "fourth" }),
    ]);
    const same = await ctx.branch("again", (inner) => inner.call(tools.mail, { q: "first" }));
    const refused = await ctx.settle(() => ctx.call(tools.closed, { q: "fifth" }));
    const after = await make(world, ctx, "effects after", { one, two }, () => "after");
    return { receipts: [one, two, three, four, same].map((it) => it.receipt), refused: refused.ok, after };
  }),
  output: {
    receipts: ["mail:first", "mail:second", "probed:third", "once:fourth", "mail:first"],
    refused: false,
    after: "after",
  },
  deduplicated: ["once:fourth"],
};

/** A model that answers from a table, by attempt and turn; its calls stand in the ledger. */
export function tableModel(
  world: World,
  id: string,
  table: (attempt: number, turn: number) => Partial<ModelAnswer> & Pick<ModelAnswer, "parts">,
): Model {
  return {
    id: `scripted:${id}`,
    standin: "scripted: answers written in a test",
    worstCaseUsd: () => 0,
    call: ({ caller }) =>
      world.work(modelName(caller.agent, caller.attempt, caller.turn), () => ({
        model: `scripted:${id}`,
        finish: "stop" as const,
        usage: { inputTokens: 0, outputTokens: 0 },
        standin: "scripted: answers written in a test",
        ...table(caller.attempt, caller.turn),
      })),
  };
}

export const says = (value: unknown): Pick<ModelAnswer, "parts"> => ({
  parts: [{ type: "text", text: typeof value === "string" ? value : JSON.stringify(value) }],
});
export const calls = (...qs: string[]): Pick<ModelAnswer, "parts" | "finish"> => ({
  finish: "tool-calls",
  parts: qs.map((q) => ({
    type: "tool-call",
    id: `call ${q}`,
    name: "lookup",
    input: JSON.stringify({ q }),
  })),
});

const agents: Reference = {
  name: "agents",
  make(world) {
    const lookup = tool({
      name: "lookup",
      description: "Looks something up.",
      input: z.object({ q: z.string() }),
      effect: "none",
      run: ({ q }) => world.work(`lookup:${q}`, () => `found ${q}`),
    });
    const scout = agent({
      name: "scout",
      instructions: "Look.",
      models: [
        tableModel(world, "scout", (attempt, turn) =>
          turn === 1 ? calls(`a${attempt}`, `b${attempt}`) : says({ n: attempt }),
        ),
      ],
      tools: [lookup],
      output: z.object({ n: z.number() }),
      checks: [(it) => it.n >= 2 || "too small"],
      onFail: [retry(2)],
    });
    const judge = agent({
      name: "judge",
      instructions: "Judge.",
      models: [tableModel(world, "judge", () => says("maybe"))],
      checks: [(it) => it === "yes" || "not a yes"],
      onFail: [review({ ask: "What is it?" })],
    });
    return [
      workflow({
        name: "ref-agents",
        run: async (ctx) => {
          const [found, said] = await Promise.all([
            ctx.call(scout, { topic: "x" }),
            ctx.call(judge, { topic: "y" }),
          ]);
          return make(world, ctx, "end", { found, said }, () => ({ n: found.n, said }));
        },
      }),
    ];
  },
  output: { n: 2, said: "yes" },
  answer: () => ({ decision: "edit", value: "yes" }),
};

const failures: Reference = {
  name: "failures",
  make: simple("failures", (world) => async (ctx) => {
    let caught = "";
    try {
      await make(world, ctx, "fails", null, () => {
        throw new Error("as expected");
      });
    } catch (error) {
      if (!StepError.is(error, "failed")) throw error;
      caught = error.message;
    }
    const retried = await ctx.step(
      "third time",
      null,
      (_, { attempt }) =>
        world.work("third time", () => {
          if (attempt < 3) throw new Error(`attempt ${attempt}`);
          return attempt;
        }),
      { retry: { attempts: 3, backoff: "1m" } },
    );
    const both = await ctx.settle(() =>
      Promise.all([
        make(world, ctx, "good half", 1, () => 1),
        make(world, ctx, "bad half", 2, () => {
          throw new Error("half");
        }),
      ]),
    );
    return { caught, retried, both: both.ok };
  }),
  output: { caught: "as expected", retried: 3, both: false },
  free: /^good half$/,
};

/** Steps that end in the turn in which they begin: nothing may overtake the journal (E3). */
const eager: Reference = {
  name: "eager",
  make: simple("eager", (world) => async (ctx) => {
    const step = (scope: Context, name: string, value: number): Promise<number> =>
      scope.step(name, value, () => world.workSync(name, () => value));
    const sums = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const a = await step(ctx, `a${n}`, n);
        const b = await step(ctx, `b${n}`, a);
        return step(ctx, `c${n}`, a + b);
      }),
    );
    const items = await ctx.map([1, 2, 3], (n, item) => step(item, `item ${n}`, n));
    return [...sums, ...items];
  }),
  output: [2, 4, 6, 1, 2, 3],
};

const nested: Reference = {
  name: "nested",
  make: simple("nested", (world) => async (ctx) => {
    const outer = await ctx.step("outer", { n: 1 }, async ({ n }, { ctx: inner }) => {
      const one = await make(world, inner, "one", n, () => n + 1);
      const two = await inner.step("deep", one, async (it, { ctx: deep }) =>
        make(world, deep, "deepest", it, () => it * 10),
      );
      return { one, two };
    });
    const tried = await ctx.step(
      "retried around",
      null,
      async (_, { ctx: inner, attempt }) => {
        const kept = await make(world, inner, "kept", null, () => "kept");
        if (attempt === 1) throw new Error("once more");
        return make(world, inner, "then", kept, () => `${kept} then`);
      },
      { retry: { attempts: 2, backoff: "1m" } },
    );
    return { ...outer, tried };
  }),
  output: { one: 2, two: 20, tried: "kept then" },
};

const large: Reference = {
  name: "large",
  make: simple("large", (world) => async (ctx) => {
    const rows = await make(world, ctx, "rows", null, () =>
      Array.from({ length: 300 }, (_, id) => ({ id, text: `row ${id} ${"-".repeat(120)}` })),
    );
    const checked = await ctx.review("Are the rows right?", rows);
    const sum = await make(world, ctx, "sum", checked, () => checked.reduce((all, it) => all + it.id, 0));
    const file = await ctx.artifact("rows.txt", "text/plain", rows.map((it) => it.text).join("\n"));
    const read = new TextDecoder().decode(await ctx.bytes(file)).split("\n").length;
    const parts = await ctx.map(rows.slice(0, 2), (row, item) =>
      make(world, item, `part ${row.id}`, { row, rows }, () => row.text),
    );
    return { sum, read, parts, size: file.size };
  }),
  output: { sum: 44_850, read: 300, parts: [0, 1].map((id) => `row ${id} ${"-".repeat(120)}`), size: 38_589 },
};

const gates: Reference = {
  name: "gates",
  make: simple("gates", (world) => async (ctx) => {
    const checked = await ctx.step(
      "checked",
      { n: 1 },
      (_, { attempt }) => world.work("checked/attempt 1/work", () => ({ attempt, n: 5 })),
      {
        checks: [(it) => it.n < 5 || "too large"],
        onFail: [review({ ask: "Is it too large?" })],
      },
    );
    const same = await ctx.check("agree", { a: checked.n, b: 4 }, [(it) => it.a === it.b || "they differ"]);
    const refused = await ctx.settle(() => ctx.check("never", 1, [() => "never"]));
    return { n: checked.n, b: same.b, refused: refused.ok };
  }),
  output: { n: 4, b: 4, refused: false },
  answer: () => ({ decision: "edit", value: { attempt: 1, n: 4 } }),
};

/** Branches that lose while their effects are under way, wait for a person, or have called a child. */
const losers: Reference = {
  name: "losers",
  make(world) {
    const tools = effectTools(world);
    const asks = workflow({
      name: "ref-losers-child",
      run: (ctx) => ctx.review("Nobody answers this", 1, { to: "nobody" }),
    });
    return [
      workflow({
        name: "ref-losers",
        run: async (ctx) => {
          const won = await ctx.first(1, {
            quick: (inner) => make(world, inner, "quick loser", null, () => "won"),
            sends: async (inner) => {
              await inner.branch("deep", (deep) => deep.call(tools.probed, { q: "loser" }));
              await make(world, inner, "never wins", null, () => 1);
              return inner.signal("never", z.string());
            },
            asks: (inner) => inner.review("Nobody answers", "x", { to: "nobody" }),
            calls: (inner) => inner.call(asks, null).then(String),
            sleeps: (inner) => inner.sleep("1000d").then(() => "late"),
          });
          const after = await make(world, ctx, "losers after", null, () => "after");
          return { won: won.map((it) => it.name), after };
        },
      }),
      asks,
    ];
  },
  output: { won: ["quick"], after: "after" },
  free: /^never wins$|^first$|^deep$|^probed$/,
};

export const references: readonly Reference[] = [
  plain,
  branches,
  map,
  child,
  first,
  loop,
  people,
  messages,
  effects,
  agents,
  failures,
  eager,
  nested,
  large,
  gates,
  losers,
];

export { nextTurn };
