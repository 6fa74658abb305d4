// Sentences that claim an action was done. English, by rules: a measured share of
// claims is found, never all of them.
//
// "I have sent", "we emailed", "the file was saved", "refund issued." claim.
// What is denied, wished, planned, asked, quoted or conditional does not.

/** Kinds of action: words of the done deed, and the words of tool names that may do it. */
const kinds: readonly (readonly [kind: string, done: string, tools: string])[] = [
  [
    "send",
    "sent|e-?mailed|mailed|forwarded|replied|notified|messaged|texted|posted|delivered|shipped|dispatched|informed|alerted|contacted|invited",
    "send mail email smtp message notify reply forward post sms slack ship dispatch invite alert",
  ],
  [
    "save",
    "saved|stored|written|wrote|exported|uploaded|recorded|logged|archived|backed up|appended",
    "save store write export upload record log archive backup append put file",
  ],
  [
    "create",
    "created|opened|filed|registered|added|inserted|set up|scheduled|booked|reserved|ordered|placed|raised|issued|generated",
    "create open file register add insert schedule book reserve order place raise issue ticket calendar post put make",
  ],
  [
    "change",
    "updated|changed|modified|corrected|edited|renamed|moved|adjusted|reset|replaced|patched|assigned|enabled|disabled|activated|deactivated",
    "update change modify correct edit rename move adjust reset replace patch assign enable disable activate set put write",
  ],
  [
    "remove",
    "deleted|removed|cancelled|canceled|closed|revoked|purged|unsubscribed|blocked|withdrawn",
    "delete remove cancel close revoke purge unsubscribe block withdraw drop",
  ],
  [
    "pay",
    "paid|refunded|transferred|charged|credited|reimbursed|debited|wired|invoiced",
    "pay refund transfer charge credit reimburse debit wire invoice payment",
  ],
  [
    "publish",
    "published|submitted|released|deployed|merged|pushed|committed|launched|rolled out",
    "publish submit release deploy merge push commit launch rollout post",
  ],
  [
    "approve",
    "approved|confirmed|rejected|signed|accepted|declined|escalated",
    "approve confirm reject sign accept decline escalate mail send update",
  ],
  [
    "run",
    "executed|triggered|restarted|installed|configured|migrated|synced|synchronised|synchronized",
    "execute run trigger restart install configure migrate sync",
  ],
];

export interface ClaimedAction {
  readonly kind: string;
  /** The sentence. */
  readonly text: string;
  readonly at: number;
  /** own: "I have sent"; finished: "has been sent"; past: "was sent", "mail sent", which may as well report of others. */
  readonly voice: "own" | "finished" | "past";
  /** The word of the deed, as written. */
  readonly done: string;
}

/** Longest text looked through, in characters, and most claims of it. */
export const claimTextLimit = 200_000;
const claimLimit = 1_000;

const anyDone = kinds.map(([, done]) => done).join("|");
const soon =
  "(?:\\s+(?:already|now|just|also|successfully|since|then|today|accordingly|hereby|promptly|both|all))*";
const own = new RegExp(
  `\\b(?:I|we|(?:the|this|your) (?:assistant|agent|system|team))(?:(?:'ve|’ve|'s|’s)|\\s+(?:have|has|did))?${soon}\\s+(?:(?<!did\\s)(?<done>${anyDone}))\\b`,
  "iu",
);
/** "I have gone ahead and sent", "I checked the order and cancelled it". */
const ownLater = new RegExp(
  `\\b(?:I|we)(?:'ve|’ve|\\s+have)?\\s+(?:[a-z]+ed|gone|went|looked|made|took|taken|found)\\b[^.!?;:]{0,80}?\\b(?:and|then)${soon}\\s+(?<done>${anyDone})\\b`,
  "iu",
);
const finished = new RegExp(`\\b(?:has|have)${soon}\\s+been${soon}\\s+(?<done>${anyDone})\\b`, "iu");
const past = new RegExp(`\\b(?:was|were|is now|are now)${soon}\\s+(?<done>${anyDone})\\b`, "iu");
const bare = new RegExp(
  `^(?:\\W*(?:done|completed?|status|result|note|action)\\s*[:–-]\\s*)?(?:[\\p{L}\\d#'’ -]{1,60}\\s)?(?:successfully\\s+)?(?<done>${anyDone})(?:\\s+successfully)?\\s*(?:[.!✓✔]|$)`,
  "iu",
);

/** What takes a claim away: denial, intention, possibility, condition, question, request. */
const undone =
  /\b(?:not|never|no|nothing|none|nobody|cannot|unable|failed|without|neither|nor|will|shall|would|could|should|may|might|can|must|going to|plans?|planned|intend(?:s|ed)?|wants?|wish(?:es)?|needs?|once|until|unless|before|after|when|if|whether|as soon as|to be|being|please|ask(?:ed)? (?:you|them|him|her)|asked whether|let me|ready to|draft(?:ed)?|recommend(?:s|ed)?|suggest(?:s|ed)?|propos(?:e|es|ed)|he|she|they|you|who|which)\b|n['’]t\b/iu;
/** What names another doer. */
const others =
  /\bby\s+(?!me\b|us\b|e-?mail\b|mail\b|post\b|phone\b|the (?:end|deadline|close)\b|\d)[\p{L}]/iu;

/** Claims of done deeds in a text, in order. Quoted stretches and block quotes are not looked at. */
export function claimedActions(text: string): readonly ClaimedAction[] {
  const claims: ClaimedAction[] = [];
  for (const { sentence, at } of sentencesOf(withoutQuotations(text.slice(0, claimTextLimit)))) {
    if (claims.length >= claimLimit) break;
    const found = claimIn(sentence);
    if (found === undefined) continue;
    const raw = text.slice(at, at + sentence.length).trim();
    claims.push({ ...found, text: raw, at });
  }
  return claims;
}

function claimIn(sentence: string): Pick<ClaimedAction, "kind" | "voice" | "done"> | undefined {
  if (/\?\s*$/.test(sentence)) return undefined;
  for (const [form, voice] of [
    [own, "own"],
    [ownLater, "own"],
    [finished, "finished"],
    [past, "past"],
    [bare, "past"],
  ] as const) {
    const match = form.exec(sentence);
    const done = match?.groups?.["done"];
    if (match === null || done === undefined) continue;
    const before = clauseBefore(sentence, match.index);
    if (undone.test(before) || undone.test(match[0])) continue;
    const after = sentence.slice(match.index + match[0].length);
    if (voice !== "own" && others.test(after.slice(0, 40))) continue;
    return { kind: kindOf(done), voice, done };
  }
  return undefined;
}

/** The words of the same clause before a place. */
function clauseBefore(sentence: string, at: number): string {
  const before = sentence.slice(0, at);
  return before.slice(
    Math.max(
      before.lastIndexOf(","),
      before.lastIndexOf(";"),
      before.search(/\b(?:but|and)\b(?!.*\b(?:but|and)\b)/iu),
    ) + 1,
  );
}

function kindOf(done: string): string {
  return kinds.find(([, words]) => new RegExp(`^(?:${words})$`, "iu").test(done))![0];
}

/** Quotations blanked out, so that places stay where they are. */
function withoutQuotations(text: string): string {
  const blank = (it: string): string => it.replace(/[^\n]/g, " ");
  return text.replace(/^[ \t]*>.*$/gm, blank).replace(/["“„«][^"“”„«»\n]{0,2000}["”»]/g, blank);
}

function sentencesOf(text: string): { readonly sentence: string; readonly at: number }[] {
  const form = /[^.!?\n✓✔]+(?:[.!?✓✔]+(?=\s|$)|\.(?=\S)[^.!?\n]*)*[.!?✓✔]*/gu;
  return [...text.matchAll(form)].map((it) => ({ sentence: it[0], at: it.index }));
}

/** True when a tool of this name may do a deed of this kind. */
export function mayDo(tool: string, kind: string): boolean {
  const words = tool
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  const known = kinds.find(([name]) => name === kind)?.[2].split(" ") ?? [];
  return words.some(
    (it) => known.includes(it) || known.some((word) => it.startsWith(word) && word.length > 3),
  );
}
