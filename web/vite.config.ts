import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// A server to develop against: MAILFERRY_URL=http://127.0.0.1:8080 npm run dev
const server = process.env.MAILFERRY_URL ?? 'http://127.0.0.1:8080';
const proxy = Object.fromEntries(
  ['/graphql', '/login', '/logout', '/migration'].map((route) => [
    route,
    {
      target: server,
      ws: route === '/graphql',
      changeOrigin: true,
      // The sign-in page and the route behind its form have the same path.
      bypass: (req: { method?: string; url?: string }) => (route === '/login' && req.method === 'GET' ? req.url : undefined),
    },
  ]),
);

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // The content security policy knows neither data: URLs nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy },
  // GraphiQL, whose page lies beside, has a configuration of its own: its workers cannot be prepared in advance.
  optimizeDeps: { entries: ['index.html'] },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
