// A stand-in for imapsync where a measurement needs a log of a known size: the
// server runs it as any engine, and everything behind it is the real thing.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/**
 * Writes a program that prints lines as imapsync does, and returns its path. Its
 * first user name says how many at once, and how many after them, one every so
 * many milliseconds: lines-100000-then-600-every-50@example.org.
 */
export function writePrinter(folder: string): string {
  const script = path.join(folder, 'printer.cjs');
  writeFileSync(
    script,
    `const [, lines, then, every] = /lines-(\\d+)-then-(\\d+)-every-(\\d+)/.exec(process.argv.join(' ')).map(Number);
const line = (i) => \`msg INBOX/\${i} {\${700 + ((i * 7919) % 90000)}}            copied to INBOX/\${i}          61.13 msgs/s  328.461 KiB/s ETA: Sunday 1 March 2026\\n\`;
const write = (text) => new Promise((done) => process.stdout.write(text, done));
(async () => {
  let i = 0;
  while (i < lines) {
    let text = '';
    for (const end = Math.min(lines, i + 2000); i < end; i++) text += line(i + 1);
    await write(text);
  }
  for (const end = lines + then; i < end; i++) {
    await new Promise((done) => setTimeout(done, every));
    await write(line(i + 1));
  }
})();
`,
  );
  const program = path.join(folder, 'imapsync');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`, { mode: 0o755 });
  return program;
}
