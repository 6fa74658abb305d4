// Words of done deeds, and what a call must be like to have done one. English, by rules.

import type { Action } from "./check.ts";
import { isRecord } from "./paths.ts";

interface Kind {
  readonly name: string;
  /** Words of the done deed. */
  readonly done: string;
  /** Names of the deed: "the cancellation has been completed". */
  readonly nouns: string;
  /** Words of names of tools that may do it. */
  readonly tools: string;
}

const kinds: readonly Kind[] = [
  {
    name: "send",
    done: "sent|e-?mailed|mailed|forwarded|replied|notified|messaged|texted|posted|delivered|shipped|dispatched|informed|alerted|contacted|invited",
    nouns: "e-?mails?|messages?|notifications?|shipments?|invitations?|repl(?:y|ies)",
    tools:
      "send mail email smtp message notify reply forward post sms slack ship dispatch invite alert deliver contact",
  },
  {
    name: "save",
    done: "saved|stored|written|wrote|exported|uploaded|recorded|logged|archived|backed up|appended",
    nouns: "uploads?|exports?|backups?",
    tools: "save store write export upload record log archive backup append put file",
  },
  {
    name: "create",
    done: "created|opened|filed|registered|added|inserted|set up|scheduled|booked|rebooked|reserved|ordered|purchased|placed|raised|issued|generated",
    nouns: "bookings?|reservations?|orders?|purchases?|registrations?|appointments?|tickets?|certificates?",
    tools:
      "create open file register add insert schedule book rebook reserve order purchase buy place raise issue ticket calendar post put make generate",
  },
  {
    name: "change",
    done: "updated|changed|modified|corrected|edited|renamed|moved|adjusted|reset|replaced|patched|assigned|enabled|disabled|activated|deactivated|upgraded|downgraded|rescheduled|amended|revised|switched|swapped|exchanged|extended|converted",
    nouns:
      "updates?|changes?|modifications?|corrections?|adjustments?|upgrades?|downgrades?|exchanges?|replacements?|amendments?",
    tools:
      "update change modify correct edit rename move adjust reset replace patch assign enable disable activate set put write upgrade downgrade reschedule amend revise switch swap exchange extend convert",
  },
  {
    name: "remove",
    done: "deleted|removed|cancelled|canceled|closed|revoked|purged|unsubscribed|blocked|withdrawn",
    nouns: "cancell?ations?|deletions?|removals?|withdrawals?",
    tools: "delete remove cancel close revoke purge unsubscribe block withdraw drop",
  },
  {
    name: "return",
    done: "(?!)",
    nouns: "returns?",
    tools: "return",
  },
  {
    // Money moves as a part of other deeds as well: a cancellation refunds, a booking charges.
    name: "pay",
    done: "paid|refunded|transferred|charged|credited|reimbursed|debited|wired|invoiced|billed|deducted|waived",
    nouns: "refunds?|payments?|transfers?|charges?|credits?|reimbursements?|invoices?",
    tools:
      "pay refund transfer charge credit reimburse debit wire invoice bill payment cancel return exchange book reserve order purchase buy update change modify",
  },
  {
    name: "publish",
    done: "published|submitted|released|deployed|merged|pushed|committed|launched|rolled out",
    nouns: "publications?|submissions?|deployments?|releases?",
    tools: "publish submit release deploy merge push commit launch rollout post",
  },
  {
    name: "approve",
    done: "approved|confirmed|rejected|signed|accepted|declined|escalated",
    nouns: "approvals?|confirmations?",
    tools:
      "approve confirm reject sign accept decline escalate mail send update book reserve order schedule create change modify cancel transfer",
  },
  {
    name: "run",
    done: "executed|triggered|restarted|installed|configured|migrated|synced|synchronised|synchronized",
    nouns: "installations?|migrations?",
    tools: "execute run trigger restart install configure migrate sync",
  },
];

/** Any deed at all: "your request has been processed". */
export const anyKind = "any";
const anyNoun = "requests?|actions?|tasks?|steps?|transactions?";

/** Words of deeds that have a meaning of their own. */
export const ownDone: string = kinds.map((it) => it.done).join("|");
/** Words that say a deed was done and leave its name to a noun beside them. */
export const nounDone =
  "completed|processed|finali[sz]ed|carried out|performed|handled|arranged|fulfilled|initiated|requested|applied|made";
/** Words of deeds after "to": "I was able to cancel". */
export const doing =
  "send|e-?mail|mail|forward|notify|message|post|ship|save|store|export|upload|record|archive|create|open|file|register|add|schedule|book|rebook|reserve|order|purchase|issue|update|change|modify|correct|edit|rename|move|adjust|reset|replace|assign|upgrade|downgrade|reschedule|exchange|extend|delete|remove|cancel|close|revoke|refund|transfer|charge|credit|reimburse|submit|publish|release|deploy|merge|approve|confirm|escalate|execute|install|migrate|process|complete|finali[sz]e";
/** Names of deeds. */
export const deedNouns: string = [...kinds.map((it) => it.nouns), anyNoun].join("|");

const kindsByDone = kinds.map((it) => [it.name, whole(it.done)] as const);
const kindsByNoun = kinds.map((it) => [it.name, whole(it.nouns)] as const);

function whole(words: string): RegExp {
  return new RegExp(`^(?:${words})$`, "iu");
}

/** The kind of a deed by its word: "sent", and "send" after "to". */
export function kindOf(done: string): string | undefined {
  const word = done.toLowerCase();
  return (
    kindsByDone.find(([, form]) => form.test(word))?.[0] ??
    kinds.find((it) => it.tools.split(" ").includes(word))?.name
  );
}

/** The kind of a deed by its noun. */
export function kindOfNoun(noun: string): string {
  return kindsByNoun.find(([, form]) => form.test(noun))?.[0] ?? anyKind;
}

/** Deeds on a part of something, which a tool that changes the whole does: a bag is added by changing a booking. */
const partial = /^(?:added|inserted|removed|enabled|disabled|scheduled|generated|moved|set up)$/iu;

/** True when a tool of this name may do a deed of this kind. */
function mayDo(tool: string, kind: string, done = ""): boolean {
  if (kind === anyKind) return true;
  const words = wordsOf(tool);
  return fits(words, kind) || (partial.test(done) && fits(words, "change"));
}

function fits(words: readonly string[], kind: string): boolean {
  const known = kinds.find(({ name }) => name === kind)?.tools.split(" ") ?? [];
  return words.some(
    (it) => known.includes(it) || known.some((word) => it.startsWith(word) && word.length > 3),
  );
}

function wordsOf(tool: string): readonly string[] {
  return tool
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((it) => it !== "");
}

/** True when a rule knows what a tool of this name does. */
export function isKnownTool(tool: string): boolean {
  const words = wordsOf(tool);
  return kinds.some(({ name }) => fits(words, name));
}

/**
 * True when a call may have done a deed: by its tool's name, by a word of the deed in what it was given or gave back
 * ("status": "cancelled"), or by handing over (send, issue, create) the very thing the sentence names.
 */
export function bearsDeed(action: Action, claim: { kind: string; done: string; text: string }): boolean {
  const { tool, args, receipt } = action;
  if (mayDo(tool, claim.kind, claim.done)) return true;
  if (isStatus([args, receipt], claim.done)) return true;
  return (
    /^(?:issued|generated|created|added|granted|sent)$/iu.test(claim.done) && isOfThing(tool, claim.text)
  );
}

/** True where a text of a few words holds the word of a deed with a meaning of its own; a mail's body does not count. */
function isStatus(value: unknown, done: string): boolean {
  if (kindOf(done) === undefined) return false;
  const word = new RegExp(`\\b${done.replace(/[^\p{L}\d ]/gu, ".")}\\b`, "iu");
  return someText(
    value,
    (it) => it.length <= 40 && it.split(/[\s_]+/).length <= 3 && word.test(it.replace(/_/g, " ")),
  );
}

/**
 * True for a deed that a call of another deed does not do on the side, as it may tell somebody or move money, and whose
 * word is not said of much else ("I updated the customer").
 */
export function isDistinct({ kind, done }: { readonly kind: string; readonly done: string }): boolean {
  return kindOf(done) === undefined ? distinctKinds.has(kind) : distinctDone.test(done);
}

const distinctKinds = new Set(["create", "change", "remove", "return", "publish", "run"]);
const distinctDone =
  /^(?:cancell?ed|cancel|deleted?|(?:re)?book(?:ed)?|reserved?|purchased?|ordered|exchanged?|upgraded?|downgraded?|rescheduled?|published?|deploy(?:ed)?|install(?:ed)?|migrated?|restarted)$/iu;

const handing = new Set(["send", "issue", "create", "add", "grant", "generate", "give"]);

function isOfThing(tool: string, text: string): boolean {
  const words = wordsOf(tool);
  const said = new Set(text.toLowerCase().match(/\p{L}+/gu));
  return words.some((it) => handing.has(it)) && words.some((it) => it.length > 3 && said.has(it));
}

/** True when some text of a value is as asked, down to 20 levels. */
export function someText(value: unknown, is: (text: string) => boolean, depth = 0): boolean {
  if (typeof value === "string") return is(value);
  if (depth > 20) return false;
  const inner = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
  return inner.some((it) => someText(it, is, depth + 1));
}
