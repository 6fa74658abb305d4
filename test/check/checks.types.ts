// Compiled, never run: what the compiler must refuse, and what it must let through.
import type { Schema, SchemaOutput } from "../../src/tool/tool.ts";
import type { Check, NamedCheck } from "../../src/check/check.ts";
import { unsure } from "../../src/check/check.ts";
import { agrees } from "../../src/check/agrees.ts";
import { arithmetic } from "../../src/check/arithmetic.ts";
import { complete } from "../../src/check/complete.ts";
import { fresh } from "../../src/check/fresh.ts";
import { judge } from "../../src/check/judge.ts";
import { receipts } from "../../src/check/receipts.ts";
import { unique } from "../../src/check/unique.ts";
import { grounded } from "../../src/check/grounded.ts";
import { check } from "../../src/check/judge-checks.ts";
import type { Path } from "../../src/check/paths.ts";
import { recomputed } from "../../src/check/recomputed.ts";
import { traced } from "../../src/check/traced.ts";
import { z } from "zod";

interface Claims {
  readonly claims: readonly { readonly quote: string; readonly file: string; readonly at?: Date }[];
  readonly summary: { readonly text: string };
}

export const typed: NamedCheck<Claims>[] = [
  grounded("claims[].quote"),
  grounded<Claims>(["claims[].quote", "summary.text"], { in: "claims[].file" }),
  grounded<Claims>("claims[].at"),
  traced({ text: "summary.text" }),
];

// @ts-expect-error a member that is not there
grounded<Claims>("claims[].qoute");
// @ts-expect-error a list needs []
grounded<Claims>("claims.quote");
// @ts-expect-error known from where the check is put
export const misspelt: NamedCheck<Claims> = grounded("summary.txt");
// @ts-expect-error nothing lies below a date
grounded<Claims>("claims[].at.getTime");
// @ts-expect-error no such option
grounded<Claims>("summary.text", { inn: "x" });
// @ts-expect-error a check does not answer false
export const wrong: Check<Claims> = () => false;

export const anyPath: Path<unknown> = "whatever[].it";
export const whole: Path<string> = "";

/** As an agent takes its checks: beside the schema its output type comes from. */
declare function agent<S extends Schema>(options: {
  readonly output: S;
  readonly checks: readonly [Check<NoInfer<SchemaOutput<S>>>, ...Check<NoInfer<SchemaOutput<S>>>[]];
}): SchemaOutput<S>;

const schema = z.object({ claims: z.array(z.object({ quote: z.string(), n: z.number() })) });
export const output: { claims: { quote: string; n: number }[] } = agent({
  output: schema,
  checks: [
    grounded("claims[].quote"),
    (it) => it.claims.length > 0 || "no claim found: say why instead",
    (it, { read }) =>
      read.length > 0 ? it.claims.map((one) => one.quote.toUpperCase()) : unsure("nothing was read"),
    recomputed({ by: () => ({ claims: [] }), relative: 0.1 }),
    check("counted", () => true),
  ],
});
agent({
  output: schema,
  // @ts-expect-error a gate holds at least one check
  checks: [],
});
agent({
  output: schema,
  // @ts-expect-error the output has no such member
  checks: [(it) => it.claimz.length > 0],
});
// While the output is still being inferred a path is any text; `requireKnownPaths` refuses it at load.
agent({ output: schema, checks: [grounded("claims[].qoute")] });

export const more: NamedCheck<Claims>[] = [
  arithmetic("summary.text"),
  arithmetic<Claims>(["claims[].quote", "summary.text"]),
  arithmetic<Claims>({ total: "summary.text", of: "claims[].quote" }),
  unique("claims[].quote"),
  fresh("claims[].at", { within: "1d" }),
  fresh("in:asOf", { within: "1d" }),
  complete({ items: "claims", of: "in:claims", key: "quote" }),
  receipts({ claims: [{ at: "summary.text", tool: "mail" }], text: "summary.text" }),
  agrees({ samples: 2, of: 3, path: "summary.text" }),
  judge({ rubric: "It is short.", model: "fast", path: "summary" }),
];
// @ts-expect-error a member that is not there
arithmetic<Claims>("summary.txt");
// @ts-expect-error a member that is not there
export const noTotal: NamedCheck<Claims> = arithmetic({ total: "totl", of: "claims[].quote" });
// @ts-expect-error a member that is not there
unique<Claims>("claims[].id");
// @ts-expect-error a member that is not there
export const noItems: NamedCheck<Claims> = complete({ items: "rows", of: "in:rows" });
// @ts-expect-error values are looked for in the receipt or the arguments
receipts<Claims>({ claims: [{ at: "summary.text", tool: "mail", values: { "summary.text": "id" } }] });
// @ts-expect-error a rubric has a criterion
judge({ rubric: [], model: "fast" });
