// The tools of the fire test, one for each kind of receiver.
//
//   fire-drops   HTTP, drops repeats; can be undone
//   fire-asked   HTTP, can be asked; can be changed and undone
//   fire-blind   HTTP, neither; can be undone
//   fire-mail    SMTP, neither; nothing can be done about it
//   fire-file    a folder, can be looked into; can be undone
//   fire-order   the toolbox's HTTP tool: can be asked and undone
//   fire-letter  the toolbox's mail tool, through nodemailer: neither

import { randomUUID } from "node:crypto";
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { AnySchema } from "../../src/base/schema.ts";
import { EffectNotSent } from "../../src/runtime/effect-spec.ts";
import { type HttpRequest, httpTool } from "../../src/toolbox/http/http.ts";
import { mailTool } from "../../src/toolbox/mail/mail.ts";
import { tool } from "../../src/tool/define.ts";
import type { Effect, Tool } from "../../src/tool/tool.ts";
import type { Deed, Go, Holder, Sent } from "./deed.ts";
import { sendMail } from "./send-mail.ts";

export interface Args {
  readonly id: string;
  readonly n: number;
  /** How often the receiver refuses it first. */
  readonly refuse?: number;
}

interface Receipt {
  readonly receipt: string;
}

type FireTool = Tool<Args, Receipt>;

export interface FireTools {
  readonly drops: FireTool;
  readonly asked: FireTool;
  readonly blind: FireTool;
  readonly mail: FireTool;
  readonly file: FireTool;
  /** Sent by agents at once, whatever their gate says later. */
  readonly dropsNow: FireTool;
  readonly askedNow: FireTool;
  readonly blindNow: FireTool;
  /** The toolbox's own: a request that can be asked about, and a mail. */
  readonly order: FireTool;
  readonly letter: FireTool;
}

export type ToolName = keyof FireTools;
export const toolNames: readonly ToolName[] = ["drops", "asked", "blind", "mail", "file"];
export const nowNames: readonly ToolName[] = ["dropsNow", "askedNow", "blindNow"];

/** Receivers that neither drop repeats nor can be asked. */
export function isBlind(tool: string): boolean {
  return ["fire-blind", "fire-mail", "fire-letter"].some((it) => tool.startsWith(it));
}

/** Arguments are made by the scenarios themselves: nothing is left to check. */
const input: AnySchema<Args> = {
  "~standard": {
    version: 1,
    vendor: "fire",
    validate: (value: unknown) => ({ value: value as Args }),
    jsonSchema: { input: () => ({ type: "object" }), output: () => ({ type: "object" }) },
  },
} as AnySchema<Args>;

type Deliver = (deed: Deed, key: string, refuse?: number) => Promise<Receipt>;
type Offer = Partial<Omit<Effect<Args, Receipt>, "key">>;

export function makeTools(go: Go, holder: Holder): FireTools {
  const { http, smtp, folder } = go;
  const sent = (deed: Deed, refuse?: number): Sent => ({
    ...deed,
    pid: process.pid,
    started: Date.now(),
    ...(refuse === undefined ? {} : { refuse }),
  });
  const overHttp =
    (path: string): Deliver =>
    async (deed, key, refuse) => {
      const body = JSON.stringify(sent(deed, refuse));
      await holder.pass("before");
      const answer = await ask(http, "POST", path, body, key);
      await holder.pass("answered");
      return answer as Receipt;
    };
  const overSmtp: Deliver = async (deed, key) => {
    const body = JSON.stringify(sent(deed));
    await holder.pass("before");
    const receipt = await sendMail(smtp, key, body, () => holder.pass("mid"));
    await holder.pass("answered");
    return { receipt };
  };
  const intoFolder: Deliver = async (deed, key) => {
    const text = JSON.stringify({ ...sent(deed), key });
    await holder.pass("before");
    // As mail folders do it: a name of its own for every delivery, so that a second one shows.
    const name = `${key}.${randomUUID()}.json`;
    const temporary = join(folder, "files", `.${name}`);
    writeFileSync(temporary, text, { flush: true });
    await holder.pass("mid");
    renameSync(temporary, join(folder, "files", name));
    await holder.pass("answered");
    return { receipt: `receipt of ${key}` };
  };
  const askHttp = async (_: Args, key: string): Promise<Receipt | undefined> => {
    const found = (await ask(http, "GET", `/asked?key=${key}`)) as Partial<Receipt>;
    return found.receipt === undefined ? undefined : { receipt: found.receipt };
  };
  const lookIntoFolder = async (_: Args, key: string): Promise<Receipt | undefined> => {
    const isThere = readdirSync(join(folder, "files")).some((it) => it.startsWith(key));
    return isThere ? { receipt: `receipt of ${key}` } : undefined;
  };
  const immediate = "what it changes is seen by nobody else";
  const drops = overHttp("/drops");
  const asked = overHttp("/asked");
  const blind = overHttp("/blind");
  const changeable = (name: string): Offer => ({
    probe: askHttp,
    ...changes(name, asked),
    ...undoes(name, asked),
  });
  return {
    drops: make("fire-drops", drops, { deduplicates: true, ...undoes("fire-drops", drops) }),
    asked: make("fire-asked", asked, changeable("fire-asked")),
    blind: make("fire-blind", blind, undoes("fire-blind", blind)),
    mail: make("fire-mail", overSmtp, {}),
    file: make("fire-file", intoFolder, { probe: lookIntoFolder, ...undoes("fire-file", intoFolder) }),
    dropsNow: make("fire-drops-now", drops, {
      deduplicates: true,
      immediate,
      ...undoes("fire-drops-now", drops),
    }),
    askedNow: make("fire-asked-now", asked, { immediate, ...changeable("fire-asked-now") }),
    ...fromToolbox(go, sent),
    blindNow: make("fire-blind-now", blind, { immediate, ...undoes("fire-blind-now", blind) }),
  };
}

/** What is said to receivers is what the other tools say; the way there is the toolbox's. */
function fromToolbox({ http, smtp }: Go, sent: (deed: Deed) => Sent): Pick<FireTools, "order" | "letter"> {
  const origin = `http://127.0.0.1:${http}`;
  const post = (action: Deed["action"], { id, n }: Args): HttpRequest => ({
    url: `${origin}/asked`,
    body: sent({ tool: "fire-order", id, action, n }),
  });
  const order = httpTool<Args>({
    name: "fire-order",
    description: "Tells a ledger.",
    input,
    origins: [origin],
    key: ({ id }) => id,
    request: (args) => post("send", args),
    probe: (_, key) => ({ url: `${origin}/asked?key=${key}` }),
    compensate: (args) => post("compensate", args),
  });
  const letter = mailTool<Args>({
    name: "fire-letter",
    input,
    server: `smtp://127.0.0.1:${smtp}`,
    from: "fire@localhost",
    key: ({ id }) => id,
    mail: ({ id, n }) => ({
      to: "ledger@localhost",
      subject: id,
      text: JSON.stringify(sent({ tool: "fire-letter", id, action: "send", n })),
    }),
  });
  return { order, letter } as unknown as Pick<FireTools, "order" | "letter">;
}

function make(name: string, deliver: Deliver, offer: Offer): FireTool {
  return tool({
    name,
    description: "Tells a ledger.",
    input,
    effect: { key: (it) => it.id, ...offer },
    run: ({ id, n, refuse }, { idempotencyKey = "" }) =>
      deliver({ tool: name, id, action: "send", n }, idempotencyKey, refuse),
  });
}

function changes(tool: string, deliver: Deliver): Offer {
  return { amend: ({ id, n }, _, key) => deliver({ tool, id, action: "amend", n }, key) };
}

function undoes(tool: string, deliver: Deliver): Offer {
  return { compensate: ({ id, n }, _, key) => deliver({ tool, id, action: "compensate", n }, key) };
}

/** @throws EffectNotSent when the receiver refuses. */
async function ask(port: number, method: string, path: string, body = "", key?: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = key === undefined ? {} : { "idempotency-key": key };
    const asking = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += String(part)));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 503) reject(new EffectNotSent("refused"));
        else resolve(text === "" ? {} : JSON.parse(text));
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

/** What a person finds in the books of a receiver. */
export async function lookUp(port: number, { tool, id, action, n }: Deed): Promise<Receipt | undefined> {
  const query = new URLSearchParams({ tool, id, action, n: String(n) });
  const found = (await ask(port, "GET", `/look?${query.toString()}`)) as Partial<Receipt>;
  return found.receipt === undefined ? undefined : { receipt: found.receipt };
}
