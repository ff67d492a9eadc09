import type { ReactNode } from 'react';

/** A number with its name, inside a description list. */
export function Figure({ name, tone, children }: { name: string; tone?: string; children: ReactNode }) {
  return (
    <div className={`figure${tone ? ` tone-${tone}` : ''}`}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
