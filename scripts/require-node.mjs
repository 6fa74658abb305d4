// Under Node 20 `node --test` finds no TypeScript tests and exits 0: a green run that tested nothing.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `Firebreak needs Node 24.15 or newer, this is ${process.version}. Run \`npm ci\` here: it installs the pinned Node.`,
  );
  process.exit(1);
}
