// What a value rests on, as a tree that reads from the value down to the bytes. A value that was merely handed on
// stays on its line; the tree goes deeper where a step made something of what it was given.

import type { WhyNode } from "../why.ts";
import { columns, fit, oneLine, wrap } from "./plain-text.ts";
import { valueText } from "./render-value.ts";
import type { Screen, Style } from "./screen.ts";
import { count, plural } from "./units.ts";

const ties = {
  reads: { mark: "←", style: "cyan" },
  content: { mark: "=", style: "green" },
  evidence: { mark: "✓", style: "green" },
  asked: { mark: "←", style: "cyan" },
  may: { mark: "?", style: "yellow" },
} as const satisfies Record<NonNullable<WhyNode["tie"]>, { mark: string; style: Style }>;

/** What the marks mean, for below the tree. */
export const whyLegend: string =
  "= the same value   ✓ a check found it there   ← made from it   ? was at hand, and may have been used";

/** Sources of one kind that are listed before the rest is counted. */
const alikeLimit = 3;
/** Most lines that one fact takes. */
const factLines = 3;

/** The tree's lines. `all` lists sources that are alike, and all that was merely at hand. */
export function renderWhy(screen: Screen, node: WhyNode, all: boolean): string[] {
  return nodeLines({ screen, all }, node, 0, undefined);
}

interface Rendering {
  readonly screen: Screen;
  readonly all: boolean;
}

function nodeLines(on: Rendering, given: WhyNode, depth: number, above: WhyNode | undefined): string[] {
  const { it, handedOn } = followed(given);
  const indent = "  ".repeat(depth);
  const lines = headLines(on, given, it, handedOn, indent, above);
  if (it.isRepeated === true) return lines;
  const { shown, hidden } = on.all ? { shown: it.sources, hidden: [] } : alike(it);
  // At the top a value that comes from one place stands below it; among others it stands deeper.
  const below = it.sources.length === 1 && depth === 0 && isSame(it.sources[0]) ? depth : depth + 1;
  for (const source of shown) lines.push(...nodeLines(on, source, below, it));
  for (const text of hidden) lines.push(on.screen.style("dim", `${indent}  … ${text} (--all)`));
  return lines;
}

function isSame(it: WhyNode | undefined): boolean {
  return it?.tie === "content" || it?.tie === "evidence";
}

/** Passes functions that did nothing but hand a value on; they are named on its line. */
function followed(given: WhyNode): { readonly it: WhyNode; readonly handedOn: readonly WhyNode[] } {
  const handedOn: WhyNode[] = [];
  let it = given;
  while (it.tie === "content" && isPlain(it)) {
    const [next] = it.sources;
    if (it.sources.length !== 1 || next?.tie !== "content" || next.isRepeated === true) break;
    handedOn.push(it);
    it = next;
  }
  return { it, handedOn };
}

/** True for a step of which there is nothing more to say than that the value came through it. */
function isPlain(it: WhyNode): boolean {
  return (
    it.kind === "function" &&
    it.passed.length === 0 &&
    it.isRepeated !== true &&
    it.run === it.sources[0]?.run
  );
}

/** Sources that are alike are listed a few times, then counted. */
function alike(it: WhyNode): { readonly shown: readonly WhyNode[]; readonly hidden: readonly string[] } {
  const seen = new Map<string, number>();
  const groupOf = (source: WhyNode): string => {
    if (source.tie === "evidence") return "place that a check found";
    return source.kind === "tool"
      ? `result of ${nameOf(source)}`
      : `${source.seq} ${source.path} ${source.as}`;
  };
  const shown = it.sources.filter((source) => {
    const group = groupOf(source);
    seen.set(group, (seen.get(group) ?? 0) + 1);
    return (seen.get(group) ?? 0) <= alikeLimit;
  });
  if (seen.has("place that a check found")) seen.set("place that a check found", it.evidence.length);
  const hidden = [...seen].flatMap(([group, number]) => {
    const more = number - alikeLimit;
    if (more <= 0) return [];
    const [noun = "", ...rest] = group.split(" ");
    return [`${more} more ${more === 1 ? noun : `${noun}s`} ${rest.join(" ")}`];
  });
  return { shown, hidden };
}

/** The place and its value, then what is known of it. */
function headLines(
  on: Rendering,
  given: WhyNode,
  it: WhyNode,
  handedOn: readonly WhyNode[],
  indent: string,
  above: WhyNode | undefined,
): string[] {
  const { screen } = on;
  const tie = given.tie === undefined ? undefined : ties[given.tie];
  const mark = tie === undefined ? "" : `${screen.style(tie.style, tie.mark)} `;
  const isNamed = given.as !== undefined && given.tie !== "evidence" && given.as !== nameOf(given);
  const as = isNamed ? `${oneLine(given.as ?? "")}: ` : "";
  const places = [...handedOn, it].map((each) => fit(oneLine(placeText(each)), 70));
  const place = places.map((text) => screen.style("bold", text)).join(" = ");
  const told = it.isRepeated === true ? screen.style("dim", "  (told above)") : "";
  const used = indent.length + 4 + columns(as) + columns(places.join(" = "));
  const isKnown = given.tie === "content" && above?.hash === given.hash;
  const left = screen.width - used;
  const value = told !== "" || isKnown || left < 12 ? "" : `  ${preview(it, left)}`;
  const deeper = `${indent}${tie === undefined ? "" : "  "}`;
  const says = (text: string, style: Style | undefined): string[] =>
    shortened(wrap(text, screen.width - deeper.length - 1)).map(
      (line) => `${deeper}${style === undefined ? line : screen.style(style, line)}`,
    );
  const lines = [`${indent}${mark}${as}${place}${value}${told}`];
  const bytes = bytesText(given, above);
  if (bytes !== "") lines.push(...says(bytes, undefined));
  if (it.isRepeated === true) return lines;
  for (const text of [endText(it), factsOf(it), besidesText(on, it)])
    if (text !== "") lines.push(...says(text, "dim"));
  return lines;
}

function shortened(lines: readonly string[]): readonly string[] {
  return lines.length <= factLines ? lines : [...lines.slice(0, factLines - 1), `${lines[factLines - 1]} …`];
}

/** `extract-claims.claims[0].quote`; a tool with what it was asked. */
function placeText(it: WhyNode): string {
  const path = it.path === "" || it.path.startsWith("[") ? it.path : `.${it.path}`;
  if (it.kind !== "tool") return `${nameOf(it)}${path}`;
  return `${nameOf(it)}(${fit(argumentsText(it), 44)})${path}`;
}

function argumentsText(it: WhyNode): string {
  const given = it.arguments;
  if (typeof given !== "object" || given === null) return oneLine(valueText(given ?? ""));
  const parts = Object.entries(given).map(([key, part]) => {
    const text = typeof part === "string" ? JSON.stringify(part) : valueText(part);
    return `${key}: ${text.replaceAll('\\"', '"')}`;
  });
  return oneLine(parts.join(", "));
}

/** Names around a step that say nothing of it. */
const plumbing = /^(attempt \d+|turn|work)$/;

/** A step's names; of a model's or a tool's only its own. */
function nameOf(it: WhyNode): string {
  const all = it.step.split(" › ");
  const names = all.filter(
    (name, at) => !plumbing.test(name) || (at === all.length - 1 && it.kind === "attempt"),
  );
  return it.kind === "tool" ? (names.at(-1) ?? it.step) : names.join(" › ");
}

/** The value in a few words; of a long one what it is and how long. */
function preview(it: WhyNode, width: number): string {
  const { value } = it;
  if (value === undefined) return "(no value)";
  if (typeof value === "string" && value.length > 160) return `text of ${count(value.length)} characters`;
  const text = oneLine(typeof value === "string" ? JSON.stringify(value) : valueText(value));
  if (columns(text) <= width) return text;
  return Array.isArray(value) ? plural(value.length, "item") : fit(text, width);
}

/** Whose text it is, and which of its bytes matter. */
function bytesText(it: WhyNode, above: WhyNode | undefined): string {
  const { span } = it;
  if (span === undefined || span.text === above?.span?.text) return "";
  const where = it.tie === "evidence" && it.as !== undefined ? it.as : (it.file ?? "there");
  return oneLine(`${where}, bytes ${span.start} to ${span.end}: “${span.text}”`);
}

/** Where it ends: at what the run was given, or what came from outside. */
function endText(it: WhyNode): string {
  const { value, span, file, hash } = it;
  if (it.sources.length > 0 || it.seq !== 1 || value === undefined) return "";
  const isText = typeof value === "string";
  const size = isText ? `${Buffer.byteLength(value)} bytes` : `${count(it.size ?? 0)} characters as JSON`;
  const sha = hash?.length === 32 && !hash.startsWith('"') ? `, sha ${hash.slice(0, 12)}` : "";
  const bytes = span === undefined ? "" : `; bytes ${span.start} to ${span.end} are the passage`;
  return oneLine(
    `given to the run as its input${file === undefined ? "" : ` (${file})`}: ${size}${sha}${bytes}`,
  );
}

function factsOf(it: WhyNode): string {
  const { decided, artifact } = it;
  const flag = decided?.isFlag === true ? " (a flag)" : "";
  const because = decided?.because === undefined ? "" : `: ${decided.because}`;
  const parts = [
    madeText(it),
    decided === undefined
      ? ""
      : `${decisions[decided.decision] ?? decided.decision} by ${decided.by}${flag}${because}`,
    it.passed.length === 0 ? "" : `passed ${it.passed.map((name) => `“${name}”`).join(", ")}`,
    it.failed.length === 0 ? "" : `did not pass ${it.failed.map((name) => `“${name}”`).join(", ")}`,
    artifact === undefined
      ? ""
      : `${artifact.mediaType}, ${count(artifact.size)} bytes, sha ${artifact.hash.slice(0, 12)}`,
    it.state === "reused" ? "taken over from the run this one reruns" : "",
    it.childRun === undefined ? "" : `run ${it.childRun}`,
    it.isCut === true ? "goes on from here (--depth)" : "",
    it.seq > 1 ? `event ${it.seq}` : "",
  ];
  return oneLine(parts.filter((part) => part !== "").join(" · "));
}

const decisions: Readonly<Record<string, string>> = {
  approve: "approved",
  edit: "edited",
  reject: "rejected",
  answer: "answered",
  expire: "expired",
};

function madeText(it: WhyNode): string {
  if (it.seq <= 1) return "";
  if (it.model !== undefined) {
    const who = it.standin === undefined ? it.model : `${it.model} (no language model)`;
    const tried = it.attempt === undefined ? "" : `, attempt ${it.attempt}`;
    return `answered by ${who}${tried}${it.rejected === undefined ? "" : ` (${it.rejected} rejected before)`}`;
  }
  if (it.kind === "function")
    return isSame(it.sources[0]) && it.sources.length === 1 ? "handed on" : "made by a function";
  return it.kind === "tool" && it.sources.length === 0 ? "what the tool gave" : "";
}

function besidesText({ all }: Rendering, it: WhyNode): string {
  const isAnswer = it.model !== undefined;
  const rest = it.mayRest.map((name) => name.split(" › ").at(-1) ?? name);
  const listed = (names: readonly string[]): string =>
    all || names.length <= 6
      ? names.join(", ")
      : `${names.slice(0, 6).join(", ")} and ${names.length - 6} more`;
  const parts = [
    it.besides.length === 0 || !isAnswer ? "" : `the model was also given ${listed(it.besides)}`,
    rest.length === 0 ? "" : `holds a value of unknown origin; at hand were ${listed(rest)}`,
  ];
  return oneLine(parts.filter((text) => text !== "").join("; "));
}
