// Text inside the page. Whatever a model, a tool or a file said arrives here as text and leaves as escaped text.
// CLI3 is kept here: every value on the page went through `escape`; markup is made by this folder alone.

import { clean } from "./plain-text.ts";

/** Markup that is known to be safe: made here, from escaped text. */
export interface Html {
  readonly html: string;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in an element or in a quoted attribute. Control and bidi marks are gone. */
export function escape(text: string): string {
  return clean(text).replace(/[&<>"']/g, (it) => entities[it] ?? "");
}

type Part = Html | string | number | undefined | false | readonly (Html | undefined | false)[];

/** Makes markup: every value that is not markup already is escaped (CLI3). */
export function markup(texts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { html: texts.reduce((done, text, at) => `${done}${render(values[at - 1])}${text}`) };
}

function render(value: Part): string {
  if (value === undefined || value === false) return "";
  if (typeof value === "string") return escape(value);
  if (typeof value === "number") return String(value);
  if ("html" in value) return value.html;
  return value.map(render).join("");
}

/** The text with the part that is quoted marked, where it occurs; white space may differ. */
export function highlighted(text: string, quote: string | undefined): Html {
  const at = quote === undefined ? undefined : locate(text, quote);
  if (at === undefined) return markup`${text}`;
  return markup`${text.slice(0, at.from)}<mark>${text.slice(at.from, at.to)}</mark>${text.slice(at.to)}`;
}

/** Longest quotation that is looked for. */
const quoteLimit = 5_000;

function locate(text: string, quote: string): { from: number; to: number } | undefined {
  const words = quote.slice(0, quoteLimit).split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  const pattern = new RegExp(words.map((it) => it.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("\\s+"), "iu");
  const found = pattern.exec(text);
  return found === null ? undefined : { from: found.index, to: found.index + found[0].length };
}

/** Two texts with what differs between them marked, by words. */
export function contrasted(claimed: string, found: string): readonly [claimed: Html, found: Html] {
  const [one, other] = [claimed.split(/(\s+)/), found.split(/(\s+)/)];
  let start = 0;
  while (start < Math.min(one.length, other.length) && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < Math.min(one.length, other.length) - start && one.at(-1 - end) === other.at(-1 - end))
    end += 1;
  const isAlike = start + end > 0;
  return [one, other].map((words) => {
    if (!isAlike) return markup`${words.join("")}`;
    const middle = words.slice(start, words.length - end).join("");
    return markup`${words.slice(0, start).join("")}${middle !== "" && markup`<mark>${middle}</mark>`}${words.slice(words.length - end).join("")}`;
  }) as unknown as readonly [Html, Html];
}
