// Drawings that only batches need; see ui/icons.tsx.
import { Icon } from '../ui/icons';

export const CheckIcon = () => (
  <Icon>
    <path d="M2.5 4.2 4 5.7l2.4-2.9M2.5 10.7 4 12.2l2.4-2.9M9 4.5h4.5M9 11h4.5" />
  </Icon>
);
export const PauseIcon = () => (
  <Icon>
    <path d="M5.5 3.5v9M10.5 3.5v9" />
  </Icon>
);
