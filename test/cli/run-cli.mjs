// The command line from its sources, as bin/firebreak.mjs runs the built one.
import { main } from "../../src/cli/cli.ts";

const code = await main(process.argv.slice(2));
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
