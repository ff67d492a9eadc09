// Runs a TypeScript program of tools/ with what Vite brings along: node scripts/run.mjs tools/bench.ts
import path from 'node:path';
import process from 'node:process';
import { runnerImport } from 'vite';

const [file] = process.argv.slice(2);
if (!file) throw new Error('which program?');
const { module } = await runnerImport(path.resolve(file), { configFile: false, logLevel: 'error' });
await module.main(process.argv.slice(3));
