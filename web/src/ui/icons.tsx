// Small drawings on a grid of 16, in the colour of the text around them.
import type { ReactNode } from 'react';
import type { JobStatus } from '../gql/graphql';

export function Icon({ children }: { children: ReactNode }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const SearchIcon = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.2" />
    <path d="m10.2 10.2 3.3 3.3" />
  </Icon>
);
export const ChevronUp = () => (
  <Icon>
    <path d="m4 10 4-4 4 4" />
  </Icon>
);
export const ChevronDown = () => (
  <Icon>
    <path d="m4 6 4 4 4-4" />
  </Icon>
);
export const ChevronLeft = () => (
  <Icon>
    <path d="m10 4-4 4 4 4" />
  </Icon>
);
export const ArrowDown = () => (
  <Icon>
    <path d="M8 3v9.5m-4-4 4 4 4-4" />
  </Icon>
);
export const ArrowRight = () => (
  <Icon>
    <path d="M2.5 8h10.5m-4-4 4 4-4 4" />
  </Icon>
);
export const Close = () => (
  <Icon>
    <path d="m4 4 8 8m0-8-8 8" />
  </Icon>
);
export const Plus = () => (
  <Icon>
    <path d="M8 3v10M3 8h10" />
  </Icon>
);
export const WrapIcon = () => (
  <Icon>
    <path d="M2 4h12M2 8h9.5a2.2 2.2 0 0 1 0 4.4H8m1.6-1.8L7.8 12.4l1.8 1.8M2 12h3" />
  </Icon>
);
export const Download = () => (
  <Icon>
    <path d="M8 2.5v7.5m-3-3 3 3 3-3M2.5 13h11" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <path d="M6.5 9.5 9.5 6.5M7.3 4.7l1.5-1.5a2.8 2.8 0 0 1 4 4l-1.5 1.5M8.7 11.3l-1.5 1.5a2.8 2.8 0 0 1-4-4l1.5-1.5" />
  </Icon>
);
export const Duplicate = () => (
  <Icon>
    <path d="M6 5.5h7.5v8H6zM10.5 5.3V2.5h-8v8h3.3" />
  </Icon>
);
export const Again = () => (
  <Icon>
    <path d="M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.5v3.3H9.7" />
  </Icon>
);
export const Trash = () => (
  <Icon>
    <path d="M2.8 4.5h10.4M6.5 4.5V2.8h3v1.7M4.2 4.5l.6 8.7h6.4l.6-8.7" />
  </Icon>
);
export const Stop = () => (
  <Icon>
    <circle cx="8" cy="8" r="5.7" />
    <path d="m4 12 8-8" />
  </Icon>
);

// Each state has its own outline, so that none is known by its colour alone.
export function StatusIcon({ status }: { status: JobStatus }) {
  switch (status) {
    case 'QUEUED':
      return (
        <Icon>
          <circle cx="8" cy="8" r="5.7" />
          <path d="M8 4.9V8l2 1.5" />
        </Icon>
      );
    case 'RUNNING':
      return (
        <Icon>
          <path d="M3 8h8.5m-3.5-3.5L11.5 8 8 11.5" />
          <path d="M14 4v8" />
        </Icon>
      );
    case 'SUCCEEDED':
      return (
        <Icon>
          <circle cx="8" cy="8" r="5.7" />
          <path d="m5.5 8.2 1.8 1.8 3.3-3.7" />
        </Icon>
      );
    case 'FAILED':
      return (
        <Icon>
          <path d="M5.5 2.3h5l3.2 3.2v5l-3.2 3.2h-5l-3.2-3.2v-5z" />
          <path d="M8 5v3.4M8 10.9v.1" />
        </Icon>
      );
    case 'INTERRUPTED':
      return (
        <Icon>
          <path d="M8 2.4 14.2 13H1.8z" />
          <path d="M8 6.5v3M8 11.3v.1" />
        </Icon>
      );
    case 'CANCELLED':
      return <Stop />;
  }
}

/** The mark: an envelope that floats, its flap a sail. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false" className="mark">
      <path className="mark-sail" d="M16 3.5 25.5 12H6.5z" />
      <path className="mark-hull" d="M4 14h24l-4.2 9.2H8.2z" />
      <path className="mark-fold" d="m4 14 12 6 12-6" />
      <path className="mark-wave" d="M3 27.5c2.2 0 2.2-1.6 4.3-1.6s2.2 1.6 4.4 1.6 2.1-1.6 4.3-1.6 2.2 1.6 4.3 1.6 2.2-1.6 4.4-1.6 2.1 1.6 4.3 1.6" />
    </svg>
  );
}

export const KeyIcon = () => (
  <Icon>
    <circle cx="5" cy="11" r="2.7" />
    <path d="m7 9 6-6m-2.2 2.2 1.7 1.7M9 7l1.2 1.2" />
  </Icon>
);
