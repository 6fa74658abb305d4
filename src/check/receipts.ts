// `receipts`: a claim that something was done rests on the receipt of a tool that did it (E12).
//
//   RCPT1. A declared claim passes only with a receipt of its own: one receipt bears out one claim.
//   RCPT2. A call that is held, or that failed, is no receipt.

import { unsure } from "./check.ts";
import type { Action, CheckContext, Evidence, Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import { clip } from "./fold-text.ts";
import { isRecord, locate, locateBeside, type Located, parsePath, type Path } from "./paths.ts";
import { judgedClaims } from "./prose-claims.ts";
import { keyText } from "./rows.ts";

/** A place of the output that claims an action. */
export interface DeclaredClaim<Output = unknown> {
  /** True, a non-empty text or a number there claims it; false, null, "" and nothing do not: "mails[].sent". */
  readonly at: Path<Output>;
  /** The tool whose receipt bears it out. */
  readonly tool: string;
  /**
   * What must be equal: paths into the output (beside the claim) to "receipt.…" or "args.…" of the call. Default: a text
   * or number at `at` must stand somewhere in the call.
   */
  readonly values?: Readonly<Record<string, `receipt${string}` | `args${string}`>>;
}

export interface ReceiptsOptions<Output = unknown> {
  readonly claims?: readonly DeclaredClaim<Output>[];
  /** Texts whose sentences are looked through. Default: every text of the output; [] for none. */
  readonly text?: Path<Output> | readonly Path<Output>[];
  /**
   * "accept" takes a call that is held until the gate passes for done: it is sent before the output leaves the agent,
   * and where sending fails the agent fails. Default "refuse".
   */
  readonly held?: "accept" | "refuse";
}

/**
 * Checks that what the output claims to have done was done by its own tool calls. Declared claims are decided; for
 * claims in prose the sentences a rule recognises are: one in the author's own name, or to the reader, fails where no
 * call was made, where those made did something else by their tools' names, or where those of such tools name another
 * thing; else one without a receipt is unsure, as is any passive one of third parties. Paraphrase it does not see.
 *
 * @throws CHECK_PATH_INVALID at once; CHECK_PATH_UNKNOWN when run beside a schema that does not know a path.
 */
export function receipts<Output = unknown>(options: ReceiptsOptions<Output> = {}): NamedCheck<Output> {
  const { claims = [], text } = options as ReceiptsOptions;
  const texts: readonly string[] = text === undefined ? [] : typeof text === "string" ? [text] : text;
  const paths = [...claims.flatMap((it) => [it.at, ...Object.keys(it.values ?? {})]), ...texts];
  for (const path of paths) parsePath(path);
  return {
    kind: "check",
    name: "receipts",
    version: "2",
    options,
    paths: paths.filter((it) => it !== ""),
    run: (output, context) =>
      judge(output, context as CheckContext, { ...(options as ReceiptsOptions), texts }),
  };
}

interface Task extends ReceiptsOptions {
  readonly texts: readonly string[];
}

interface Found {
  readonly problems: readonly Omit<Problem, "check">[];
  readonly doubts: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly count: number;
}

function judge(output: unknown, context: CheckContext, task: Task): Judged | Unsure {
  const declared = judgeDeclared(output, context.actions, task);
  const prose = judgeProse(output, context, task);
  const all = [declared, prose];
  const problems = all.flatMap((it) => it.problems);
  const doubts = all.flatMap((it) => it.doubts);
  const evidence = all.flatMap((it) => it.evidence);
  const count = declared.count + prose.count;
  const note = `${count} ${count === 1 ? "claim" : "claims"} of something done, ${count - problems.length - doubts.length} with a receipt`;
  if (problems.length > 0) return { problems, note, evidence };
  if (doubts.length > 0) return { ...unsure(doubts.slice(0, 5).join("; ")), evidence };
  return { problems, note, evidence };
}

function isDone(it: Action, held: ReceiptsOptions["held"]): boolean {
  return it.receipt !== undefined || (held === "accept" && it.held === true);
}

interface Claim {
  readonly place: Located;
  readonly declared: DeclaredClaim;
  readonly fits: readonly number[];
}

function judgeDeclared(output: unknown, actions: readonly Action[] | undefined, task: Task): Found {
  const claims = (task.claims ?? []).flatMap((declared) =>
    locate(output, parsePath(declared.at))
      .filter((it) => isClaim(it.value))
      .map((place): Claim => ({
        place,
        declared,
        fits: (actions ?? []).flatMap((action, index) =>
          bearsOut(output, place, declared, action) ? [index] : [],
        ),
      })),
  );
  const none = { problems: [], doubts: [], evidence: [], count: claims.length };
  if (claims.length === 0) return none;
  if (actions === undefined)
    return {
      ...none,
      doubts: [`${claims[0]!.place.path} claims an action, and what was done is not known here`],
    };
  const given = assign(claims, (index) => isDone(actions[index]!, task.held));
  const problems = claims.flatMap((it, at) => (given.has(at) ? [] : [complain(it, actions)]));
  const evidence = claims.flatMap((it, at) => {
    const index = given.get(at);
    return index === undefined ? [] : [evidenceOf(it.place.path, actions[index]!)];
  });
  return { problems, doubts: [], evidence, count: claims.length };
}

function isClaim(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== "" && value !== 0;
}

/** True when a call is of the tool and holds the values, whether or not it has a receipt. */
function bearsOut(output: unknown, place: Located, { tool, values }: DeclaredClaim, action: Action): boolean {
  if (action.tool !== tool) return false;
  if (values === undefined) {
    const key = keyText(place.value);
    return (
      typeof place.value === "boolean" || key === undefined || holds([action.args, action.receipt], key, 0)
    );
  }
  return Object.entries(values).every(([path, at]) => {
    const claimed = locateBeside(output, place, parsePath(path))[0]?.value;
    // A held call has no receipt yet: what it will hold cannot be compared.
    if (action.held === true && at.startsWith("receipt")) return true;
    const found = locate({ receipt: action.receipt, args: action.args }, parsePath(at))[0]?.value;
    return claimed !== undefined && keyText(claimed) !== undefined && keyText(claimed) === keyText(found);
  });
}

function holds(value: unknown, key: string, depth: number): boolean {
  if (keyText(value) === key) return true;
  if (depth > 20) return false;
  const inner = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
  return inner.some((it) => holds(it, key, depth + 1));
}

/** Gives each claim a receipt of its own, as many as can be had: augmenting paths. */
function assign(claims: readonly Claim[], done: (index: number) => boolean): ReadonlyMap<number, number> {
  const owner = new Map<number, number>();
  const place = (claim: number, seen: Set<number>): boolean =>
    claims[claim]!.fits.some((index) => {
      if (!done(index) || seen.has(index)) return false;
      seen.add(index);
      const holder = owner.get(index);
      if (holder !== undefined && !place(holder, seen)) return false;
      owner.set(index, claim);
      return true;
    });
  for (const claim of claims.keys()) place(claim, new Set());
  return new Map([...owner].map(([index, claim]) => [claim, index]));
}

function complain({ place, declared, fits }: Claim, actions: readonly Action[]): Omit<Problem, "check"> {
  const { tool } = declared;
  const held = fits.some((index) => actions[index]!.held === true && actions[index]!.receipt === undefined);
  const calls = actions.filter((it) => it.tool === tool && it.receipt !== undefined).length;
  const why = held
    ? `the call to ${tool} is held until the checks pass: say that it is to be done, not that it was`
    : calls === 0
      ? `no call to ${tool} has a receipt`
      : `no receipt of ${tool} fits it that bears out nothing else (${calls} in all)`;
  return {
    message: `claims an action without a receipt: ${why}`,
    path: place.path,
    claimed: show(place.value),
    where: tool,
  };
}

function evidenceOf(path: string, action: Action): Evidence {
  return { path, where: `receipt of ${action.tool}`, text: show(action.receipt ?? action.args) };
}

function show(value: unknown): string {
  return clip(typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)), 200);
}

function judgeProse(output: unknown, context: CheckContext, task: Task): Found {
  const done = (context.actions ?? []).filter((it) => isDone(it, task.held));
  const found = {
    problems: [] as Omit<Problem, "check">[],
    doubts: [] as string[],
    evidence: [] as Evidence[],
    count: 0,
  };
  // A sentence that claims two deeds is complained of once for one reason.
  const said = new Set<string>();
  const isNew = (...words: readonly string[]): boolean => {
    const key = words.join("\n");
    return !said.has(key) && said.add(key).has(key);
  };
  for (const { path, text } of textsOf(output, task))
    for (const { claim, verdict } of judgedClaims(text, context, done)) {
      const reason = "doubt" in verdict ? verdict.doubt : "against" in verdict ? verdict.against : undefined;
      if (reason !== undefined && !isNew(path, String(claim.at), reason)) continue;
      found.count += 1;
      if ("by" in verdict) found.evidence.push(evidenceOf(path, verdict.by));
      else if ("doubt" in verdict) found.doubts.push(`${path}: ${verdict.doubt}: ${clip(claim.text, 120)}`);
      else found.problems.push({ message: verdict.against, path, claimed: clip(claim.text, 200) });
    }
  return found;
}

function textsOf(
  output: unknown,
  { text, texts }: Task,
): readonly { readonly path: string; readonly text: string }[] {
  if (text !== undefined)
    return texts
      .flatMap((path) => locate(output, parsePath(path)))
      .flatMap((it) => (typeof it.value === "string" ? [{ path: it.path, text: it.value }] : []));
  const all: { path: string; text: string }[] = [];
  const walk = (value: unknown, path: string, depth: number): void => {
    if (depth > 20 || all.length >= textsLimit) return;
    if (typeof value === "string" && value.includes(" ")) all.push({ path, text: value });
    else if (Array.isArray(value)) value.forEach((it, index) => walk(it, `${path}[${index}]`, depth + 1));
    else if (isRecord(value))
      for (const [key, it] of Object.entries(value))
        if (!/quot/i.test(key)) walk(it, path === "" ? key : `${path}.${key}`, depth + 1);
  };
  walk(output, "", 0);
  return all;
}

/** Most texts of one output looked through. */
const textsLimit = 10_000;
