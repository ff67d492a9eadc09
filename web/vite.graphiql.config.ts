import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The playground is a build of its own: it shares nothing with the app, whose
// first view must not wait for any of it, and it is served behind the sign-in.
export default defineConfig({
  root: 'graphiql',
  base: '/graphiql/',
  publicDir: false,
  plugins: [react()],
  build: {
    target: 'es2022',
    outDir: '../dist/graphiql',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 10_000,
    rolldownOptions: {
      onLog(level, log, handler) {
        // GraphiQL's files carry directives for a compiler that has run over them already.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handler(level, log);
      },
    },
  },
  worker: { format: 'es' },
});
