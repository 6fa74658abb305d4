// Recorded conversations of models with simulated customers, as what was said and what was really done.

import { type Row, readRows, list, text } from "../data.ts";
import type { Action, Source } from "../../../src/check/check.ts";

/** A tool call with what it gave back. */
export interface Call {
  readonly tool: string;
  readonly args: unknown;
  readonly result: string;
  readonly failed: boolean;
}

export type Turn =
  | { readonly role: "user" | "assistant"; readonly text: string }
  | { readonly role: "call"; readonly call: Call };

export interface Conversation {
  readonly id: string;
  readonly domain: string;
  readonly turns: readonly Turn[];
}

/** A message of the assistant, with what had been done and read before it. */
export interface Message {
  /** Conversation, "#", number of the turn. */
  readonly id: string;
  readonly conversation: string;
  readonly domain: string;
  readonly text: string;
  /** Calls with an effect that succeeded since the assistant's message before. */
  readonly fresh: readonly Call[];
  /** All calls before it, failed ones included. */
  readonly calls: readonly Call[];
  /** What the customer had said before it. */
  readonly asked: readonly string[];
}

const reading = /^(?:get|find|list|search)_|^(?:calculate|think)$/;

/** True for a call that changes something or sends somebody something. */
export function hasEffect(call: Call): boolean {
  return !reading.test(call.tool);
}

/** The recorded conversations of tools-taubench; undefined without the data. */
export function conversations(data: string | undefined): readonly Conversation[] | undefined {
  const set = "tools-taubench";
  const airline = readRows(data, set, "runs-airline-gpt4o.jsonl");
  const retail = readRows(data, set, "runs-retail-agentrx.jsonl");
  if (airline === undefined || retail === undefined) return undefined;
  return [...airline.map(airlineConversation), ...retail.map(retailConversation)];
}

/** Calls stand in a list of their own, and the messages say where each was made. */
export function airlineConversation(row: Row): Conversation {
  const calls = list(row, "calls") as readonly (readonly string[])[];
  const turns = (list(row, "messages") as readonly (readonly [string, string | number])[]).map(
    ([role, content]): Turn => {
      if (typeof content === "string") return spoken(role, content);
      const [tool, args, result] = calls[content] ?? [];
      if (tool === undefined || args === undefined || result === undefined)
        throw new Error(`${text(row, "id")} has no call ${content}`);
      return { role: "call", call: callOf(tool, args, result) };
    },
  );
  return { id: text(row, "id"), domain: "airline", turns };
}

/** Steps are in order: a call is a step of the assistant's, its result the tool's step after it. */
export function retailConversation(row: Row): Conversation {
  const steps = list(row, "steps") as readonly (readonly [number, string, string | null, string])[];
  const turns = steps.flatMap(([, role, label, content], at): readonly Turn[] => {
    if (role !== "tool") return label === null ? [spoken(role, content)] : [];
    const asked = steps[at - 1];
    if (label === null || asked?.[2] !== `CALL ${label}`)
      throw new Error(`${text(row, "id")} has a result that follows no call`);
    return [{ role: "call", call: callOf(label, asked[3], content) }];
  });
  return { id: text(row, "id"), domain: "retail", turns };
}

function spoken(role: string, content: string): Turn {
  if (role !== "user" && role !== "assistant") throw new Error(`nobody knows who "${role}" is`);
  return { role, text: content };
}

function callOf(tool: string, args: string, result: string): Call {
  return { tool, args: JSON.parse(args) as unknown, result, failed: result.startsWith("Error") };
}

/** The assistant's messages in order. */
export function messagesOf({ id, domain, turns }: Conversation): readonly Message[] {
  const messages: Message[] = [];
  const calls: Call[] = [];
  const asked: string[] = [];
  let fresh: Call[] = [];
  for (const [at, turn] of turns.entries()) {
    if (turn.role === "call") {
      calls.push(turn.call);
      if (hasEffect(turn.call) && !turn.call.failed) fresh.push(turn.call);
    } else if (turn.role === "user") asked.push(turn.text);
    else {
      const said = { id: `${id}#${at}`, conversation: id, domain, text: turn.text };
      messages.push({ ...said, fresh, calls: [...calls], asked: [...asked] });
      fresh = [];
    }
  }
  return messages;
}

/** What a check is told of calls: those with an effect, with a receipt where they succeeded. */
export function actionsOf(calls: readonly Call[]): readonly Action[] {
  return calls.filter(hasEffect).map(({ tool, args, result, failed }) => ({
    tool,
    args,
    ...(failed ? {} : { receipt: parsed(result) }),
  }));
}

/** What a step would have read: the customer's words and the tools' results. */
export function readOf(message: Message, without: readonly Call[] = []): readonly Source[] {
  const said = message.asked.map((it) => ({ name: "customer", text: it, value: it }));
  const results = message.calls
    .filter((it) => !without.includes(it))
    .map((it) => ({ name: `tool ${it.tool}`, text: it.result, value: it.result }));
  return [...said, ...results];
}

function parsed(result: string): unknown {
  try {
    return JSON.parse(result) as unknown;
  } catch {
    return result;
  }
}
