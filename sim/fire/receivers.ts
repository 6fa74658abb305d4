// The receivers of effects, in a process of their own that nobody kills: HTTP
// in three kinds, and SMTP. What arrives is written to a ledger on disk before
// anything is answered.
//
//   /drops   drops a repeat with the same idempotency key
//   /asked   takes everything, and says whether a key arrived
//   /blind   takes everything and says nothing, as SMTP does
//
// A connection that ends before its request was applied may still be applied,
// or not: a coin decides. Whoever asks is answered once nothing is on its way.

import { appendFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Holder, type LedgerLine, pause, type Sent, type ToReceivers } from "./deed.ts";
import { smtpServer } from "./smtp-receiver.ts";

const [folder = "."] = process.argv.slice(2);
const ledger = join(folder, "ledger.jsonl");

/** What lets bytes come out of the kernel that a dead process had sent, ms. */
const settleMs = 5;
/** Longest body of a request, bytes. */
const bodyLimit = 64_000;

const holder = new Holder((held) => process.send?.({ held }));
const applied: LedgerLine[] = [];
const refusals = new Map<string, number>();
/** Of /drops: one request at a time under a key. */
const turns = new Map<string, Promise<unknown>>();
const underWay = new Set<Promise<unknown>>();

function note(what: LedgerLine["what"], key: string, sent: Sent): LedgerLine {
  const line = { what, at: Date.now(), key, ...sent };
  appendFileSync(ledger, `${JSON.stringify(line)}\n`);
  if (what === "applied") applied.push(line);
  return line;
}

/** Takes one deed in. Returns the receipt, or undefined for one that went with its connection. */
async function take(
  key: string,
  sent: Sent,
  isGone: () => boolean,
  drops: boolean,
): Promise<string | undefined> {
  note("arrived", key, sent);
  await holder.pass("arrived");
  if (isGone() && Math.random() < 0.5) {
    note("dropped", key, sent);
    return undefined;
  }
  const isRepeat = drops && applied.some((it) => it.key === key);
  note(isRepeat ? "repeat" : "applied", key, sent);
  await holder.pass("applied");
  return `receipt of ${key}`;
}

async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const mine = (turns.get(key) ?? Promise.resolve()).then(work);
  turns.set(
    key,
    mine.catch(() => undefined),
  );
  return mine;
}

/** Counts as under way until it has ended: whoever asks waits for it. */
async function tracked<T>(work: Promise<T>): Promise<T> {
  underWay.add(work);
  try {
    return await work;
  } finally {
    underWay.delete(work);
  }
}

async function quiet(): Promise<void> {
  await pause(settleMs);
  await Promise.allSettled([...underWay]);
}

function isRefused(key: string, sent: Sent): boolean {
  const before = refusals.get(key) ?? 0;
  if (before >= (sent.refuse ?? 0)) return false;
  refusals.set(key, before + 1);
  note("refused", key, sent);
  return true;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) {
    text += String(part);
    if (text.length > bodyLimit) throw new Error("too long");
  }
  return text;
}

async function post(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = JSON.parse(await bodyOf(request)) as Sent;
  const key = String(request.headers["idempotency-key"] ?? "");
  if (isRefused(key, sent)) {
    response.writeHead(503).end();
    return;
  }
  const isGone = (): boolean => response.destroyed;
  const drops = path === "/drops";
  const work = (): Promise<string | undefined> => take(key, sent, isGone, drops);
  const receipt = await tracked(drops ? inTurn(key, work) : work());
  if (receipt === undefined || isGone()) return;
  response.end(JSON.stringify({ receipt }), () => note("answered", key, sent));
}

async function get(url: URL, response: ServerResponse): Promise<void> {
  await quiet();
  const asked = Object.fromEntries(url.searchParams);
  // /asked tells a program by key; /look is what a person sees who opens the receiver's books.
  const found =
    url.pathname === "/asked"
      ? applied.find((it) => it.key === asked["key"])
      : applied.find(
          (it) =>
            it.tool === asked["tool"] &&
            it.id === asked["id"] &&
            it.action === asked["action"] &&
            String(it.n) === asked["n"],
        );
  if (found === undefined) response.writeHead(404).end();
  else response.end(JSON.stringify({ receipt: `receipt of ${found.key}` }));
}

const http = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const work = request.method === "POST" ? post(url.pathname, request, response) : get(url, response);
  // A sender that was killed in the middle of its request has sent nothing.
  work.catch(() => response.destroy());
});
const smtp = smtpServer((key, sent, isGone) => tracked(take(key, sent, isGone, false)), {
  answered: (key, sent) => void note("answered", key, sent),
});

process.on("message", ({ hold }: ToReceivers) => holder.set(hold ?? undefined));
process.on("disconnect", () => process.exit());
http.listen(0, "127.0.0.1", () =>
  smtp.listen(0, "127.0.0.1", () => {
    const port = (it: { address(): unknown }): number => (it.address() as AddressInfo).port;
    process.send?.({ http: port(http), smtp: port(smtp) });
  }),
);
