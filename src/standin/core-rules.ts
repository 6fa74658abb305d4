// What the baseline can do for an agent nobody registered a job for: fill the
// schema of the answer from labelled text, quote, rank and count. Each member
// of the answer is filled by one rule or not at all; a required member that no
// rule fills is what the baseline cannot do.

import type { Json, Value } from "../base/values.ts";
import type { JobEnd } from "./job.ts";
import {
  isRecord,
  labelled,
  nameOf,
  overlap,
  type Passage,
  passagesOf,
  plainName,
  quotesFor,
} from "./passages.ts";

/** Most quotes or ranked items in one answer. */
const listLimit = 5;

type JsonObject = { readonly [key: string]: Json };

/** What no rule can fill, and why. */
class Unfilled {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

interface Material {
  readonly input: Value;
  readonly passages: readonly Passage[];
  readonly question: string | undefined;
}

/** An answer by rules alone, or why there is none. No `schema` (JSON Schema of the answer) means free text. */
export function coreAnswer(input: Value, schema: Json | undefined, agent: string): JobEnd {
  if (!isSchema(schema))
    return { cannot: `nobody registered a job for "${agent}", and free text is beyond rules` };
  const question = questionOf(input);
  const passages = passagesOf(input).filter((it) => it.text !== question);
  const filled = fill("answer", schema, { input, passages, question });
  if (!(filled instanceof Unfilled)) return { answer: filled };
  return { cannot: `nobody registered a job for "${agent}", and ${filled.why}` };
}

function isSchema(schema: Json | undefined): schema is JsonObject {
  return typeof schema === "object" && schema !== null && !Array.isArray(schema);
}

function questionOf(input: Value): string | undefined {
  if (!isRecord(input)) return undefined;
  const key = Object.keys(input).find((it) => /^(question|query|topic|about|ask|search)$/i.test(it));
  const value = key === undefined ? undefined : input[key];
  return typeof value === "string" ? value : undefined;
}

function fill(name: string, schema: JsonObject, from: Material): Value | Unfilled {
  if (schema["const"] !== undefined) return schema["const"] as Value;
  if (isSchema(schema["properties"])) return fillObject(schema["properties"], schema["required"], from);
  if (schema["type"] === "array") return fillArray(name, schema, from);
  if (/quotes?$/i.test(name)) return bestQuote(from);
  const isNumber = schema["type"] === "number" || schema["type"] === "integer";
  if (isNumber && /count$|^number_?of/i.test(name)) return countOf(name, from);
  return fillScalar(name, schema, from);
}

function fillObject(properties: JsonObject, required: Json | undefined, from: Material): Value | Unfilled {
  const answer: Record<string, Value> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const value = isSchema(schema) ? fill(name, schema, from) : new Unfilled(`"${name}" has no type`);
    if (!(value instanceof Unfilled)) answer[name] = value;
    else if (Array.isArray(required) && required.includes(name)) return value;
  }
  return answer;
}

function fillScalar(name: string, schema: JsonObject, from: Material): Value | Unfilled {
  const given = memberNamed(from.input, name);
  const texts = given === undefined ? labelled(from.passages, name) : [String(given)];
  if (texts.length === 0) return new Unfilled(`no text is labelled "${name}"`);
  if (texts.length > 1) return new Unfilled(`${texts.length} different values are labelled "${name}"`);
  return readAs(name, schema, texts[0]!);
}

function memberNamed(input: Value, name: string): Value | undefined {
  if (!isRecord(input)) return undefined;
  const key = Object.keys(input).find((it) => plainName(it) === plainName(name));
  const value = key === undefined ? undefined : input[key];
  return typeof value === "object" ? undefined : value;
}

function readAs(name: string, schema: JsonObject, text: string): Value | Unfilled {
  const { type, enum: choices } = schema;
  if (Array.isArray(choices)) {
    const chosen = choices.find((it) => plainName(String(it)) === plainName(text));
    return chosen === undefined ? new Unfilled(`"${text}" is no choice of "${name}"`) : (chosen as Value);
  }
  if (type === "string") return text;
  if (type === "boolean" && /^(yes|true|no|false)$/i.test(text)) return /^(yes|true)$/i.test(text);
  const number = type === "number" || type === "integer" ? numberIn(text) : undefined;
  if (number !== undefined && (type === "number" || Number.isInteger(number))) return number;
  return new Unfilled(`"${text}" cannot be read as "${name}"`);
}

/** The one number of a text such as `1,250.00 EUR`; undefined when there is none, or more than one. */
function numberIn(text: string): number | undefined {
  const found = text.match(/-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?/g) ?? [];
  return found.length === 1 ? Number(found[0].replaceAll(",", "")) : undefined;
}

function bestQuote(from: Material): Value | Unfilled {
  if (from.question === undefined) return new Unfilled("there is no question to choose a quote by");
  return (
    quotesFor(from.question, from.passages)[0]?.quote ??
    new Unfilled("no sentence shares a word with the question")
  );
}

function countOf(name: string, from: Material): Value | Unfilled {
  const arrays = isRecord(from.input) ? Object.entries(from.input).filter(([, it]) => Array.isArray(it)) : [];
  const wanted = plainName(name.replace(/count$|^number_?of/i, ""));
  const named = arrays.find(([key]) => wanted !== "" && plainName(key).startsWith(wanted));
  const rows = named ?? (arrays.length === 1 ? arrays[0] : undefined);
  return rows === undefined
    ? new Unfilled(`it is not clear what "${name}" counts`)
    : (rows[1] as readonly Value[]).length;
}

function fillArray(name: string, schema: JsonObject, from: Material): Value | Unfilled {
  const items = isSchema(schema["items"]) ? schema["items"] : {};
  const members = isSchema(items["properties"]) ? items["properties"] : undefined;
  const isQuoted = /quotes$/i.test(name) || (members !== undefined && "quote" in members);
  if (isQuoted) return quoteList(members, from);
  if (/^(ranked|ranking|order|top)$/i.test(name)) return ranking(items, from);
  const texts = items["type"] === "string" ? labelled(from.passages, name) : [];
  if (texts.length === 1) return texts[0]!.split(/\s*[,;]\s*/).filter((it) => it !== "");
  return new Unfilled(`no rule fills the list "${name}"`);
}

function quoteList(members: JsonObject | undefined, from: Material): Value | Unfilled {
  if (from.question === undefined) return new Unfilled("there is no question to choose quotes by");
  const quotes = quotesFor(from.question, from.passages).slice(0, listLimit);
  if (quotes.length === 0) return new Unfilled("no sentence shares a word with the question");
  if (members === undefined) return quotes.map((it) => it.quote);
  const sourceKey = Object.keys(members).find((it) => /^(source|file|from|where|name|title|id)$/i.test(it));
  const unknown = Object.keys(members).find((it) => it !== "quote" && it !== sourceKey);
  if (unknown !== undefined) return new Unfilled(`no rule fills "${unknown}" beside a quote`);
  return quotes.map((it) => ({
    quote: it.quote,
    ...(sourceKey === undefined ? {} : { [sourceKey]: it.source }),
  }));
}

function ranking(items: JsonObject, from: Material): Value | Unfilled {
  const { question, input } = from;
  const arrays = isRecord(input) ? Object.values(input).filter((it) => Array.isArray(it)) : [];
  if (question === undefined || arrays.length !== 1)
    return new Unfilled("a ranking needs one question and one list");
  const scored = (arrays[0] as readonly Value[]).map((item) => ({
    item,
    score: overlap(question, JSON.stringify(item)),
  }));
  const ranked = scored.toSorted((a, b) => b.score - a.score).map((it) => it.item);
  if (items["type"] !== "string") return ranked;
  const names = ranked.map((it) => (isRecord(it) ? nameOf(it) : String(it)));
  return names.every((it) => it !== undefined) ? names : new Unfilled("the rows to be ranked have no name");
}
