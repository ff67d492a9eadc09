import { defineConfig } from 'vitest/config';

// The whole: the real binary with its real engine, real IMAP servers, a real browser.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    // Files share one browser's worth of processor time: one after the other.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    passWithNoTests: true,
  },
});
