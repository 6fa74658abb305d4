// A receiver of mail that knows as much of SMTP (RFC 5321) as one sender of
// one message needs. A message counts as arrived once its last line is in.

import { createServer, type Server, type Socket } from "node:net";
import type { Sent } from "./deed.ts";

type Take = (key: string, sent: Sent, isGone: () => boolean) => Promise<string | undefined>;

interface Heard {
  readonly answered: (key: string, sent: Sent) => void;
}

/** Longest session, characters. */
const sessionLimit = 256_000;

export function smtpServer(take: Take, heard: Heard): Server {
  return createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.write("220 127.0.0.1 ready\r\n");
    const session = new Session(socket, take, heard);
    socket.setEncoding("utf8");
    socket.on("data", (text) => session.hear(String(text)));
  });
}

class Session {
  readonly #socket: Socket;
  readonly #take: Take;
  readonly #heard: Heard;
  #text = "";
  #length = 0;
  #message: string[] | undefined;

  constructor(socket: Socket, take: Take, heard: Heard) {
    this.#socket = socket;
    this.#take = take;
    this.#heard = heard;
  }

  hear(text: string): void {
    this.#length += text.length;
    if (this.#length > sessionLimit) {
      this.#socket.destroy();
      return;
    }
    const lines = (this.#text + text).split("\r\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (this.#message === undefined) this.#command(line);
    else if (line === ".") void this.#arrived(this.#message);
    else this.#message.push(line.startsWith(".") ? line.slice(1) : line);
  }

  #command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "DATA") {
      this.#message = [];
      this.#say("354 go on");
    } else if (verb === "QUIT") {
      this.#say("221 bye");
      this.#socket.end();
    } else if (["EHLO", "HELO", "MAIL", "RCPT", "RSET", "NOOP"].includes(verb)) {
      this.#say("250 fine");
    } else {
      this.#say("502 not known here");
    }
  }

  async #arrived(lines: readonly string[]): Promise<void> {
    this.#message = undefined;
    const header = (name: string): string =>
      lines.find((it) => it.toLowerCase().startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
    const key = /^<([^@>]+)@/.exec(header("message-id"))?.[1] ?? "";
    const body = lines.slice(lines.indexOf("") + 1);
    const isQuoted = header("content-transfer-encoding") === "quoted-printable";
    const sent = JSON.parse(isQuoted ? unquoted(body) : body.join("")) as Sent;
    const receipt = await this.#take(key, sent, () => this.#socket.destroyed);
    if (receipt === undefined || this.#socket.destroyed) return;
    this.#socket.write("250 taken\r\n", () => this.#heard.answered(key, sent));
  }

  #say(line: string): void {
    if (!this.#socket.destroyed) this.#socket.write(`${line}\r\n`);
  }
}

/** The text of a quoted-printable body (RFC 2045). */
function unquoted(lines: readonly string[]): string {
  const joined = lines.map((it) => (it.endsWith("=") ? it.slice(0, -1) : it)).join("");
  return joined.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
