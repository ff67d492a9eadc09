// Short messages about what was just done, read out and shown for a while.
import { useEffect, useSyncExternalStore } from 'react';
import { Cell } from './external';

const message = new Cell<{ text: string; at: number } | null>(null);
let serial = 0;

/** Shows a sentence for a few seconds. */
export function say(text: string): void {
  message.set({ text, at: ++serial });
}

export function Toast() {
  const current = useSyncExternalStore(message.watch, message.get);
  useEffect(() => {
    if (!current) return;
    const timer = setTimeout(() => message.set(null), Math.max(5000, current.text.length * 80));
    return () => clearTimeout(timer);
  }, [current]);
  return (
    <div className="toast" role="status" aria-live="polite">
      {current && <p key={current.at}>{current.text}</p>}
    </div>
  );
}
