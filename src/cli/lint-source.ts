// Reads a workflow's function as text and finds what a replay would trip over: steps nobody awaits, and time,
// chance and the outside world used outside a step. It reads words, not meaning: what is hidden in a function the
// workflow calls is found when a finished run is replayed, not here.

/** One finding: where, what, and what to do. */
export interface Finding {
  readonly severity: "error" | "warning";
  /** Where it is, when it is not in the workflow's own file. */
  readonly file?: string;
  /** Line within the text that was given, from 1. */
  readonly line: number;
  readonly message: string;
  readonly mend: string;
}

const impure: readonly (readonly [pattern: RegExp, what: string, mend: string])[] = [
  [/\bDate\.now\s*\(|\bnew Date\s*\(\s*\)|\bperformance\.now\s*\(/g, "the clock is read", "Use ctx.now()."],
  [
    /\bMath\.random\s*\(|\bcrypto\.(?:randomUUID|getRandomValues)\s*\(|\brandomUUID\s*\(/g,
    "chance is used",
    "Use ctx.random().",
  ],
  [/\bsetTimeout\s*\(|\bsetInterval\s*\(|\bsetImmediate\s*\(/g, "a timer is used", "Use ctx.sleep()."],
  [
    /\bfetch\s*\(|\breadFile(?:Sync)?\s*\(|\bwriteFile(?:Sync)?\s*\(/g,
    "the outside world is reached",
    "Do it inside ctx.step or a tool.",
  ],
  [/\bprocess\.env\b/g, "the environment is read", "Read it before the run and pass it in the input."],
];

const durable = "step|call|map|check|review|ask|signal|sleep|first|branch|loop|artifact";

/** What a replay would trip over in a function's text. `context` is the name of its first parameter. */
export function lintSource(source: string): readonly Finding[] {
  const bare = blankText(source);
  const context = /^\s*(?:async\s+)?(?:function\b[^(]*|\w+\s*)?\(\s*(\w+)/.exec(bare)?.[1] ?? "ctx";
  const outside = blankWork(bare, context);
  const lineAt = (index: number): number => source.slice(0, index).split("\n").length;
  const findings = impure.flatMap(([pattern, what, mend]): Finding[] =>
    [...outside.matchAll(pattern)].map((it) => ({
      severity: "error",
      line: lineAt(it.index),
      message: `${what} outside a step: ${source.slice(it.index, it.index + it[0].length).replace(/\($/, "()")}`,
      mend,
    })),
  );
  const floating = new RegExp(`(?<=[;{}]\\s*(?:void\\s+)?)\\b${context}\\.(${durable})\\s*\\(`, "g");
  for (const it of bare.matchAll(floating)) {
    findings.push({
      severity: "error",
      line: lineAt(it.index),
      message: `nobody awaits ${context}.${it[1]}(…): it is cancelled when the workflow ends`,
      mend: "Put await before it, or give it to Promise.all.",
    });
  }
  return findings.sort((a, b) => a.line - b.line);
}

/** The text with comments and the insides of strings as spaces, line breaks kept. */
function blankText(source: string): string {
  const tokens =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g;
  return source.replace(tokens, (it) => it.replace(/[^\n]/g, " "));
}

/** The text with the arguments of ctx.step(…) as spaces: what stands there is work. */
function blankWork(text: string, context: string): string {
  let out = text;
  for (const it of text.matchAll(new RegExp(`\\b${context}\\.step\\s*\\(`, "g"))) {
    const from = it.index + it[0].length;
    const to = closingAt(text, from);
    out = out.slice(0, from) + out.slice(from, to).replace(/[^\n]/g, " ") + out.slice(to);
  }
  return out;
}

function closingAt(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}
