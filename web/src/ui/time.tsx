import { useSyncExternalStore } from 'react';
import { exactly, moment } from './format';
import { Listeners } from './external';

const ticks = new Listeners();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
let watchers = 0;

function watch(listener: () => void): () => void {
  const stop = ticks.add(listener);
  if (watchers++ === 0) {
    timer = setInterval(() => {
      now = Date.now();
      ticks.tell();
    }, 15_000);
  }
  return () => {
    stop();
    if (--watchers === 0) clearInterval(timer);
  };
}

/** A moment, told from now in the reader's zone, with the exact time on hover. */
export function Time({ at }: { at: string }) {
  const text = useSyncExternalStore(watch, () => moment(at, Math.max(now, Date.now() - 15_000)));
  return (
    <time dateTime={at} title={exactly(at)}>
      {text}
    </time>
  );
}
