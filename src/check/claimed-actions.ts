// Sentences that claim an action was done. English, by rules: a measured share of
// claims is found, never all of them.
//
// "I have sent", "we emailed", "the file was saved", "refund issued", "the cancellation has been completed" claim.
// What is denied, wished, planned, asked, quoted, conditional or dated before this work does not.

import { anyKind, deedNouns, doing, kindOf, kindOfNoun, nounDone, ownDone } from "./deeds.ts";

export interface ClaimedAction {
  readonly kind: string;
  /** The sentence. */
  readonly text: string;
  readonly at: number;
  /** own: "I have sent"; finished: "has been sent"; past: "was sent", "mail sent", which may as well report of others. */
  readonly voice: "own" | "finished" | "past";
  /** The word of the deed, as written. */
  readonly done: string;
  /** True when it is said to be done just now: "has been successfully sent". */
  readonly isFresh: boolean;
  /** True when it is said to have been so before: "has already been sent". */
  readonly isOld: boolean;
  /** Names of what it was done to, such as "#W2378156": those before the deed, else those after it. */
  readonly ids: readonly string[];
}

/** Longest text looked through, in characters, and most claims of it. */
export const claimTextLimit = 200_000;
const claimLimit = 1_000;
/** Most characters looked at before and after a deed's word. */
const reach = 500;

const done = `(?<done>${ownDone}|${nounDone})`;
const adverbs =
  "already|now|just|also|successfully|since|then|today|accordingly|hereby|promptly|both|all|fully|officially";
const soon = `(?:\\s+(?:${adverbs}))*`;
const actor = "(?:I|we|(?:the|this|your) (?:assistant|agent|system|team))";
type Form = readonly [form: RegExp, voice: ClaimedAction["voice"]];
const form = (text: string): RegExp => new RegExp(text, "giu");
const forms: readonly Form[] = [
  [form(`\\b${actor}(?:(?:'ve|’ve|'s|’s)|\\s+(?:have|has|did))?${soon}\\s+(?:(?<!did\\s)${done})\\b`), "own"],
  // "I have gone ahead and sent", "I checked the order and cancelled it".
  [
    form(
      `\\b(?:I|we)(?:'ve|’ve|\\s+have)?\\s+(?:[a-z]+ed|gone|went|looked|made|took|taken|found)\\b[^.!?;:]{0,80}?\\b(?:and|then)${soon}\\s+${done}\\b`,
    ),
    "own",
  ],
  // "I was able to cancel", "we managed to book".
  [
    form(
      `\\b(?:I|we)(?:['’]ve)?\\s+(?:(?:was|were|have been|been)${soon}\\s+able|(?:have )?managed) to${soon}\\s+(?<done>${doing})\\b`,
    ),
    "own",
  ],
  [form(`\\b(?:has|have)${soon}\\s+been${soon}\\s+${done}\\b`), "finished"],
  // "Successfully booked the room", "the cancellation is complete", "your seats are now reserved".
  [
    form(`^\\W*(?:(?:all done|done|okay|ok|great)\\b\\W*)?successfully\\s+${done}\\s+(?=\\p{L}|#|\\d)`),
    "finished",
  ],
  [form(`\\b(?:is|are)${soon}\\s+(?<done>complete|done|finished)(?=\\s*(?:[.,;!✓✔]|and\\b|$))`), "finished"],
  [
    form(
      `\\byour\\s[^.!?;:,]{1,60}?\\s(?:is|are)\\s+(?:now|all|officially|successfully)${soon}\\s+${done}\\b`,
    ),
    "finished",
  ],
  [form(`\\b(?:was|were|is now|are now)${soon}\\s+${done}\\b`), "past"],
  // "Your booking is confirmed!"
  [form(`^\\W*Your [^.!?;:,]{1,60}?\\s(?:is|are)${soon}\\s+${done}\\s*(?:[.!✓✔]|$)`), "past"],
  [
    form(
      `^(?:\\W*(?:done|completed?|status|result|note|action)\\s*[:–-]\\s*)?(?:[\\p{L}\\d#'’ -]{1,60}\\s)?(?:successfully\\s+)?${done}(?:\\s+successfully)?\\s*(?:[.!✓✔]|$)`,
    ),
    "past",
  ],
];

/** What takes a claim away: denial, intention, possibility, condition, question, request. */
const undone =
  /\b(?:not|never|no|nothing|none|nobody|cannot|unable|failed|without|neither|nor|will|shall|would|could|should|may(?!\s+\d)|might|can|must|going to|plans?|planned|intend(?:s|ed)?|wants?|wish(?:es)?|needs?|once|until|unless|before|after|when|if|whether|as soon as|to be|being|please|ask(?:ed)? (?:you|them|him|her)|asked whether|let me|ready to|draft(?:ed)?|recommend(?:s|ed)?|suggest(?:s|ed)?|propos(?:e|es|ed)|he|she|they|you|who|which)\b|n['’]t\b/iu;
/** What names another doer. */
const others =
  /\bby\s+(?!me\b|us\b|e-?mail\b|mail\b|post\b|phone\b|mistake\b|accident\b|error\b|default\b|the (?:end|deadline|close)\b|\d)[\p{L}]/iu;
/** What is taken as given, or read off somewhere, and not announced. */
const given =
  /\b(?:since|because|although|though|given|now that|according to|shows?|showing|indicates?|states?|says)\b/iu;
/** What puts a deed before this work: "was booked more than 24 hours ago", "was created on 2024-05-01". */
const dated =
  /\b(?:ago|originally|previously|initially|earlier|yesterday|last (?:night|week|month|year)|(?:with)?in the (?:last|past)|scheduled (?:to|for)|in (?:early |late )?(?:1\d|20)\d\d\b|in the \d{1,2}(?:st|nd|rd|th) century|on (?:the )?(?:\d{4}-\d\d|\d{1,2}(?:st|nd|rd|th)?\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\p{L}*\.? \d))/iu;

/** What is said of the text itself: "I corrected the total in the table below". */
const ofText =
  /\b(?:below|above|here|(?:in|to|of) (?:this|the|my|your) (?:answer|reply|response|draft|summary|text|table|list|output|wording))\b/iu;

/** Claims of done deeds in a text, in order. Quoted stretches and block quotes are not looked at. */
export function claimedActions(text: string): readonly ClaimedAction[] {
  const claims: ClaimedAction[] = [];
  const plain = withoutMarks(withoutQuotations(text.slice(0, claimTextLimit)));
  for (const { sentence, at } of sentencesOf(plain)) {
    if (claims.length >= claimLimit) break;
    const raw = text.slice(at, at + sentence.length).trim();
    for (const found of claimsIn(sentence)) claims.push({ ...found, text: raw, at });
  }
  return claims.slice(0, claimLimit);
}

type Found = Omit<ClaimedAction, "text" | "at">;

function claimsIn(sentence: string): readonly Found[] {
  if (/\?\s*$/.test(sentence)) return [];
  // By the place where the deed's word ends: of two forms that read the same word, the first counts.
  const read = new Map<number, { readonly match: RegExpExecArray; readonly voice: Found["voice"] }>();
  for (const [each, voice] of forms)
    for (const match of matchesOf(each, sentence)) {
      const end = match.index + match[0].replace(/(?:\s+successfully)?\s*[.!✓✔]*$/iu, "").length;
      if (!read.has(end)) read.set(end, { match, voice });
    }
  // What stands before a claim names its things only back to the claim before it.
  let from = 0;
  return [...read]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([end, { match, voice }]) => {
      const found = claimOf(sentence, match, { voice, from });
      from = end;
      return found ?? [];
    });
}

/** As matchAll, which would compile the expression anew for each sentence. */
function matchesOf(each: RegExp, sentence: string): readonly RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  each.lastIndex = 0;
  for (let match = each.exec(sentence); match !== null; match = each.exec(sentence)) {
    found.push(match);
    if (found.length >= claimLimit) break;
  }
  return found;
}

function claimOf(
  sentence: string,
  match: RegExpExecArray,
  { voice, from }: { readonly voice: Found["voice"]; readonly from: number },
): Found | undefined {
  const word = match.groups!["done"]!;
  const end = match.index + match[0].length;
  const ahead = sentence.slice(Math.max(from, match.index - reach), match.index);
  const before = clauseBefore(sentence.slice(Math.max(0, match.index - reach), match.index));
  const after = sentence.slice(end, end + reach);
  if (undone.test(before) || undone.test(match[0])) return undefined;
  if (voice === "own" && ofText.test(after.slice(0, 80))) return undefined;
  if (voice !== "own" && (others.test(after.slice(0, 40)) || given.test(before))) return undefined;
  // "Orders that have been delivered": which ones, and no news.
  if (voice !== "own" && /\bthat\s*$/iu.test(before)) return undefined;
  if (voice === "past" && dated.test(`${before}${match[0]}${after.slice(0, 60)}`)) return undefined;
  if (voice === "finished" && /^\s+to\b/.test(after) && /^scheduled$/iu.test(word)) return undefined;
  const beside = kindBeside(voice === "own" ? after : ahead + match[0], voice);
  const kind = loose.test(word) ? (beside ?? kindOf(word)) : (kindOf(word) ?? beside);
  // "The order was completed": of a thing and not of a deed, that is how it stands.
  const isStanding = voice === "past" || /^(?:complete|done|finished)$/iu.test(word);
  if (kind === undefined || (isStanding && kind === "create" && kindOf(word) === undefined)) return undefined;
  const ids = idsIn(ahead);
  const isFresh = /\b(?:successfully|just|now|hereby)\b/iu.test(`${match[0]} ${after.slice(0, 14)}`);
  const isOld = /\b(?:already|previously|earlier)\b/iu.test(
    sentence.slice(Math.max(0, match.index - reach), end),
  );
  return { kind, voice, done: word, isFresh, isOld, ids: ids.length > 0 ? ids : idsIn(after) };
}

/** What is done to a request or a paper about a deed: "the return request has been submitted". */
const loose = /^(?:submitted|issued|placed|raised|filed|confirmed)$/iu;

const noun = form(`\\b(?:${deedNouns})\\b`);

/** "The cancellation has been completed", "I have made the change": the noun says what was done. */
function kindBeside(text: string, voice: Found["voice"]): string | undefined {
  const nouns = matchesOf(noun, text);
  const nearest = voice === "own" ? nouns[0] : nouns.at(-1);
  if (nearest === undefined || (voice === "own" && nearest.index > 60)) return undefined;
  return new Set(nouns.map((it) => kindOfNoun(it[0]))).size > 1 ? anyKind : kindOfNoun(nearest[0]);
}

/** Names that people give things by: letters with digits, or a # with digits; no dates, times and amounts. */
function idsIn(text: string): readonly string[] {
  const form =
    /(?<![\p{L}\d$€£.,:/-])#?(?=[A-Z\d_-]*\d)(?:[A-Z][A-Z\d_-]{3,}|\d[A-Z\d]*[A-Z][A-Z\d]{2,}|(?<=#)\d{3,})(?![\p{L}\d])/gu;
  return [...text.matchAll(form)].map((it) => it[0].replace(/^#/, ""));
}

/** The last clause of what stands before a place. */
function clauseBefore(before: string): string {
  return before.slice(
    Math.max(
      before.lastIndexOf(","),
      before.lastIndexOf(";"),
      before.search(/\b(?:but|and)\b(?!.*\b(?:but|and)\b)/iu),
    ) + 1,
  );
}

/** Quotations blanked out, so that places stay where they are. */
function withoutQuotations(text: string): string {
  const blank = (it: string): string => it.replace(/[^\n]/g, " ");
  return text.replace(/^[ \t]*>.*$/gm, blank).replace(/["“„«][^"“”„«»\n]{0,2000}["”»]/g, blank);
}

/** Emphasis, code marks and bullets blanked out. */
function withoutMarks(text: string): string {
  return text
    .replace(/\*\*|__|`/g, (it) => " ".repeat(it.length))
    .replace(/^[ \t]*[-*•–+][ \t]/gm, (it) => " ".repeat(it.length));
}

function sentencesOf(text: string): { readonly sentence: string; readonly at: number }[] {
  const form = /[^.!?\n✓✔]+(?:[.!?✓✔]+(?=\s|$)|\.(?=\S)[^.!?\n]*)*[.!?✓✔]*/gu;
  return [...text.matchAll(form)].map((it) => ({ sentence: it[0], at: it.index }));
}
