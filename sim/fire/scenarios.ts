// What is run while processes die. Each scenario is one run, or one and its
// reruns, and states which deeds its receivers must have seen in the end,
// whatever happened on the way.

import { agent } from "../../src/agent/agent.ts";
import { nextModel, retry } from "../../src/agent/rung.ts";
import { seededRandom } from "../../src/base/random.ts";
import { agrees } from "../../src/check/agrees.ts";
import type { Model, ModelAnswer, ModelPart, ModelRequest } from "../../src/model/model.ts";
import type { Context } from "../../src/workflow/context.ts";
import { type AnyWorkflow, workflow } from "../../src/workflow/workflow.ts";
import type { Deed } from "./deed.ts";
import { type FireTools, nowNames, type ToolName, toolNames } from "./tools.ts";

/** Input of every workflow here. */
export interface Given {
  /** Names the scenario: all its deeds begin with it. */
  readonly s: string;
  readonly tools: readonly ToolName[];
  /** Of a chain: which parts are asked for, and in which revision. */
  readonly ids: readonly string[];
  readonly n: number;
}

export interface Scenario {
  readonly number: number;
  readonly kind: string;
  readonly workflow: string;
  /** Inputs of the run and its reruns. */
  readonly stages: readonly Given[];
  /** Deeds that must be seen exactly once, and none but these. With `maybe`, each at most once. */
  readonly wanted: readonly Deed[];
  readonly maybe: boolean;
  /** Deeds of which each must be seen before the next. */
  readonly ordered: readonly Deed[];
  /** Cancelled this many ms after it was begun. */
  readonly cancelAfterMs?: number;
}

type Random = () => number;

type Plan = Omit<Scenario, "number" | "kind" | "workflow" | "maybe" | "ordered"> &
  Partial<Pick<Scenario, "maybe" | "ordered" | "cancelAfterMs">>;

interface Kind {
  readonly plan: (s: string, random: Random) => Plan;
  readonly run: (tools: FireTools, children: Children) => (ctx: Context, given: Given) => Promise<unknown>;
}

interface Children {
  readonly sender: AnyWorkflow;
}

const wireNames: Readonly<Record<ToolName, string>> = {
  drops: "fire-drops",
  asked: "fire-asked",
  blind: "fire-blind",
  mail: "fire-mail",
  file: "fire-file",
  dropsNow: "fire-drops-now",
  askedNow: "fire-asked-now",
  blindNow: "fire-blind-now",
  order: "fire-order",
  letter: "fire-letter",
};

function deed(tool: ToolName, id: string, action: Deed["action"], n: number): Deed {
  return { tool: wireNames[tool], id, action, n };
}

/** What becomes of a slot when its arguments change from `from` to `to`. */
function changed(tool: ToolName, id: string, from: number, to: number): readonly Deed[] {
  const first = deed(tool, id, "send", from);
  if (tool === "asked" || tool === "askedNow") return [first, deed(tool, id, "amend", to)];
  // Mail cannot be taken back: a person lets the second stand beside the first.
  if (tool === "mail") return [first, deed(tool, id, "send", to)];
  return [first, deed(tool, id, "compensate", from), deed(tool, id, "send", to)];
}

function given(s: string, tools: readonly ToolName[], more: Partial<Given> = {}): Given {
  return { s, tools, ids: [], n: 1, ...more };
}

function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  return list
    .map((it) => ({ it, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ it }) => it);
}

// ---- Models that read which attempt they are in --------------------------------------

function model(id: string, table: (request: ModelRequest) => readonly ModelPart[]): Model {
  const standin = "scripted: answers written for a test";
  return {
    id: `scripted:${id}`,
    standin,
    worstCaseUsd: () => 0,
    call: async (request): Promise<ModelAnswer> => {
      const parts = table(request);
      const finish = parts.some((it) => it.type === "tool-call") ? "tool-calls" : "stop";
      return {
        model: `scripted:${id}`,
        parts,
        finish,
        usage: { inputTokens: 0, outputTokens: 0 },
        standin,
      };
    },
  };
}

function calls(list: readonly (readonly [tool: ToolName, id: string, n: number])[]): readonly ModelPart[] {
  return list.map(([tool, id, n], index) => ({
    type: "tool-call",
    id: `call ${index}`,
    name: wireNames[tool],
    input: JSON.stringify({ id, n }),
  }));
}

const says = (text: string): readonly ModelPart[] => [{ type: "text", text }];
const givenTo = ({ caller }: ModelRequest): Given => caller.input as unknown as Given;

/** The first two attempts are rejected; each asks for something of its own, and for a revision of what all want. */
const holding = model("holding", (request) => {
  const { attempt, turn } = request.caller;
  const { s, tools } = givenTo(request);
  if (turn > 1 || request.tools.length === 0) return says(String(attempt));
  return calls(
    tools.flatMap(
      (it) =>
        [
          [it, `${s}:own:${attempt}`, 1],
          [it, `${s}:same`, attempt],
        ] as const,
    ),
  );
});

const hasty = model("hasty", (request) => {
  const { attempt, turn } = request.caller;
  const { s, tools } = givenTo(request);
  if (turn > 1 || request.tools.length === 0) return says(String(attempt));
  return calls(tools.map((it) => [it, `${s}:now`, Math.min(attempt, 2)] as const));
});

const writer = model("writer", (request) =>
  says(JSON.stringify(request.prompt).includes("make it two") ? "2" : "1"),
);

// ---- The kinds -----------------------------------------------------------------------

const kinds: Readonly<Record<string, Kind>> = {
  /** One call after the other, and some at once. */
  plain: {
    plan: (s, random) => {
      const tools = shuffled(toolNames, random);
      const ids = [`${s}:a`, `${s}:b`];
      return {
        stages: [given(s, tools, { ids })],
        wanted: ids.flatMap((id) => tools.map((it) => deed(it, id, "send", 1))),
      };
    },
    run:
      (tools) =>
      async (ctx, { tools: names, ids }) => {
        const [a = "", b = ""] = ids;
        for (const it of names) await ctx.call(tools[it], { id: a, n: 1 });
        await Promise.all(names.map((it) => ctx.call(tools[it], { id: b, n: 1 })));
      },
  },

  /** The toolbox's tools, with a rerun that asks for less. */
  toolbox: {
    plan: (s) => {
      const tools = ["order", "letter"] as const;
      const ids = [`${s}:a`, `${s}:b`];
      return {
        stages: [given(s, tools, { ids }), given(s, tools, { ids: ids.slice(0, 1) })],
        wanted: [
          ...ids.flatMap((id) => tools.map((it) => deed(it, id, "send", 1))),
          deed("order", ids[1]!, "compensate", 1),
        ],
      };
    },
    run:
      (tools) =>
      async (ctx, { tools: names, ids }) => {
        for (const id of ids) for (const it of names) await ctx.call(tools[it], { id, n: 1 });
      },
  },

  /** A receiver that refuses at first: certainly not sent, so tried again. */
  retries: {
    plan: (s, random) => {
      const tools = shuffled(["drops", "asked", "blind"] as const, random);
      return {
        stages: [given(s, tools)],
        wanted: tools.map((it) => deed(it, `${s}:again`, "send", 1)),
      };
    },
    run:
      (tools) =>
      async (ctx, { s, tools: names }) => {
        const again = { retry: { attempts: 50, backoff: "2ms", maxBackoff: "5ms" } } as const;
        for (const it of names) await ctx.call(tools[it], { id: `${s}:again`, n: 1, refuse: 2 }, again);
      },
  },

  /** Effects that an agent holds: two rejected attempts, another model, samples of the answer. */
  held: {
    plan: (s, random) => {
      const tools = shuffled(toolNames, random).slice(0, 2);
      return {
        stages: [given(s, tools)],
        wanted: tools.flatMap((it) => [deed(it, `${s}:own:3`, "send", 1), deed(it, `${s}:same`, "send", 3)]),
      };
    },
    run: (tools) => (ctx, it) =>
      ctx.call(
        agent({
          name: "holder",
          instructions: "Send.",
          models: [holding, { ...holding, id: "scripted:second" }],
          tools: [tools.drops, tools.asked, tools.blind, tools.mail, tools.file],
          checks: [(said) => said === "3" || "not yet", agrees({ samples: 2, of: 3 })],
          onFail: [retry(1), nextModel()],
        }),
        it,
      ),
  },

  /** Effects that an agent sends at once, and changes in its next attempt. */
  immediate: {
    plan: (s, random) => {
      const tools = shuffled(nowNames, random).slice(0, 2);
      return {
        stages: [given(s, tools)],
        wanted: tools.flatMap((it) => changed(it, `${s}:now`, 1, 2)),
      };
    },
    run: (tools) => (ctx, it) =>
      ctx.call(
        agent({
          name: "hasty",
          instructions: "Send.",
          models: [hasty],
          tools: [tools.dropsNow, tools.askedNow, tools.blindNow],
          checks: [(said) => said === "3" || "not yet"],
          onFail: [retry(2)],
        }),
        it,
      ),
  },

  /** A parent and two children on one slot. */
  family: {
    plan: (s, random) => {
      const tools = shuffled(toolNames, random).slice(0, 2);
      return {
        stages: [given(s, tools)],
        wanted: tools.map((it) => deed(it, `${s}:shared`, "send", 1)),
      };
    },
    run:
      (tools, { sender }) =>
      async (ctx, it) => {
        for (const name of it.tools)
          await Promise.all([
            ctx.call(sender as never, { ...it, tools: [name] } as never, { key: `${name} one` }),
            ctx.call(sender as never, { ...it, tools: [name] } as never, { key: `${name} two` }),
            ctx.call(tools[name], { id: `${it.s}:shared`, n: 1 }),
          ]);
      },
  },

  /** A rerun that asks for less and for another revision, and a rerun of that, which finds all as it wants it. */
  reruns: {
    plan: (s, random) => {
      const [x, y, z, order] = [0, 1, 2, 3].map(() => shuffled(toolNames, random)[0]!) as [
        ToolName,
        ToolName,
        ToolName,
        ToolName,
      ];
      const ids = ["x", "y", "z"].map((it) => `${s}:${it}`);
      const [xId, yId, zId] = ids as [string, string, string];
      const undone = (
        [
          [z, zId],
          [x, xId],
        ] as const
      )
        .filter(([it]) => it !== "mail")
        .map(([it, id]) => deed(it, id, "compensate", 1));
      const less = given(s, [x, y, z, order], { ids: [yId], n: 2 });
      return {
        stages: [given(s, [x, y, z, order], { ids }), less, less],
        wanted: [
          deed(x, xId, "send", 1),
          deed(y, yId, "send", 1),
          deed(z, zId, "send", 1),
          ...undone,
          ...changed(order, `${s}:order`, 1, 2),
        ],
        ordered: undone,
      };
    },
    run:
      (tools) =>
      async (ctx, { s: name, tools: [x, y, z, order], ids, n }) => {
        await ctx.call(tools[order!], { id: `${name}:order`, n });
        const parts = [
          ["x", x!],
          ["y", y!],
          ["z", z!],
        ] as const;
        for (const [part, it] of parts)
          if (ids.includes(`${name}:${part}`))
            await ctx.call(tools[it], { id: `${name}:${part}`, n: 1 }, { key: part });
      },
  },

  /** A person sends back what an agent wrote, after it was sent on. */
  sentBack: {
    plan: (s, random) => {
      const tools = shuffled(toolNames, random).slice(0, 1);
      return {
        stages: [given(s, tools)],
        wanted: tools.flatMap((it) => changed(it, `${s}:draft`, 1, 2)),
      };
    },
    run: (tools) => async (ctx, it) => {
      const clerk = agent({
        name: "clerk",
        instructions: "Write a number.",
        models: [writer],
        checks: [(said) => /^\d$/.test(said) || "no number"],
      });
      const draft = await ctx.call(clerk, it);
      for (const name of it.tools) await ctx.call(tools[name], { id: `${it.s}:draft`, n: Number(draft) });
      return ctx.review("Is it two?", draft);
    },
  },

  /** Somebody cancels it on the way. */
  cancelled: {
    plan: (s, random) => {
      const tools = shuffled(toolNames, random);
      const ids = [`${s}:a`, `${s}:b`];
      return {
        stages: [given(s, tools, { ids })],
        wanted: ids.flatMap((id) => tools.map((it) => deed(it, id, "send", 1))),
        maybe: true,
        cancelAfterMs: Math.floor(random() * 80),
      };
    },
    run:
      (tools) =>
      async (ctx, { tools: names, ids }) => {
        for (const id of ids) for (const it of names) await ctx.call(tools[it], { id, n: 1 });
      },
  },
};

const names = Object.keys(kinds);

/** The scenario of a number: the same for the same seed, in every process. */
export function scenario(number: number, seed: number): Scenario {
  const random = seededRandom(`fire ${seed} ${number}`);
  const kind = names[Math.floor(random() * names.length)]!;
  const plan = kinds[kind]!.plan(`s${number}`, random);
  return { maybe: false, ordered: [], ...plan, number, kind, workflow: `fire-${kind}` };
}

export function workflows(tools: FireTools): Readonly<Record<string, AnyWorkflow>> {
  const sender = declared("fire-sender", async (ctx, it) => {
    for (const name of it.tools) await ctx.call(tools[name], { id: `${it.s}:shared`, n: 1 });
  });
  const made = Object.entries(kinds).map(([kind, it]) => {
    const name = `fire-${kind}`;
    return [name, declared(name, it.run(tools, { sender }))] as const;
  });
  return { ...Object.fromEntries(made), "fire-sender": sender };
}

/** As if it were in no file: nobody edits code here, and every process would read all of it for the reruns. */
function declared(name: string, run: (ctx: Context, given: Given) => Promise<unknown>): AnyWorkflow {
  const { source: _, ...made } = workflow({ name, run } as never) as unknown as AnyWorkflow;
  return made;
}
