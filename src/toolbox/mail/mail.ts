// A mail as an effect, sent by SMTP through nodemailer (install it beside: it is
// an optional peer). Its Message-ID is made from the key that names the effect,
// so a receiver, or a look into a mailbox, can tell a repeat.
//
//   ML1. What was refused, or ended before the message was begun, is certain; a line cut after that is in doubt.
//   ML2. Every sending of one effect carries the same Message-ID, and no other effect carries it.

import { FirebreakError } from "../../base/errors.ts";
import { type Duration, toMs } from "../../base/duration.ts";
import { EffectNotSent } from "../../runtime/effect-spec.ts";
import { declareTool } from "../../tool/define.ts";
import type { Schema, Tool } from "../../tool/tool.ts";

export interface Mail {
  readonly to: string | readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly cc?: string | readonly string[];
  readonly replyTo?: string;
}

export interface MailReceipt {
  readonly messageId: string;
  /** Addresses the server took. */
  readonly accepted: readonly string[];
  /** Addresses it refused while it took others. */
  readonly rejected: readonly string[];
  /** The server's own words. */
  readonly response: string;
}

export interface MailToolOptions<Args> {
  readonly name?: string;
  readonly description?: string;
  readonly input: Schema<Args>;
  /** `smtp://` or `smtps://` URL of the server, user and password included; a function is asked at each sending. */
  readonly server: string | (() => string | Promise<string>);
  readonly from: string;
  /** Names the slot: one mail a key. */
  readonly key: (args: Args) => string;
  readonly mail: (args: Args) => Mail;
  /** Looks for what was sent (a mailbox, a log): the receipt, undefined when it did not arrive. Throws when it cannot tell. */
  readonly probe?: (messageId: string, args: Args) => Promise<MailReceipt | undefined>;
  /** The mail that makes up for one that was sent. */
  readonly correction?: (args: Args, receipt: MailReceipt) => Mail;
  /** Longest time of one sending; default 60 s. */
  readonly timeout?: Duration;
  readonly immediate?: string;
}

/** The part of nodemailer that is used. */
interface Transport {
  sendMail(mail: object): Promise<{
    readonly accepted?: readonly unknown[];
    readonly rejected?: readonly unknown[];
    readonly response?: string;
  }>;
  close(): void;
}

const defaultTimeout = "60s";

/**
 * A tool that sends a mail at most once per slot and revision.
 * @throws DEFINITION_INVALID from a call, when nodemailer is not installed.
 */
export function mailTool<Args>(options: MailToolOptions<Args>): Tool<Args, MailReceipt> {
  const { probe, correction, immediate, from } = options;
  const domain = /@([^\s@>]+)>?\s*$/.exec(from)?.[1] ?? "localhost";
  const messageId = (key: string): string => `<${key}@${domain}>`;
  const send = async (mail: Mail, key: string): Promise<MailReceipt> => {
    const server = typeof options.server === "function" ? await options.server() : options.server;
    return deliver(server, { ...mail, from, messageId: messageId(key) });
  };
  const made: Tool<Args, MailReceipt> = {
    kind: "tool",
    name: options.name ?? "send-mail",
    description: options.description ?? "Sends a mail.",
    input: options.input,
    timeoutMs: toMs(options.timeout ?? defaultTimeout),
    effect: {
      key: options.key,
      ...(immediate === undefined ? {} : { immediate }),
      ...(probe === undefined ? {} : { probe: (args, key) => probe(messageId(key), args) }),
      ...(correction === undefined
        ? {}
        : { compensate: (args, receipt, key) => send(correction(args, receipt), key) }),
    },
    run: (args, { idempotencyKey = "" }) => send(options.mail(args), idempotencyKey),
  };
  return declareTool(made, `mails from ${from} ${String(correction)}`);
}

async function deliver(
  server: string,
  mail: Mail & { from: string; messageId: string },
): Promise<MailReceipt> {
  const talk = new Talk();
  const transport = await connect(server, talk);
  try {
    const { accepted = [], rejected = [], response = "" } = await transport.sendMail(mail);
    return {
      messageId: mail.messageId,
      accepted: accepted.map(String),
      rejected: rejected.map(String),
      response,
    };
  } catch (error) {
    const isRefused = ((error as { responseCode?: number }).responseCode ?? 0) >= 400;
    // A line that ends does not say when it did: nodemailer names no command then.
    if (isRefused || talk.isBeforeMessage)
      throw new EffectNotSent((error as Error).message, { cause: error });
    throw error;
  } finally {
    transport.close();
  }
}

/** Listens to what is said to the server: after DATA the message may have been handed over. */
class Talk {
  #heard = false;
  #hasData = false;
  readonly #hear = (entry: unknown, text?: unknown): void => {
    const tnx = (entry as { readonly tnx?: string } | null)?.tnx;
    this.#heard ||= tnx !== undefined;
    if (tnx === "client" && /^DATA\b/i.test(String(text))) this.#hasData = true;
  };
  /** False as well where nothing was heard: then it cannot be told. */
  get isBeforeMessage(): boolean {
    return this.#heard && !this.#hasData;
  }

  readonly trace = this.#hear;
  readonly debug = this.#hear;
  readonly info = this.#hear;
  readonly warn = this.#hear;
  readonly error = this.#hear;
  readonly fatal = this.#hear;
}

async function connect(server: string, logger: Talk): Promise<Transport> {
  let library: typeof import("nodemailer");
  try {
    library = await import("nodemailer");
  } catch {
    throw new FirebreakError("DEFINITION_INVALID", {
      what: "nodemailer, which sends mails, is not installed",
      mend: "npm install nodemailer",
    });
  }
  const options = { url: server, logger, debug: true, transactionLog: true };
  return library.createTransport(options as object) as unknown as Transport;
}
