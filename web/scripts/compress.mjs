// Leaves of each built file that compresses well only its gzip: that is what the
// binary embeds, and what nearly every client is sent.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { gzipSync, constants } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
let before = 0;
let after = 0;
const firstView = new Map();

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith('.gz')) continue;
  const file = path.join(entry.parentPath ?? entry.path, entry.name);
  const plain = await readFile(file);
  const packed = gzipSync(plain, { level: constants.Z_BEST_COMPRESSION });
  before += plain.length;
  // Fonts and pictures are packed already.
  if (packed.length > plain.length * 0.95) {
    after += plain.length;
    continue;
  }
  await writeFile(`${file}.gz`, packed);
  await rm(file);
  after += packed.length;
  const name = path.relative(dist, file);
  if (!name.startsWith('graphiql')) firstView.set(name, packed.length);
}

const kB = (n) => `${(n / 1000).toFixed(1)} kB`;
console.log(`dist: ${kB(before)}, gzipped ${kB(after)}`);
console.log(`app: ${kB([...firstView.values()].reduce((a, b) => a + b, 0))} gzipped (${[...firstView].map(([n, s]) => `${n} ${kB(s)}`).join(', ')})`);
