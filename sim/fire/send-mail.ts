// Sends one message, and knows at every moment whether it may have arrived.

import { connect } from "node:net";

/** What is said up to the message itself; nothing has arrived while it is said. */
const greetings = ["EHLO fire", "MAIL FROM:<fire@localhost>", "RCPT TO:<ledger@localhost>", "DATA"] as const;

/** Resolves once the receiver has taken it. `mid` is passed right before its last line. */
export function sendMail(port: number, key: string, body: string, mid: () => Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    let said = 0;
    const next = async (code: string): Promise<void> => {
      if (!"23".includes(code[0] ?? "")) throw new Error(`the receiver said ${code}`);
      const line = greetings[said];
      said += 1;
      if (line !== undefined) socket.write(`${line}\r\n`);
      else if (said === greetings.length + 1) {
        socket.write(`Message-ID: <${key}@fire>\r\nSubject: fire\r\n\r\n${body}\r\n`);
        await mid();
        socket.write(".\r\n");
      } else {
        socket.end("QUIT\r\n");
        resolve(`receipt of ${key}`);
      }
    };
    socket.setEncoding("utf8");
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection ended")));
    socket.on("data", (part) => {
      const lines = (text + String(part)).split("\r\n");
      text = lines.pop() ?? "";
      for (const line of lines) next(line.slice(0, 3)).catch(reject);
    });
  });
}
