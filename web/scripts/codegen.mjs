// Generates src/gql from schema.graphqls and the operations in src/api/*.graphql,
// with GraphQL Code Generator's client preset. The generator's own command line
// would do the same, but brings hundreds of packages for loaders not needed here.
//
// With --check nothing is written: it ends with 1 where the committed files are stale.
import { readFile, readdir, writeFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { buildSchema, parse } from 'graphql';
import { codegen } from '@graphql-codegen/core';
import { preset } from '@graphql-codegen/client-preset';

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const check = process.argv.includes('--check');

const sdl = await readFile(path.join(web, '../schema.graphqls'), 'utf8');
const schema = parse(sdl);
const schemaAst = buildSchema(sdl);
const names = (await readdir(path.join(web, 'src/api'))).filter((n) => n.endsWith('.graphql')).sort();
const documents = await Promise.all(
  names.map(async (name) => {
    const rawSDL = await readFile(path.join(web, 'src/api', name), 'utf8');
    return { location: name, document: parse(rawSDL, { noLocation: true }), rawSDL };
  }),
);

const outputs = await preset.buildGeneratesSection({
  baseOutputDir: 'src/gql/',
  schema,
  schemaAst,
  documents,
  config: {
    enumsAsTypes: true,
    strictScalars: true,
    useTypeImports: true,
    skipTypename: false,
    scalars: {
      ID: 'string',
      Time: 'string',
      Int64: 'number',
      Password: 'string',
    },
  },
  presetConfig: { fragmentMasking: false },
  plugins: [],
  pluginMap: {},
  profiler: { run: (f) => f(), collect: () => [] },
});

let stale = 0;
for (const output of outputs) {
  // The tagged-template function is for operations written inside TypeScript; ours are in files of their own.
  if (!output.filename.endsWith('/graphql.ts')) continue;
  const text = await codegen({ ...output, schemaAst });
  const file = path.join(web, output.filename);
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before === text) continue;
  stale++;
  if (check) {
    console.error(`${output.filename} is stale: run "npm run codegen" in web/`);
  } else {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    console.log(`wrote ${output.filename}`);
  }
}
process.exitCode = check && stale > 0 ? 1 : 0;
